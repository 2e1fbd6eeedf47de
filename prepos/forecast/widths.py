"""From means to a forecast: widths fitted on what the same model said before.

Units are told in two ways, as negative-binomial counts and as orders times sizes, and each span of
time keeps the way whose quantiles lost less on the later training origins.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prepos.core.demand import Backcast, Forecast
from prepos.core.fitted import Fitted, SignalTrial, Widths
from prepos.core.orders import Orders
from prepos.core.sizes import OrderSizes, count_sizes
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray
from prepos.forecast.compound import MOST_UNITS, compound_quantiles
from prepos.forecast.dispersion import fit_by_size
from prepos.forecast.quantiles import count_quantiles
from prepos.forecast.training import Float32Array, Training

USUAL_LINES = 20.0  # lines of a SKU that count as much as those of all SKUs
CELLS = 20_000  # cells that the two ways are compared on
LEVELS = (0.5, 0.75, 0.9, 0.95, 0.99)


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
    as_orders: bool = True,
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
    as_orders : bool
        Whether units may be told as orders times sizes.
    """
    units = training.units
    size, sizes = order_sizes(snapshot.orders), count_sizes(snapshot.orders)
    sums = past.sum(axis=1), units.sum(axis=1)
    by_period, of_sum = fit_by_size(past, units, size), fit_by_size(*sums, size)
    orders_by_period = orders_of_sum = None
    if len(training) and as_orders:
        lines = training.lines
        orders_by_period = order_widths(past, units, lines, sizes=sizes, plain=(by_period, size))
        orders_of_sum = order_widths(*sums, lines.sum(axis=1), sizes=sizes, plain=(of_sum, size))
    fitted = Fitted(
        model=model,
        cutoff=snapshot.periods.cutoff,
        columns=tuple(columns or signals),
        weights=np.ones(len(signals)) if weights is None else weights,
        by_period=by_period,
        of_sum=of_sum,
        trials=trials,
        orders_by_period=orders_by_period,
        orders_of_sum=orders_of_sum,
    )
    whole = len(training) > 0 and training.steps == snapshot.periods.horizon
    backcast = Backcast(past, units) if whole else None
    return widened(snapshot, signals, mean, fitted, sizes=sizes, backcast=backcast)


def widened(
    snapshot: Snapshot,
    signals: dict[str, FloatArray],
    mean: FloatArray,
    fitted: Fitted,
    *,
    sizes: OrderSizes,
    backcast: Backcast | None = None,
) -> Forecast:
    """Return the forecast of these means with widths that are fitted already."""
    total = np.sum(list(signals.values()), axis=0)
    size = order_sizes(snapshot.orders)
    by_period, of_sum = fitted.orders_by_period, fitted.orders_of_sum
    return Forecast(
        snapshot.orders.regions,
        snapshot.orders.skus,
        snapshot.periods,
        mean=mean,
        dispersion=fitted.by_period.at(mean, size),
        total_mean=total,
        total_dispersion=fitted.of_sum.at(total, size),
        signals=signals,
        backcast=backcast,
        order_size=size,
        sizes=sizes,
        order_dispersion=None if by_period is None else by_period.at(mean / sizes.mean, None),
        total_order_dispersion=None if of_sum is None else of_sum.at(total / sizes.mean, None),
        fitted=fitted,
    )


def order_widths(
    past: Float32Array,
    units: Float32Array,
    lines: Float32Array,
    *,
    sizes: OrderSizes,
    plain: tuple[Widths, FloatArray],
) -> Widths | None:
    """Return how wide the orders scatter, or None where units told as they are lose less.

    Parameters
    ----------
    past, units, lines : (O, ..., R, K) float32
        Means, units and order lines by origin, oldest first.
    plain : Widths and (K,) float
        Of the units, and their order sizes.
    """
    orders = past / sizes.mean.astype(np.float32)
    found = fit_by_size(orders, lines, None)
    late = past[len(past) // 2 :]
    cells = np.arange(0, late.size, max(1, late.size // CELLS))
    mean, sku = late.ravel()[cells].astype(np.float64), cells % late.shape[-1]
    came = units[len(past) // 2 :].ravel()[cells]
    small = mean <= MOST_UNITS
    mean, sku, came = mean[small], sku[small], came[small]
    widths, size = plain
    spread = widths.at_cells(mean, size[sku])
    counts = count_quantiles(mean, spread, LEVELS)
    scatter = found.at(mean / sizes.mean[sku], None)
    built = compound_quantiles(mean, scatter, sku, sizes, LEVELS)
    built = np.where(built < 0, counts, built)
    return found if _pinball(built, came) < _pinball(counts, came) else None


def _pinball(counts: FloatArray, units: Float32Array) -> float:
    """Return the quantile loss of counts (Q, N), summed."""
    miss = units - counts
    levels = np.array(LEVELS)[:, None]
    return float(np.maximum(levels * miss, (levels - 1.0) * miss).sum())


def order_sizes(orders: Orders) -> FloatArray:
    """Return (K,): units in the line that a unit comes in, shrunk to that of all SKUs."""
    units = orders.quantity.astype(np.float64)
    squares = np.bincount(orders.sku, units**2, minlength=len(orders.skus))
    sums = np.bincount(orders.sku, units, minlength=len(orders.skus))
    few = USUAL_LINES / len(orders)
    return np.asarray((squares + few * squares.sum()) / (sums + few * sums.sum()))
