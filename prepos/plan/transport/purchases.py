"""Room that may be bought: kinds of vehicles, each on one departure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_matrix

from prepos.core.types import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Purchases:
    """What room may be bought for: V kinds of vehicles, each on one departure.

    Attributes
    ----------
    cost : (V,) float
        Currency for each one.
    most : (V,) float
        How many at most.
    take : (S, V) sparse float
        Of the shared rows, by each one; below 0 where it gives room.
    implied : (S,) bool
        Rows that whole numbers keep wherever they keep the others: what parts would break.
    """

    cost: FloatArray
    most: FloatArray
    take: csc_matrix
    implied: BoolArray

    def at_prices(self, prices: FloatArray) -> FloatArray:
        """Return (V,) what one costs when the rows it takes are paid for, and those it gives sold.

        Those that cost less than nothing are bought as often as they can be.
        """
        return np.asarray(self.cost + self.take.T @ prices)

    def gain(self, prices: FloatArray) -> float:
        """Return currency, 0 or less: what buying costs at best at these prices."""
        return float(np.minimum(self.at_prices(prices), 0.0) @ self.most)

    def even_prices(self) -> FloatArray:
        """Return (S,) the price of each row's room at which buying it pays for itself.

        Of a vehicle's rows, volume and weight, the first bears its cost.
        """
        prices, rows = np.zeros(self.take.shape[0]), self.take.tocoo()
        gives = np.flatnonzero(rows.data < 0)
        first = np.unique(rows.col[gives], return_index=True)[1]
        row, kind = rows.row[gives[first]], rows.col[gives[first]]
        prices[row] = self.cost[kind] / -rows.data[gives[first]]
        return prices


def no_purchases(rows: int) -> Purchases:
    """Return that nothing can be bought."""
    none = np.zeros(rows, dtype=np.bool_)
    return Purchases(np.zeros(0), np.zeros(0), csc_matrix((rows, 0)), none)
