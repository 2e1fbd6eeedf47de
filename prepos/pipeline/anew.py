"""The nightly job's work: from the inputs to a plan, and from the plan to its publication."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from prepos.config import Config
from prepos.errors import UnchangedError
from prepos.pipeline.carrying import prepare_forecast
from prepos.pipeline.finishing import name_run
from prepos.pipeline.in_transit import from_ledger
from prepos.pipeline.known import Known
from prepos.pipeline.measuring import JobReport
from prepos.pipeline.opening import open_or_refuse
from prepos.pipeline.planning import plan_known
from prepos.pipeline.publishable import read_plan
from prepos.pipeline.published import read_published, stand_on
from prepos.pipeline.publishing import publish_run
from prepos.pipeline.replanning import Made, Past, Replanned
from prepos.pipeline.unchanged import PLAN
from prepos.publish import Comparison, Stopwatch, compare_plans, read_manifest
from prepos.publish.lock import Lock


def make_anew(
    config: Config, past: Past, watch: Stopwatch, report: JobReport, *, today: date | None
) -> Made:
    """Read, forecast and plan, standing on the published plan where there is one.

    Raises
    ------
    UnchangedError
        If the inputs, now that they are read, say the same as those of the published plan: rows in
        another order, another file's name or compression, a table of a database.
    """
    known = open_or_refuse(config, None, watch, today, from_ledger(config))
    report.sources = known.sources
    sums = {source.table: source.sha256 for source in known.sources}
    there = past.look_back(config, sums)
    if there is not None:
        return there
    if not past.anew and past.current is not None:
        refuse_same_content(config, known, past.current, watch)
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


def refuse_same_content(config: Config, known: Known, current: str, watch: Stopwatch) -> None:
    """Raise UnchangedError where the published run would have the same name if made from these."""
    manifest = read_manifest(config.runs / current)
    asked = manifest.get("asked", {})
    wishes = {name: value for name, value in asked.items() if name not in ("cutoff", "model")}
    run = name_run(config, None, watch, known=known, kind=PLAN, wishes=wishes)
    if run.run_id == current and run.is_there():
        raise UnchangedError(
            f"nothing has changed since run {current} was published: other files, the same content"
        )


def hand_over(
    config: Config,
    made: Made,
    past: Past,
    watch: Stopwatch,
    lock: Lock,
    *,
    dry_run: bool,
) -> Replanned:
    """Publish the plan if it differs from the published one, and tell how."""
    watch.run_id = made.folder.name
    comparison = beside_previous(config, made.folder, past.current)
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
        comparison=comparison,
        notices=(*made.notices, *map(str, done.notices)),
        removed=done.removed,
    )


def beside_previous(config: Config, folder: Path, previous: str | None) -> Comparison | None:
    """Return what differs from the plan before; None where that counts in other money, or none."""
    if previous is None:
        return None
    before, after = (read_plan(run) for run in (config.runs / previous, folder))
    if before.kpis["currency"] != after.kpis["currency"]:
        return None
    return compare_plans(before, after)
