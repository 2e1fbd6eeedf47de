"""The rows that all SKUs share: storage, throughput, vehicles, budget, minimum fill.

Without them the problem falls apart by SKU. Each is elastic: its named slack says what could not be
kept and by how much, at a penalty above any sensible cost.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from prepos.core.network import Lane
from prepos.core.types import FloatArray
from prepos.plan.problem import Problem
from prepos.plan.whole import round_room

HARD_PENALTY = 1000.0  # times the fallback price, per unit: kept whenever it can be
WHOLE = "whole_inbound_m3"
FILL_PENALTY = 2.0  # times the fallback price: a wish, dearer than any shortage


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRow:
    """A limit over SKUs: sum of use <= limit + slack (for minimum fill: -use <= -limit + slack)."""

    name: str  # storage_m3, inbound_m3, outbound_m3, vehicle_m3, vehicle_kg, vehicles, budget, …
    place: str
    unit: str
    limit: float
    penalty: float  # currency per unit of slack
    key: tuple[str, int, int]  # kind, position, period or departure
    rest_m3: float = 0.0  # that a vehicle is counted for at most, see ``whole``

    @property
    def is_wish(self) -> bool:
        """Whether a plan stands although the limit is not kept."""
        return self.name == "min_fill"

    @property
    def is_implied(self) -> bool:
        """Whether whoever keeps the others, in whole vehicles, keeps it: it is broken by none."""
        return self.name == WHOLE


def list_shared_rows(problem: Problem) -> tuple[SharedRow, ...]:
    """Return every limit that is given, in a fixed order."""
    of_nodes = node_rows(problem)
    return (
        *of_nodes,
        *vehicle_rows(problem),
        *whole_rows(problem, of_nodes),
        *money_rows(problem),
        *fill_rows(problem),
    )


def node_rows(problem: Problem) -> list[SharedRow]:
    """Return storage, inbound and outbound volume by node and period."""
    volume = problem.products.unit_volume_m3
    received = np.zeros((problem.periods.horizon, len(problem.network.nodes)))
    for receipt in problem.receipts:
        t = problem.periods.period_of(receipt.arrives_on)
        if t < len(received):
            received[t, receipt.node] += receipt.quantity * volume[receipt.sku]
    rows = []
    for kind in ("storage_m3", "inbound_m3", "outbound_m3"):
        for j, node in enumerate(problem.network.nodes):
            limit = getattr(node, kind)
            if not math.isfinite(limit):
                continue
            for t in range(problem.periods.horizon):
                known = received[t, j] if kind == "inbound_m3" else 0.0
                place = f"{node.node_id} {problem.periods.start(t)}"
                rows.append(hard_row(problem, kind, place, "m3", limit - known, (kind, j, t)))
    return rows


def vehicle_rows(problem: Problem) -> list[SharedRow]:
    """Return volume and weight of each departure's vehicles, and vehicles by lane and period."""
    rows = []
    lanes = problem.network.lanes
    for d, departure in enumerate(problem.departures):
        lane = lanes[departure.lane]
        place = f"{lane.lane_id} {departure.ship_date}"
        rooms = zip(
            ("vehicle_m3", "vehicle_kg"), ("m3", "kg"), vehicle_room(problem, lane), strict=True
        )
        for kind, unit, room in rooms:
            if lane.has_vehicle and math.isfinite(room):
                loss = problem.packing_loss.get((kind, d), 0.0)
                rows.append(hard_row(problem, kind, place, unit, -loss, (kind, d, 0)))
    for position, lane in enumerate(lanes):
        if math.isfinite(lane.vehicles):
            for t in range(problem.periods.horizon):
                place = f"{lane.lane_id} {problem.periods.start(t)}"
                key = ("vehicles", position, t)
                rows.append(hard_row(problem, "vehicles", place, "vehicles", lane.vehicles, key))
    return rows


