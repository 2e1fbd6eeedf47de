"""What a replay offers to one who knows all orders ahead, as arrays for compiled loops.

Everything is by whole periods, and taken so that it allows at least what any policy can do: what
arrives in a period is there on its first day, may serve all orders of it and be sent on in it.

Stock lies in slots: one for each node, and one more for each forward node, where what came without
a transfer lies, since nothing is paid for returning that.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepos.core.network import Network
from prepos.core.products import Products
from prepos.core.replayed import Course
from prepos.core.types import FloatArray, IntArray


class Supply(NamedTuple):
    """Units that come without a transfer: ``first`` (K + 1,) marks each SKU's slice of (M,)."""

    first: IntArray
    slot: IntArray
    period: IntArray
    units: IntArray


class Wants(NamedTuple):
    """Units ordered: ``first`` (K + 1,) marks each SKU's slice of (D,) regions and periods."""

    first: IntArray
    region: IntArray
    period: IntArray
    units: IntArray


class Arcs(NamedTuple):
    """Ways from a slot in one period to a slot in another (A,), by the period of leaving.

    Attributes
    ----------
    first : (P + 1,) int
        Marks the slice of those that leave in each period.
    move : (A,) int
        What it costs: a position in ``Tariff.move``.
    start, leaves, end, arrives : (A,) int
        ``arrives`` is P where that is after the last period.
    rows : (A, 4) int
        Shared rows taken by m3 (three) and by kg (the last), ``NO_ROW`` where there is none.
    """

    first: IntArray
    move: IntArray
    start: IntArray
    leaves: IntArray
    end: IntArray
    arrives: IntArray
    rows: IntArray


class Slots(NamedTuple):
    """Where stock lies: (M,) nodes; whether holding costs, and whether returning what is left.

    ``storage_row`` is (M, P).
    """

    node: IntArray
    is_held: IntArray
    is_returned: IntArray
    storage_row: IntArray


class Tariff(NamedTuple):
    """Currency per unit, of moves (V, K): fare, handling, carbon and return; ``ship_cost`` (N, R).

    There are three moves on each of L lanes: to be put away, to be under way at the end, and to be
    turned away. Where anything spoils, those of writing it off follow (see ``spoiling``).
    """

    move: FloatArray
    ship_cost: FloatArray
    shortage_cost: FloatArray  # (K,), as the following
    holding_cost: FloatArray
    return_cost: FloatArray
    volume_m3: FloatArray
    weight_kg: FloatArray


def outside_slots(network: Network) -> IntArray:
    """Return (N,) the slot of each node where what came without a transfer lies."""
    forward = network.is_forward
    slot = np.arange(len(forward))
    slot[forward] = len(forward) + np.arange(int(forward.sum()))
    return slot


def list_supply(course: Course) -> Supply:
    """Return what lies there on the first day, and all that comes within the periods."""
    slot, skus, periods = outside_slots(course.network), len(course.products), course.periods
    units = np.zeros((skus, len(course.network.nodes), periods.horizon), dtype=np.int64)
    units[:, :, 0] = course.opening.on_hand.T
    receipts = (*course.opening.receipts, *(supply.receipt for supply in course.supply))
    for receipt in receipts:
        when = max(periods.period_of(receipt.arrives_on), 0)
        if when < periods.horizon:
            units[receipt.sku, receipt.node, when] += receipt.quantity
    sku, node, period = np.nonzero(units)
    first = np.searchsorted(sku, np.arange(skus + 1))
    return Supply(first, slot[node], np.ascontiguousarray(period), units[sku, node, period])


def list_wants(course: Course) -> Wants:
    """Return the units ordered of each SKU by region and period."""
    orders, horizon = course.orders, course.periods.horizon
    regions, skus = len(course.network.regions), len(course.products)
    period = course.periods.periods_of(orders.at)
    cell = (orders.sku * regions + orders.region) * horizon + period
    found, number = np.unique(cell, return_inverse=True)
    units = np.bincount(number, orders.quantity, minlength=len(found)).astype(np.int64)
    place, period = np.divmod(found, horizon)
    sku, region = np.divmod(place, regions)
    return Wants(np.searchsorted(sku, np.arange(skus + 1)), region, period, units)


def list_slots(network: Network, storage_row: IntArray) -> Slots:
    """Return the slots: a node each, then what came to forward nodes without a transfer.

    ``storage_row`` is (N, P).
    """
    forward = network.is_forward
    node = np.concatenate([np.arange(len(forward)), np.flatnonzero(forward)])
    moved = np.arange(len(node)) < len(forward)
    is_held = forward[node].astype(np.int64)
    return Slots(node, is_held, is_held * moved, storage_row[node])


def list_tariff(network: Network, products: Products, carbon_price: float) -> Tariff:
    """Return what moving, serving, lacking, holding and returning a unit costs."""
    lanes = network.lanes
    handling = {node.node_id: node.handling_cost for node in network.nodes}
    volume, weight = products.unit_volume_m3, products.unit_weight_kg
    fare = (
        np.array([lane.cost_per_unit for lane in lanes])[:, None]
        + np.outer([lane.cost_per_m3 for lane in lanes], volume)
        + np.outer([lane.cost_per_kg for lane in lanes], weight)
    )
    handled = np.array([handling[lane.destination] for lane in lanes])[:, None] + np.zeros_like(
        fare
    )
    carbon = carbon_price * np.outer([lane.co2e_kg_per_kg for lane in lanes], weight)
    nothing, returned = np.zeros_like(fare), products.return_cost + np.zeros_like(fare)
    moves = ((fare, handled, carbon, nothing), (fare, nothing, carbon, nothing))
    return Tariff(
        np.concatenate([np.stack(move) for move in (*moves, (fare, nothing, carbon, returned))], 1),
        np.ascontiguousarray(network.service.ship_cost),
        products.shortage_cost,
        products.holding_cost,
        products.return_cost,
        volume,
        weight,
    )
