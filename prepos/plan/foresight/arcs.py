"""Ways from a node in one period to a node in another, by all lanes in all periods.

A lane arrives in those periods that one of its ship days in the period of leaving reaches.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from prepos.core.network import Lane, Network
from prepos.core.periods import Periods
from prepos.core.types import IntArray
from prepos.plan.foresight.known import Arcs, outside_slots
from prepos.plan.foresight.limits import Numbers
from prepos.plan.foresight.spoiling import list_write_offs
from prepos.plan.transport.problem import NO_ROW

PUT_AWAY, UNDER_WAY, TURNED_AWAY = range(3)  # the moves on a lane
MOVES = 3  # of a lane
ROWS = 4  # that an arc may take of: three by m3, the last by kg


def list_arcs(network: Network, periods: Periods, numbers: Numbers, spoils_from: int) -> Arcs:
    """Return the arcs, by the period of leaving; both slots of a node may be left.

    From the period ``spoils_from`` on units may be written off.

    What finds no room where it arrives is back where it came from, as if never moved; from an
    origin it might as well have stayed.
    """
    outside, found = outside_slots(network), []
    for leaves in range(periods.horizon):
        for place, lane in enumerate(network.lanes):
            start = network.node_axis.position(lane.origin)
            for arrives, move, end in list_ends(network, periods, place, leaves):
                row = list_taken(network, numbers, place, leaves, arrives)
                position = move * len(network.lanes) + place
                found += [
                    [leaves, position, slot, end, arrives, *row]
                    for slot in sorted({start, int(outside[start])})
                    if (slot, leaves) != (end, arrives)
                ]
        if leaves >= spoils_from:
            write_offs = list_write_offs(network, periods, leaves, MOVES * len(network.lanes))
            found += [[*arc, *[NO_ROW] * ROWS] for arc in write_offs]
    table = np.array(found, dtype=np.int64).reshape(-1, 5 + ROWS)
    leaving, move_at, start_at, end_at, arriving = table[:, :5].T.copy()
    first = np.searchsorted(leaving, np.arange(periods.horizon + 1))
    rows = np.ascontiguousarray(table[:, 5:])
    return Arcs(first, move_at, start_at, leaving, end_at, arriving, rows)


def list_ends(
    network: Network, periods: Periods, place: int, leaves: int
) -> Iterator[tuple[int, int, int]]:
    """Yield (period, move, slot) in which what leaves by a lane in a period can end."""
    lane, axis = network.lanes[place], network.node_axis
    start, end = axis.position(lane.origin), axis.position(lane.destination)
    may_return = network.is_forward[start] and math.isfinite(network.nodes[end].storage_m3)
    for arrives in arrival_periods(lane, periods, leaves):
        if arrives >= periods.horizon:
            yield periods.horizon, UNDER_WAY, end
            return
        yield arrives, PUT_AWAY, end
        if may_return:
            yield arrives, TURNED_AWAY, int(outside_slots(network)[start])


def list_taken(
    network: Network, numbers: Numbers, place: int, leaves: int, arrives: int
) -> list[int]:
    """Return the rows that an arc takes of."""
    lane, axis = network.lanes[place], network.node_axis
    keys = (
        ("inbound", axis.position(lane.destination), arrives),
        ("outbound", axis.position(lane.origin), leaves),
        ("m3", place, leaves),
        ("kg", place, leaves),
    )
    return [numbers.get(key, NO_ROW) for key in keys]


def arrival_periods(lane: Lane, periods: Periods, leaves: int) -> list[int]:
    """Return, rising, in which periods stock can arrive that leaves in one."""
    days = [periods.start(leaves) + timedelta(days=day) for day in range(periods.days)]
    return sorted({periods.period_of(lane.arrival(day)) for day in days if lane.ships_on(day)})


def storage_rows(network: Network, periods: Periods, numbers: Numbers) -> IntArray:
    """Return (N, P) the row of each node's storage."""
    nodes, horizon = range(len(network.nodes)), range(periods.horizon)
    rows = [[numbers.get(("storage", j, t), NO_ROW) for t in horizon] for j in nodes]
    return np.array(rows, dtype=np.int64)
