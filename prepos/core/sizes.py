"""How many units an order line holds, by SKU: what turns orders into units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.orders import Orders
from prepos.core.types import FloatArray, IntArray

LARGEST = 1000  # units of a line that are told apart; a larger one counts as this
USUAL_LINES = 10.0  # lines of a SKU that count as much as those of all SKUs
USUAL_SIZES = 24  # sizes, the commonest, that every SKU may come in


@dataclass(frozen=True, slots=True, eq=False)
class OrderSizes:
    """The chance of each size, SKU after SKU; the sizes of SKU k lie from start[k] to start[k + 1].

    Attributes
    ----------
    start : (K + 1,) int
    size : (E,) int
        Units of a line, rising within each SKU, at least 1.
    chance : (E,) float
        Summing to 1 within each SKU.
    mean : (K,) float
        Units of a line.
    """

    start: IntArray
    size: IntArray
    chance: FloatArray
    mean: FloatArray

    def of(self, skus: IntArray) -> OrderSizes:
        """Return the sizes of some SKUs, in the order given."""
        count = np.diff(self.start)[skus]
        start = np.append(0, np.cumsum(count))
        entry = np.arange(start[-1]) + np.repeat(self.start[skus] - start[:-1], count)
        return OrderSizes(start, self.size[entry], self.chance[entry], self.mean[skus])


def count_sizes(orders: Orders) -> OrderSizes:
    """Return the sizes of the lines of each SKU, shrunk to the commonest sizes of all."""
    skus = len(orders.skus)
    width = LARGEST + 1
    key = orders.sku * width + np.minimum(orders.quantity, LARGEST)
    found, lines = np.unique(key, return_counts=True)
    of_all = np.bincount(found % width, lines, minlength=width)
    usual = np.sort(np.argsort(-of_all, kind="stable")[:USUAL_SIZES])
    usual = usual[of_all[usual] > 0]
    prior = USUAL_LINES * of_all[usual] / max(of_all[usual].sum(), 1.0)
    every = (np.arange(skus)[:, None] * width + usual).ravel()
    merged = np.union1d(found, every)
    weight = np.zeros(len(merged))
    weight[np.searchsorted(merged, found)] += lines
    weight[np.searchsorted(merged, every)] += np.tile(prior, skus)
    sku, size = merged // width, merged % width
    total = np.bincount(sku, weight, minlength=skus)
    chance = weight / total[sku]
    return OrderSizes(
        start=np.searchsorted(sku, np.arange(skus + 1)),
        size=size,
        chance=chance,
        mean=np.asarray(np.bincount(sku, chance * size, minlength=skus), dtype=np.float64),
    )
