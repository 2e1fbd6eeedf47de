"""Demand cut into tranches: the piecewise-linear newsvendor.

The units of a catchment's demand in one period are ranked: the first that will be asked for, the
second, and so on. Neighbouring ranks (a, b] form a tranche; a unit put aside for it is used with
p = (G(b) - G(a)) / (b - a), where G(n) = E min(D, n) under the negative binomial forecast.

References
----------
Arrow, Harris and Marschak (1951), Econometrica 19(3), 250-272: the newsvendor's marginal unit.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import nbinom, poisson

from prepos.core.types import FloatArray, IntArray

UNIT_LEVEL_UP_TO = 8  # units: below, every rank is a tranche of its own
TOP = 0.995  # quantile of the highest rank worth planning for
# A dozen quantiles from a low one: fewer, or a higher first, lose a point where room is tight.
GRID = (0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.88, 0.95, TOP)
CERTAIN = -1.0  # dispersion of demand that is its mean, rounded to a whole unit by chance
POISSON_BELOW = 1e-9  # dispersion, of one unit's mean at most: nobody can tell it from Poisson
LEAST_MEAN = 1e-9  # units; below, nobody will ask


def expected_served(mean: FloatArray, dispersion: FloatArray, stock: IntArray) -> FloatArray:
    """Return G(n) = E min(D, n) for negative binomial demand; arrays broadcast.

    Parameters
    ----------
    mean : array
        Units, above 0.
    dispersion : array
        variance = mean + dispersion * mean**2; 0 is Poisson, and below it lies ``CERTAIN``.
    stock : array
        n, whole units, 0 or more.

    References
    ----------
    k * pmf_r(k) = mean * pmf_{r+1}(k - 1), so E[D; D <= n] = mean * cdf_{r+1}(n - 1); Zipkin
    (2000), Foundations of Inventory Management, C.2.3.
    """
    mean, dispersion, stock = np.broadcast_arrays(mean, dispersion, stock)
    is_poisson = dispersion * np.minimum(mean, 1.0) < POISSON_BELOW
    size = 1.0 / np.where(is_poisson, 1.0, dispersion)
    chance = size / (size + mean)
    below = np.where(
        is_poisson, poisson.cdf(stock - 1, mean), nbinom.cdf(stock - 1, size + 1, chance)
    )
    above = np.where(is_poisson, poisson.sf(stock, mean), nbinom.sf(stock, size, chance))
    served = np.where(dispersion < 0, np.minimum(mean, stock), mean * below + stock * above)
    return np.asarray(served)


def demand_quantile(mean: FloatArray, dispersion: FloatArray, probability: FloatArray) -> IntArray:
    """Return the whole units that demand stays at or under with this probability."""
    is_poisson = dispersion * np.minimum(mean, 1.0) < POISSON_BELOW
    size = 1.0 / np.where(is_poisson, 1.0, dispersion)
    units = np.where(
        is_poisson,
        poisson.ppf(probability, mean),
        nbinom.ppf(probability, size, size / (size + mean)),
    )
    surely = np.floor(mean)
    rounded = surely + (probability > 1.0 - (mean - surely))
    return np.where(dispersion < 0, rounded, units).astype(np.int64)


def cut_ranks(mean: FloatArray, dispersion: FloatArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return (cell, rank_from, rank_to) of all tranches of the cells, in order.

    Every rank where demand hardly exceeds a few units, quantiles of the demand above.
    """
    top = np.maximum(demand_quantile(mean, dispersion, np.full_like(mean, TOP)), 1)
    ranks = np.tile(np.arange(1, max(UNIT_LEVEL_UP_TO, len(GRID)) + 1), (len(mean), 1))
    coarse = np.nonzero(top > UNIT_LEVEL_UP_TO)[0]
    grid = np.broadcast_to(np.array(GRID), (len(coarse), len(GRID)))
    ranks[coarse, : len(GRID)] = demand_quantile(mean[coarse, None], dispersion[coarse, None], grid)
    below = np.concatenate([np.zeros((len(mean), 1), dtype=np.int64), ranks[:, :-1]], axis=1)
    kept = (ranks > below) & (ranks <= top[:, None])
    cell, column = np.nonzero(kept)
    return cell, below[cell, column], ranks[cell, column]
