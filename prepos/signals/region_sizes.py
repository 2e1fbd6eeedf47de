"""How much each region sells, or would: a silent one borrows from its population or neighbours."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse

from prepos.core.types import FloatArray

NEW_REGION_PERIODS = 2.0  # periods of silence that count as much as what is around a region


def region_sizes(
    units: FloatArray, exposure: float, neighbours: sparse.csr_array, population: FloatArray
) -> FloatArray:
    """Return (R,) units per period over all SKUs.

    The longer a region has been silent the less it borrows.

    Parameters
    ----------
    units : (R,) float
        Discounted units.
    exposure : float
        Discounted periods.
    neighbours : (R, R) float
        Weights, rows summing to 1 where there are any.
    population : (R or 0,) float
        Heads, NaN where they are not known.
    """
    around = _size_around(units / exposure, neighbours, population)
    borrowed = (units + NEW_REGION_PERIODS * around) / (exposure + NEW_REGION_PERIODS)
    return np.asarray(np.where(units > 0, units / exposure, borrowed))


def _size_around(
    size: FloatArray, neighbours: sparse.csr_array, population: FloatArray
) -> FloatArray:
    """Return what each region would sell if it were like its population, its neighbours, or all."""
    selling = size > 0
    mean = size[selling].mean() if selling.any() else 0.0
    weights = neighbours @ selling.astype(np.float64)
    around = np.where(weights > 0, (neighbours @ size) / np.maximum(weights, 1e-12), mean)
    if len(population) != len(size):
        return around
    served = population[selling & np.isfinite(population)].sum()
    if served <= 0:
        return around
    by_head = population * (size[selling & np.isfinite(population)].sum() / served)
    return np.asarray(np.where(np.isfinite(by_head), by_head, around))
