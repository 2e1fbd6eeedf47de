"""Exponential mean with a tuned rate: the simplest peer that is hard to beat.

One half-life for all cells, one for the next period and one for the sum, chosen at each cutoff by
the weighted root mean squared scaled error of the latest periods that are known.
"""

from __future__ import annotations

import numpy as np

from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray, IntArray
from prepos.forecast.peers.peer import Settings, spread_horizon

HALF_LIVES = (0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 18.0, 26.0, 40.0, 80.0, 1000.0)  # periods
LATEST = 26  # periods that the rate is chosen on
LEAST_PAST = 4  # periods before the first of these
LEAST_SCALE = 0.1  # units, as in the score
USUAL = HALF_LIVES.index(8.0)  # where the history is too short to choose


def exponential_means(snapshot: Snapshot, _settings: Settings) -> FloatArray:
    """Return (H, R, K) means."""
    history, horizon = snapshot.history(), snapshot.periods.horizon
    weights = discounts(history.units.shape[1])
    levels = history.units @ weights
    first = history.spread(levels[:, best_rate(history.units, 1)])
    total = history.spread(levels[:, best_rate(history.units, horizon)] * horizon)
    return spread_horizon(first, total, horizon)


def discounts(length: int) -> FloatArray:
    """Return (T, F) weights of each past period by half-life, summing to 1."""
    ages = np.arange(length)[::-1]
    weights = 0.5 ** (ages[:, None] / np.array(HALF_LIVES))
    return np.asarray(weights / weights.sum(axis=0))


def best_rate(units: FloatArray, steps: int) -> int:
    """Return the position on ``HALF_LIVES`` whose means of the next periods' sum erred least."""
    length = units.shape[1]
    backs = past_origins(length, steps)
    if not len(backs):
        return USUAL
    squared = np.zeros((len(units), len(HALF_LIVES)))
    for back in backs:
        levels = units[:, : length - back] @ discounts(length - back)
        came = units[:, length - back : length - back + steps].sum(axis=1)
        squared += (steps * levels - came[:, None]) ** 2
    return int(np.argmin(weigh_errors(units, squared / len(backs))))


def past_origins(length: int, steps: int) -> IntArray:
    """Return how many periods back the latest origins lie whose next periods are known."""
    return np.arange(min(length - LEAST_PAST, LATEST + steps - 1), steps - 1, -1)


def weigh_errors(units: FloatArray, squared: FloatArray) -> FloatArray:
    """Return (F,): root mean squared errors (C, F) over the cells' scales, weighted by units."""
    scale = np.sqrt((np.diff(units, axis=1) ** 2).mean(axis=1))
    weight = units.sum(axis=1) / np.maximum(scale, LEAST_SCALE)
    return np.asarray(weight @ np.sqrt(squared))
