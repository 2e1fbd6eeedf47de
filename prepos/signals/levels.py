"""Levels: what a SKU sells everywhere, followed from slow to fast.

The slowest level is shrunk to that of the SKU's category. Each faster one starts from the slower
and moves by as much as the units seen lately are many: a gamma prior worth some units, and counts.
How many units the slower level is worth is learnt by how well the next horizon would have been
foreseen.
"""

from __future__ import annotations

import numpy as np

from prepos.core.types import FloatArray
from prepos.signals.bank import bank
from prepos.signals.evidence import Evidence
from prepos.signals.record import Record

CATEGORY_UNITS = 0.5  # units of a SKU that count as much as its category's mean level
WORTHS = np.geomspace(2.0, 2000.0, 10)  # units that a slower level may be worth
TRIALS = 8  # earlier instants that it is learnt at
SCATTER = 0.05  # dispersion of a SKU's units over all regions, assumed while levels are compared


def follow_levels(evidence: Evidence) -> tuple[FloatArray, FloatArray]:
    """Return (K,) units per ordinary period over all regions: the fastest level and the slowest."""
    whole = evidence.whole
    units = sku_sums(whole)
    worths = np.stack([whole.sku_worth(speed) for speed in range(whole.speeds)])
    slow = slow_level(whole, units[-1], worths[-1])
    trust = whole.record.learn(learn_trust, whole.back)
    return evidence.cut(quick_level(slow, units, worths, trust)), evidence.cut(slow)


def sku_sums(evidence: Evidence) -> FloatArray:
    """Return (S, K) discounted units of each SKU over all regions."""
    skus, of_sku = evidence.shape[1], evidence.history.sku
    return np.stack([np.bincount(of_sku, sums, minlength=skus) for sums in evidence.sums.T])


def slow_level(evidence: Evidence, units: FloatArray, worth: FloatArray) -> FloatArray:
    """Return (K,) units per period, shrunk to the mean of the SKU's category."""
    group = evidence.category
    rate = np.bincount(group, units) / np.maximum(np.bincount(group, worth), 1e-12)
    overall = units.sum() / max(worth.sum(), 1e-12)
    count = np.bincount(group)
    typical = (rate * count + overall) / (count + 1.0)
    prior = CATEGORY_UNITS / np.maximum(typical[group], 1e-9)
    return np.asarray((CATEGORY_UNITS + units) / (prior + worth))


def quick_level(
    slow: FloatArray, units: FloatArray, worths: FloatArray, trust: FloatArray
) -> FloatArray:
    """Return (..., K) the level after the fastest speed's word.

    Parameters
    ----------
    slow : (..., K) float
    units, worths : (S, ..., K) float
        Discounted units, and ordinary periods, fastest first.
    trust : (S - 1,) float
        Units that the next slower level is worth at each faster speed.
    """
    level = slow
    for speed in reversed(range(len(trust))):
        prior = trust[speed] / np.maximum(level, 1e-9)
        level = (trust[speed] + units[speed]) / (prior + worths[speed])
    return level


def learn_trust(record: Record, lesson_back: int) -> FloatArray:
    """Return (S - 1,) units that a slower level is worth, as learnt before an instant.

    Each is chosen on a grid, the slowest first, so that what came in the horizon after earlier
    instants was most likely.
    """
    horizon, known = record.snapshot.periods.horizon, record.length - lesson_back
    speeds = len(record.decay)
    trust = np.full(speeds - 1, np.inf)
    marks = np.arange(max(1, known - horizon - TRIALS + 1), known - horizon + 1)
    if speeds == 1 or not len(marks):
        return np.full(speeds - 1, WORTHS[-1])
    sums = bank(record.sku_units.astype(np.float32), record.decay, marks)
    units = np.moveaxis(sums.astype(np.float64), 2, 0)
    seen = (1.0 - record.decay[:, None] ** marks) / (1.0 - record.decay[:, None])
    worths = np.broadcast_to(seen[:, :, None], units.shape)
    came = np.stack([record.sku_units[:, m : m + horizon].sum(axis=1) for m in marks])
    slow = units[-1] / worths[-1] + 1e-6
    chosen = np.full(speeds - 1, WORTHS[-1])
    for speed in reversed(range(len(trust))):
        losses = []
        for worth in WORTHS:
            chosen[speed] = worth
            level = quick_level(slow, units[speed:], worths[speed:], chosen[speed:])
            losses.append(_loss(level * horizon, came))
        chosen[speed] = WORTHS[int(np.argmin(losses))]
    return chosen


def _loss(mean: FloatArray, units: FloatArray) -> float:
    """Return minus the log likelihood of negative-binomial counts, up to a constant."""
    size = 1.0 / SCATTER
    return float((size * np.log1p(mean / size) - units * np.log(mean / (mean + size))).sum())
