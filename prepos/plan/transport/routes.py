"""Routes: staying, or one departure after another, from where stock is to where it can serve.

A unit serves a period if it lies there on the period's middle day, and may be sent on from the day
after it came. No route comes to a node twice, nor where it could serve no period of the window.
What is in transit with a hub ahead of it has two starts: to go on to its node is to stay, as it
costs nothing; other routes take it off at the hub.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from prepos.core.stock import NO_HUB, Receipt
from prepos.core.types import BoolArray, IntArray
from prepos.plan.frame import Frame
from prepos.plan.problem import Problem
from prepos.plan.transport.problem import NO_ROW, Routes

MOST_LEGS = 3  # departures of one route
NOWHERE = -1


@dataclass(frozen=True, slots=True, order=True)
class Release:
    """A node, and the day (ordinal) from which units lie there; the day before the first is now.

    ``moved`` tells whether the plan brought them; ``hub`` where they may be taken off before they
    come, from the day ``hub_day`` on.
    """

    node: int
    day: int
    moved: bool = False
    hub: int = NOWHERE
    hub_day: int = 0


def release_of(receipt: Receipt) -> Release:
    """Return where a receipt's units lie, unless they are taken off before."""
    node, day = receipt.node, receipt.arrives_on.toordinal()
    if receipt.hub == NO_HUB:
        return Release(node, day)
    return Release(node, day, hub=receipt.hub, hub_day=receipt.at_hub_on.toordinal())


@dataclass(slots=True)
class Leg:
    """What a route adds up on its way: legs, and period ends lain at a node.

    ``stop`` is the release that it takes off at its hub; none where it goes on.
    """

    departures: tuple[int, ...] = ()
    lain: tuple[tuple[int, int], ...] = ()  # node, period
    stop: Release | None = None


@dataclass(slots=True)
class RouteTable:
    """Routes under construction, one entry a route; ``taken`` holds (row, unit, m3, kg).

    ``redirects`` tells which take units in transit off at a hub.
    """

    first: list[int] = field(default_factory=lambda: [0])
    node: list[int] = field(default_factory=list)
    period: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    cost: list[tuple[float, float, float]] = field(default_factory=list)
    taken: list[list[tuple[int, float, float, float]]] = field(default_factory=list)
    departures: list[tuple[int, ...]] = field(default_factory=list)
    redirects: list[bool] = field(default_factory=list)

    def arrays(self) -> Routes:
        """Return the routes as the loops read them."""
        cost = np.array(self.cost, dtype=np.float64).reshape(-1, 3).T.copy()
        rows = [entry for entries in self.taken for entry in entries]
        amount = np.array([entry[1:] for entry in rows], dtype=np.float64).reshape(-1, 3).T.copy()
        return Routes(
            np.array(self.first, dtype=np.int64),
            np.array(self.node, dtype=np.int64),
            np.array(self.period, dtype=np.int64),
            np.array(self.held, dtype=np.int64),
            cost[0],
            cost[1],
            cost[2],
            np.append(0, np.cumsum([len(entries) for entries in self.taken])).astype(np.int64),
            np.array([entry[0] for entry in rows], dtype=np.int64),
            amount[0],
            amount[1],
            amount[2],
        )


def list_releases(
    problem: Problem, frame: Frame, arrivals: Iterable[Release] = ()
) -> list[Release]:
    """Return where units lie: every node now, then where and when more come, in order.

    Receipts come, and ``arrivals`` that are known.
    """
    today = int(frame.starts[0]) - 1
    coming = {release_of(receipt) for receipt in problem.receipts} | set(arrivals)
    now = [Release(node, today) for node in range(len(problem.network.nodes))]
    return [*now, *sorted(coming - set(now))]


def list_routes(
    problem: Problem, frame: Frame, releases: Sequence[Release], closed: BoolArray | None = None
) -> RouteTable:
    """Return the routes from every release; the first of each is to stay.

    Parameters
    ----------
    closed : (D,) bool, optional
        Departures that no route takes.
    """
    table = RouteTable()
    leaving: dict[int, list[int]] = {}
    for departure, origin in enumerate(frame.origin.tolist()):
        if closed is None or not closed[departure]:
            leaving.setdefault(origin, []).append(departure)
    for release in releases:
        for leg, node, day in walk(problem, frame, leaving, release):
            add_route(problem, frame, table, leg, node, day)
        table.first.append(len(table.node))
    return table


