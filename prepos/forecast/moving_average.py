"""Moving average: the next periods are like the mean of the last few."""

from __future__ import annotations

from prepos.core.demand import Forecast
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray
from prepos.forecast.flat import flat_forecast
from prepos.forecast.spec import ModelSpec


def moving_average(snapshot: Snapshot, spec: ModelSpec) -> Forecast:
    """Return the mean of the last ``average_periods`` periods as the mean of every period ahead."""

    def average(origin: Snapshot) -> FloatArray:
        history = origin.history()
        return history.spread(history.units[:, -spec.average_periods :].mean(axis=1))

    return flat_forecast(snapshot, spec, "moving_average", average)
