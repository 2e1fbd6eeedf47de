"""However a job ends, its numbers are told: ``run.metrics``, written for a monitor to read."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from prepos.config import Config
from prepos.core.inputs import Source
from prepos.core.run import KPIS, TRANSFERS
from prepos.errors import InputError, WriteError
from prepos.publish import Stopwatch, read_files, read_manifest
from prepos.publish.current import read_current
from prepos.publish.metrics import DONE, JobFacts, check_metrics_path, write_metrics

INTERRUPTED = 130


@dataclass(slots=True)
class JobReport:
    """What becomes known while a job runs."""

    sources: tuple[Source, ...] = ()


@contextmanager
def report_job(config: Config, watch: Stopwatch) -> Iterator[JobReport]:
    """Write the metrics at the end, of a failure too; nothing where ``run.metrics`` is none.

    Raises
    ------
    WriteError
        If the file cannot be written, found out before the work; what fails already is not hidden.
    """
    if config.run.metrics is None:
        yield JobReport()
        return
    path, report = config.folder / config.run.metrics, JobReport()
    check_metrics_path(path)
    try:
        yield report
    except BaseException as error:
        try:
            write_metrics(path, facts_of(config, watch, report, code_of(error)))
        except WriteError as second:
            watch.tell(str(second), level="error")
        raise
    write_metrics(path, facts_of(config, watch, report, 0))


def code_of(error: BaseException) -> int:
    """Return the exit code that a command ends with after an error."""
    otherwise = INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1
    return int(getattr(error, "exit_code", otherwise))


def facts_of(config: Config, watch: Stopwatch, report: JobReport, exit_code: int) -> JobFacts:
    """Return what there is to say of a job, and of the plan that stands after it."""
    run_id, manifest, kpis, transfers = read_standing(config)
    told = [(source.table, source.rows) for source in report.sources]
    told = told or [(source["table"], source["rows"]) for source in manifest.get("inputs", ())]
    return JobFacts(
        exit_code=exit_code,
        ended_at=round(time.time(), 3),
        failed_stage="" if exit_code in DONE else watch.under_way,
        stages_s=watch.stages_s,
        rows=dict(told),
        run_id=run_id,
        kpis=kpis,
        transfers=transfers,
    )


def read_standing(config: Config) -> tuple[str, Mapping[str, Any], Mapping[str, Any], int]:
    """Return the published run's id, manifest, measures and number of lines; empty where none."""
    try:
        run_id = read_current(config.runs)
        if run_id is None:
            return "", {}, {}, 0
        folder = config.runs / run_id
        files = read_files(folder, (KPIS, TRANSFERS))
        return run_id, read_manifest(folder), files.kpis, len(files.frames[TRANSFERS])
    except InputError:  # a broken run: the job itself says so
        return "", {}, {}, 0
