"""From means to a forecast: widths fitted on what the same model said before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prepos.core.demand import Backcast, Forecast
from prepos.core.fitted import Fitted, SignalTrial
from prepos.core.orders import Orders
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray
from prepos.forecast.dispersion import fit_by_size
from prepos.forecast.training import Float32Array, Training

USUAL_LINES = 20.0  # lines of a SKU that count as much as those of all SKUs


def with_widths(
    snapshot: Snapshot,
    signals: dict[str, FloatArray],
    mean: FloatArray,
    *,
    training: Training,
    past: Float32Array,
    model: str,
    columns: Sequence[str] = (),
    weights: FloatArray | None = None,
    trials: tuple[SignalTrial, ...] = (),
) -> Forecast:
    """Return the forecast whose widths are those of the past means' residuals.

    Parameters
    ----------
    signals : name to (R, K) float
        What each adds to the horizon's sum.
    mean : (H, R, K) float
        By period ahead; its sum is that of the signals.
    past : (O, steps, R, K) float32
        What the model said at the training origins.
    model : str
    columns, weights : (F,) names and float
        What the mean was made of, the signals with weight 1 if not told.
    trials : tuple of SignalTrial
        What the gate said.
    """
    units = training.units()
    total = np.sum(list(signals.values()), axis=0)
    size = order_sizes(snapshot.orders)
    by_period = fit_by_size(past, units, size)
    of_sum = fit_by_size(past.sum(axis=1), units.sum(axis=1), size)
    whole = len(training) > 0 and training.steps == snapshot.periods.horizon
    return Forecast(
        snapshot.orders.regions,
        snapshot.orders.skus,
        snapshot.periods,
        mean=mean,
        dispersion=by_period.at(mean, size),
        total_mean=total,
        total_dispersion=of_sum.at(total, size),
        signals=signals,
        backcast=Backcast(past, units) if whole else None,
        order_size=size,
        fitted=Fitted(
            model=model,
            cutoff=snapshot.periods.cutoff,
            columns=tuple(columns or signals),
            weights=np.ones(len(signals)) if weights is None else weights,
            by_period=by_period,
            of_sum=of_sum,
            trials=trials,
        ),
    )


def order_sizes(orders: Orders) -> FloatArray:
    """Return (K,): units in the line that a unit comes in, shrunk to that of all SKUs."""
    units = orders.quantity.astype(np.float64)
    squares = np.bincount(orders.sku, units**2, minlength=len(orders.skus))
    sums = np.bincount(orders.sku, units, minlength=len(orders.skus))
    few = USUAL_LINES / len(orders)
    return np.asarray((squares + few * squares.sum()) / (sums + few * sums.sum()))
