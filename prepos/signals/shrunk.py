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

from typing import NamedTuple

import numpy as np

from prepos.core.kernels import Float32Array, serial_kernel
from prepos.core.types import IntArray
from prepos.signals.evidence import Evidence
from prepos.signals.levels import follow_levels
from prepos.signals.pool import category_shares

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


def shrunk(evidence: Evidence, *, with_neighbours: bool, with_shares: bool = True) -> list[Shrunk]:
    """Return one column for each way to trust the own units."""
    shape, share = evidence.shape, evidence.once(usual_shares)
    quick, slow = evidence.once(follow_levels)
    asked = shape if with_shares else (0, 0)
    near_by = _weights(evidence) if with_neighbours else _no_weights(shape[0])
    found = []
    for speed, units_worth, periods_worth in WAYS:
        at = min(speed, evidence.speeds - 1) % evidence.speeds
        level = quick if at < evidence.speeds - 1 else slow
        sizes = (shape, asked, asked)
        told = Shrunk(*(np.empty(size, dtype=np.float32) for size in sizes))
        _shrink(
            evidence.units(at),
            share,
            quick.astype(np.float32),
            (level * evidence.worth(at)).astype(np.float32),
            near_by,
            units_worth,
            (periods_worth * level).astype(np.float32),
            told,
        )
        found.append(told._replace(mean=evidence.onward(told.mean)))
    return found


def usual_shares(evidence: Evidence) -> Float32Array:
    """Return (R, K) each region's share of each SKU's category."""
    shares = evidence.once(category_shares).astype(np.float32)
    return np.asarray(np.take(shares, evidence.category, axis=1))


class Weights(NamedTuple):
    """Each region's neighbours and their weights, those of region r from start[r] on."""

    start: IntArray
    region: IntArray
    weight: Float32Array


def _weights(evidence: Evidence) -> Weights:
    """Return the neighbours of all regions."""
    matrix = evidence.neighbours
    return Weights(
        matrix.indptr.astype(np.int64),
        matrix.indices.astype(np.int64),
        matrix.data.astype(np.float32),
    )


def _no_weights(regions: int) -> Weights:
    """Return the neighbours of regions that have none."""
    nobody = np.zeros(0, dtype=np.int64)
    return Weights(np.zeros(regions + 1, dtype=np.int64), nobody, np.zeros(0, dtype=np.float32))


@serial_kernel
def _shrink(
    units: Float32Array,
    share: Float32Array,
    quick: Float32Array,
    worth: Float32Array,
    near_by: Weights,
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
    around, foreseen = np.empty(skus, np.float32), np.empty(skus, np.float32)
    for region in range(regions):
        around[:], foreseen[:] = 0.0, 0.0
        for link in range(near_by.start[region], near_by.start[region + 1]):
            other, weight = near_by.region[link], near_by.weight[link]
            bought, part, sold = units[other], share[other], worth[min(other, len(worth) - 1)]
            for sku in range(skus):
                around[sku] += weight * bought[sku]
                foreseen[sku] += weight * (part[sku] * sold[sku])
        own, part, sold = units[region], share[region], worth[min(region, len(worth) - 1)]
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
