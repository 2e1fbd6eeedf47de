"""The second opinion on the path: before a plan is handed over, and whenever it is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prepos.config import Config, restore_config
from prepos.core.faults import Fault
from prepos.core.progress import SILENT, Progress
from prepos.core.run import RunFiles
from prepos.core.verdict import Verdict
from prepos.errors import InputError, RunError, SolverError
from prepos.pipeline.in_transit import from_run
from prepos.pipeline.known import Known, open_inputs
from prepos.plan.verification import verify_plan
from prepos.plan.verify_book import Given
from prepos.publish import Stopwatch, read_run


def verify_run(folder: Path, progress: Progress = SILENT) -> Verdict:
    """Recompute a run's plan from its files and the inputs that its manifest names.

    Raises
    ------
    RunError
        If a file of the run, or an input, is missing or not what it was.
    """
    watch = Stopwatch(progress)
    with watch.stage("reading the run"):
        files = read_run(folder)
    config = restore_config(folder / files.manifest["config_folder"], files.manifest["config"])
    try:
        known = open_inputs(config, watch, with_orders=False, on_its_way=from_run(folder))
    except InputError as error:
        raise RunError(
            f"{folder}: the inputs cannot be read again: {error}", error.faults
        ) from error
    refuse_changes(folder, files.manifest["inputs"], known)
    with watch.stage("verifying the run"):
        return verify_plan(files, what_was_given(config, known), files.manifest["run_id"])


def what_was_given(config: Config, known: Known) -> Given:
    """Return what a plan is judged by."""
    return Given(
        network=known.network,
        products=known.products,
        stock=known.stock,
        overrides=known.tables.get("overrides"),
        options=config.plan,
        periods=known.periods,
        floor=config.forecast.floor,
        frozen=config.time.frozen,
    )


def judge(run_id: str, given: Given, files: RunFiles) -> Verdict:
    """Return the second opinion; raises SolverError where the plan does not stand."""
    verdict = verify_plan(files, given, run_id)
    if not verdict.passed:
        broken = ", ".join(check.name for check in verdict.checks if not check.passed)
        told = "\n".join(str(fault) for fault in verdict.faults)
        raise SolverError(
            f"the plan fails its verification and is not handed over: {broken}\n{told}"
        )
    return verdict


def refuse_changes(folder: Path, told: list[dict[str, Any]], known: Known) -> None:
    """Raise RunError that names each input whose content is not what the run was made from."""
    faults = input_changes(told, known)
    if faults:
        names = ", ".join(fault.file for fault in faults)
        raise RunError(f"{folder} cannot be verified, inputs changed since: {names}", faults)


def input_changes(told: list[dict[str, Any]], known: Known) -> list[Fault]:
    """Return a fault for each input that is not what a run was made from."""
    found = {source.table: source.sha256 for source in known.sources}
    was = {source["table"]: source for source in told}
    return [
        Fault(
            was[table]["path"] if table in was else table,
            0,
            "",
            "",
            "PP-RUN-INPUT",
            f"{table} changed since the run: sha256 is {found.get(table)}, "
            f"expected {was[table]['sha256'] if table in was else None}",
        )
        for table in sorted(was.keys() | found.keys())
        if found.get(table) != (was[table]["sha256"] if table in was else None)
    ]
