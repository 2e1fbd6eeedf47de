"""Cells as they are told: a mean and how the units scatter around it, one entry a cell.

Units are negative binomial, or orders times sizes where these are told; cells too large for lumps
to show are negative binomial in any case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, gammaincc

from prepos.core.sizes import OrderSizes
from prepos.core.types import FloatArray, IntArray
from prepos.forecast.compound import compound_chances, compound_quantiles
from prepos.forecast.quantiles import POISSON, count_quantiles

LEAST_JUMP = 1e-300  # of a chance from one unit to the next


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Cells:
    """N cells.

    Attributes
    ----------
    mean, dispersion : (N,) float
        Of the units.
    sku : (N,) int
    sizes : OrderSizes or None
    of_orders : (N,) float or None
        Dispersion of the orders; None where units are told as they are.
    """

    mean: FloatArray
    dispersion: FloatArray
    sku: IntArray
    sizes: OrderSizes | None = None
    of_orders: FloatArray | None = None

    def at(self, chosen: IntArray) -> Cells:
        """Return some of the cells."""
        return Cells(
            mean=self.mean[chosen],
            dispersion=self.dispersion[chosen],
            sku=self.sku[chosen],
            sizes=self.sizes,
            of_orders=None if self.of_orders is None else self.of_orders[chosen],
        )


def cell_quantiles(cells: Cells, probabilities: Sequence[float] | FloatArray) -> FloatArray:
    """Return (Q, N) the smallest whole units whose chance reaches each probability."""
    levels = np.asarray(probabilities, dtype=np.float64)
    counts = count_quantiles(cells.mean, cells.dispersion, levels)
    if cells.sizes is not None and cells.of_orders is not None:
        built = compound_quantiles(cells.mean, cells.of_orders, cells.sku, cells.sizes, levels)
        whole = (built >= 0).all(axis=0)
        counts[:, whole] = built[:, whole]
    return counts


def cell_chances(cells: Cells, units: FloatArray) -> FloatArray:
    """Return (N,) the chance of at most so many units; 0 below nothing."""
    chances = count_chances(cells.mean, cells.dispersion, units)
    if cells.sizes is not None and cells.of_orders is not None:
        built = compound_chances(cells.mean, cells.of_orders, cells.sku, cells.sizes, units)
        chances = np.where(built >= 0, built, chances)
    return chances


def count_chances(mean: FloatArray, dispersion: FloatArray, units: FloatArray) -> FloatArray:
    """Return the chance of at most so many negative-binomial units, (N,); 0 below nothing."""
    chances = np.zeros(len(mean))
    wide = np.flatnonzero((units >= 0) & (dispersion > POISSON))
    narrow = np.flatnonzero((units >= 0) & (dispersion <= POISSON))
    size = 1.0 / dispersion[wide]
    chances[wide] = betainc(size, units[wide] + 1.0, size / (size + mean[wide]))
    chances[narrow] = gammaincc(units[narrow] + 1.0, mean[narrow])
    return chances


def share_below(below: FloatArray, upto: FloatArray, levels: FloatArray) -> FloatArray:
    """Return (N, L): the chance that each cell's randomised transform is at most each level.

    Parameters
    ----------
    below, upto : (N,) float
        The chance that was told of fewer units than came, and of no more than came.
    levels : (L,) float
    """
    jump = np.maximum(upto - below, LEAST_JUMP)
    return np.clip((levels - below[:, None]) / jump[:, None], 0.0, 1.0)
