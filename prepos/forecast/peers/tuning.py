"""What peers' settings are chosen by: the two measures of the score, on the latest known periods.

A setting that is best for means is not best for quantiles, so their product decides. Quantiles come
of a negative binomial fitted to what the setting itself said, as in the score.
"""

from __future__ import annotations

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.forecast.dispersion import fit_dispersion
from prepos.forecast.quantiles import count_quantiles
from prepos.forecast.scores import LEAST_SCALE, LEVELS

LATEST = 26  # periods that settings are chosen on
LEAST_PAST = 4  # periods before the first of these
CELLS = 10_000  # that settings are chosen on; more are thinned evenly


def past_origins(length: int, steps: int) -> IntArray:
    """Return how many periods back the latest origins lie whose next periods are known."""
    return np.arange(min(length - LEAST_PAST, LATEST + steps - 1), steps - 1, -1)


def thinned(units: FloatArray) -> FloatArray:
    """Return the history (C, T) of so many cells, evenly taken."""
    return units[:: max(1, -(-len(units) // CELLS))]


def what_came(units: FloatArray, steps: int) -> FloatArray:
    """Return (C, O): the units of the next periods at each of the past origins."""
    length = units.shape[1]
    ends = length - past_origins(length, steps)
    reached = np.concatenate([np.zeros((len(units), 1)), np.cumsum(units, axis=1)], axis=1)
    return np.asarray(reached[:, ends + steps] - reached[:, ends])


def joint_loss(units: FloatArray, said: FloatArray, came: FloatArray) -> float:
    """Return the product of the weighted root mean squared scaled error and the pinball loss.

    Parameters
    ----------
    units : (C, T) float
        The history, for scales and weights.
    said, came : (C, O) float
        Means and units at the past origins.
    """
    scale = np.sqrt((np.diff(units, axis=1) ** 2).mean(axis=1))
    weight = units.sum(axis=1) / np.maximum(scale, LEAST_SCALE)
    rooted = float(weight @ np.sqrt(((said - came) ** 2).mean(axis=1)))
    return rooted * pinball_loss(said, came, np.ones(said.shape))


def pinball_loss(said: FloatArray, came: FloatArray, weight: FloatArray) -> float:
    """Return the weighted pinball loss, over all levels, of quantiles fitted around the means."""
    counts = count_quantiles(said, fit_dispersion(said, came).at(said), LEVELS)
    total = 0.0
    for level, count in zip(LEVELS, counts, strict=True):
        miss = came - count
        total += float((weight * np.maximum(level * miss, (level - 1.0) * miss)).sum())
    return total
