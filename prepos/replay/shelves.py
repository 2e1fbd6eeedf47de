"""How old the stock is at forward nodes or under way: the oldest goes first, out and off.

Stock at origins is turned over by its supply, and never spoils there: a unit ages from the day on
which it leaves an origin, and is new again when it comes back to one. What comes to a forward node
from outside ages from that day, and what lay there at first from the first day of the replay, as
nobody says how old that was. Age goes along with transfers. A unit can be sold on as many days as
its shelf life has. Only what may spoil in time is kept record of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from prepos.core.replayed import Course
from prepos.core.stock import Receipt
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.replay.moves import Moves, add_up
from prepos.replay.ways import Ways


class Batches(NamedTuple):
    """Units by place and the day they age from: arrays (B,), sorted by both, pairs once.

    A place is a node and SKU, ``node * K + sku``; on their way, a lane and SKU.
    """

    place: IntArray
    since: IntArray
    units: IntArray

    def select(self, chosen: BoolArray) -> Batches:
        """Return some of the batches."""
        return Batches(self.place[chosen], self.since[chosen], self.units[chosen])


class Shelves:
    """The ages of stock that spoils.

    Attributes
    ----------
    good_for : (K,) int
        Days after that of coming on which a unit can still be sold.
    ages : (N, K) bool
        Where a unit can be too old before the replay ends: never at origins.
    lying : Batches
        By node and SKU.
    under_way : day to Batches
        By lane and SKU, by the day they arrive.
    """

    def __init__(self, course: Course, ways: Ways) -> None:
        days = course.periods.horizon * course.periods.days
        self.good_for, spoils = days_good(course.products.shelf_life_days, days)
        self.ages: BoolArray = course.network.is_forward[:, None] & spoils
        self.ways, self.skus = ways, len(course.products)
        on_hand = np.where(self.ages, course.opening.on_hand, 0)
        place = np.flatnonzero(on_hand)
        self.lying = age_from(0, place, on_hand.ravel()[place])
        self.under_way: dict[int, Batches] = {}
        self.used: IntArray = np.zeros_like(on_hand)

    def send(self, day: int, sent: Moves) -> None:
        """Take what leaves on a day, and keep it as under way: new from an origin, else as old."""
        start, end = self.ways.origin[sent.lane], self.ways.destination[sent.lane]
        aged, place = self.ages[start, sent.sku], sent.lane * self.skus + sent.sku
        line, since, units = self._take((start * self.skus + sent.sku)[aged], sent.units[aged])
        new = ~aged & self.ages[end, sent.sku]
        leaving = join(
            Batches(place[aged][line], since, units), age_from(day, place[new], sent.units[new])
        )
        arrives = day + self.ways.lead_time_days[leaving.place // self.skus]
        for when in np.unique(arrives).tolist():
            self.under_way[when] = join(self.under_way.get(when), leaving.select(arrives == when))

    def receive(
        self, day: int, receipts: Sequence[Receipt], arrived: Moves, kept: IntArray
    ) -> None:
        """Put away what comes on a day to where it ages: from outside new, by lane as old as it is.

        ``kept`` (M,) units of each line that arrived found room, the oldest first; the rest is
        back at its origin.
        """
        new = [one for one in receipts if self.ages[one.node, one.sku]]
        cells = np.array([one.node * self.skus + one.sku for one in new], dtype=np.int64)
        units = np.array([one.quantity for one in new], dtype=np.int64)
        self.lying = join(self.lying, age_from(day, cells, units))
        coming = self.under_way.pop(day, None)
        if coming is None:
            return
        lane, sku = np.divmod(coming.place, self.skus)
        room = np.zeros(len(self.ways.origin) * self.skus, dtype=np.int64)
        np.add.at(room, arrived.lane * self.skus + arrived.sku, kept)
        stays = np.clip(room[coming.place] - units_before(coming), 0, coming.units)
        for node, some in (
            (self.ways.destination[lane], stays),
            (self.ways.origin[lane], coming.units - stays),
        ):
            there = Batches(node * self.skus + sku, coming.since, some)
            self.lying = join(self.lying, there.select((some > 0) & self.ages[node, sku]))

    def serve(self, used: IntArray) -> None:
        """Take what orders took since the last time; ``used`` (N, K) since the first day."""
        used = np.where(self.ages, used, 0)
        taken = (used - self.used).ravel()
        place = np.flatnonzero(taken)
        self._take(place, taken[place])
        self.used = used

    def expire(self, day: int) -> tuple[IntArray, IntArray, IntArray]:
        """Take what cannot be sold after a day; return its nodes, SKUs and units."""
        old = self.lying.since + self.good_for[self.lying.place % self.skus] <= day
        gone, self.lying = self.lying.select(old), self.lying.select(~old)
        (place,), units = add_up(gone.place[None], gone.units)
        return *np.divmod(place, self.skus), units

    def count(self) -> IntArray:
        """Return (N, K) the units that lie where they age."""
        units = np.bincount(self.lying.place, self.lying.units, self.used.size)
        return units.astype(np.int64).reshape(self.used.shape)

    def _take(self, place: IntArray, units: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Take the oldest units of places; return (line, since, units) piece by piece."""
        self.lying, pieces = take_oldest(self.lying, place, units)
        return pieces


