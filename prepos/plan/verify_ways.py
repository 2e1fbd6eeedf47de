"""Second opinion on how stock can move: when lanes leave, and the cheapest way to every place.

A place is a node and the first period that a unit there can serve. What a way costs is found over
departures in turn, at most three of them, without listing ways: lying at a node costs so much up to
a period, whatever came before, so each departure needs only the cheapest way to it. No way comes to
a node twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.plan.verify_book import Given
from prepos.plan.verify_stock import list_receipts

MOST_LEGS = 3  # departures of one way
EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday


@dataclass(frozen=True, eq=False)
class Departures:
    """Days on which lanes leave; D positions of lane, origin, destination, days from the cutoff."""

    lane: IntArray
    origin: IntArray
    destination: IntArray
    ship_day: IntArray
    arrival_day: IntArray
    days: int  # of a period

    def __len__(self) -> int:
        return len(self.lane)

    @property
    def ship_period(self) -> IntArray:
        """(D,) the period in which each leaves."""
        return self.ship_day // self.days

    @property
    def arrival_period(self) -> IntArray:
        """(D,) the period in which each arrives, and at whose end what came lies there."""
        return self.arrival_day // self.days

    @property
    def serves(self) -> IntArray:
        """(D,) the first period that what came can serve."""
        return -(-self.arrival_day // self.days)

    @cached_property
    def before(self) -> list[list[int]]:
        """For each departure, those after which a unit can be on it: it came a day before at least.

        Back to where the other left from leads no way.
        """
        follows: BoolArray = (
            (self.destination[:, None] == self.origin)
            & (self.arrival_day[:, None] < self.ship_day)
            & (self.origin[:, None] != self.destination)
        )
        return [np.flatnonzero(column).tolist() for column in follows.T]


def find_departures(given: Given) -> Departures:
    """Return the departures that a plan is made of.

    In each period the lane's first day, and the first day after each receipt or arrival where it
    leaves from; those alone that arrive by the last period's first day.
    """
    days = given.periods.days
    last = (given.window.horizon - 1) * days
    lead = given.of_lanes("lead_time_days").astype(np.int64).tolist()
    today = int(np.datetime64(given.periods.cutoff, "D").astype(np.int64))
    came: list[set[int]] = [set() for _ in given.nodes]
    for node, day in list_receipts(given)[0][["node", "day"]].itertuples(index=False):
        came[node].add(int(day))
    found = []
    for day in range(last + 1):
        for lane, (origin, end) in enumerate(
            zip(given.lane_origin.tolist(), given.lane_destination.tolist(), strict=True)
        ):
            week = given.lane_ships[lane]
            leaves = [
                d for d in range(day - day % days, day + 1) if week[(d + today + EPOCH_WEEKDAY) % 7]
            ]
            if day not in leaves or day + lead[lane] > last:
                continue
            if len(leaves) == 1 or any(leaves[-2] <= arrived < day for arrived in came[origin]):
                found.append((lane, origin, end, day, day + lead[lane]))
                came[end].add(day + lead[lane])
    columns = np.array(found, dtype=np.int64).reshape(-1, 5).T
    return Departures(columns[0], columns[1], columns[2], columns[3], columns[4], days)


@dataclass(frozen=True, eq=False)
class Ways:
    """The least that units cost to come to every place, for a slice of K SKUs.

    Attributes
    ----------
    lying : (N, T + 1, K) float
        Currency of a unit that lies at a node from the window's first day to a period's.
    steps : (D, K) float
        Of a unit on a departure, counted from having lain at its origin since the window's first
        day, to having lain so where it goes.
    stayed, moved : (N, T, K) float
        The least found: of units that are at the place without moving, and of those that came.
    """

    departures: Departures
    lying: FloatArray
    steps: FloatArray
    stayed: FloatArray
    moved: FloatArray

    def idle(self, node: int, day: int, skus: IntArray) -> FloatArray:
        """Return what units cost that lie at a node from a day to the window's end."""
        since = max(0, day // self.departures.days)
        return np.asarray(self.lying[node, -1, skus] - self.lying[node, since, skus])

    def open_source(self, node: int, day: int, skus: IntArray, start: FloatArray) -> None:
        """Take in units of some SKUs that come to a node on a day; each costs ``start`` there.

        From the next day on they may leave.
        """
        on, days = self.departures, self.departures.days
        since, serves = max(0, day // days), max(0, -(-day // days))
        begun = start - self.lying[node, since, skus]
        if serves < self.stayed.shape[1]:
            self._keep(self.stayed, node, serves, skus, begun)
        reached = {
            number: begun + self.steps[number, skus]
            for number in np.flatnonzero((on.origin == node) & (on.ship_day > day)).tolist()
        }
        for _ in range(MOST_LEGS):
            for number, cost in reached.items():
                place = int(on.destination[number]), int(on.serves[number])
                self._keep(self.moved, *place, skus, cost)
            reached = {
                number: np.minimum.reduce([reached[b] for b in before]) + self.steps[number, skus]
                for number in range(len(on))
                if on.destination[number] != node
                and (before := [b for b in on.before[number] if b in reached])
            }

    def _keep(
        self, table: FloatArray, node: int, serves: int, skus: IntArray, cost: FloatArray
    ) -> None:
        """Keep the cheaper of what was found and another way; it lies there until it serves."""
        there = cost + self.lying[node, serves, skus]
        table[node, serves, skus] = np.minimum(table[node, serves, skus], there)
