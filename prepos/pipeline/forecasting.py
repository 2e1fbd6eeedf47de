"""From what is known to the next orders: fitted anew, or an earlier fit carried on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prepos.config import Config
from prepos.core.demand import Forecast
from prepos.core.run import CUSTOMERS
from prepos.forecast.make import make_forecast as forecast_orders
from prepos.pipeline.carried import (
    Base,
    carry_on,
    fit_documents,
    make_state,
    past_files,
    state_files,
)
from prepos.pipeline.customers import customers_frame
from prepos.pipeline.finishing import finish, name_run
from prepos.pipeline.handover import Run
from prepos.pipeline.known import Known, make_snapshot
from prepos.pipeline.tables import forecast_files
from prepos.publish import Stopwatch
from prepos.signals.state import BankState


def forecast_known(
    config: Config,
    out: Path | None,
    watch: Stopwatch,
    *,
    known: Known,
    base: Base | None = None,
    top: int = 0,
    for_plans: bool = False,
) -> Run:
    """Forecast, and write the run's files; as `pipeline.make_forecast`, the inputs being read.

    ``for_plans`` keeps what the model said in the past too, for plans that stand on the run.
    """
    forecast, state = forecast_regions(config, known, watch, base)
    wishes: dict[str, Any] = {"customers": {"top": top}} if top else {}
    wishes |= {"update": base.run_id} if base else {}
    run = name_run(config, out, watch, known=known, kind="forecast", wishes=wishes)
    frames = forecast_files(config, forecast) | state_files(state)
    frames |= past_files(forecast) if for_plans else {}
    if top:
        with watch.stage("foretelling customers"):
            frames[CUSTOMERS] = customers_frame(config, known, top)
    run.write(frames, fit_documents(config, forecast, state))
    return finish(run, known)


def forecast_regions(
    config: Config, known: Known, watch: Stopwatch, base: Base | None = None
) -> tuple[Forecast, BankState | None]:
    """Return the forecast of every region, and the state that a later run can carry on."""
    snapshot = make_snapshot(known, config)
    if base is not None:
        with watch.stage("updating the forecast") as stage:
            forecast, carried = carry_on(config, snapshot, base)
            stage.rows = forecast.mean.size
        return forecast, carried
    with watch.stage("forecasting") as stage:
        forecast = forecast_orders(snapshot, config.spec, config.forecast)
        stage.rows = forecast.mean.size
    return forecast, make_state(config, snapshot, forecast)
