"""What a SKU's flows take of the rows that SKUs share, and what they are, part by part."""

from __future__ import annotations

from prepos.core.kernels import serial_kernel
from prepos.core.types import FloatArray, IntArray
from prepos.plan.foresight.ways import OF_MOVES, SOURCE, WAITED, Market, Ways, best_slot
from prepos.plan.transport.costs import Sides
from prepos.plan.transport.problem import NO_ROW

# Of what is told of each period; the first four in the order of a move.
FARE, HANDLING, CARBON, RETURN, SERVICE, HOLDING, SHORTAGE, SENT, SERVED, LOCAL = range(10)
PARTS = 10


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
    move, leaves, rows = market.arcs.move[arc], market.arcs.leaves[arc], market.arcs.rows[arc]
    arrives, is_sent = min(market.arcs.arrives[arc], market.periods - 1), True
    if market.arcs.start[arc] == market.arcs.end[arc] and arrives < market.arcs.arrives[arc]:
        arrives, is_sent = leaves, False  # written off
    for part in range(OF_MOVES):
        when = leaves if part in (FARE, CARBON) else arrives
        told[part, when] += market.tariff.move[part, move, sku] * units
    told[SENT, leaves] += units * is_sent
    for place in range(len(rows)):
        if rows[place] != NO_ROW:
            by_weight = place == len(rows) - 1
            size = market.tariff.weight_kg[sku] if by_weight else market.tariff.volume_m3[sku]
            use[rows[place]] += size * units


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
