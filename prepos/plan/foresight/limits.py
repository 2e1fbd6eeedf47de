"""Limits that SKUs share in a foreseen course, none of them tighter than any policy meets.

What a replay keeps to is the room of nodes by period, and the vehicles of lanes. Receipts come in
whatever there is room for. How much of the room they take is counted as far as it is known on the
first day: later supply may be ordered when transfers have already taken the room.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_matrix

from prepos.core.network import Lane, Network
from prepos.core.products import Products
from prepos.core.replayed import Course
from prepos.core.types import FloatArray, IntArray
from prepos.plan.foresight.known import Supply, outside_slots
from prepos.plan.program import Entries
from prepos.plan.transport.problem import NO_ROW
from prepos.plan.transport.purchases import Purchases


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A limit that SKUs share: its kind, the node or lane it is of, the period, and how much."""

    kind: str  # inbound, outbound and storage of nodes; m3 and kg of a lane's vehicles
    place: int
    period: int
    limit: float


Numbers = dict[tuple[str, int, int], int]  # kind, place and period to position


def number_rows(rows: list[Row]) -> Numbers:
    """Return the position of each row."""
    return {(row.kind, row.place, row.period): number for number, row in enumerate(rows)}


def list_rows(course: Course, supply: Supply) -> list[Row]:
    """Return every limit of nodes; and of vehicles' room, 0, as all of it is bought."""
    rows = [row for row in list_node_rows(course, supply) if math.isfinite(row.limit)]
    total = total_size(course.products, supply)
    for place, lane in enumerate(course.network.lanes):
        for kind, room in zip(("m3", "kg"), vehicle_room(lane, total[0]), strict=True):
            if lane.has_vehicle and math.isfinite(room):
                periods = range(course.periods.horizon)
                rows += [Row(kind=kind, place=place, period=t, limit=0.0) for t in periods]
    return rows


def list_node_rows(course: Course, supply: Supply) -> list[Row]:
    """Return the limits of nodes, infinite ones included.

    Transfers find room up to the storage alone, what then comes without a transfer lies beyond it.
    """
    network, horizon = course.network, course.periods.horizon
    came, known = volume_coming(course, supply), volume_known(course)
    opening = course.opening.on_hand @ course.products.unit_volume_m3
    later = np.cumsum(came, axis=1) - opening[:, None]
    takes_back = list_takers_back(network)
    rows = []
    for j, node in enumerate(network.nodes):
        storage = math.inf if j in takes_back else max(node.storage_m3, float(opening[j]))
        for t in range(horizon):
            inbound = max(node.inbound_m3 - float(known[j, t]), 0.0)
            limits = (inbound, node.outbound_m3, storage + float(later[j, t]))
            rows += [
                Row(kind=kind, place=j, period=t, limit=limit)
                for kind, limit in zip(("inbound", "outbound", "storage"), limits, strict=True)
            ]
    return rows


def list_takers_back(network: Network) -> set[int]:
    """Return the nodes that may get transfers back for which there is no room where they arrive."""
    axis = network.node_axis
    return {
        axis.position(lane.origin)
        for lane in network.lanes
        if math.isfinite(network.nodes[axis.position(lane.destination)].storage_m3)
    }


def volume_coming(course: Course, supply: Supply) -> FloatArray:
    """Return (N, P) m3 of what lies there on the first day or comes without a transfer."""
    outside = outside_slots(course.network)
    volume = np.repeat(course.products.unit_volume_m3, np.diff(supply.first)) * supply.units
    came = np.zeros((int(outside.max()) + 1, course.periods.horizon))
    np.add.at(came, (supply.slot, supply.period), volume)
    return came[outside]


def volume_known(course: Course) -> FloatArray:
    """Return (N, P) m3 that take room to come in, as it is known on the first day."""
    known = np.zeros((len(course.network.nodes), course.periods.horizon))
    for receipt in course.opening.receipts:
        period = course.periods.period_of(receipt.arrives_on)
        if 0 <= period < course.periods.horizon:
            volume = float(course.products.unit_volume_m3[receipt.sku])
            known[receipt.node, period] += receipt.quantity * volume
    return known


def total_size(products: Products, supply: Supply) -> tuple[float, float]:
    """Return m3 and kg of all that is there, or ever comes."""
    sku = np.repeat(np.arange(len(products)), np.diff(supply.first))
    volume, weight = products.unit_volume_m3[sku], products.unit_weight_kg[sku]
    return float(volume @ supply.units), float(weight @ supply.units)


def vehicle_room(lane: Lane, most_m3: float) -> tuple[float, float]:
    """Return m3 and kg of a lane's vehicle; one without either holds the most that there is."""
    if math.isfinite(lane.vehicle_m3) or math.isfinite(lane.vehicle_kg):
        return lane.vehicle_m3, lane.vehicle_kg
    return max(most_m3, 1.0), math.inf


def list_purchases(course: Course, supply: Supply, rows: list[Row]) -> tuple[Purchases, IntArray]:
    """Return what vehicles of each lane and period cost and give room for, and the periods."""
    numbers, horizon = number_rows(rows), course.periods.horizon
    total = total_size(course.products, supply)
    lanes = [number for number, lane in enumerate(course.network.lanes) if lane.has_vehicle]
    entries = Entries()
    cost: list[float] = []
    most: list[float] = []
    for number, period in ((number, period) for number in lanes for period in range(horizon)):
        lane = course.network.lanes[number]
        room = vehicle_room(lane, total[0])
        for kind, amount in zip(("m3", "kg"), room, strict=True):
            row = numbers.get((kind, number, period), NO_ROW)
            if row != NO_ROW:
                entries.add(np.array([row]), np.array([len(cost)]), -amount)
        cost.append(lane.vehicle_cost)
        most.append(min(lane.vehicles, max(total[0] / room[0], total[1] / room[1]) + 1.0))
    take = csc_matrix(entries.matrix(len(rows), len(cost)))
    bought_in = np.tile(np.arange(horizon), len(lanes))
    implied = np.zeros(len(rows), dtype=np.bool_)
    return Purchases(np.array(cost), np.array(most), take, implied), bought_in


def list_ceilings(products: Products, periods: int, rows: list[Row]) -> FloatArray:
    """Return (S,) prices above which no unit would pay for a row: all that a unit can gain."""
    gain = products.shortage_cost + products.return_cost + periods * products.holding_cost

    def most(size: FloatArray) -> float:
        some = size > 0
        return float((gain[some] / size[some]).max(initial=0.0)) or 1.0

    by_m3, by_kg = most(products.unit_volume_m3), most(products.unit_weight_kg)
    return np.array([by_kg if row.kind == "kg" else by_m3 for row in rows], dtype=np.float64)
