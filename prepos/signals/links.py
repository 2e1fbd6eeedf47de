"""Links: how much likelier Y is beside X, or after X, than chance would have it.

For every X only its strongest links are kept, so that a catalogue of any size stays sparse. Y after
Y itself is no link: that is a habit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepos.core.kernels import Float32Array, serial_kernel
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.signals.grouping import group_order, group_starts

RARE_ORDERS = 20.0  # orders with X that count as much as chance
LARGE_ORDER = 200  # lines; a longer order is a restock, not a basket
STRONGEST = 100  # links that are kept of each SKU
FAINT = 0.1  # units per period; less than it brings nothing along


class Baskets(NamedTuple):
    """B baskets, oldest first, and the SKUs in each."""

    start: IntArray  # (B + 1,) first line of each, and their number
    sku: IntArray

    @property
    def sizes(self) -> FloatArray:
        """(B,) lines in each."""
        return np.diff(self.start).astype(np.float64)


class Links(NamedTuple):
    """From each SKU X to others: (K + 1,) the first link of X, and by link where and how strong.

    ``excess`` is the chance of Y given X above that of Y at all, 0 to 1.
    """

    start: IntArray
    sku: IntArray
    excess: Float32Array


def make_baskets(basket: IntArray, sku: IntArray, count: int) -> Baskets:
    """Return the lines, given with their basket's number, as baskets."""
    lines = group_order(basket, count)
    return Baskets(group_starts(basket, count), sku[lines])


def take_baskets(baskets: Baskets, chosen: IntArray) -> Baskets:
    """Return some of the baskets, in the order given."""
    start = baskets.start[chosen]
    sizes = baskets.start[chosen + 1] - start
    ends = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes, dtype=np.int64)])
    lines = np.arange(ends[-1]) + np.repeat(start - ends[:-1], sizes)
    return Baskets(ends, baskets.sku[lines])


def affordable(sizes: FloatArray, pairs: int) -> BoolArray:
    """Return which baskets, oldest first, to learn from: the latest, so many pairs of lines."""
    usable = (sizes > 0) & (sizes <= LARGE_ORDER)
    work = np.cumsum((np.where(usable, sizes, 0.0) ** 2)[::-1])[::-1]
    return np.asarray(usable & (work <= pairs))


def learn_links(left: Baskets, right: Baskets, skus: int) -> Links:
    """Return the links from SKUs on the left to SKUs on the right of the same pair of baskets.

    Parameters
    ----------
    left, right : Baskets
        B each: the same ones, or each with the one that followed it.
    skus : int
        K.
    """
    basket = np.repeat(np.arange(len(left.start) - 1), np.diff(left.start))
    by_sku = group_order(left.sku, skus)
    chance = np.bincount(right.sku, minlength=skus) / max(len(right.start) - 1, 1)
    return Links(*_link(group_starts(left.sku, skus), basket[by_sku], right, chance))


class Sold(NamedTuple):
    """Cells that sold, (C,) each: region, SKU, and units per period lately."""

    region: IntArray
    sku: IntArray
    units: Float32Array


def linked_units(units: Float32Array, links: Links) -> Float32Array:
    """Return (R, K) what goes with the units (R, K): the sum over X of units times excess."""
    linked = np.zeros_like(units)
    _spread(units, links, linked)
    return linked


class Listed(NamedTuple):
    """Cells that are asked of, (N,) region and SKU each."""

    region: IntArray
    sku: IntArray


def linked_cells(sold: Sold, links: Links, listed: Listed) -> Float32Array:
    """Return (N,) what goes with what cells sold, of listed cells; both sorted by region."""
    linked = np.zeros(len(listed.sku), dtype=np.float32)
    _spread_cells(sold, links, listed, linked)
    return linked


@serial_kernel
def _link(
    of_sku: IntArray, basket: IntArray, right: Baskets, chance: FloatArray
) -> tuple[IntArray, IntArray, Float32Array]:
    """Return the strongest links of each SKU; ``basket`` holds the baskets of each in turn."""
    skus = len(chance)
    start = np.zeros(skus + 1, dtype=np.int64)
    most = min(STRONGEST, skus)
    target, excess = np.empty(skus * most, np.int64), np.empty(skus * most, np.float32)
    joint, touched, above = np.zeros(skus), np.empty(skus, np.int64), np.empty(skus)
    filled = 0
    for one in range(skus):
        count, found = of_sku[one + 1] - of_sku[one], 0
        for place in range(of_sku[one], of_sku[one + 1]):
            for line in range(right.start[basket[place]], right.start[basket[place] + 1]):
                other = right.sku[line]
                if joint[other] == 0.0:
                    touched[found] = other
                    found += 1
                joint[other] += 1.0
        kept = 0
        for number in range(found):
            other = touched[number]
            more = joint[other] - count * chance[other]
            joint[other] = 0.0
            if other != one and more > 0.0:
                touched[kept], above[kept] = other, more / (count + RARE_ORDERS)
                kept += 1
        least = np.partition(above[:kept], kept - most)[kept - most] if kept > most else 0.0
        room = most - np.sum(above[:kept] > least)
        for number in range(kept):
            is_tied = above[number] == least
            if above[number] > least or (is_tied and room > 0):
                room -= is_tied
                target[filled], excess[filled] = touched[number], above[number]
                filled += 1
        start[one + 1] = filled
    return start, target[:filled].copy(), excess[:filled].copy()


@serial_kernel
def _spread(units: Float32Array, links: Links, linked: Float32Array) -> None:
    """Add what goes with every unit."""
    for region in range(units.shape[0]):
        for sku in range(units.shape[1]):
            if units[region, sku] > FAINT:
                for link in range(links.start[sku], links.start[sku + 1]):
                    linked[region, links.sku[link]] += units[region, sku] * links.excess[link]


@serial_kernel
def _spread_cells(sold: Sold, links: Links, listed: Listed, linked: Float32Array) -> None:
    """Add what goes with every unit, region by region, and keep it of the cells that are listed."""
    skus = len(links.start) - 1
    row, touched = np.zeros(skus, np.float32), np.empty(skus, np.int64)
    first, found = 0, 0
    for cell in range(len(sold.sku)):
        units, sku = sold.units[cell], sold.sku[cell]
        if units > FAINT:
            for link in range(links.start[sku], links.start[sku + 1]):
                other = links.sku[link]
                touched[found] = other
                found += row[other] == 0.0
                row[other] += units * links.excess[link]
        region = sold.region[cell]
        if cell + 1 == len(sold.sku) or sold.region[cell + 1] != region:
            first += np.searchsorted(listed.region[first:], region)
            while first < len(linked) and listed.region[first] == region:
                linked[first] = row[listed.sku[first]]
                first += 1
            for number in range(found):
                row[touched[number]] = 0.0
            found = 0