def whole_rows(problem: Problem, of_nodes: list[SharedRow]) -> list[SharedRow]:
    """Return what whole vehicles can bring into each inbound room that any come into."""
    largest: dict[tuple[str, int, int], float] = {}
    destination = problem.lane_ends[1].tolist()
    for departure in problem.departures:
        lane = problem.network.lanes[departure.lane]
        room = vehicle_room(problem, lane)[0]
        if lane.has_vehicle and math.isfinite(room):
            at = "inbound_m3", destination[departure.lane], departure.arrives_in(problem.periods)
            largest[at] = max(largest.get(at, 0.0), room)
    rows = []
    for row in of_nodes:
        if row.key in largest:
            limit, rest_m3 = round_room(row.limit, largest[row.key])
            key = (WHOLE, *row.key[1:])
            rows.append(replace(row, name=WHOLE, key=key, limit=limit, rest_m3=rest_m3))
    return rows


def vehicle_room(problem: Problem, lane: Lane) -> tuple[float, float]:
    """Return m3 and kg of a lane's vehicle; one without either holds all the stock there is."""
    if math.isfinite(lane.vehicle_m3) or math.isfinite(lane.vehicle_kg):
        return lane.vehicle_m3, lane.vehicle_kg
    return max(total_stock(problem)[0], 1.0), math.inf


def total_stock(problem: Problem) -> tuple[float, float]:
    """Return m3 and kg of everything on hand and still to come."""
    units = problem.on_hand.sum(axis=0).astype(np.float64)
    for receipt in problem.receipts:
        units[receipt.sku] += receipt.quantity
    products = problem.products
    return float(units @ products.unit_volume_m3), float(units @ products.unit_weight_kg)


def money_rows(problem: Problem) -> list[SharedRow]:
    """Return the budget for lanes, vehicles and handling."""
    budget = problem.options.budget
    if budget is None:
        return []
    return [hard_row(problem, "budget", "", "currency", budget, ("budget", 0, 0))]


def fill_rows(problem: Problem) -> list[SharedRow]:
    """Return the least expected fill of each catchment: of all SKUs, and of each category's."""
    asked, group = problem.options.category_min_fill, problem.fill_group
    mean: FloatArray = problem.demand_mean.sum(axis=0)
    rows = wish_rows(problem, 0, problem.options.min_fill, mean.sum(axis=1))
    for number, category in enumerate(problem.filled_categories, start=1):
        wanted: FloatArray = mean[:, group == number].sum(axis=1)
        rows += wish_rows(problem, number, asked[category], wanted, f" {category}")
    return rows


def wish_rows(
    problem: Problem, group: int, share: float, wanted: FloatArray, name: str = ""
) -> list[SharedRow]:
    """Return the least fill of one group of SKUs, of which (Z,) units are wanted."""
    return [
        SharedRow(
            name="min_fill",
            place=f"{problem.catchments.axis[z]}{name}",
            unit="units",
            limit=-share * float(wanted[z]),
            penalty=FILL_PENALTY * problem.fallback_price,
            key=("min_fill", z, group),
        )
        for z in np.flatnonzero(wanted * share > 0).tolist()
    ]


def hard_row(
    problem: Problem, name: str, place: str, unit: str, limit: float, key: tuple[str, int, int]
) -> SharedRow:
    """Return a limit that makes the plan infeasible where it cannot be kept."""
    return SharedRow(
        name=name,
        place=place,
        unit=unit,
        limit=limit,
        penalty=HARD_PENALTY * problem.fallback_price / units_per(problem, unit),
        key=key,
    )


def units_per(problem: Problem, unit: str) -> float:
    """Return how much of a limit one unit of stock takes, so that all penalties weigh alike."""
    products = problem.products
    typical = {"m3": products.unit_volume_m3, "kg": products.unit_weight_kg}.get(unit)
    taken = float(np.mean(typical)) if typical is not None and len(typical) else 1.0
    return taken if taken > 0 else 1.0