def days_good(shelf_life_days: FloatArray, days: int) -> tuple[IntArray, BoolArray]:
    """Return (K,) on how many days after that of coming a unit sells, and whether it ever spoils.

    In a replay of so many days.
    """
    last = np.minimum(np.ceil(shelf_life_days) - 1, days).astype(np.int64)
    return last, last < days


def age_from(day: int, place: IntArray, units: IntArray) -> Batches:
    """Return units (M,) of places that age from one day on."""
    return Batches(place, np.full_like(place, day), units)


def join(some: Batches | None, more: Batches) -> Batches:
    """Return both, batches of the same place and day as one."""
    if some is None:
        some = NO_BATCHES
    keys = np.stack([np.append(*pair) for pair in zip(some[:2], more[:2], strict=True)])
    (place, since), units = add_up(keys, np.append(some.units, more.units))
    return Batches(place, since, units)


NO_BATCHES = Batches(*(np.zeros(0, dtype=np.int64) for _ in range(3)))


def units_before(batches: Batches) -> IntArray:
    """Return (B,) the units of the same place that are older."""
    before = np.cumsum(batches.units) - batches.units
    first = np.searchsorted(batches.place, batches.place)
    return np.asarray(before - before[first])


def take_oldest(
    batches: Batches, place: IntArray, units: IntArray
) -> tuple[Batches, tuple[IntArray, IntArray, IntArray]]:
    """Take units (M,) of places, the oldest first; lines of one place in their order.

    Both are stretches on one line of units, cut where either ends.

    Returns
    -------
    Batches
        What is left.
    (line, since, units) of (Q,) int each
        What was taken: which line took it, and since when it ages.
    """
    order = np.argsort(place, kind="stable")
    order = order[units[order] > 0]
    if not len(order):
        return batches, NO_BATCHES
    wanted, end = Batches(place[order], order, units[order]), np.cumsum(batches.units)
    first = np.searchsorted(batches.place, wanted.place)
    start_wanted = (end - batches.units)[first] + units_before(wanted)
    end_wanted = start_wanted + wanted.units
    edges = np.unique(np.concatenate([end - batches.units, end, start_wanted, end_wanted]))
    at, length = edges[:-1], np.diff(edges)
    batch = np.searchsorted(end, at, side="right")
    line = np.minimum(np.searchsorted(end_wanted, at, side="right"), len(order) - 1)
    taken = (start_wanted[line] <= at) & (at < end_wanted[line])
    batch, line, length = batch[taken], line[taken], length[taken]
    less = np.bincount(batch, length, len(end)).astype(np.int64)
    left = Batches(batches.place, batches.since, batches.units - less)
    return left.select(left.units > 0), (order[line], batches.since[batch], length)
