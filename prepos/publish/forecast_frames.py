"""The forecast as tables: by period, over the horizon, and what each signal added.

Stands on the columns of ``core.run``. Only what lies above the floor is written; how many units
that leaves out is told beside it (``units_below``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from prepos.core.demand import Forecast
from prepos.core.run import quantile_column
from prepos.core.texts import TEXT_TYPE
from prepos.core.types import BoolArray, FloatArray
from prepos.publish.plan_frames import pick_ids, pick_starts

QuantileFunction = Callable[..., FloatArray]
"""(forecast, levels (Q,), region, sku, period (C,)) to the quantiles (Q, C)."""


def forecast_frame(
    forecast: Forecast, *, floor: float, levels: Sequence[float], quantiles: QuantileFunction
) -> pd.DataFrame:
    """Return mean and quantiles by region, SKU and period, where the mean is above the floor."""
    mean = forecast.mean.transpose(1, 2, 0)
    told = mean > floor
    region, sku, period = np.nonzero(told)
    counts = quantiles(forecast, levels, region, sku, period)
    return pd.DataFrame(
        {
            "region_id": pick_ids(forecast.regions, region),
            "sku": pick_ids(forecast.skus, sku),
            "period_start": pick_starts(forecast.periods, period),
            "mean": mean[told],
        }
        | _quantile_columns(counts, levels)
    )


def forecast_total_frame(
    forecast: Forecast, *, floor: float, levels: Sequence[float], quantiles: QuantileFunction
) -> pd.DataFrame:
    """Return mean and quantiles of the sum over the horizon, by region and SKU above the floor."""
    told = forecast.total_mean > floor
    region, sku = np.nonzero(told)
    counts = quantiles(forecast, levels, region, sku)
    return pd.DataFrame(
        {
            "region_id": pick_ids(forecast.regions, region),
            "sku": pick_ids(forecast.skus, sku),
            "mean": forecast.total_mean[told],
        }
        | _quantile_columns(counts, levels)
    )


def signals_frame(forecast: Forecast, *, floor: float) -> pd.DataFrame:
    """Return what each signal adds to the horizon's mean, for the cells of the total forecast."""
    told = forecast.total_mean > floor
    names = sorted(forecast.signals)
    added = np.array([forecast.signals[name][told] for name in names])
    added = added.reshape(len(names), int(told.sum()))
    cell, number = np.nonzero(added.T)
    region, sku = (axis[cell] for axis in np.nonzero(told))
    return pd.DataFrame(
        {
            "region_id": pick_ids(forecast.regions, region),
            "sku": pick_ids(forecast.skus, sku),
            "signal": pd.array(np.array(names, dtype=object)[number], dtype=TEXT_TYPE),
            "mean": added[number, cell],
        }
    )


def units_below(forecast: Forecast, floor: float) -> float:
    """Return the expected units of the horizon that ``forecast.parquet`` leaves out."""
    below: BoolArray = forecast.mean <= floor
    return float(forecast.mean[below].sum())


def _quantile_columns(counts: FloatArray, levels: Sequence[float]) -> dict[str, FloatArray]:
    """Return one column a level."""
    return {quantile_column(level): counts[i] for i, level in enumerate(levels)}
