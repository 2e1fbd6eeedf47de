"""Units as orders times sizes: negative-binomial orders, each of so many units.

Where an order holds many units, units come in lumps, and a negative binomial of units puts its
quantiles between the lumps. The distribution is built up unit by unit from the sizes' chances
(Panjer's recursion). Assumes that sizes do not depend on how many orders there are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prepos.core.kernels import each, kernel, serial_kernel
from prepos.core.sizes import OrderSizes
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.forecast.quantiles import POISSON

MOST_UNITS = 60.0  # expected; beyond it lumps no longer show
SPAN = 4096  # units up to which a distribution is built
BLOCKS = 64  # that the cells are shared out in


def compound_quantiles(
    mean: FloatArray,
    dispersion: FloatArray,
    sku: IntArray,
    sizes: OrderSizes,
    probabilities: Sequence[float] | FloatArray,
) -> FloatArray:
    """Return the smallest whole units whose distribution function reaches each probability.

    Parameters
    ----------
    mean : (N,) float
        Units.
    dispersion : (N,) float
        Of the orders: their variance is m + dispersion * m**2, with m orders expected.
    sku : (N,) int
        Position on the axis of the sizes.
    probabilities : (Q,) float
        Between 0 and 1, in any order.

    Returns
    -------
    (Q, N) float
        Whole units; -1 where the mean is above ``MOST_UNITS``, or the quantile above ``SPAN``.

    References
    ----------
    Panjer (1981), Recursive evaluation of a family of compound distributions, ASTIN Bulletin 12(1).
    """
    levels = np.asarray(probabilities, dtype=np.float64)
    result = np.full((len(levels), len(mean)), -1.0)
    if not len(levels):
        return result
    _climb(
        *(mean / sizes.mean[sku], dispersion, sku),
        *(sizes.start, sizes.size, sizes.chance),
        mean <= MOST_UNITS,
        levels,
        np.argsort(levels),
        result,
    )
    return result


def compound_chances(
    mean: FloatArray, dispersion: FloatArray, sku: IntArray, sizes: OrderSizes, units: FloatArray
) -> FloatArray:
    """Return the chance (N,) of at most so many units; -1 where it is not built (see above)."""
    result = np.full(len(mean), -1.0)
    small = (mean <= MOST_UNITS) & (units < SPAN)
    _sum_up(
        *(mean / sizes.mean[sku], dispersion, sku),
        *(sizes.start, sizes.size, sizes.chance),
        small,
        units,
        result,
    )
    return result


@kernel
def _climb(
    orders: FloatArray,
    dispersion: FloatArray,
    sku: IntArray,
    start: IntArray,
    size: IntArray,
    chance: FloatArray,
    wanted: BoolArray,
    levels: FloatArray,
    rising: IntArray,
    result: FloatArray,
) -> None:
    """Build each cell's distribution until its last level is reached."""
    for block in each(BLOCKS):
        built = np.empty(SPAN)
        for cell in range(block, orders.shape[0], BLOCKS):
            if not wanted[cell]:
                continue
            first, last = start[sku[cell]], start[sku[cell] + 1]
            share, growth, built[0] = _begin(orders[cell], dispersion[cell])
            reached, units = built[0], 0
            for number in rising:
                while reached < levels[number] and units < SPAN - 1:
                    units += 1
                    _go_on(built, units, share, growth, size[first:last], chance[first:last])
                    reached += built[units]
                if reached >= levels[number]:
                    result[number, cell] = units


@kernel
def _sum_up(
    orders: FloatArray,
    dispersion: FloatArray,
    sku: IntArray,
    start: IntArray,
    size: IntArray,
    chance: FloatArray,
    wanted: BoolArray,
    most: FloatArray,
    result: FloatArray,
) -> None:
    """Build each cell's distribution up to its units."""
    for block in each(BLOCKS):
        built = np.empty(SPAN)
        for cell in range(block, orders.shape[0], BLOCKS):
            if not wanted[cell]:
                continue
            if most[cell] < 0:
                result[cell] = 0.0
                continue
            first, last = start[sku[cell]], start[sku[cell] + 1]
            share, growth, built[0] = _begin(orders[cell], dispersion[cell])
            reached = built[0]
            for units in range(1, int(most[cell]) + 1):
                _go_on(built, units, share, growth, size[first:last], chance[first:last])
                reached += built[units]
            result[cell] = min(reached, 1.0)


@serial_kernel
def _begin(orders: float, dispersion: float) -> tuple[float, float, float]:
    """Return the recursion's two weights and the chance of no order at all."""
    if dispersion <= POISSON:
        return 0.0, orders, np.exp(-orders)
    scatter = dispersion * orders
    share = scatter / (1.0 + scatter)
    return share, (1.0 / dispersion - 1.0) * share, np.exp(-np.log1p(scatter) / dispersion)


@serial_kernel
def _go_on(
    built: FloatArray,
    units: int,
    share: float,
    growth: float,
    size: IntArray,
    chance: FloatArray,
) -> None:
    """Build the chance of one unit more, from those of fewer."""
    total = 0.0
    for entry in range(len(size)):
        if size[entry] > units:
            break
        weight = share + growth * size[entry] / units
        total += weight * chance[entry] * built[units - size[entry]]
    built[units] = total
