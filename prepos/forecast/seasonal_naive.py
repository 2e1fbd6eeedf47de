"""Seasonal naive: the next periods are like those one season before.

A season is a year of weeks or a week of days. Where the history does not reach back that far, the
last period takes its place, as in the naive model.
"""

from __future__ import annotations

import numpy as np

from prepos.core.demand import Forecast, History
from prepos.core.snapshot import Snapshot
from prepos.core.types import AnyArray, IntArray
from prepos.forecast.marked import marked_forecast
from prepos.forecast.spec import ModelSpec

SEASON = {7: 52, 1: 7}  # periods in a season, by the days of a period


def seasonal_naive(snapshot: Snapshot, spec: ModelSpec) -> Forecast:
    """Return the units one season before each period ahead as its mean."""
    return marked_forecast(snapshot, spec, "seasonal_naive", season_before)


def season_before(history: History, marks: IntArray, steps: int) -> AnyArray:
    """Return (O, steps, C): the latest known units that lie whole seasons before each period.

    References
    ----------
    Hyndman and Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd ed., section 5.2.
    """
    season = SEASON[history.periods.days]
    ahead = np.arange(steps)
    source = marks[:, None] + ahead - season * (ahead // season + 1)
    source = np.where(source >= 0, source, marks[:, None] - 1)
    return np.asarray(np.moveaxis(history.units[:, source], 0, -1))
