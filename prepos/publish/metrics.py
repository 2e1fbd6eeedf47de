"""What a monitor reads of the last job: a textfile for Prometheus, replaced in one step.

In the text format that node_exporter's textfile collector takes: HELP and TYPE before each name.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prepos.errors import WriteError, write_error

PREFIX = "prepos_"
BEGINNING = f"# HELP {PREFIX}".encode()
SUCCESS = f"{PREFIX}last_success_timestamp_seconds"
DONE = (0, 99)  # exit codes of a job that did what it should
MODE = 0o644  # the collector runs as another user


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFacts:
    """What there is to say of a job, and of the plan that is published after it.

    Attributes
    ----------
    ended_at : float
        Seconds since 1970.
    failed_stage : str
        What it was at when it failed; empty where it did not.
    stages_s : mapping
        Seconds by stage.
    rows : mapping
        Rows by input table.
    run_id : str
        The published run; empty where none is.
    kpis : mapping
        Its ``kpis.json``; empty likewise.
    transfers : int
        Its lines.
    """

    exit_code: int
    ended_at: float
    failed_stage: str
    stages_s: Mapping[str, float]
    rows: Mapping[str, int]
    run_id: str = ""
    kpis: Mapping[str, Any] = field(default_factory=dict)
    transfers: int = 0


def write_metrics(path: Path, facts: JobFacts) -> None:
    """Replace the file; when a job last did what it should is kept; raises WriteError."""
    since = facts.ended_at if facts.exit_code in DONE else _last_success(path)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        try:
            with open(handle, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(metrics_text(facts, since))
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).chmod(MODE)
            os.replace(name, path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise write_error(path, error) from error


def check_metrics_path(path: Path) -> None:
    """Find out before the hours of work whether the file can be written; raises WriteError.

    What is no earlier file of metrics is not replaced: a slip must not cost a table.
    """
    if not path.parent.is_dir():
        raise WriteError(f"cannot write {path}: run.metrics expects the folder to be there")
    try:
        if path.exists() and not _is_ours(path):
            raise WriteError(
                f"cannot write {path}: run.metrics names what holds no metrics, expected a file of "
                "metrics, or none"
            )
        with tempfile.TemporaryFile(dir=path.parent):
            return
    except OSError as error:
        raise write_error(path, error) from error


def metrics_text(facts: JobFacts, last_success: float | None) -> str:
    """Return the file's text; ``last_success`` is None where no job ever did what it should."""
    parts = [*_of_job(facts, last_success), *(_of_plan(facts) if facts.kpis else ())]
    return "".join(parts)


def _of_job(facts: JobFacts, last_success: float | None) -> Iterator[str]:
    """Yield what is to be said of the job."""
    yield _family(
        "last_run_exit_code", "how the last job ended: 0 done, 99 unchanged", facts.exit_code
    )
    yield _family("last_run_timestamp_seconds", "when the last job ended", facts.ended_at)
    if last_success is not None:
        yield _family(
            "last_success_timestamp_seconds", "when a job last ended in 0 or 99", last_success
        )
    if facts.failed_stage:
        told = {facts.failed_stage: 1}
        yield _family("last_run_failed_stage", "what it was at when it failed", told, "stage")
    yield _family("stage_seconds", "how long each stage took", facts.stages_s, "stage")
    yield _family("input_rows", "rows of each input table", facts.rows, "table")


def _of_plan(facts: JobFacts) -> Iterator[str]:
    """Yield what is to be said of the published plan; money is in its currency."""
    kpis = facts.kpis
    plan, nothing, held = kpis["plan"], kpis["nothing"], kpis["held_back"]
    yield _family("plan_info", "the published run", {facts.run_id: 1}, "run_id")
    yield _family("plan_gap_ratio", "how much cheaper any plan could be, at most", kpis["gap"])
    yield _family("plan_total_cost", "expected cost of the plan", plan["total_cost"])
    yield _family("plan_nothing_cost", "expected cost if nothing moved", nothing["total_cost"])
    saving = nothing["total_cost"] - plan["total_cost"]
    yield _family("plan_saving", "what the plan is expected to save", saving)
    yield _family("plan_transfers", "lines of the plan", facts.transfers)
    yield _family("plan_units", "units that it moves", plan["units"])
    yield _family("plan_slacks", "limits that it does not keep", len(kpis["slacks"]))
    back = held["lines"] if held else 0
    yield _family("plan_held_back_lines", "lines that plan.guard holds back", back)


def _family(name: str, meaning: str, value: float | Mapping[str, float], label: str = "") -> str:
    """Return one name with its values: by label where they are several."""
    lines = [f"# HELP {PREFIX}{name} {meaning}", f"# TYPE {PREFIX}{name} gauge"]
    if isinstance(value, Mapping):
        lines += [f'{PREFIX}{name}{{{label}="{_escaped(k)}"}} {v!r}' for k, v in value.items()]
    else:
        lines.append(f"{PREFIX}{name} {value!r}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    """Return a label's value as the format wants it."""
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _is_ours(path: Path) -> bool:
    """Return whether a file is one of metrics, or empty; raises OSError."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        found = stream.read(len(BEGINNING))
    return found in (b"", BEGINNING)


def _last_success(path: Path) -> float | None:
    """Return what the file of before says of the last success, None where it does not."""
    try:
        found = re.search(rf"(?m)^{SUCCESS} (\S+)$", path.read_text("utf-8"))
        return float(found[1]) if found else None
    except (OSError, ValueError):
        return None
