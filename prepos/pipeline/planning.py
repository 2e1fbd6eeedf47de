"""From what is known to a plan that was checked, and its run's folder in its place."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from prepos.config import Config
from prepos.core.demand import Forecast
from prepos.core.outlook import Outlook
from prepos.core.run import CERTIFICATE, IN_TRANSIT, KPIS
from prepos.core.transfer import Plan
from prepos.pipeline.carried import Base, fit_documents, state_files
from prepos.pipeline.finishing import finish, name_run
from prepos.pipeline.forecasting import forecast_regions
from prepos.pipeline.handover import Run
from prepos.pipeline.judging import judge, what_was_given
from prepos.pipeline.known import Known
from prepos.pipeline.outlook import above_floor, look_ahead
from prepos.pipeline.published import Standing
from prepos.pipeline.tables import forecast_files, plan_files
from prepos.plan import Question, draft_model
from prepos.plan import make_plan as decide
from prepos.publish import (
    Stopwatch,
    make_certificate,
    make_kpis,
    units_below,
    unlike_share,
    write_model,
)


def plan_known(
    config: Config,
    out: Path | None,
    watch: Stopwatch,
    *,
    known: Known,
    stands: Standing,
    base: Base | None = None,
    model: Path | None = None,
    reuse: bool = False,
) -> Run:
    """Decide, verify, and write the run's files; as `pipeline.make_plan`, the inputs being read.

    ``base`` is the run whose fit the forecast carries on.
    """
    known = replace(known, notices=(*known.notices, *stands.notices))
    wishes = dict(stands.wishes) | ({"update": base.run_id} if base else {})
    run = name_run(config, out, watch, known=known, kind="plan", wishes=wishes, told=stands.told)
    if reuse and run.is_there():
        return finish(run, known)
    forecast, state = forecast_regions(config, known, watch, base)
    outlook = look_ahead(config, known.network, forecast)
    question = ask(config, known, outlook, stands)
    if model is not None:
        with watch.stage("writing the model"):
            write_model(model, draft_model(question))
    with watch.stage("planning") as planning:
        plan = decide(question, plan_id=run.run_id)
        planning.rows = len(plan.transfers)
    total = above_floor(forecast, config.forecast.floor).total_mean
    frames = plan_files(plan, outlook, known, total) | forecast_files(config, forecast)
    frames |= state_files(state) | dict(stands.files)
    if len(known.in_transit):
        frames[IN_TRANSIT] = known.in_transit
    documents = documents_of(config, plan, forecast, outlook)
    documents |= fit_documents(config, forecast, state)
    second_opinion = partial(judge, run.run_id, what_was_given(config, known))
    verdict = run.write(frames, documents, second_opinion)
    return replace(finish(run, known), verdict=verdict)


def ask(config: Config, known: Known, outlook: Outlook, stands: Standing) -> Question:
    """Return what the planner is asked; prices are looked for from those it stands on."""
    return Question(
        outlook=outlook,
        network=known.network,
        products=known.products,
        stock=known.stock,
        overrides=known.tables.get("overrides"),
        options=config.plan,
        frozen=stands.frozen,
        prices=stands.prices,
    )


def documents_of(
    config: Config, plan: Plan, forecast: Forecast, outlook: Outlook
) -> dict[str, dict[str, Any]]:
    """Return what the plan costs and what proves it, by file name."""
    kpis = make_kpis(
        plan,
        currency=config.run.currency,
        units_forecast=float(forecast.mean.sum()),
        units_below=units_below(forecast, config.forecast.floor),
        unlike=unlike_share(outlook.demand.mean[: plan.periods.horizon].sum(axis=0)),
    )
    return {KPIS: kpis, CERTIFICATE: make_certificate(plan)}
