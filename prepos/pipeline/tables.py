"""The files of a forecast and of a plan: tables by name, as the stations' frames make them."""

from __future__ import annotations

import pandas as pd

from prepos.config import Config
from prepos.core.demand import Forecast
from prepos.core.outlook import Outlook
from prepos.core.run import (
    ALLOCATION,
    CATCHMENTS,
    FORECAST,
    FORECAST_TOTAL,
    LOADS,
    REDIRECTS,
    REJECTS,
    ROUTING,
    SIGNALS,
    SUPPLY,
    TARGETS,
    TRANSFERS,
    VALUES,
)
from prepos.core.transfer import Plan
from prepos.core.types import FloatArray
from prepos.forecast.distribution import quantiles_at
from prepos.pipeline.known import Known
from prepos.publish import (
    allocation_frame,
    catchments_frame,
    forecast_frame,
    forecast_total_frame,
    loads_frame,
    redirects_frame,
    rejects_frame,
    routing_frame,
    signals_frame,
    supply_frame,
    targets_frame,
    transfers_frame,
    values_frame,
)


def forecast_files(config: Config, forecast: Forecast) -> dict[str, pd.DataFrame]:
    """Return the forecast's tables by file name."""
    floor, levels = config.forecast.floor, config.forecast.quantiles
    return {
        FORECAST: forecast_frame(forecast, floor=floor, levels=levels, quantiles=quantiles_at),
        FORECAST_TOTAL: forecast_total_frame(
            forecast, floor=floor, levels=levels, quantiles=quantiles_at
        ),
        SIGNALS: signals_frame(forecast, floor=floor),
        REJECTS: rejects_frame(()),
    }


def plan_files(
    plan: Plan, outlook: Outlook, known: Known, total: FloatArray
) -> dict[str, pd.DataFrame]:
    """Return the plan's tables by file name, with the demand that it stands on.

    ``total`` (R, K) is the mean of the horizon as the forecast's files tell it.
    """
    nodes, skus = known.network.node_axis, known.products.skus
    return {
        TRANSFERS: transfers_frame(plan),
        REDIRECTS: redirects_frame(plan),
        LOADS: loads_frame(plan),
        TARGETS: targets_frame(plan, nodes, skus),
        CATCHMENTS: catchments_frame(outlook.demand, outlook.dispersion, plan.periods),
        ALLOCATION: allocation_frame(plan, nodes, skus),
        SUPPLY: supply_frame(plan, nodes, skus),
        VALUES: values_frame(plan, nodes, skus),
        ROUTING: routing_frame(plan, known.network, skus, total),
    }
