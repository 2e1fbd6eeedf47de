"""The nightly job's work: from the inputs to a plan, and from the plan to its publication."""

from __future__ import annotations

from datetime import date

from prepos.config import Config
from prepos.pipeline.carrying import prepare_forecast
from prepos.pipeline.measuring import JobReport
from prepos.pipeline.opening import open_or_refuse
from prepos.pipeline.planning import plan_known
from prepos.pipeline.published import read_published, stand_on
from prepos.pipeline.publishing import publish_run
from prepos.pipeline.replanning import Made, Past, Replanned
from prepos.publish import Comparison, Stopwatch, compare_plans, read_run
from prepos.publish.lock import Lock


def make_anew(
    config: Config, past: Past, watch: Stopwatch, report: JobReport, *, today: date | None
) -> Made:
    """Read, forecast and plan, standing on the published plan where there is one.

    Raises
    ------
    UnchangedError
        If the inputs, now that tables of a database are known too, are those of the published plan.
    """
    known = open_or_refuse(config, None, watch, today)
    report.sources = known.sources
    sums = {source.table: source.sha256 for source in known.sources}
    there = past.look_back(config, sums)
    if there is not None:
        return there
    base = prepare_forecast(config, known, sums, watch, anew=past.anew)
    current = past.current
    published = None if current is None else read_published(config.runs / current, watch)
    run = plan_known(
        config,
        None,
        watch,
        known=known,
        stands=stand_on(published, known, config),
        base=base,
        reuse=not past.anew,
    )
    notices = tuple(str(notice) for notice in run.notices)
    return Made(folder=run.folder, notices=notices, verdict=run.verdict)


def hand_over(
    config: Config, made: Made, watch: Stopwatch, lock: Lock, *, dry_run: bool
) -> Replanned:
    """Publish the plan if it differs from the published one, and tell how."""
    watch.run_id = made.folder.name
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
