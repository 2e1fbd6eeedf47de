"""Each SKU served at least cost by one who knows its orders, at given prices of the shared rows.

Compiled loops. From every source the cheapest way to each slot and period is found first, waiting
and being sent included; a cell of the orders then takes the best slot that may serve it. So a SKU
is a transportation problem between its sources and its cells.

References
----------
Ford and Fulkerson (1958), Operations Research 6(3), 419-433: flows over time as flows in a network
that has each place once a period.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepos.core.kernels import each, kernel, serial_kernel
from prepos.core.types import FloatArray, IntArray
from prepos.plan.foresight.known import Arcs, Slots, Supply, Tariff, Wants
from prepos.plan.transport.balance import balance
from prepos.plan.transport.costs import Sides
from prepos.plan.transport.problem import NO_ROW

FARE, HANDLING, CARBON, SERVICE, HOLDING, RETURN, SHORTAGE, SENT, SERVED, LOCAL = range(10)
PARTS = 10  # of what is told of each period
COSTS = 7  # of these, the first, are currency; the others units
WAITED, SOURCE, NOWHERE = -1, -2, -3  # how a unit came, where no arc brought it


class Market(NamedTuple):
    """What the loops read: ``price_m3`` and ``price_kg`` (A,) of arcs, ``room`` (M, P) per m3."""

    periods: int
    supply: Supply
    wants: Wants
    arcs: Arcs
    slots: Slots
    tariff: Tariff
    price_m3: FloatArray
    price_kg: FloatArray
    room: FloatArray


class Ways(NamedTuple):
    """Room to work in: cheapest ways of each source of a SKU.

    Attributes
    ----------
    cost, by : (S, M, P)
        To each slot and period; how the last step was made: an arc, or ``WAITED``.
    idle, last : (S,)
        What a unit that serves nobody costs; the slot it ends in, or M and the arc it leaves by.
    """

    cost: FloatArray
    by: IntArray
    idle: FloatArray
    last: IntArray


@serial_kernel
def make_room(market: Market, first: int, last: int) -> tuple[Ways, Sides]:
    """Return room for any SKU of a slice."""
    sources, cells = 0, 0
    for sku in range(first, last):
        sources = max(sources, market.supply.first[sku + 1] - market.supply.first[sku])
        cells = max(cells, market.wants.first[sku + 1] - market.wants.first[sku])
    slots, periods, nodes = len(market.slots.node), market.periods, sources + 1
    ways = Ways(
        np.empty((sources, slots, periods)),
        np.empty((sources, slots, periods), dtype=np.int64),
        np.empty(sources),
        np.empty(sources, dtype=np.int64),
    )
    nothing, nobody = np.empty(0), np.empty(0, dtype=np.int64)
    sides = Sides(
        np.empty((0, 0)),
        np.empty((0, 0), dtype=np.int64),
        nothing,
        nobody,
        nothing,
        nothing,
        nothing,
        np.zeros((nodes, cells)),
        np.zeros((nodes, cells), dtype=np.int64),
        np.empty(nodes, dtype=np.int64),
        np.empty((nodes, nodes)),
        np.empty((nodes, nodes), dtype=np.int64),
        np.empty(nodes),
        np.empty(nodes, dtype=np.int64),
    )
    return ways, sides


@serial_kernel
def arc_cost(market: Market, sku: int, arc: int) -> float:
    """Return what a unit costs on an arc, prices included."""
    lane, tariff = market.arcs.lane[arc], market.tariff
    cost = tariff.move[0, lane, sku] + tariff.move[1, lane, sku] + tariff.move[2, lane, sku]
    cost += market.price_m3[arc] * tariff.volume_m3[sku]
    return float(cost + market.price_kg[arc] * tariff.weight_kg[sku])


@serial_kernel
def lying_cost(market: Market, sku: int, slot: int, period: int) -> float:
    """Return what a unit costs that lies in a slot at a period's end."""
    held = market.tariff.holding_cost[sku] * market.slots.is_held[slot]
    return float(held + market.tariff.volume_m3[sku] * market.room[slot, period])