def walk(
    problem: Problem, frame: Frame, leaving: dict[int, list[int]], release: Release
) -> Iterator[tuple[Leg, int, int]]:
    """Yield (leg, node, day) of staying and of every route that is in time to serve."""
    yield Leg(), release.node, release.day
    open_ends = [(Leg(), release.node, release.day, {release.node})]
    if release.hub != NOWHERE:
        off = Leg(stop=release)
        open_ends.append((off, release.hub, release.hub_day, {release.hub}))
        if serves_from(frame.middles, release.hub_day) < len(frame.middles):
            yield off, release.hub, release.hub_day
    while open_ends:
        leg, node, day, seen = open_ends.pop(0)
        for departure in leaving.get(node, ()):
            to, arrival = int(frame.destination[departure]), int(frame.arrival_day[departure])
            late = serves_from(frame.middles, arrival) >= len(frame.middles)
            if frame.ship_day[departure] <= day or to in seen or late:
                continue
            waited = periods_between(problem, frame, day, int(frame.ship_period[departure]))
            lain = tuple((node, period) for period in waited)
            after = Leg((*leg.departures, departure), (*leg.lain, *lain), leg.stop)
            yield after, to, arrival
            if len(after.departures) < MOST_LEGS:
                open_ends.append((after, to, arrival, seen | {to}))


def serves_from(middles: IntArray, day: int) -> int:
    """Return the first period that a unit serves which lies there from a day on; T if none."""
    return int(np.searchsorted(middles, day))


def lies_from(problem: Problem, frame: Frame, day: int) -> int:
    """Return the first period at whose end a unit lies where it comes on a day; T if none."""
    period = (day - int(frame.starts[0])) // problem.periods.days
    return min(max(0, period), len(frame.starts))


def periods_between(problem: Problem, frame: Frame, day: int, until: int) -> range:
    """Return the periods at whose ends a unit lies that comes on a day and leaves in another."""
    return range(lies_from(problem, frame, day), until)


def inbound_of(problem: Problem, frame: Frame, stop: Release) -> list[tuple[int, float]]:
    """Return (row, amount) of a unit that comes in at its hub, and not where it was to go.

    There it leaves room to vehicles, while what it takes at the hub comes in none.
    """
    found = []
    for node, day, amount in ((stop.hub, stop.hub_day, 1.0), (stop.node, stop.day, -1.0)):
        period = lies_from(problem, frame, day)
        if period < problem.periods.horizon:
            found.append((int(frame.inbound_row[node, period]), amount))
            if amount < 0:
                found.append((int(frame.whole_row[node, period]), amount))
    return found


def add_route(
    problem: Problem, frame: Frame, table: RouteTable, leg: Leg, node: int, day: int
) -> None:
    """Add one route: what it costs, where it lies on the way, what it takes of the shared rows.

    The budget pays the fare, not the carbon.
    """
    period = serves_from(frame.middles, day)
    lain = (*leg.lain, *((node, t) for t in periods_between(problem, frame, day, period)))
    forward = problem.network.is_forward
    cost = np.zeros(3)
    taken: list[tuple[int, float, float, float]] = []
    for departure in leg.departures:
        lane = problem.network.lanes[int(frame.lane[departure])]
        handling = float(problem.handling[frame.lane[departure]])
        fare = (lane.cost_per_unit + handling, lane.cost_per_m3, lane.cost_per_kg)
        cost += (*fare[:2], lane.cost_per_kg + problem.options.carbon_price * lane.co2e_kg_per_kg)
        inbound = frame.inbound_row[frame.destination[departure], frame.arrival_period[departure]]
        outbound = frame.outbound_row[frame.origin[departure], frame.ship_period[departure]]
        whole = frame.whole_of(departure, lane.vehicle_m3)[0]
        volumes = (inbound, outbound, frame.volume_row[departure], whole)
        taken += [(int(row), 0.0, 1.0, 0.0) for row in volumes]
        taken.append((int(frame.weight_row[departure]), 0.0, 0.0, 1.0))
        taken.append((frame.budget_row, *fare))
    taken += [(int(frame.storage_row[place, t]), 0.0, 1.0, 0.0) for place, t in lain]
    if leg.stop is not None:
        put_away = float(problem.put_away[leg.stop.hub])
        cost[0] += put_away
        taken.append((frame.budget_row, put_away, 0.0, 0.0))
        taken += [(row, 0.0, amount, 0.0) for row, amount in inbound_of(problem, frame, leg.stop)]
    table.redirects.append(leg.stop is not None)
    table.node.append(node)
    table.period.append(period)
    table.held.append(sum(bool(forward[place]) for place, _ in lain))
    table.cost.append((float(cost[0]), float(cost[1]), float(cost[2])))
    table.taken.append([entry for entry in taken if entry[0] != NO_ROW])
    table.departures.append(leg.departures)
