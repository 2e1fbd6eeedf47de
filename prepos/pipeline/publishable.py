"""What may be published: a run that is there, whole, verified, meets its limits, and is news."""

from __future__ import annotations

from pathlib import Path

from prepos.config import Config
from prepos.core.run import KPIS, LOADS, REDIRECTS, TRANSFERS, RunFiles
from prepos.core.verdict import Verdict
from prepos.errors import ConfigError, InfeasibleError, RunError, UnchangedError
from prepos.pipeline.history import History
from prepos.publish import check_run, is_same_plan, ledger, read_files
from prepos.publish.current import CURRENT, read_current
from prepos.publish.runs import list_runs

DECIDED_IN = (TRANSFERS, REDIRECTS, LOADS, KPIS)  # the files that say what is decided
NEWEST = "newest"  # the plan made last


def find_run(config: Config, run: str | Path) -> Path:
    """Return the folder of a run named by its id, by its path, ``current`` or ``newest``.

    Raises
    ------
    RunError
        If there is no such folder; or none is published, or none planned.
    """
    runs, text = config.runs, str(run)
    if text == CURRENT:
        pointed = read_current(runs)
        if pointed is None:
            raise RunError(f"no run is published in {runs}, expected `prepos publish RUN` before")
        return runs / pointed
    if text == NEWEST:
        planned = [note.folder for note in list_runs(runs) if note.plan_id]
        if not planned:
            raise RunError(f"no plan lies in {runs}, expected `prepos plan` before")
        return planned[-1]
    for folder in (runs / text, Path(run)):
        if folder.is_dir():
            return folder
    raise RunError(
        f"run is {text!r}, expected the id of a run in {runs}, a run's folder, current or newest"
    )


def read_plan(folder: Path) -> RunFiles:
    """Return what a run decides, after comparing all its files with the manifest.

    Raises
    ------
    ConfigError
        If it holds no plan.
    RunError
        If there is no run, or it is not as it was written.
    """
    manifest = check_run(folder)
    if manifest["kind"] != "plan":
        raise ConfigError(
            f"{folder} holds no plan, it is a run of kind {manifest['kind']}; expected one of "
            "`prepos plan`"
        )
    return read_files(folder, DECIDED_IN, manifest)


def refuse_same(runs: Path, history: History, files: RunFiles, *, by_job: bool) -> None:
    """Raise UnchangedError where publishing would change nothing that people act on."""
    run_id, pointed = files.manifest["run_id"], history.current
    last = ledger.last_states(history.events).get(run_id)
    if by_job and last == ledger.PROPOSED:
        raise UnchangedError(f"run {run_id} is proposed already")
    if pointed is None:
        return
    try:
        published = read_plan(runs / pointed)
    except (RunError, ConfigError):  # a broken one is no reason to keep it
        return
    if published.manifest["run_id"] == run_id:
        raise UnchangedError(f"run {run_id} is the published one already")
    if is_same_plan(published, files):
        raise UnchangedError(f"the plan of run {run_id} equals the published one, {pointed}")


def refuse_failed(verdict: Verdict, folder: Path) -> None:
    """Raise RunError naming the checks that a run fails."""
    if not verdict.passed:
        broken = ", ".join(check.name for check in verdict.checks if not check.passed)
        raise RunError(f"{folder} fails verification: {broken}", verdict.faults)


def refuse_slacks(files: RunFiles, folder: Path) -> None:
    """Raise InfeasibleError naming every wish that the plan does not meet, the dearest first."""
    slacks = sorted(files.kpis["slacks"], key=lambda slack: -slack["penalty"])
    missed = [
        f"{slack['limit']} of {slack['place']}: {slack['quantity']:.6g} {slack['unit']} missing"
        for slack in slacks
    ]
    if missed:
        raise InfeasibleError(f"{'; '.join(missed)}; the plan without them is in {folder}")
