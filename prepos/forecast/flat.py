"""What models share that say one mean for all periods ahead."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from prepos.core.demand import Forecast
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray
from prepos.forecast.spec import ModelSpec
from prepos.forecast.training import training_origins
from prepos.forecast.widths import with_widths


def flat_forecast(
    snapshot: Snapshot, spec: ModelSpec, name: str, mean_of: Callable[[Snapshot], FloatArray]
) -> Forecast:
    """Return the forecast of a model that hands out one mean (R, K) per period for any snapshot."""
    training = training_origins(snapshot, spec.origins)
    mean = mean_of(snapshot)
    horizon = snapshot.periods.horizon
    past = np.zeros(training.shape, dtype=np.float32)
    for origin, earlier in enumerate(training.snapshots()):
        past[origin] = mean_of(earlier)[:, training.skus]
    return with_widths(
        snapshot,
        {name: mean * horizon},
        np.broadcast_to(mean, (horizon, *mean.shape)).copy(),
        training=training,
        past=past,
        model=name,
    )