@serial_kernel
def find_ways(market: Market, sku: int, source: int, ways: Ways) -> None:
    """Find the cheapest way from a source to every slot and period, and to the end."""
    at = market.supply.first[sku] + source
    cost, by, arcs = ways.cost[source], ways.by[source], market.arcs
    slots, periods = cost.shape
    cost[:, :], by[:, :] = np.inf, NOWHERE
    begun = market.supply.period[at]
    cost[market.supply.slot[at], begun], by[market.supply.slot[at], begun] = 0.0, SOURCE
    ways.idle[source], ways.last[source] = np.inf, NOWHERE
    for period in range(begun, periods):
        if period > begun:
            for slot in range(slots):
                waited = cost[slot, period - 1] + lying_cost(market, sku, slot, period - 1)
                if waited < cost[slot, period]:
                    cost[slot, period], by[slot, period] = waited, WAITED
        moved = True
        while moved:  # again, as what arrives in the period may be sent on in it
            moved = False
            for arc in range(arcs.first[period], arcs.first[period + 1]):
                start = cost[arcs.start[arc], period]
                if start == np.inf:
                    continue
                found, arrives = start + arc_cost(market, sku, arc), arcs.arrives[arc]
                if arrives == periods:
                    if found < ways.idle[source]:
                        ways.idle[source], ways.last[source] = found, slots + arc
                elif found < cost[arcs.end[arc], arrives]:
                    cost[arcs.end[arc], arrives], by[arcs.end[arc], arrives] = found, arc
                    moved = moved or arrives == period
    for slot in range(slots):
        found = cost[slot, periods - 1] + lying_cost(market, sku, slot, periods - 1)
        found += market.tariff.return_cost[sku] * market.slots.is_returned[slot]
        if found < ways.idle[source]:
            ways.idle[source], ways.last[source] = found, slot


@serial_kernel
def best_slot(market: Market, cell: int, cost: FloatArray) -> int:
    """Return the slot from which a cell is served at least cost, -1 if from none."""
    region, period = market.wants.region[cell], market.wants.period[cell]
    best, least = -1, np.inf
    for slot in range(len(cost)):
        found = cost[slot, period] + market.tariff.ship_cost[market.slots.node[slot], region]
        if found < least:
            best, least = slot, found
    return best


@serial_kernel
def serve_sku(market: Market, sku: int, ways: Ways, sides: Sides, value: FloatArray) -> float:
    """Solve one SKU, leaving the flows in ``sides.held``.

    Returns its cost, prices included, beside all of its orders being lost.
    """
    start, end = market.supply.first[sku], market.supply.first[sku + 1]
    first, last = market.wants.first[sku], market.wants.first[sku + 1]
    shortage, total = market.tariff.shortage_cost[sku], 0.0
    for source in range(end - start):
        find_ways(market, sku, source, ways)
        total += ways.idle[source] * market.supply.units[start + source]
        for cell in range(first, last):
            slot = best_slot(market, cell, ways.cost[source])
            found = np.inf
            if slot >= 0:
                found = ways.cost[source, slot, market.wants.period[cell]] - ways.idle[source]
                node = market.slots.node[slot]
                found += market.tariff.ship_cost[node, market.wants.region[cell]] - shortage
            sides.cost[source, cell - first] = found
    width, units = market.wants.units[first:last], market.supply.units[start:end]
    balance(sides, width, units, value[start:end])
    for source in range(end - start):
        for cell in range(last - first):
            if sides.held[source, cell]:
                total += sides.cost[source, cell] * sides.held[source, cell]
    return total


