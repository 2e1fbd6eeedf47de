"""Quantiles of negative-binomial counts, in whole units, exact and fast.

Most cells are nearly empty, so their quantiles are a few steps up from zero: all cells climb
together, each leaving when its last quantile is passed. Large means are left to scipy.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import nbinom, poisson

from prepos.core.demand import Forecast
from prepos.core.types import FloatArray

CLIMB = 60.0  # units; cells with larger means are solved one by one
POISSON = 1e-8  # dispersion below which the counts are Poisson


def quantiles(forecast: Forecast, probabilities: Sequence[float]) -> FloatArray:
    """Return (Q, T, R, K) whole units."""
    return count_quantiles(forecast.mean, forecast.dispersion, probabilities)


def total_quantiles(forecast: Forecast, probabilities: Sequence[float]) -> FloatArray:
    """Return (Q, R, K) whole units of the sum over the horizon."""
    return count_quantiles(forecast.total_mean, forecast.total_dispersion, probabilities)


def count_quantiles(
    mean: FloatArray, dispersion: FloatArray, probabilities: Sequence[float]
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
    flat_mean = np.asarray(mean, dtype=np.float64).ravel()
    flat_dispersion = np.broadcast_to(dispersion, np.shape(mean)).ravel()
    levels = np.asarray(probabilities, dtype=np.float64)
    result = np.zeros((len(levels), len(flat_mean)))
    large = flat_mean > CLIMB
    small = np.flatnonzero((flat_mean > 0) & ~large)
    result[:, small] = _climb(flat_mean[small], flat_dispersion[small], levels)
    if large.any():
        result[:, large] = _solve(flat_mean[large], flat_dispersion[large], levels)
    return result.reshape(len(levels), *np.shape(mean))


def _climb(mean: FloatArray, dispersion: FloatArray, levels: FloatArray) -> FloatArray:
    """Count for each cell the whole numbers whose distribution function is below each level."""
    result = np.zeros((len(levels), len(mean)))
    top = levels.max(initial=0.0)
    wide = np.maximum(dispersion, POISSON)
    probability = np.where(
        dispersion > POISSON, np.exp(-np.log1p(wide * mean) / wide), np.exp(-mean)
    )
    reached = probability.copy()
    cells = np.flatnonzero(reached < top)
    units = 0
    while len(cells):
        result[:, cells] += reached[cells] < levels[:, None]
        m, a = mean[cells], dispersion[cells]
        probability[cells] *= m * (1.0 + a * units) / ((units + 1.0) * (1.0 + a * m))
        reached[cells] += probability[cells]
        units += 1
        still = (reached[cells] < top) & (probability[cells] > 0)
        cells = cells[still]
    return result


def _solve(mean: FloatArray, dispersion: FloatArray, levels: FloatArray) -> FloatArray:
    """Return the quantiles by scipy's own search."""
    size = 1.0 / np.maximum(dispersion, POISSON)
    return np.asarray(
        np.where(
            dispersion > POISSON,
            nbinom.ppf(levels[:, None], size, size / (size + mean)),
            poisson.ppf(levels[:, None], mean),
        )
    )
