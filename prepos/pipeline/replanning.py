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

from prepos.config import Config
from prepos.core.progress import SILENT, Progress
from prepos.core.verdict import Verdict
from prepos.errors import RunError, UnchangedError
from prepos.ingest import input_sums
from prepos.pipeline.carrying import prepare_forecast
from prepos.pipeline.handover import prepare
from prepos.pipeline.history import open_history
from prepos.pipeline.known import Known
from prepos.pipeline.measuring import JobReport, report_job
from prepos.pipeline.opening import open_or_refuse
from prepos.pipeline.planning import plan_known
from prepos.pipeline.published import read_published
from prepos.pipeline.publishing import publish_run, told_takeover
from prepos.pipeline.unchanged import PLAN, Sums, find_made, is_whole, made_from, was_made_from
from prepos.publish import Comparison, Stopwatch, compare_plans, ledger, read_manifest, read_run
from prepos.publish.lock import Lock, hold_lock


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
        prepare(config, None)
        with hold_lock(config.runs, command="replan", wait_s=wait_s) as lock:
            for notice in told_takeover(lock):
                watch.tell(str(notice), level="warning")
            made = make_anew(config, watch, report, force=force, today=today)
            return hand_over(config, made, watch, lock, dry_run=dry_run)


def make_anew(
    config: Config, watch: Stopwatch, report: JobReport, *, force: bool, today: date | None
) -> Made:
    """Return the plan of the present inputs; raises UnchangedError where it is there already."""
    history = open_history(config.runs)
    states = ledger.last_states(history.events)
    current = history.current
    with watch.stage("looking for changes"):
        sums = input_sums(config.data, config.folder)
        there = None if force or sums is None else look_back(config, sums, current, states)
    if there is not None:
        return there
    known = open_or_refuse(config, None, watch, today)
    report.sources = known.sources
    if sums is None:  # tables of a database are known now
        sums = {source.table: source.sha256 for source in known.sources}
        there = None if force else look_back(config, sums, current, states)
    return there or plan_anew(config, known, sums, current, watch, force=force)


def look_back(
    config: Config, sums: Sums, current: str | None, states: Mapping[str, str]
) -> Made | None:
    """Return a plan that lies there of these inputs, standing on the published one.

    Raises
    ------
    UnchangedError
        If the published plan is of these inputs itself, or a plan of them was rolled back.
    RunError
        If the published run is not as it was written.
    """
    if current is not None:
        folder = config.runs / current
        manifest = read_manifest(folder)
        if not is_whole(folder, manifest):
            raise RunError(f"the published run {current} is not as written; `prepos rollback`")
        if was_made_from(manifest) == made_from(PLAN, config, sums):
            raise UnchangedError(f"nothing has changed since run {current} was published")
    found = find_made(PLAN, config, sums, published=current)
    if found is None:
        return None
    run_id = str(found[1]["run_id"])
    if states.get(run_id) == ledger.ROLLED_BACK:
        raise UnchangedError(
            f"nothing has changed since run {run_id} was rolled back; `prepos publish {run_id}` "
            "brings it back"
        )
    return Made(folder=found[0])


def plan_anew(
    config: Config,
    known: Known,
    sums: Sums,
    current: str | None,
    watch: Stopwatch,
    *,
    force: bool,
) -> Made:
    """Forecast and plan, standing on the published plan where there is one."""
    base = prepare_forecast(config, known, sums, watch, anew=force)
    run = plan_known(
        config,
        None,
        watch,
        known=known,
        published=None if current is None else read_published(config.runs / current, watch),
        base=base,
        reuse=not force,
    )
    notices = tuple(str(notice) for notice in run.notices)
    return Made(folder=run.folder, notices=notices, verdict=run.verdict)


def hand_over(
    config: Config, made: Made, watch: Stopwatch, lock: Lock, *, dry_run: bool
) -> Replanned:
    """Publish the plan if it differs from the published one, and tell how."""
    done = publish_run(
        config,
        made.folder,
        watch.progress,
        by_job=True,
        dry_run=dry_run,
        held=lock,
        verdict=made.verdict,
    )
    watch.tell(f"run {done.run_id} {'would be' if dry_run else 'is'} {done.state}")
    return Replanned(
        run_id=done.run_id,
        folder=done.folder,
        state=done.state,
        previous=done.previous,
        dry_run=dry_run,
        comparison=beside_previous(config, done.run_id, done.previous),
        notices=(*made.notices, *map(str, done.notices)),
        removed=done.removed,
    )


def beside_previous(config: Config, run_id: str, previous: str | None) -> Comparison | None:
    """Return what differs from the plan before; None where that counts in other money, or none."""
    if previous is None:
        return None
    before, after = (read_run(config.runs / run) for run in (previous, run_id))
    if before.kpis["currency"] != after.kpis["currency"]:
        return None
    return compare_plans(before, after)
