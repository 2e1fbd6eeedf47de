"""The path: the only place that knows the order of the stations.

Orders become regions' demand, demand becomes a forecast, the forecast becomes a plan, a second
opinion checks the plan as it was written, and only then the run's folder is put in its place.
Assumes nothing of how a station works, only what it takes and gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from prepos.config import Config, idle_settings
from prepos.core.demand import Forecast
from prepos.core.progress import SILENT, Progress
from prepos.core.run import CERTIFICATE, CUSTOMERS, KPIS, REJECTS
from prepos.forecast.make import make_forecast as forecast_orders
from prepos.pipeline.backtest import Trial, run_backtest
from prepos.pipeline.carried import (
    Base,
    carry_on,
    fit_documents,
    make_state,
    read_base,
    state_files,
)
from prepos.pipeline.cover import long_cover
from prepos.pipeline.customers import customers_frame
from prepos.pipeline.edits import Edits, stand_on_edits
from prepos.pipeline.handover import NO_DOCUMENTS, Handover, Run, make_handover
from prepos.pipeline.judging import judge, verify_run, what_was_given
from prepos.pipeline.known import Known, make_snapshot
from prepos.pipeline.opening import open_or_refuse
from prepos.pipeline.outlook import above_floor, look_ahead
from prepos.pipeline.published import read_published, stand_on
from prepos.pipeline.publishing import publish_run, roll_back
from prepos.pipeline.replay import Stretch, run_replay
from prepos.pipeline.tables import forecast_files, plan_files
from prepos.plan import Question, draft_model
from prepos.plan import make_plan as decide
from prepos.publish import (
    Stopwatch,
    check_model_path,
    compare_plans,
    make_certificate,
    make_kpis,
    read_run,
    rejects_frame,
    units_below,
    unlike_share,
    write_model,
)
from prepos.signals.state import BankState

__all__ = [
    "Run",
    "Stretch",
    "Trial",
    "check_inputs",
    "compare_plans",
    "load_run",
    "make_forecast",
    "make_plan",
    "publish_run",
    "roll_back",
    "run_backtest",
    "run_replay",
    "verify_run",
]

load_run = read_run


def check_inputs(
    config: Config,
    out: Path | None = None,
    progress: Progress = SILENT,
    *,
    today: date | None = None,
) -> Run:
    """Read every table, draw the map, place the orders; write ``rejects.csv`` into a run folder.

    Raises
    ------
    InputError
        With every fault found, all of them in ``rejects.csv``.
    WriteError
        If the run cannot be written.
    """
    watch = Stopwatch(progress)
    known = open_or_refuse(config, out, watch, today)
    run = name_run(config, out, watch, known=known, kind="check")
    run.write({REJECTS: rejects_frame(())})
    return finish(run, known)


def make_forecast(
    config: Config,
    out: Path | None = None,
    progress: Progress = SILENT,
    *,
    today: date | None = None,
    top: int = 0,
    update: Path | None = None,
) -> Run:
    """Forecast the next orders of every region, and write the run's files.

    ``top`` is how many SKUs of each customer's next order to tell, in ``customers.parquet``; with 0
    no customer is told of. ``update`` is an earlier run whose fit is carried on: nothing is fitted.

    Raises
    ------
    InputError
        With every fault found, or where the earlier run cannot be carried on.
    WriteError
        If the run cannot be written.
    """
    watch = Stopwatch(progress)
    base = None if update is None else read_base(update, watch)
    known = open_or_refuse(config, out, watch, today)
    forecast, state = forecast_regions(config, known, watch, base)
    wishes: dict[str, Any] = {"customers": {"top": top}} if top else {}
    wishes |= {"update": base.run_id} if base else {}
    run = name_run(config, out, watch, known=known, kind="forecast", wishes=wishes)
    frames = forecast_files(config, forecast) | state_files(state)
    if top:
        with watch.stage("foretelling customers"):
            frames[CUSTOMERS] = customers_frame(config, known, top)
    run.write(frames, fit_documents(config, forecast, state))
    return finish(run, known)


def make_plan(
    config: Config,
    out: Path | None = None,
    progress: Progress = SILENT,
    *,
    today: date | None = None,
    model: Path | None = None,
    reuse: bool = False,
    published: Path | None = None,
    edits: Edits | None = None,
) -> Run:
    """Decide what to move before the next orders, verify it, and write the run's files.

    ``model`` is a file (.lp or .mps) to write the exact model to, before it is solved. With
    ``reuse`` a run of the same inputs and settings that is there already is taken as it is.
    ``published`` is the run whose plan stands in the first ``time.frozen`` periods, and is deviated
    from at ``plan.stability_cost`` a unit after them. ``edits`` are a planner's lines, which then
    are the plan.

    Raises
    ------
    ConfigError
        If the model's file has another ending, or the model is too large for one; if the published
        run holds no plan.
    InputError
        With every fault found.
    InfeasibleError
        If limits, overrides and frozen lines contradict each other.
    SolverError
        If no plan was found in time, or the second opinion refuses the one that was.
    WriteError
        If the run cannot be written.
    """
    if model is not None:
        check_model_path(model)
    watch = Stopwatch(progress)
    base = None if published is None else read_published(published, watch)
    known = open_or_refuse(config, out, watch, today)
    stands = (
        stand_on(base, known, config) if edits is None else stand_on_edits(edits, known, config)
    )
    run = name_run(
        config, out, watch, known=known, kind="plan", wishes=stands.wishes, told=stands.told
    )
    if reuse and run.is_there():
        return finish(run, known)
    forecast, state = forecast_regions(config, known, watch)
    outlook = look_ahead(config, known.network, forecast)
    question = Question(
        outlook=outlook,
        network=known.network,
        products=known.products,
        stock=known.stock,
        overrides=known.tables.get("overrides"),
        options=config.plan,
        frozen=stands.frozen,
        prices=stands.prices,
    )
    if model is not None:
        with watch.stage("writing the model"):
            write_model(model, draft_model(question))
    with watch.stage("planning"):
        plan = decide(question, plan_id=run.run_id)
    kpis = make_kpis(
        plan,
        currency=config.run.currency,
        units_forecast=float(forecast.mean.sum()),
        units_below=units_below(forecast, config.forecast.floor),
        unlike=unlike_share(outlook.demand.mean[: plan.periods.horizon].sum(axis=0)),
    )
    total = above_floor(forecast, config.forecast.floor).total_mean
    frames = plan_files(plan, outlook, known, total) | forecast_files(config, forecast)
    frames |= state_files(state) | dict(stands.files)
    proof = {KPIS: kpis, CERTIFICATE: make_certificate(plan)}
    documents = proof | fit_documents(config, forecast, state)
    second_opinion = partial(judge, run.run_id, what_was_given(config, known))
    verdict = run.write(frames, documents, second_opinion)
    return replace(finish(run, known), verdict=verdict)


def forecast_regions(
    config: Config, known: Known, watch: Stopwatch, base: Base | None = None
) -> tuple[Forecast, BankState | None]:
    """Return the forecast of every region, and the state that a later run can carry on."""
    snapshot = make_snapshot(known, config)
    if base is not None:
        with watch.stage("updating the forecast"):
            return carry_on(config, snapshot, base)
    with watch.stage("forecasting"):
        forecast = forecast_orders(snapshot, config.spec, config.forecast)
        return forecast, make_state(config, snapshot, forecast)


def name_run(
    config: Config,
    out: Path | None,
    watch: Stopwatch,
    *,
    known: Known,
    kind: str,
    wishes: Mapping[str, Any] = NO_DOCUMENTS,
    told: Mapping[str, Any] = NO_DOCUMENTS,
) -> Handover:
    """Return the run that is about to be made from these inputs."""
    return make_handover(
        config,
        out,
        watch,
        kind=kind,
        periods=known.periods,
        tables=known.tables,
        orders=known.orders,
        sources=known.sources,
        wishes=wishes,
        told=told,
    )


def finish(run: Handover, known: Known) -> Run:
    """Return what was made."""
    doubts = long_cover(run.config, known) if run.kind == "plan" else ()
    return Run(
        run_id=run.run_id,
        folder=run.folder,
        sources=known.sources,
        notices=(*doubts, *known.notices, *idle_settings(run.config)),
    )
