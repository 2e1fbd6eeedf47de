"""The second opinion on the path: before a plan is handed over, and whenever it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
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
from prepos.publish.manifest import settings_folder

# Inputs that a forecast is made from alone: what is planned is judged without them.
OF_FORECAST = frozenset(
    {"orders", "places", "neighbours", "intents", "consents", "calendar", "stockouts", "forecasts"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A second opinion given to publish a run, and the inputs that changed since it was made."""

    verdict: Verdict
    notices: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Reopened:
    """A run's files, its settings, and its inputs as they are now; a fault of each that changed."""

    files: RunFiles
    config: Config
    known: Known
    changes: dict[str, Fault]


def verify_run(folder: Path, progress: Progress = SILENT) -> Verdict:
    """Recompute a run's plan from its files and the inputs that its manifest names.

    Raises
    ------
    RunError
        If a file of the run, or an input, is missing or not what it was.
    """
    watch = Stopwatch(progress)
    run = reopen(folder, watch)
    refuse(folder, run.changes)
    return recompute(run, watch)


def judge_again(
    folder: Path, progress: Progress = SILENT, *, despite_changes: bool = False
) -> Judged:
    """Give the second opinion on a run that a person wants published, as far as inputs allow.

    Nothing is put in place that was not verified when it was made. Inputs of the forecast alone may
    have changed since: the plan is verified without them. Where others have, it cannot be;
    ``despite_changes`` takes it as it was verified when it was made.

    Raises
    ------
    RunError
        If a file of the run is not what it was; or, without ``despite_changes``, inputs that the
        plan is judged by have changed or cannot be read.
    """
    watch = Stopwatch(progress)
    as_made = Verdict(run_id=folder.name, checks=())
    try:
        run = reopen(folder, watch)
    except InputsGoneError as error:
        if not despite_changes:
            raise RunError(f"{error}; {WAYS_OUT}", error.faults) from error
        return Judged(verdict=as_made, notices=(told_change(str(folder), str(error)),))
    notices = tuple(told_change(one.file, one.message) for one in run.changes.values())
    bearing = [one for table, one in run.changes.items() if bears_on_plan(table, run.config)]
    if not bearing:
        return Judged(verdict=recompute(run, watch), notices=notices)
    if not despite_changes:
        names = ", ".join(one.file for one in bearing)
        raise RunError(
            f"{folder} was verified when it was made, and cannot be again, as inputs changed "
            f"since: {names}; {WAYS_OUT}",
            bearing,
        )
    return Judged(verdict=as_made, notices=notices)


WAYS_OUT = (
    "`prepos replan` plans with them as they are, `prepos publish --despite-changes` takes the "
    "plan as it was verified when it was made"
)


def bears_on_plan(table: str, config: Config) -> bool:
    """Return whether a plan is judged by a table; regions that are made of orders make it these."""
    return table not in OF_FORECAST or (table == "orders" and config.regions.cells is not None)


def told_change(file: str, message: str) -> Fault:
    """Return a notice that a run is published although an input changed."""
    return Fault(file, 0, "", "", "PP-PUBLISH-INPUT", message)


class InputsGoneError(RunError):
    """A run's inputs cannot be read again."""


def reopen(folder: Path, watch: Stopwatch) -> Reopened:
    """Return a run and its inputs as they are now.

    Raises
    ------
    RunError
        If a file of the run is not what it was; InputsGoneError if an input cannot be read.
    """
    with watch.stage("reading the run"):
        files = read_run(folder)
    config = restore_config(settings_folder(folder, files.manifest), files.manifest["config"])
    try:
        known = open_inputs(config, watch, with_orders=False, on_its_way=from_run(folder))
    except InputError as error:
        raise InputsGoneError(
            f"{folder}: the inputs cannot be read again: {error}", error.faults
        ) from error
    changes = input_changes(files.manifest["inputs"], known)
    return Reopened(files=files, config=config, known=known, changes=changes)


def recompute(run: Reopened, watch: Stopwatch) -> Verdict:
    """Return the second opinion on a run by its inputs."""
    with watch.stage("verifying the run"):
        given = what_was_given(run.config, run.known)
        return verify_plan(run.files, given, run.files.manifest["run_id"])


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
    refuse(folder, input_changes(told, known))


def refuse(folder: Path, changes: dict[str, Fault]) -> None:
    """Raise RunError that names each input that changed."""
    faults = [*changes.values()]
    if faults:
        names = ", ".join(fault.file for fault in faults)
        raise RunError(f"{folder} cannot be verified, inputs changed since: {names}", faults)


def input_changes(told: list[dict[str, Any]], known: Known) -> dict[str, Fault]:
    """Return a fault for each table that is not what a run was made from, by its name."""
    found = {source.table: source.sha256 for source in known.sources}
    was = {source["table"]: source for source in told}
    return {
        table: Fault(
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
    }
