"""The cheapest ways of a SKU's units through slots and periods, at given prices of shared rows.

Compiled loops. Waiting and being sent are steps of one network that has each slot once a period.

References
----------
Ford and Fulkerson (1958), Operations Research 6(3), 419-433: flows over time as flows in a network
that has each place once a period.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepos.core.kernels import serial_kernel
from prepos.core.types import FloatArray, IntArray
from prepos.plan.foresight.known import Arcs, Slots, Supply, Tariff, Wants

OF_MOVES = 4  # parts of what a move costs
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
def arc_cost(market: Market, sku: int, arc: int) -> float:
    """Return what a unit costs on an arc, prices included."""
    tariff = market.tariff
    cost = market.price_m3[arc] * tariff.volume_m3[sku]
    for part in range(OF_MOVES):
        cost += tariff.move[part, market.arcs.move[arc], sku]
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
    cost, by = ways.cost[source], ways.by[source]
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
        while send_on(market, sku, source, period, ways):
            pass  # what arrives in the period may be sent on in it
    for slot in range(slots):
        found = cost[slot, periods - 1] + lying_cost(market, sku, slot, periods - 1)
        found += market.tariff.return_cost[sku] * market.slots.is_returned[slot]
        if found < ways.idle[source]:
            ways.idle[source], ways.last[source] = found, slot


@serial_kernel
def send_on(market: Market, sku: int, source: int, period: int, ways: Ways) -> bool:
    """Find the cheapest ways by one more arc of a period; return whether some end in it."""
    cost, by, arcs = ways.cost[source], ways.by[source], market.arcs
    slots, periods = cost.shape
    again = False
    for arc in range(arcs.first[period], arcs.first[period + 1]):
        start, arrives = cost[arcs.start[arc], period], arcs.arrives[arc]
        if start == np.inf:
            continue
        found = start + arc_cost(market, sku, arc)
        if arrives == periods:
            if found < ways.idle[source]:
                ways.idle[source], ways.last[source] = found, slots + arc
        elif found < cost[arcs.end[arc], arrives]:
            cost[arcs.end[arc], arrives], by[arcs.end[arc], arrives] = found, arc
            again = again or arrives == period
    return again


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
