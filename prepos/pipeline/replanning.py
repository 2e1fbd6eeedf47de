"""The nightly job: plan anew under the lock, and publish what verifies and differs.

A step whose inputs have not changed is not done again, whether it is the whole plan (then nothing
is done at all) or the forecast of a job that was stopped in the middle of its plan. Whatever goes
wrong, the published plan stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from prepos import pipeline
from prepos.config import Config
from prepos.core.progress import SILENT, Progress
from prepos.core.verdict import Verdict
from prepos.errors import RunError, UnchangedError
from prepos.pipeline.history import open_history
from prepos.pipeline.measuring import report_job
from prepos.pipeline.unchanged import (
    PLAN,
    Sums,
    find_made,
    is_whole,
    known_sums,
    made_from,
    was_made_from,
)
from prepos.publish import Comparison, Stopwatch, check_writable, ledger, read_manifest
from prepos.publish.lock import hold_lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Replanned:
    """What a job came to.

    Attributes
    ----------
    state : str
        ``published``, or ``proposed`` where a person is to publish it.
    previous : str or None
        The run that was published before.
    dry_run : bool
        Nothing was published: it is what would have been.
    comparison : Comparison or None
        What differs from the plan before; None where there was none in the same money.
    notices : tuple of str
    removed : tuple of str
        Runs beyond ``run.keep``.
    """

    run_id: str
    folder: Path
    state: str
    previous: str | None
    dry_run: bool
    comparison: Comparison | None
    notices: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A plan that was made now or lay there from a job that was stopped."""

    folder: Path
    notices: tuple[str, ...] = ()
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What became of runs before the job.

    Attributes
    ----------
    current : str or None
        The published run.
    states : run's id to state, as in the ledger
    anew : bool
        None of it is taken up: every step is to be done anew.
    """

    current: str | None
    states: Mapping[str, str]
    anew: bool

    def look_back(self, config: Config, sums: Sums) -> Made | None:
        """Return a plan that lies there of these inputs, standing on the published one.

        Raises
        ------
        UnchangedError
            If the published plan is of these inputs itself, or a plan of them was rolled back.
        RunError
            If the published run is not as it was written.
        """
        if self.anew:
            return None
        if self.current is not None:
            folder = config.runs / self.current
            manifest = read_manifest(folder)
            if not is_whole(folder, manifest):
                raise RunError(
                    f"the published run {self.current} is not as it was written; `prepos rollback` "
                    "goes to the one before"
                )
            if was_made_from(manifest) == made_from(PLAN, config, sums):
                raise UnchangedError(f"nothing has changed since run {self.current} was published")
        found = find_made(PLAN, config, sums, published=self.current)
        if found is None:
            return None
        run_id = str(found[1]["run_id"])
        if self.states.get(run_id) == ledger.ROLLED_BACK:
            raise UnchangedError(
                f"nothing has changed since run {run_id} was rolled back; `prepos publish "
                f"{run_id}` makes it hold again"
            )
        return Made(folder=found[0])


def replan(
    config: Config,
    progress: Progress = SILENT,
    *,
    wait_s: float = 0.0,
    force: bool = False,
    dry_run: bool = False,
    today: date | None = None,
) -> Replanned:
    """Check, forecast, plan, verify, compare with the published plan, and publish.

    Parameters
    ----------
    wait_s : float
        Seconds to wait for another command's lock.
    force : bool
        Do every step anew, even where its inputs are unchanged.
    dry_run : bool
        Make and compare the plan, and publish nothing.
    today : date or None
        Orders later than it are faults; None is the present day.

    Raises
    ------
    UnchangedError
        If there is nothing to change: the inputs are those of the published plan, or the new plan
        moves the same.
    InputError, InfeasibleError, SolverError
        If there is no plan that verifies.
    LockError, WriteError
        If another command is at it, or the disk refuses.
    """
    watch = Stopwatch(progress)
    with report_job(config, watch) as report:
        check_writable(config.runs / "new")
        with hold_lock(config.runs, command="replan", wait_s=wait_s) as lock:
            for notice in pipeline.told_takeover(lock) if lock.taken_over else ():
                watch.tell(str(notice), level="warning")
            history = open_history(config.runs)
            past = Past(history.current, ledger.last_states(history.events), anew=force)
            with watch.stage("looking for changes"):
                sums = known_sums(config)
                there = past.look_back(config, sums) if sums else None
            made = there or pipeline.make_anew(config, past, watch, report, today=today)
            return pipeline.hand_over(config, made, past, watch, lock, dry_run=dry_run)
