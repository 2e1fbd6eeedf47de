"""The verbs of the path, each from files to a run's folder: check, forecast, plan."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from prepos.config import Config
from prepos.core.progress import SILENT, Progress
from prepos.core.run import REJECTS
from prepos.pipeline.carried import read_base
from prepos.pipeline.edits import Edits, stand_on_edits
from prepos.pipeline.finishing import finish, name_run
from prepos.pipeline.forecasting import forecast_known
from prepos.pipeline.handover import Run
from prepos.pipeline.in_transit import from_ledger, from_run
from prepos.pipeline.opening import open_or_refuse
from prepos.pipeline.planning import plan_known
from prepos.pipeline.published import read_published, stand_on
from prepos.publish import Stopwatch, check_model_path, read_run, rejects_frame

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
    return forecast_known(config, out, watch, known=known, base=base, top=top)


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
    are the plan, beside the same forecast.

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
    on_its_way = from_ledger(config) if edits is None else from_run(edits.folder)
    known = open_or_refuse(config, out, watch, today, on_its_way)
    stands = (
        stand_on(base, known, config) if edits is None else stand_on_edits(edits, known, config)
    )
    fit = None if edits is None or edits.carried is None else read_base(edits.carried, watch)
    return plan_known(
        config, out, watch, known=known, stands=stands, base=fit, model=model, reuse=reuse
    )
