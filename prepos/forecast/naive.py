"""Naive: the next periods are like the last."""

from __future__ import annotations

from prepos.core.demand import Forecast
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray
from prepos.forecast.flat import flat_forecast
from prepos.forecast.spec import ModelSpec


def naive(snapshot: Snapshot, spec: ModelSpec) -> Forecast:
    """Return the last period's units as the mean of every period ahead."""

    def last_period(origin: Snapshot) -> FloatArray:
        history = origin.history()
        return history.spread(history.units[:, -1])

    return flat_forecast(snapshot, spec, "naive", last_period)
