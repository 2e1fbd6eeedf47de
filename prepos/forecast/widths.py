"""From means to a forecast: widths fitted on what the same model said before.

Units are told in two ways, as negative-binomial counts and as orders times sizes, and each span of
time keeps the way whose quantiles lost less on the later training origins. What the chances told of
the training origins turned out to be corrects those of the forecast; it is counted where the model
could have told them then, of cells that had sold: those that never did are many and another kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from prepos.core.demand import Backcast, Forecast, ListedCells
from prepos.core.fitted import Calibration, Fitted, SignalTrial, Widths
from prepos.core.kernels import Float32Array
from prepos.core.orders import Orders
from prepos.core.places import places_from
from prepos.core.sizes import OrderSizes, count_sizes
from prepos.core.snapshot import Snapshot
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.forecast.calibration import LEAST_MEAN, fit_calibration
from prepos.forecast.cells import Cells, cell_quantiles
from prepos.forecast.compound import MOST_UNITS
from prepos.forecast.dispersion import fit_by_size, thin_rows
from prepos.forecast.training import STEPS_APART, Training

USUAL_LINES = 20.0  # lines of a SKU that count as much as those of all SKUs
CELLS = 20_000  # cells that the two ways are compared on
CALIBRATED_CELLS = 60_000  # cells whose chances are counted
CALIBRATED_ORIGINS = 4  # at least: fewer share too much of what befell all cells at once
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
    refined: bool = True,
) -> Forecast:
    """Return the forecast whose widths are those of the past means' residuals.

    Parameters
    ----------
    signals : name to (R, K) float
        What each adds to the horizon's sum.
    mean : (H, R, K) float
        By period ahead; its sum is that of the signals.
    past : (O, steps, R, K) float32
        What the model said at the training origins, of the cells that teach.
    model : str
    columns, weights : (F,) names and float
        What the mean was made of, the signals with weight 1 if not told.
    trials : tuple of SignalTrial
        What the gate said.
    refined : bool
        Whether units may be told as orders times sizes, and their chances corrected by what they
        turned out to be; else they are negative binomial and no more.
    """
    units, whole_sizes = training.units, count_sizes(snapshot.orders)
    size, sizes = order_sizes(snapshot.orders)[training.skus], whole_sizes.of(training.skus)
    sums = past.sum(axis=1), training.sums
    fitted = Fitted(
        model=model,
        cutoff=snapshot.periods.cutoff,
        columns=tuple(columns or signals),
        weights=np.ones(len(signals)) if weights is None else weights,
        by_period=fit_by_size(past, units, size, training.weight),
        of_sum=fit_by_size(*sums, size, training.weight),
        trials=trials,
    )
    if len(training) and refined:
        lines = training.lines
        columns_of = Columns(size, sizes, training.weight)
        sold = training.had_sold
        for_period = refine(past, units, lines, fitted.by_period, columns_of, sold)
        for_sum = refine(*sums, lines.sum(axis=1), fitted.of_sum, columns_of, sold)
        fitted = replace(
            fitted,
            orders_by_period=for_period[0],
            calibration_by_period=for_period[1],
            orders_of_sum=for_sum[0],
            calibration_of_sum=for_sum[1],
        )
    whole = len(training) > 0 and training.steps == snapshot.periods.horizon
    backcast = Backcast(past, units, training.skus, _listed(training)) if whole else None
    return widened(snapshot, signals, mean, fitted, sizes=whole_sizes, backcast=backcast)


class Columns(NamedTuple):
    """What is known of K columns of cells.

    Attributes
    ----------
    size : (K,) float
        Units in the line that a unit of the SKU comes in.
    sizes : OrderSizes
    weight : (K,) float
        For how many cells each stands.
    """

    size: FloatArray
    sizes: OrderSizes
    weight: FloatArray


def _listed(training: Training) -> ListedCells | None:
    """Return where the columns lie, if they are listed cells."""
    if training.taught is None:
        return None
    return ListedCells(training.taught.cells.region, training.weight)


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


def refine(
    past: Float32Array,
    units: Float32Array,
    lines: Float32Array,
    plain: Widths,
    columns: Columns,
    had_sold: BoolArray,
) -> tuple[Widths | None, Calibration | None]:
    """Return how wide the orders scatter, if that tells units better, and what chances came to.

    Parameters
    ----------
    past, units, lines : (O, ..., R, K) float32
        Means, units and order lines by origin, oldest first.
    plain : Widths
        Of the units.
    columns : Columns
    had_sold : (O, R, K) bool
        Whether a cell had sold before the origin.
    """
    size, sizes, weight = columns
    orders = thin_rows(past) / sizes.mean.astype(np.float32)
    of_orders = fit_by_size(orders, thin_rows(lines), None, weight)
    late = past[len(past) // 2 :]
    cells, came = pick_cells(late, units[len(past) // 2 :], CELLS)
    as_counts = told_cells(cells, plain, size)
    as_orders = told_cells(cells, plain, size, sizes, of_orders)
    small = np.flatnonzero(as_counts.mean <= MOST_UNITS)
    counts, built = (cell_quantiles(told.at(small), LEVELS) for told in (as_counts, as_orders))
    facts = came[small], weight[cells[1][small]]
    kept = of_orders if _pinball(built, *facts) < _pinball(counts, *facts) else None
    if len(past) < CALIBRATED_ORIGINS:
        return kept, None
    first = STEPS_APART if len(past) >= STEPS_APART + CALIBRATED_ORIGINS else 0
    cells, came = pick_sold(past[first:], units[first:], had_sold[first:])
    return kept, fit_calibration(told_cells(cells, plain, size, sizes, kept), came)


def pick_cells(
    past: Float32Array, units: Float32Array, most: int
) -> tuple[tuple[FloatArray, IntArray], FloatArray]:
    """Return about ``most`` evenly spaced cells: (mean, SKU) and units, (N,).

    Parameters
    ----------
    past, units : (..., K) float32
        Means and units.
    """
    cells = np.arange(0, past.size, max(1, past.size // most))
    return take_cells(past, units, cells)


def pick_sold(
    past: Float32Array, units: Float32Array, had_sold: BoolArray
) -> tuple[tuple[FloatArray, IntArray], FloatArray]:
    """Return evenly spaced cells that had sold, with means that count: (mean, SKU) and units, (N,).

    Parameters
    ----------
    past, units : (O, ..., R, K) float32
        Means and units.
    had_sold : (O, R, K) bool
    """
    busy = places_from(past.ravel(), LEAST_MEAN)
    origin, cell = busy // past[0].size, busy % had_sold[0].size
    sold = busy[had_sold.reshape(len(past), -1)[origin, cell]]
    return take_cells(past, units, sold[:: max(1, len(sold) // CALIBRATED_CELLS)])


def take_cells(
    past: Float32Array, units: Float32Array, cells: IntArray
) -> tuple[tuple[FloatArray, IntArray], FloatArray]:
    """Return (mean, SKU) and units, (N,), of flat cells."""
    mean, came = past.ravel()[cells], units.ravel()[cells]
    return (mean.astype(np.float64), cells % past.shape[-1]), came.astype(np.float64)


def told_cells(
    cells: tuple[FloatArray, IntArray],
    plain: Widths,
    size: FloatArray,
    sizes: OrderSizes | None = None,
    of_orders: Widths | None = None,
) -> Cells:
    """Return cells, means and SKUs (N,), with these widths of units and of orders."""
    mean, sku = cells
    orders = None
    if of_orders is not None and sizes is not None:
        orders = of_orders.at(mean / sizes.mean[sku], None)
    return Cells(
        mean=mean,
        dispersion=plain.at_cells(mean, size[sku]),
        sku=sku,
        sizes=sizes,
        of_orders=orders,
    )


def _pinball(counts: FloatArray, units: FloatArray, weight: FloatArray) -> float:
    """Return the quantile loss of counts (Q, N), summed by the weights of the cells."""
    miss = units - counts
    levels = np.array(LEVELS)[:, None]
    return float((np.maximum(levels * miss, (levels - 1.0) * miss) @ weight).sum())


def order_sizes(orders: Orders) -> FloatArray:
    """Return (K,): units in the line that a unit comes in, shrunk to that of all SKUs."""
    units = orders.quantity.astype(np.float64)
    squares = np.bincount(orders.sku, units**2, minlength=len(orders.skus))
    sums = np.bincount(orders.sku, units, minlength=len(orders.skus))
    few = USUAL_LINES / len(orders)
    return np.asarray((squares + few * squares.sum()) / (sums + few * sums.sum()))
