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
from prepos.plan.verify_book import Given, middle_of, positions_of
from prepos.plan.verify_receipts import list_receipts

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
    periods: int  # of the window

    def __len__(self) -> int:
        return len(self.lane)

    @property
    def ship_period(self) -> IntArray:
        """(D,) the period in which each leaves."""
        return self.ship_day // self.days

    @property
    def arrival_period(self) -> IntArray:
        """(D,) the period in which each arrives, and at whose end what came lies there.

        Of those that arrive after the window it is the last one.
        """
        return np.minimum(self.arrival_day // self.days, self.periods - 1)

    @property
    def serves(self) -> IntArray:
        """(D,) the first period that what came can serve: by its middle day."""
        return -((middle_of(self.days) - self.arrival_day) // self.days)

    @property
    def in_time(self) -> BoolArray:
        """(D,) whether what came serves any; all do but those that a published plan keeps."""
        return self.serves < self.periods

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
    leaves from; those alone that arrive by the last period's middle day. And those of the published
    plan that stand or cost something to deviate from, with what they open.
    """
    days = given.periods.days
    last = (given.window.horizon - 1) * days + middle_of(days)
    lead = given.of_lanes("lead_time_days").astype(np.int64).tolist()
    today = int(np.datetime64(given.periods.cutoff, "D").astype(np.int64))
    came: list[set[int]] = [set() for _ in given.nodes]
    coming, _ = list_receipts(given)
    for ends in (["node", "day"], ["hub", "hub_day"]):
        for node, day in coming[ends].itertuples(index=False):
            came[node].add(int(day))
    found = set()
    for lane, day in kept_departures(given):
        end, arrival = int(given.lane_destination[lane]), day + lead[lane]
        found.add((day, lane, int(given.lane_origin[lane]), end, arrival))
        came[end].add(arrival)
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
                found.add((day, lane, origin, end, day + lead[lane]))
                came[end].add(day + lead[lane])
    columns = np.array(sorted(found), dtype=np.int64).reshape(-1, 5).T
    return Departures(
        lane=columns[1],
        origin=columns[2],
        destination=columns[3],
        ship_day=columns[0],
        arrival_day=columns[4],
        days=days,
        periods=given.window.horizon,
    )


def kept_departures(given: Given) -> list[tuple[int, int]]:
    """Return lane and day after the cutoff of each departure that the published plan keeps."""
    if given.published is None:
        return []
    day = given.day_of(given.published["ship_date"])
    kept = (day < given.frozen_day) | (given.stability_cost > 0)
    lanes = positions_of(given.lanes, given.published["lane_id"])
    return list(zip(lanes[kept].tolist(), day[kept].tolist(), strict=True))


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
    returned : (N, K) float
        Of a unit that moved to a node and is left there.
    stayed, moved : (N, T, K) float
        The least found: of units that are at the place without moving, and of those that came.
    """

    departures: Departures
    lying: FloatArray
    steps: FloatArray
    returned: FloatArray
    stayed: FloatArray
    moved: FloatArray

    def idle(self, node: int, day: int, skus: IntArray) -> FloatArray:
        """Return what units cost that lie at a node from a day to the window's end."""
        return np.asarray(self.lying[node, -1, skus] - self.lying[node, self._since(day), skus])

    def _since(self, day: int) -> int:
        """Return the first period at whose end units lie that come on a day; T if none."""
        return min(max(0, day // self.departures.days), self.departures.periods)

    def reach(self, node: int, day: int, skus: IntArray) -> dict[int, FloatArray]:
        """Return the least cost to each departure of units that come to a node on a day.

        It counts to having lain where the departure goes since the window's first day. From the
        next day on units may leave.
        """
        on, since = self.departures, self._since(day)
        in_time = on.in_time
        ends = {
            number: self.steps[number, skus] - self.lying[node, since, skus]
            for number in np.flatnonzero(
                (on.origin == node) & (on.ship_day > day) & in_time
            ).tolist()
        }
        reached = dict(ends)
        for _ in range(MOST_LEGS - 1):
            ends = {
                number: np.minimum.reduce([ends[b] for b in before]) + self.steps[number, skus]
                for number in range(len(on))
                if on.destination[number] != node
                and in_time[number]
                and (before := [b for b in on.before[number] if b in ends])
            }
            for number, cost in ends.items():
                reached[number] = np.minimum(reached.get(number, np.inf), cost)
        return reached

    def rest(self, skus: IntArray, reached: dict[int, FloatArray]) -> FloatArray:
        """Return the least that units cost which move and then lie where they came to the end."""
        least = np.full(len(skus), np.inf)
        for number, cost in reached.items():
            node = self.departures.destination[number]
            there = cost + self.lying[node, -1, skus] + self.returned[node, skus]
            least = np.minimum(least, there)
        return least

    def left(self, node: int, day: int, skus: IntArray) -> FloatArray:
        """Return what units cost that the plan brings to a node on a day and that lie there then.

        Infinite where they come too late to serve from there.
        """
        if not self.in_time(day):
            return np.full(len(skus), np.inf)
        return np.asarray(self.idle(node, day, skus) + self.returned[node, skus])

    def in_time(self, day: int) -> bool:
        """Return whether units that come on a day can serve where they come to."""
        return self._serves(day) < self.departures.periods

    def _serves(self, day: int) -> int:
        """Return the first period that units can serve which come on a day: by its middle day."""
        days = self.departures.days
        return max(0, -((middle_of(days) - day) // days))

    def lie(
        self, least: FloatArray, node: int, day: int, skus: IntArray, start: FloatArray
    ) -> None:
        """Note in ``least`` (N, T, K) that units lie at a node from a day on, at a cost so far."""
        if self.in_time(day):
            serves = self._serves(day)
            lain = self.lying[node, serves, skus] - self.lying[node, self._since(day), skus]
            least[node, serves, skus] = np.minimum(least[node, serves, skus], start + lain)

    def open_source(
        self,
        node: int,
        day: int,
        skus: IntArray,
        *,
        reached: dict[int, FloatArray],
        start: FloatArray,
    ) -> None:
        """Take in units that come to a node on a day at a cost of ``start``, with their ends."""
        on = self.departures
        self.lie(self.stayed, node, day, skus, start)
        for number, cost in reached.items():
            place = int(on.destination[number]), int(on.serves[number])
            comes = start + cost + self.lying[(*place, skus)]
            self.moved[(*place, skus)] = np.minimum(self.moved[(*place, skus)], comes)
