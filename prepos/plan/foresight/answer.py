"""Each SKU served at least cost by one who knows its orders, at given prices of the shared rows.

Compiled loops. A cell of the orders takes the best slot that may serve it, of those to which each
source's units come on their cheapest way. So a SKU is a transportation problem between its sources
and its cells.
"""

from __future__ import annotations

import numpy as np

from prepos.core.kernels import each, kernel, serial_kernel
from prepos.core.types import FloatArray, IntArray
from prepos.plan.foresight.known import Arcs, Slots, Supply, Tariff, Wants
from prepos.plan.foresight.telling import tell_sku
from prepos.plan.foresight.ways import Market, Ways, best_slot, find_ways
from prepos.plan.transport.balance import balance
from prepos.plan.transport.costs import Sides


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
