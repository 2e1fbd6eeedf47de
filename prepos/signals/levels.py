"""Levels: what a SKU sells everywhere, followed from slow to fast.

The slowest level is shrunk to that of the SKU's category. Each faster one starts from the slower
and moves by as much as what sold lately tells: the slower level is worth some units, since counts
scatter, and some periods, since all that is sold of a SKU scatters together however much it is. So
a SKU that sells little is followed slowly, and a large one no faster than levels really move. How
much a slower level is worth is learnt by how well the next horizon would have been foreseen.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.signals.bank import bank, seen_weight
from prepos.signals.evidence import Evidence
from prepos.signals.record import Record

LEAST_WORTH = 0.05  # ordinary periods; with less a level cannot be told
CATEGORY_UNITS = 0.5  # units of a SKU that count as much as its category's mean level
UNITS = np.geomspace(0.5, 2000.0, 10)  # that a slower level may be worth
PERIODS = np.array([0.0, *np.geomspace(0.5, 128.0, 9)])  # that it may be worth besides
TRIALS = 16  # earlier instants that both are learnt at
STEPS_APART = 4  # periods of horizon for each period between two instants
SKUS = 500  # about as many at most, spread evenly, that both are learnt from
SWEEPS = 3  # times that each is chosen anew beside the others
SCATTER = 0.1  # dispersion of a SKU's units over all regions, assumed while levels are compared


class Trust(NamedTuple):
    """What the next slower level is worth at each faster speed: (S - 1,) units, and periods."""

    units: FloatArray
    periods: FloatArray


class Trials(NamedTuple):
    """What was known of K SKUs at M earlier instants, and what then came.

    Attributes
    ----------
    slow : (M, K) float
        The slowest level.
    units : (S, M, K) float
        Discounted units, fastest speed first.
    worths : (S, M, 1 or K) float
        Discounted ordinary periods.
    came : (M, K) float
        Units in the horizon after each instant.
    ahead : (M, 1 or K) float
        Ordinary periods that the horizon is worth.
    """

    slow: FloatArray
    units: FloatArray
    worths: FloatArray
    came: FloatArray
    ahead: FloatArray


def follow_levels(evidence: Evidence) -> tuple[FloatArray, FloatArray]:
    """Return (K,) each column's units per period over all regions: fastest level and slowest."""
    whole = evidence.whole
    units = whole.once(sku_sums)
    worths = np.stack([whole.open_worth(speed) for speed in range(whole.speeds)])
    slow = slow_level(whole, units[-1], worths[-1])
    trust = whole.record.learn(learn_trust, whole.back)
    return evidence.by_sku(quick_level(slow, units, worths, trust)), evidence.by_sku(slow)


def sku_sums(evidence: Evidence) -> FloatArray:
    """Return (S, all SKUs) discounted units of each SKU over all regions."""
    skus, of_sku = evidence.record.shape[1], evidence.history.sku
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
    slow: FloatArray, units: FloatArray, worths: FloatArray, trust: Trust
) -> FloatArray:
    """Return (..., K) the level after the fastest speed's word.

    Parameters
    ----------
    slow : (..., K) float
    units, worths : (S, ..., K) float
        Discounted units, and ordinary periods, fastest first.
    trust : Trust
        Of as many of the fastest speeds as are to speak.

    References
    ----------
    Bühlmann and Straub (1970), Glaubwürdigkeit für Schadensätze: of a mean's weight, as units
    whose variance is the mean and its square make it.
    """
    level = slow
    for speed in reversed(range(len(trust.units))):
        prior = trust.units[speed] / np.maximum(level, 1e-9) + trust.periods[speed]
        level = (prior * level + units[speed]) / (prior + worths[speed])
    return level


def learn_trust(record: Record, lesson_back: int) -> Trust:
    """Return what a slower level is worth, as learnt before an instant.

    Units and periods are chosen on grids, one after another, the slowest speed's first and as if
    there were no faster ones, then all anew beside the others, so that what came in the horizon
    after earlier instants was most likely. Where nothing is known slower levels are not moved.
    """
    faster = len(record.decay) - 1
    trust = Trust(np.full(faster, UNITS[-1]), np.full(faster, PERIODS[0]))
    horizon, known = record.snapshot.periods.horizon, record.length - lesson_back
    marks = np.arange(known - horizon, 0, -max(1, horizon // STEPS_APART))[:TRIALS][::-1]
    if not faster or not len(marks):
        return trust
    trials = look_back(record, marks, lesson_back)
    for sweep in range(SWEEPS):
        for speed in reversed(range(faster)):
            first = 0 if sweep else speed
            for values, grid in zip(trust, (UNITS, PERIODS), strict=True):
                losses = []
                for value in grid:
                    values[speed] = value
                    level = quick_level(
                        trials.slow,
                        trials.units[first:],
                        trials.worths[first:],
                        Trust(trust.units[first:], trust.periods[first:]),
                    )
                    losses.append(_loss(level * trials.ahead, trials.came))
                values[speed] = grid[int(np.argmin(losses))]
    return trust


def look_back(record: Record, marks: IntArray, lesson_back: int = 0) -> Trials:
    """Return what was known of SKUs at the instants after so many periods (M,), and what came.

    What multiplies demand is known as it was learnt for an origin.
    """
    horizon, every = record.snapshot.periods.horizon, max(1, -(-len(record.sku_units) // SKUS))
    sold = record.sku_units[::every]
    sums = bank(sold.astype(np.float32), record.decay, marks)
    units = np.moveaxis(sums.astype(np.float64), 2, 0)
    came = np.stack([sold[:, mark : mark + horizon].sum(axis=1) for mark in marks])
    factor = record.factors(lesson_back).of_skus(sold.shape[1])[::every]
    if (factor == 1).all():
        seen = [seen_weight(record.decay, int(mark)) for mark in marks]
        worths, ahead = np.stack(seen, axis=1)[..., None], np.full((len(marks), 1), float(horizon))
    else:
        worth = bank(np.ascontiguousarray(factor, dtype=np.float32), record.decay, marks)
        worths = np.maximum(np.moveaxis(worth.astype(np.float64), 2, 0), LEAST_WORTH)
        ahead = np.stack([factor[:, mark : mark + horizon].sum(axis=1) for mark in marks])
    return Trials(units[-1] / worths[-1] + 1e-6, units, worths, came, np.maximum(ahead, 1e-6))


def _loss(mean: FloatArray, units: FloatArray) -> float:
    """Return minus the log likelihood of negative-binomial counts, up to a constant."""
    size = 1.0 / SCATTER
    return float((size * np.log1p(mean / size) - units * np.log(mean / (mean + size))).sum())
