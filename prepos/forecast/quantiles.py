"""Quantiles of negative-binomial counts, in whole units, exact and fast.

Most cells are nearly empty, so their quantiles are a few steps up from zero: a compiled loop climbs
each cell's distribution function once for all levels. Large means are bracketed and halved, on the
distribution function by scipy.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import betainc, gammaincc

from prepos.core.kernels import each, kernel
from prepos.core.types import FloatArray, IntArray

CLIMB = 600.0  # units; larger means are bracketed; exp(-CLIMB) is still a normal number
POISSON = 1e-8  # dispersion below which the counts are Poisson
NOTHING = 1e-17  # share of what is reached that no longer adds to it


def count_quantiles(
    mean: FloatArray, dispersion: FloatArray, probabilities: Sequence[float] | FloatArray
) -> FloatArray:
    """Return the smallest whole numbers whose distribution function reaches each probability.

    Parameters
    ----------
    mean, dispersion : float, one shape
        Variance = mean + dispersion * mean**2; dispersion 0 is Poisson.
    probabilities : (Q,) float
        Between 0 and 1, in any order.

    Returns
    -------
    (Q, ...) float
        Whole units.
    """
    flat_mean = np.ascontiguousarray(mean, dtype=np.float64).ravel()
    wide = np.broadcast_to(np.asarray(dispersion, dtype=np.float64), np.shape(mean))
    flat_dispersion = np.ascontiguousarray(wide).ravel()
    levels = np.asarray(probabilities, dtype=np.float64)
    result = np.zeros((len(levels), len(flat_mean)))
    _climb(flat_mean, flat_dispersion, levels, np.argsort(levels), result)
    large = np.flatnonzero(flat_mean > CLIMB)
    if len(large):
        result[:, large] = _bracket(flat_mean[large], flat_dispersion[large], levels)
    return result.reshape(len(levels), *np.shape(mean))


@kernel
def _climb(
    mean: FloatArray,
    dispersion: FloatArray,
    levels: FloatArray,
    rising: IntArray,
    result: FloatArray,
) -> None:
    """Walk up each cell's distribution function and note where it reaches each level.

    The chance of nothing is at least 1 - mean, so the emptiest cells are not even looked at.
    """
    surely_empty = 1.0 - levels[rising[-1]] if len(levels) else np.inf
    for cell in each(mean.shape[0]):
        m, a = mean[cell], dispersion[cell]
        if surely_empty < m <= CLIMB:
            if a > POISSON:
                probability = np.exp(-np.log1p(a * m) / a)
            else:
                a, probability = 0.0, np.exp(-m)
            reached, units, growth = probability, 0.0, m / (1.0 + a * m)
            for number in rising:
                while reached < levels[number] and probability > reached * NOTHING:
                    probability *= growth * (1.0 + a * units) / (units + 1.0)
                    reached += probability
                    units += 1.0
                if units > 0.0:
                    result[number, cell] = units


def _bracket(mean: FloatArray, dispersion: FloatArray, levels: FloatArray) -> FloatArray:
    """Return the quantiles (Q, C): doubled past the level, then halved down to one unit."""
    target = np.repeat(levels[:, None], len(mean), axis=1)
    below = np.full(target.shape, -1.0)
    above = np.broadcast_to(np.ceil(mean), target.shape).copy()
    short = _reached(above, mean, dispersion) < target
    while short.any():
        below[short] = above[short]
        above[short] *= 2.0
        short &= _reached(above, mean, dispersion) < target
    while (above - below > 1.0).any():
        middle = np.floor((above + below) / 2.0)
        reaches = _reached(middle, mean, dispersion) >= target
        below, above = np.where(reaches, below, middle), np.where(reaches, middle, above)
    return above


def _reached(units: FloatArray, mean: FloatArray, dispersion: FloatArray) -> FloatArray:
    """Return the distribution function at whole units, one column a cell.

    References
    ----------
    Abramowitz and Stegun (1964), 26.4.21 (Poisson) and 26.5.26 (negative binomial).
    """
    size = 1.0 / np.maximum(dispersion, POISSON)
    wide = betainc(size, units + 1.0, size / (size + mean))
    return np.asarray(np.where(dispersion > POISSON, wide, gammaincc(units + 1.0, mean)))