@serial_kernel
def tell_sku(
    market: Market, sku: int, ways: Ways, sides: Sides, use: FloatArray, told: FloatArray
) -> None:
    """Add what the SKU's flows take of the shared rows (S,), and what they are (PARTS, P)."""
    start, end = market.supply.first[sku], market.supply.first[sku + 1]
    first, last = market.wants.first[sku], market.wants.first[sku + 1]
    slots, tariff = len(market.slots.node), market.tariff
    for cell in range(last - first):
        told[SHORTAGE, market.wants.period[first + cell]] += (
            tariff.shortage_cost[sku] * sides.held[end - start, cell]
        )
    for source in range(end - start):
        idle = market.supply.units[start + source]
        for cell in range(last - first):
            units = sides.held[source, cell]
            if not units:
                continue
            idle -= units
            period, region = market.wants.period[first + cell], market.wants.region[first + cell]
            slot = best_slot(market, first + cell, ways.cost[source])
            ship_cost = tariff.ship_cost[:, region]
            told[SERVICE, period] += ship_cost[market.slots.node[slot]] * units
            told[SERVED, period] += units
            told[LOCAL, period] += units * (ship_cost.argmin() == market.slots.node[slot])
            tell_way(market, sku, ways.by[source], slot, period, units, use, told)
        if not idle:
            continue
        slot = ways.last[source]
        if slot >= slots:
            tell_arc(market, sku, slot - slots, idle, use, told)
            arc = slot - slots
            begin, leaves = market.arcs.start[arc], market.arcs.leaves[arc]
            tell_way(market, sku, ways.by[source], begin, leaves, idle, use, told)
        else:
            told[RETURN, -1] += tariff.return_cost[sku] * market.slots.is_returned[slot] * idle
            tell_lying(market, sku, slot, market.periods - 1, idle, use, told)
            tell_way(market, sku, ways.by[source], slot, market.periods - 1, idle, use, told)


@serial_kernel
def tell_way(
    market: Market,
    sku: int,
    by: IntArray,
    slot: int,
    period: int,
    units: int,
    use: FloatArray,
    told: FloatArray,
) -> None:
    """Add what units took and cost on their way to a slot and period, step by step back."""
    while by[slot, period] != SOURCE:
        arc = by[slot, period]
        if arc == WAITED:
            period -= 1
            tell_lying(market, sku, slot, period, units, use, told)
        else:
            tell_arc(market, sku, arc, units, use, told)
            slot, period = market.arcs.start[arc], market.arcs.leaves[arc]


@serial_kernel
def tell_arc(
    market: Market, sku: int, arc: int, units: int, use: FloatArray, told: FloatArray
) -> None:
    """Add what units take and cost on an arc."""
    lane, leaves = market.arcs.lane[arc], market.arcs.leaves[arc]
    for part in range(3):
        told[FARE + part, leaves] += market.tariff.move[part, lane, sku] * units
    told[SENT, leaves] += units
    for place in range(4):
        row = market.arcs.rows[arc, place]
        if row != NO_ROW:
            size = market.tariff.weight_kg[sku] if place == 3 else market.tariff.volume_m3[sku]
            use[row] += size * units


@serial_kernel
def tell_lying(
    market: Market,
    sku: int,
    slot: int,
    period: int,
    units: int,
    use: FloatArray,
    told: FloatArray,
) -> None:
    """Add what units take and cost that lie in a slot at a period's end."""
    held = market.tariff.holding_cost[sku] * market.slots.is_held[slot]
    told[HOLDING, period] += held * units
    row = market.slots.storage_row[slot, period]
    if row != NO_ROW:
        use[row] += market.tariff.volume_m3[sku] * units


@kernel
def serve_blocks(
    periods: int,
    supply: Supply,
    wants: Wants,
    arcs: Arcs,
    slots: Slots,
    tariff: Tariff,
    price_m3: FloatArray,
    price_kg: FloatArray,
    room: FloatArray,
    edges: IntArray,
    value: FloatArray,
    cost: FloatArray,
    use: FloatArray,
    told: FloatArray,
) -> None:
    """Solve the SKUs of every block; add up cost (B,), use (B, S) and parts (B, PARTS, P)."""
    for block in each(len(cost)):
        market = Market(periods, supply, wants, arcs, slots, tariff, price_m3, price_kg, room)
        ways, sides = make_room(market, edges[block], edges[block + 1])
        for sku in range(edges[block], edges[block + 1]):
            cost[block] += serve_sku(market, sku, ways, sides, value)
            tell_sku(market, sku, ways, sides, use[block], told[block])
