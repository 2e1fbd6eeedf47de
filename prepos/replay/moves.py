"""Units of SKUs on lanes, and a dispatch sorted into the days on which it leaves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepos.core.periods import Periods
from prepos.core.policy import Dispatch
from prepos.core.types import BoolArray, IntArray, TimeArray


class Moves(NamedTuple):
    """Units of SKUs on lanes: arrays (M,), sorted by lane and SKU, each pair once."""

    lane: IntArray
    sku: IntArray
    units: IntArray

    def select(self, chosen: BoolArray) -> Moves:
        """Return some of the lines."""
        return Moves(self.lane[chosen], self.sku[chosen], self.units[chosen])


NO_MOVES = Moves(*(np.zeros(0, dtype=np.int64) for _ in range(3)))


def split_by_day(dispatch: Dispatch, periods: Periods, until: int) -> dict[int, Moves]:
    """Return what leaves on each day before ``until``, days counted from the periods' first.

    Lines of one day, lane and SKU are added up.
    """
    day = days_since(dispatch.ships_on, periods)
    rows = np.flatnonzero(day < until)
    keys = np.stack([day[rows], dispatch.lane[rows], dispatch.sku[rows]])
    (days, lane, sku), units = add_up(keys, dispatch.quantity[rows])
    moves = Moves(lane, sku, units)
    return {int(leaves): moves.select(days == leaves) for leaves in np.unique(days)}


def add_up(keys: IntArray, units: IntArray) -> tuple[IntArray, IntArray]:
    """Return the distinct columns of keys (J, M), sorted, and the units of each added up."""
    rows = np.lexsort(keys[::-1])
    keys, units = keys[:, rows], units[rows]
    first = np.flatnonzero(starts_anew(*keys))
    return keys[:, first], np.add.reduceat(units, first) if len(first) else units


def starts_anew(*keys: IntArray) -> BoolArray:
    """Return (M,) whether a row differs from the one before in any key."""
    differs = np.ones(len(keys[0]), dtype=np.bool_)
    if len(differs):
        differs[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return differs


def days_since(when: TimeArray, periods: Periods) -> IntArray:
    """Return the days from the periods' first to each date."""
    first = np.datetime64(periods.cutoff, "D")
    return np.asarray((when.astype("datetime64[D]") - first).astype(np.int64))
