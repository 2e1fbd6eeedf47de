"""What lies where, parcel by parcel, as known movements take from it and add to it."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, replace

from prepos.plan.frame import Frame
from prepos.plan.problem import Problem
from prepos.plan.transport.routes import Release, release_of


@dataclass(frozen=True, slots=True)
class Parcel:
    """Units of one SKU that came together to where they lie.

    Attributes
    ----------
    day : int
        When they came, an ordinal; the day before the first for stock on hand.
    units : int
    release : Release
        Where and from when the plan may decide on them.
    path : tuple of int
        The departures that they have taken since.
    """

    day: int
    units: int
    release: Release
    path: tuple[int, ...] = ()


class Shelves:
    """Parcels by SKU and node, in the order in which they came.

    ``changes`` is (SKU, release, units) of what earlier movements took away or brought.
    """

    def __init__(
        self, problem: Problem, frame: Frame, changes: Iterable[tuple[int, Release, int]] = ()
    ) -> None:
        self._on_hand, self._today = problem.on_hand, int(frame.starts[0]) - 1
        self._coming: dict[tuple[int, int], list[tuple[Release, int]]] = {}
        self._ends: dict[tuple[int, int], dict[int, None]] = {}  # of what may stop at a node
        for receipt in problem.receipts:
            self._add(receipt.sku, release_of(receipt), receipt.quantity)
            self._ends.setdefault((receipt.sku, receipt.hub), {})[receipt.node] = None
        for sku, release, units in changes:
            self._add(sku, release, units)
        self._parcels: dict[tuple[int, int], list[Parcel]] = {}

    def _add(self, sku: int, release: Release, units: int) -> None:
        self._coming.setdefault((sku, release.node), []).append((release, units))

    def at(self, sku: int, node: int) -> list[Parcel]:
        """Return the parcels of a SKU at a node: a list that movements change."""
        if (sku, node) not in self._parcels:
            units = {Release(node, self._today): int(self._on_hand[node, sku])}
            for release, change in self._coming.get((sku, node), ()):
                units[release] = units.get(release, 0) + change
            found = [Parcel(release.day, count, release) for release, count in units.items()]
            self._parcels[sku, node] = sorted((each for each in found if each.units), key=_age)
        return self._parcels[sku, node]

    def take(self, sku: int, node: int, before: int, units: int, pack: int = 1) -> list[Parcel]:
        """Take units that came before a day, the first first, in whole cases; return the parcels.

        They hold fewer units where there are no more.
        """
        lying, taken, left = self.at(sku, node), [], []
        for parcel in lying:
            count = min(units, parcel.units) // pack * pack if parcel.day < before else 0
            units -= count
            if count:
                taken.append(replace(parcel, units=count))
            if count < parcel.units:
                left.append(replace(parcel, units=parcel.units - count))
        lying[:] = left
        return taken

    def take_off(self, sku: int, hub: int, before: int, units: int, pack: int) -> list[Parcel]:
        """Take units in transit that come by a hub before a day, in whole cases.

        The parcels hold more than asked for where cases are larger, fewer where no more come by.
        """
        taken: list[Parcel] = []
        for node in self._ends.get((sku, hub), ()):
            lying = self.at(sku, node)
            for number, parcel in enumerate(lying):
                release = parcel.release
                stops = release.hub == hub and release.hub_day < before and not parcel.path
                count = min(-(-max(units, 0) // pack), parcel.units // pack) * pack if stops else 0
                if count:
                    lying[number] = replace(parcel, units=parcel.units - count)
                    taken.append(Parcel(release.hub_day, count, release))
                    units -= count
            lying[:] = [parcel for parcel in lying if parcel.units]
        return taken

    def put(self, sku: int, node: int, parcel: Parcel) -> None:
        """Lay a parcel down."""
        insort(self.at(sku, node), parcel, key=_age)

    def moved(self) -> dict[int, list[Parcel]]:
        """Return all parcels that have taken a departure, by SKU."""
        found: dict[int, list[Parcel]] = {}
        for (sku, _), parcels in sorted(self._parcels.items()):
            for parcel in parcels:
                if parcel.path:
                    found.setdefault(sku, []).append(parcel)
        return found


def _age(parcel: Parcel) -> tuple[int, bool]:
    """Return the order in which parcels are taken."""
    return parcel.day, parcel.release.moved
