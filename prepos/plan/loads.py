"""Vehicles filled with whole case packs, and the transfer lines that come of it.

Large cases first, each into the first vehicle with room: the small ones then fill the gaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from prepos.core.transfer import Load
from prepos.core.types import FloatArray, IntArray
from prepos.plan.moves import Moves
from prepos.plan.problem import Problem
from prepos.plan.shared import vehicle_room

ROUNDING = 1e-9  # m3 or kg: sums of volumes are not exact


@dataclass(frozen=True, slots=True)
class Line:
    """Units of one SKU in one vehicle of one departure; vehicle -1 where the lane has none."""

    departure: int
    sku: int
    vehicle: int
    units: int


@dataclass(frozen=True, slots=True)
class Packing:
    """All lines, and the room that was missing: (vehicle_m3 or vehicle_kg, departure) to amount."""

    lines: tuple[Line, ...]
    missing: dict[tuple[str, int], float]


def pack_vehicles(problem: Problem, moves: Moves, vehicles: IntArray) -> Packing:
    """Pack what is shipped, in whole case packs.

    Parameters
    ----------
    vehicles : (D,) int
        How many there are for each departure.
    """
    lines: list[Line] = []
    missing: dict[tuple[str, int], float] = {}
    edges = np.searchsorted(moves.departure, np.arange(len(problem.departures) + 1))
    for d, (begin, end) in enumerate(pairwise(edges.tolist())):
        skus, units = moves.sku[begin:end], moves.units[begin:end]
        lane = problem.network.lanes[problem.departures[d].lane]
        if not lane.has_vehicle:
            both = zip(skus.tolist(), units.tolist(), strict=True)
            lines += [Line(d, sku, -1, sent) for sku, sent in both]
            continue
        placed, left = pack_departure(problem, d, skus, units, int(vehicles[d]))
        lines += placed
        missing |= left
    return Packing(tuple(lines), missing)


def pack_departure(
    problem: Problem, departure: int, skus: IntArray, units: IntArray, vehicles: int
) -> tuple[list[Line], dict[tuple[str, int], float]]:
    """Pack one departure's vehicles; return the lines and what found no room."""
    products = problem.products
    lane = problem.network.lanes[problem.departures[departure].lane]
    room = np.tile(np.array(vehicle_room(problem, lane)), (vehicles, 1))
    size = products.unit_volume_m3[skus] * products.case_pack[skus]
    lines, missing = [], np.zeros(2)
    for position in np.lexsort((skus, -size)).tolist():
        sku = int(skus[position])
        pack = int(products.case_pack[sku])
        case = pack * np.array([products.unit_volume_m3[sku], products.unit_weight_kg[sku]])
        left = int(units[position]) // pack
        for vehicle in range(vehicles):
            taken = min(left, cases_that_fit(room[vehicle], case, left))
            if taken:
                room[vehicle] -= taken * case
                lines.append(Line(departure, sku, vehicle, taken * pack))
                left -= taken
        missing += left * case
    if not missing.any():
        return lines, {}
    kinds = zip(("vehicle_m3", "vehicle_kg"), missing, strict=True)
    return lines, {(kind, departure): float(amount) for kind, amount in kinds}


def cases_that_fit(room: FloatArray, case: FloatArray, wanted: int) -> int:
    """Return how many cases fit by volume and by weight."""
    fits = [
        int((free + ROUNDING) // each)
        for free, each in zip(room, case, strict=True)
        if each > 0 and np.isfinite(free)
    ]
    return max(0, min([wanted, *fits]))


def vehicles_used(packing: Packing, departures: int) -> IntArray:
    """Return (D,) how many vehicles carry something."""
    carrying = {(line.departure, line.vehicle) for line in packing.lines if line.vehicle >= 0}
    return np.bincount(
        np.array([departure for departure, _ in sorted(carrying)], dtype=np.int64),
        minlength=departures,
    )


def load_id(problem: Problem, line: Line) -> str:
    """Return the id of the vehicle a line is in, empty where there is none."""
    if line.vehicle < 0:
        return ""
    departure = problem.departures[line.departure]
    lane = problem.network.lanes[departure.lane]
    return f"{lane.lane_id}@{departure.ship_date}/{line.vehicle + 1}"


def make_loads(problem: Problem, lines: Sequence[Line]) -> tuple[Load, ...]:
    """Return every vehicle that carries something, by id of lane, date and number."""
    products = problem.products
    carried: dict[tuple[int, int], list[Line]] = {}
    for line in lines:
        if line.vehicle >= 0:
            carried.setdefault((line.departure, line.vehicle), []).append(line)
    loads = []
    for (d, _), load in sorted(carried.items()):
        departure = problem.departures[d]
        lane = problem.network.lanes[departure.lane]
        volume = sum(line.units * float(products.unit_volume_m3[line.sku]) for line in load)
        weight = sum(line.units * float(products.unit_weight_kg[line.sku]) for line in load)
        loads.append(
            Load(
                load_id=load_id(problem, load[0]),
                lane_id=lane.lane_id,
                origin=lane.origin,
                destination=lane.destination,
                ship_date=departure.ship_date,
                arrival_date=departure.arrival_date,
                volume_m3=volume,
                weight_kg=weight,
                fill=max(volume / lane.vehicle_m3, weight / lane.vehicle_kg),
                cost=lane.vehicle_cost,
            )
        )
    return tuple(sorted(loads, key=lambda load: (load.ship_date, load.load_id)))
