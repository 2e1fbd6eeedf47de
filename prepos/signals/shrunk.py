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

from prepos.core.kernels import Float32Array
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
        Shares of the mean, adding up to 1 with the pool's.
    """

    mean: Float32Array
    own: Float32Array
    near: Float32Array


def shrunk(evidence: Evidence, *, with_neighbours: bool) -> list[Shrunk]:
    """Return one column for each way to trust the own units."""
    share = category_shares(evidence)[:, evidence.category].astype(np.float32)
    quick, slow = follow_levels(evidence)
    usual = share * quick.astype(np.float32) * evidence.ahead
    found = []
    for speed, units_worth, periods_worth in WAYS:
        at = min(speed, evidence.speeds - 1) % evidence.speeds
        units = evidence.units(at)
        level = quick if at < evidence.speeds - 1 else slow
        expected = share * (level * evidence.worth(at)).astype(np.float32)
        believed = np.float32(units_worth) + share * (periods_worth * level).astype(np.float32)
        near, prior = np.zeros_like(units), believed
        if with_neighbours:
            around, foreseen = _around(evidence, units), _around(evidence, expected)
            near = believed * around / (NEAR_UNITS + foreseen)
            prior = believed * NEAR_UNITS / (NEAR_UNITS + foreseen) + near
        whole = prior + units
        ratio = whole / (believed + expected)
        found.append(Shrunk(usual * ratio, units / whole, near / whole))
    return found


def _around(evidence: Evidence, values: Float32Array) -> Float32Array:
    """Return (R, K) the neighbours' values summed."""
    return np.asarray(NEAR * (evidence.neighbours @ values))
