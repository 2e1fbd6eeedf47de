"""What a replay offers to one who knows all orders ahead, as arrays for compiled loops.

Everything is by whole periods, and taken so that it allows at least what any policy can do: what
arrives in a period is there on its first day, may serve all orders of it and be sent on in it.

Stock lies in slots: one for each node, and one more for each forward node, where what came without
a transfer lies, since nothing is paid for returning that. What is sent to arrive after the last
period is gone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from prepos.core.network import Lane, Network
from prepos.core.periods import Periods
from prepos.core.products import Products
from prepos.core.replayed import Course
from prepos.core.types import FloatArray, IntArray
from prepos.plan.problem import arrived_and_coming
from prepos.plan.transport.problem import NO_ROW


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
    lane, start, leaves, end, arrives : (A,) int
        ``arrives`` is P where that is after the last period.
    rows : (A, 4) int
        Shared rows taken by m3 (three) and by kg (the last), ``NO_ROW`` where there is none.
    """

    first: IntArray
    lane: IntArray
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
    """Currency per unit: ``move`` (3, L, K) fare, handling and carbon; ``ship_cost`` (N, R)."""

    move: FloatArray
    ship_cost: FloatArray
    shortage_cost: FloatArray  # (K,), as the following
    holding_cost: FloatArray
    return_cost: FloatArray
    volume_m3: FloatArray
    weight_kg: FloatArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Row:
    """A limit that SKUs share: its kind, the node or lane it is of, the period, and how much."""

    kind: str
    place: int
    period: int
    limit: float


def outside_slots(network: Network) -> IntArray:
    """Return (N,) the slot of each node where what came without a transfer lies."""
    forward = network.is_forward
    slot = np.arange(len(forward))
    slot[forward] = len(forward) + np.arange(int(forward.sum()))
    return slot


def list_supply(course: Course) -> Supply:
    """Return what lies there on the first day, and all that comes within the periods."""
    slot, skus, periods = outside_slots(course.network), len(course.products), course.periods
    on_hand, receipts = arrived_and_coming(course.opening, periods)
    units = np.zeros((skus, len(course.network.nodes), periods.horizon), dtype=np.int64)
    units[:, :, 0] = on_hand.T
    for receipt in receipts:
        units[receipt.sku, receipt.node, periods.period_of(receipt.arrives_on)] += receipt.quantity
    sku, node, period = np.nonzero(units)
    first = np.searchsorted(sku, np.arange(skus + 1))
    return Supply(first, slot[node], period, units[sku, node, period])


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


def list_rows(course: Course, supply: Supply) -> list[Row]:
    """Return every limit of nodes, and of vehicles' room: 0, as all of it is bought.

    What comes without a transfer may break a limit; then nothing more may come.
    """
    network, horizon = course.network, course.periods.horizon
    volume = np.repeat(course.products.unit_volume_m3, np.diff(supply.first)) * supply.units
    came = np.zeros((len(network.nodes) + int(network.is_forward.sum()), horizon))
    np.add.at(came, (supply.slot, supply.period), volume)
    alone = came[outside_slots(network)]
    on_hand, _ = arrived_and_coming(course.opening, course.periods)
    opening = on_hand @ course.products.unit_volume_m3
    rows = []
    for j, node in enumerate(network.nodes):
        for t in range(horizon):
            received = float(alone[j, t] - (opening[j] if t == 0 else 0.0))
            lying = float(alone[j, : t + 1].sum())
            limits = (
                ("inbound", max(node.inbound_m3 - received, 0.0)),
                ("outbound", node.outbound_m3),
                ("storage", max(node.storage_m3, lying)),
            )
            rows += [
                Row(kind=kind, place=j, period=t, limit=limit)
                for kind, limit in limits
                if math.isfinite(limit)
            ]
    for position, lane in enumerate(network.lanes):
        for t in range(horizon if lane.has_vehicle else 0):
            for kind, room in zip(("m3", "kg"), vehicle_room(lane, float(came.sum())), strict=True):
                if math.isfinite(room):
                    rows.append(Row(kind=kind, place=position, period=t, limit=0.0))
    return rows


def vehicle_room(lane: Lane, most_m3: float) -> tuple[float, float]:
    """Return m3 and kg of a lane's vehicle; one without either holds the most that there is."""
    if math.isfinite(lane.vehicle_m3) or math.isfinite(lane.vehicle_kg):
        return lane.vehicle_m3, lane.vehicle_kg
    return max(most_m3, 1.0), math.inf


def list_arcs(network: Network, periods: Periods, rows: list[Row]) -> Arcs:
    """Return the ways of all lanes in all periods; both slots of a node may be left."""
    row_of = {(row.kind, row.place, row.period): number for number, row in enumerate(rows)}
    outside, axis = outside_slots(network), network.node_axis
    found = []
    for leaves in range(periods.horizon):
        for position, lane in enumerate(network.lanes):
            start, end = axis.position(lane.origin), axis.position(lane.destination)
            for arrives in arrival_periods(lane, periods, leaves):
                taken = (
                    ("inbound", end, arrives),
                    ("outbound", start, leaves),
                    ("m3", position, leaves),
                    ("kg", position, leaves),
                )
                row = [row_of.get(key, NO_ROW) for key in taken]
                for slot in sorted({start, int(outside[start])}):
                    found.append([leaves, position, slot, end, arrives, *row])
    table = np.array(found, dtype=np.int64).reshape(-1, 9)
    first = np.searchsorted(table[:, 0], np.arange(periods.horizon + 1))
    lane_, start_, end_, arrives_ = table[:, 1:5].T.copy()
    rows_ = np.ascontiguousarray(table[:, 5:])
    return Arcs(first, lane_, start_, table[:, 0].copy(), end_, arrives_, rows_)


def arrival_periods(lane: Lane, periods: Periods, leaves: int) -> list[int]:
    """Return in which periods stock can arrive that leaves in one; the horizon is after the last."""
    first, last = periods.start(leaves), periods.end(leaves)
    days = [first.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1)]
    arrivals = {periods.period_of(lane.arrival(day)) for day in days if lane.ships_on(day)}
    return sorted({min(arrival, periods.horizon) for arrival in arrivals})


def list_slots(network: Network, periods: Periods, rows: list[Row]) -> Slots:
    """Return the slots: a node each, then what came to forward nodes without a transfer."""
    forward = network.is_forward
    node = np.concatenate([np.arange(len(forward)), np.flatnonzero(forward)])
    storage = np.full((len(forward), periods.horizon), NO_ROW, dtype=np.int64)
    for number, row in enumerate(rows):
        if row.kind == "storage":
            storage[row.place, row.period] = number
    moved = np.arange(len(node)) < len(forward)
    held = forward[node]
    return Slots(node, held.astype(np.int64), (held & moved).astype(np.int64), storage[node])


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
    return Tariff(
        np.stack([fare, handled, carbon]),
        np.ascontiguousarray(network.service.ship_cost),
        products.shortage_cost,
        products.holding_cost,
        products.return_cost,
        volume,
        weight,
    )
