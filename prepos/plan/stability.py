"""The published plan's lines that may still be changed: what deviates, and which units they move.

Each costs ``plan.stability_cost`` per unit, by SKU, lane and ship date: units fewer than published,
or more.
"""

from __future__ import annotations

from dataclasses import replace

from prepos.plan.frame import Frame
from prepos.plan.frozen import Settled
from prepos.plan.moves import Moves, moves_of
from prepos.plan.parcels import Parcel, Shelves
from prepos.plan.problem import Problem, lane_position


def published_units(problem: Problem) -> Moves:
    """Return what the published plan ships in the window and may still be changed.

    Sorted by departure and SKU. What it says of other SKUs, lanes and days is no longer decided on.
    """
    position = {(d.lane, d.ship_date): number for number, d in enumerate(problem.departures)}
    lanes = {lane.lane_id for lane in problem.network.lanes}
    before = problem.frozen.before
    units: dict[tuple[int, int], int] = {}
    for line in problem.frozen.published or ():
        if line.lane_id not in lanes or line.sku not in problem.products.skus:
            continue
        departure = position.get((lane_position(problem.network, line.lane_id), line.ship_date))
        if departure is None or (before is not None and line.ship_date < before):
            continue
        key = (departure, problem.products.skus.position(line.sku))
        units[key] = units.get(key, 0) + line.quantity
    return moves_of(units)


def deviation(problem: Problem, moves: Moves) -> float:
    """Return the units that deviate from the published plan, fewer or more; 0 where there is none.

    Frozen departures do not count: nothing is decided on them.
    """
    if problem.frozen.published is None:
        return 0.0
    before = problem.frozen.before
    units: dict[tuple[int, int], int] = {}
    for sign, part in ((1, moves), (-1, published_units(problem))):
        for departure, sku, count in part.rows():
            if before is None or problem.departures[departure].ship_date >= before:
                units[departure, sku] = units.get((departure, sku), 0) + sign * count
    return float(sum(abs(left) for left in units.values()))


def published_paths(problem: Problem, frame: Frame, settled: Settled) -> dict[int, list[Parcel]]:
    """Return which units the published plan would move, and by which departures, by SKU.

    Each line takes, in whole cases, what came to its origin first, then what comes by there in
    transit; what one brings another may take on. A parcel's path is all that was taken.
    """
    shelves, packs = Shelves(problem, frame, settled.changes), problem.products.case_pack
    for departure, sku, units in published_units(problem).rows():
        start, end = int(frame.origin[departure]), int(frame.destination[departure])
        ships, arrival = int(frame.ship_day[departure]), int(frame.arrival_day[departure])
        pack = int(packs[sku])
        taken = shelves.take(sku, start, ships, units, pack)
        missing = (units - sum(parcel.units for parcel in taken)) // pack * pack
        taken += shelves.take_off(sku, start, ships, missing, pack)
        for parcel in taken:
            path = (*parcel.path, departure)
            shelves.put(sku, end, replace(parcel, day=arrival, path=path))
    return shelves.moved()
