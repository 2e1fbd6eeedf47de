"""The models by kind: adding one is adding a file and a line here."""

from __future__ import annotations

from typing import Protocol

from prepos.core.demand import Forecast
from prepos.core.snapshot import Snapshot
from prepos.forecast.boost import pooled_boost
from prepos.forecast.counts import counts
from prepos.forecast.intermittent import intermittent
from prepos.forecast.moving_average import moving_average
from prepos.forecast.naive import naive
from prepos.forecast.pooled import pooled
from prepos.forecast.seasonal_naive import seasonal_naive
from prepos.forecast.smoothing import smoothing
from prepos.forecast.spec import ModelSpec


class Model(Protocol):
    """A way to forecast: from what was known to the next orders as distributions."""

    def __call__(self, snapshot: Snapshot, spec: ModelSpec, /) -> Forecast:
        """Return the forecast; raises DemandError where there is nothing to forecast from."""
        ...


MODELS: dict[str, Model] = {
    "naive": naive,
    "seasonal_naive": seasonal_naive,
    "moving_average": moving_average,
    "smoothing": smoothing,
    "intermittent": intermittent,
    "counts": counts,
    "pooled": pooled,
    "pooled_boost": pooled_boost,
}
