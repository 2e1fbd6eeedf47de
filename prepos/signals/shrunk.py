"""Shrunk: what the region buys beside what is usual, believed by as much as the counts are many.

The pool says what a cell would sell if its region liked the SKU as it likes the category. The
cell's own units over what the pool expected of it are a ratio; so are the neighbours'. The own
ratio is shrunk to the neighbours', that one to 1 (gamma-Poisson), and the product with the SKU's
quick level is the forecast. It is shrunk in several ways, from little to much, since nobody knows
beforehand how far regions differ: the stack weighs them. Each is one column made of several
signals' words, so each signal is told its part: own units, neighbours' units, and the rest that the
pool puts in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from prepos.core.kernels import Float32Array, serial_kernel
from prepos.core.types import FloatArray, IntArray
from prepos.signals.evidence import Evidence
from prepos.signals.levels import follow_levels
from prepos.signals.neighbours import cells_around
from prepos.signals.pool import category_shares, usual_shares

# Speed, and what a prior ratio is worth: expected units, and periods of what is expected besides.
WAYS = ((1, 8.0, 0.0), (-1, 0.5, 0.0), (-1, 2.0, 0.0), (-1, 8.0, 4.0))
NEAR_UNITS = 1.0  # expected units of neighbours that count as much as a ratio of 1
NEAR = 6.0  # neighbours' units count as those of so many regions, spread by their weights


class Shrunk(NamedTuple):
    """One way's column, and how much of it is the word of whom.

    Attributes
    ----------
    mean : (1 or H, R, K) float32
        Units per period.
    own, near : (R, K) float32
        Shares of the mean, adding up to 1 with the pool's; empty where they are not asked for.
    """

    mean: Float32Array
    own: Float32Array
    near: Float32Array


Way = tuple[int, float, float]


def shrunk(
    evidence: Evidence,
    *,
    with_neighbours: bool,
    with_shares: bool = True,
    ways: Sequence[Way] = WAYS,
) -> list[Shrunk]:
    """Return one column for each way to trust the own units."""
    share = evidence.once(usual_shares)
    quick, slow = evidence.once(follow_levels)
    asked = evidence.shape if with_shares else (0, 0)
    found = []
    for speed, units_worth, periods_worth in ways:
        at = min(speed, evidence.speeds - 1) % evidence.speeds
        level = quick if at < evidence.speeds - 1 else slow
        told = Shrunk(
            *(np.empty(size, dtype=np.float32) for size in (evidence.shape, asked, asked))
        )
        worth = (level * evidence.worth(at)).astype(np.float32)
        _shrink(
            evidence.units(at),
            share,
            quick.astype(np.float32),
            worth,
            _look_around(evidence, at, level, worth) if with_neighbours else _nothing(evidence),
            units_worth,
            (periods_worth * level).astype(np.float32),
            told,
        )
        found.append(told._replace(mean=evidence.onward(told.mean)))
    return found


class Around(NamedTuple):
    """Neighbours' discounted units and what was to be expected of them, (R or 1, K) each."""

    units: Float32Array
    foreseen: Float32Array


def _nothing(evidence: Evidence) -> Around:
    """Return what lies around where neighbours are not looked at."""
    none = np.zeros((1, evidence.shape[1]), dtype=np.float32)
    return Around(none, none)


def _look_around(evidence: Evidence, speed: int, level: FloatArray, worth: Float32Array) -> Around:
    """Return what neighbours bought at a speed, beside their shares of the SKUs' levels (K,)."""
    if evidence.asked is not None:
        return _look_around_listed(evidence, speed, level)
    units, share = evidence.units(speed), evidence.once(usual_shares)
    found = Around(np.zeros_like(units), np.zeros_like(units))
    matrix = evidence.neighbours
    start, neighbour = (part.astype(np.int64) for part in (matrix.indptr, matrix.indices))
    _add_around(units, share, worth, (start, neighbour, matrix.data.astype(np.float32)), found)
    return found


def _look_around_listed(evidence: Evidence, speed: int, level: FloatArray) -> Around:
    """Return the same of listed cells: all neighbours as if they were like their region and SKU.

    What the history's cells among them are worth besides is added.
    """
    matrix, history, whole = cells_around(evidence), evidence.history, evidence.whole
    shares = whole.once(category_shares)
    if evidence.is_plain:
        foreseen = evidence.by_category(evidence.neighbours @ shares)
        foreseen = foreseen * evidence.seen[speed]
    else:
        region, sku = evidence.region_worth(speed), whole.sku_worth(speed)
        usual = region[history.region] * sku[history.sku]
        more = evidence.history_worth(speed) - usual
        share = shares[history.region, evidence.record.category[history.sku]]
        foreseen = evidence.by_category(evidence.neighbours @ (region[:, None] * shares))
        foreseen = foreseen * evidence.sku_worth(speed) + (matrix @ (share * more))[None]
    units = (matrix @ evidence.sums[:, speed].astype(np.float64))[None]
    return Around(units.astype(np.float32), np.asarray(foreseen * level, dtype=np.float32))


@serial_kernel
def _add_around(
    units: Float32Array,
    share: Float32Array,
    worth: Float32Array,
    near_by: tuple[IntArray, IntArray, Float32Array],
    around: Around,
) -> None:
    """Add up units and what was to be expected, by the weights of each region's neighbours."""
    start, neighbour, weights = near_by
    for region in range(units.shape[0]):
        bought, foreseen = around.units[region], around.foreseen[region]
        for link in range(start[region], start[region + 1]):
            other, weight = neighbour[link], weights[link]
            theirs, part, sold = units[other], share[other], worth[min(other, len(worth) - 1)]
            for sku in range(units.shape[1]):
                bought[sku] += weight * theirs[sku]
                foreseen[sku] += weight * (part[sku] * sold[sku])


@serial_kernel
def _shrink(
    units: Float32Array,
    share: Float32Array,
    quick: Float32Array,
    worth: Float32Array,
    near_by: Around,
    units_worth: float,
    periods_worth: Float32Array,
    told: Shrunk,
) -> None:
    """Write each cell's mean, and whose word it is where that is asked for.

    ``worth`` (1 or R, K) are the units that a share of 1 is expected to have sold;
    ``periods_worth`` (K,) those that it adds to ``units_worth``, which the prior ratio is worth.
    """
    least, near_units, near = np.float32(units_worth), np.float32(NEAR_UNITS), np.float32(NEAR)
    regions, skus = units.shape
    for region in range(regions):
        own, part, sold = units[region], share[region], worth[min(region, len(worth) - 1)]
        at = min(region, len(near_by.units) - 1)
        around, foreseen = near_by.units[at], near_by.foreseen[at]
        mean = told.mean[region]
        for sku in range(skus):
            prior = least + part[sku] * periods_worth[sku]
            below = near_units + near * foreseen[sku]
            theirs = prior * (near * around[sku]) / below
            whole = prior * near_units / below + theirs + own[sku]
            mean[sku] = part[sku] * quick[sku] * (whole / (prior + part[sku] * sold[sku]))
        if len(told.own):
            for sku in range(skus):
                prior = least + part[sku] * periods_worth[sku]
                below = near_units + near * foreseen[sku]
                theirs = prior * (near * around[sku]) / below
                whole = prior * near_units / below + theirs + own[sku]
                told.own[region, sku], told.near[region, sku] = own[sku] / whole, theirs / whole
