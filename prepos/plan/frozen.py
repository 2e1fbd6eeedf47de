"""The published plan's lines that stand: what they take and bring, cost, and leave of the limits.

They are not decided on. Each takes what lies at its origin, the first that came first; what is
missing there is taken off what comes by in transit. What a line brings may be decided on from the
day it arrives. Their vehicles carry nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.frame import NO_ROW, Frame
from prepos.plan.loads import pack_departure
from prepos.plan.moves import Moves, moves_of
from prepos.plan.parcels import Parcel, Shelves
from prepos.plan.problem import Problem, lane_position
from prepos.plan.rules import refuse
from prepos.plan.shared import vehicle_room
from prepos.plan.transport.routes import Release, inbound_of, periods_between

KEPT = 1e-6  # of a limit's unit: less is rounding


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Settled:
    """What the frozen lines come to.

    Attributes
    ----------
    moves : Moves
    changes : tuple of (SKU, release, units)
        What they take from where units lie, below 0, and bring.
    stops : tuple of (SKU, release, departure, units)
        What is taken off at a hub for a line.
    vehicles : (D,) int
        As many as packing finds them to take.
    cost : (K,) float
        Currency by SKU: lanes, handling, carbon, holding on the way, its share of the vehicles.
    use : (S,) float
        Of the shared rows.
    """

    moves: Moves
    changes: tuple[tuple[int, Release, int], ...]
    stops: tuple[tuple[int, Release, int, int], ...]
    vehicles: IntArray
    cost: FloatArray
    use: FloatArray


@dataclass(slots=True)
class Account:
    """What has been settled so far: currency by SKU (K,), shared rows taken (S,), what is broken.

    That is told by how bad it is, and in words.
    """

    cost: FloatArray
    use: FloatArray
    changes: list[tuple[int, Release, int]] = field(default_factory=list)
    stops: list[tuple[int, Release, int, int]] = field(default_factory=list)
    broken: list[tuple[float, str]] = field(default_factory=list)

    def take(self, row: int, amount: float) -> None:
        """Take from a shared row, where there is one."""
        if row != NO_ROW:
            self.use[row] += amount


def settle_frozen(
    problem: Problem, frame: Frame, tell: Callable[[list[tuple[float, str]]], None] = refuse
) -> Settled:
    """Return what the frozen lines come to.

    Raises
    ------
    InfeasibleError
        If stock or a limit is less than they need; says which and by how much.
    """
    account = Account(np.zeros(len(problem.products)), np.zeros(len(frame.shared)))
    shelves, moves = Shelves(problem, frame), frozen_units(problem)
    for departure, sku, units in moves.rows():
        _ship(problem, frame, account, shelves, departure, sku, units)
    vehicles = _pack(problem, frame, account, moves)
    for row, taken in zip(frame.shared, account.use.tolist(), strict=True):
        if taken > 0 and taken > row.limit + KEPT and not row.is_implied:
            over = (
                f"{row.name} of {row.place or 'the plan'}: {taken - row.limit:.6g} {row.unit} over"
            )
            account.broken.append(((taken - row.limit) * row.penalty, f"{over} by frozen lines"))
    tell(account.broken)
    return Settled(
        moves=moves,
        changes=tuple(account.changes),
        stops=tuple(account.stops),
        vehicles=vehicles,
        cost=account.cost,
        use=account.use,
    )


def frozen_units(problem: Problem) -> Moves:
    """Return what the frozen lines ship; those of one SKU in several vehicles add up."""
    position = {(d.lane, d.ship_date): number for number, d in enumerate(problem.departures)}
    units: dict[tuple[int, int], int] = {}
    for line in problem.frozen.transfers:
        lane = lane_position(problem.network, line.lane_id)
        key = (position[lane, line.ship_date], problem.products.skus.position(line.sku))
        units[key] = units.get(key, 0) + line.quantity
    return moves_of(units)


def _ship(
    problem: Problem,
    frame: Frame,
    account: Account,
    shelves: Shelves,
    departure: int,
    sku: int,
    units: int,
) -> None:
    """Move units of one SKU, and note what that costs and takes."""
    lane, ships = int(frame.lane[departure]), int(frame.ship_period[departure])
    start, end = int(frame.origin[departure]), int(frame.destination[departure])
    arrival = int(frame.arrival_day[departure])
    taken = _take(problem, frame, account, shelves, departure, sku, units)
    volume = float(problem.products.unit_volume_m3[sku])
    holding = float(problem.products.holding_cost[sku]) * bool(problem.network.is_forward[start])
    for parcel in taken:
        account.changes.append((sku, parcel.release, -parcel.units))
        for period in periods_between(problem, frame, parcel.day, ships):
            account.take(int(frame.storage_row[start, period]), volume * parcel.units)
            account.cost[sku] += holding * parcel.units
    fare = float(problem.unit_transport[lane, sku] + problem.handling[lane]) * units
    carbon = float(problem.carbon_per_kg[lane] * problem.products.unit_weight_kg[sku]) * units
    account.cost[sku] += fare + carbon
    account.take(frame.budget_row, fare)
    account.take(int(frame.outbound_row[start, ships]), volume * units)
    if frame.arrival_period[departure] < problem.periods.horizon:
        release = Release(end, arrival, moved=True)
        account.changes.append((sku, release, units))
        shelves.put(sku, end, Parcel(arrival, units, release))
        row = frame.inbound_row[end, int(frame.arrival_period[departure])]
        account.take(int(row), volume * units)
        account.take(frame.whole_of(departure, 0.0)[0], volume * units)
    missing = units - sum(parcel.units for parcel in taken)
    if missing:
        ends = problem.network.lanes[lane]
        moves = f"{problem.products.skus[sku]} {ends.origin} -> {ends.destination} {units} units"
        words = f"frozen line: {moves}: {missing} units missing"
        account.broken.append((missing * frame.rule_penalty, words))


def _take(
    problem: Problem,
    frame: Frame,
    account: Account,
    shelves: Shelves,
    departure: int,
    sku: int,
    units: int,
) -> list[Parcel]:
    """Take what lies at a line's origin, and where that is not enough what comes by in transit.

    Cases that are taken off are whole: what the line leaves of them lies there.
    """
    start, ships = int(frame.origin[departure]), int(frame.ship_day[departure])
    taken = shelves.take(sku, start, ships, units)
    missing = units - sum(parcel.units for parcel in taken)
    volume, pack = float(problem.products.unit_volume_m3[sku]), int(problem.products.case_pack[sku])
    for off in shelves.take_off(sku, start, ships, missing, pack):
        here = Release(start, off.day, moved=True)
        account.changes += [(sku, off.release, -off.units), (sku, here, off.units)]
        account.stops.append((sku, off.release, departure, off.units))
        put_away = float(problem.put_away[start]) * off.units
        account.cost[sku] += put_away
        account.take(frame.budget_row, put_away)
        for row, amount in inbound_of(problem, frame, off.release):
            account.take(row, amount * volume * off.units)
        shelves.put(sku, start, Parcel(off.day, off.units, here))
    return taken + shelves.take(sku, start, ships, missing)


def _pack(problem: Problem, frame: Frame, account: Account, moves: Moves) -> IntArray:
    """Fill vehicles, and note what they cost and take; return (D,) how many there are."""
    fleet = {row.key[1:]: at for at, row in enumerate(frame.shared) if row.key[0] == "vehicles"}
    vehicles = np.zeros(len(problem.departures), dtype=np.int64)
    for departure in np.unique(moves.departure).tolist():
        position, period = int(frame.lane[departure]), int(frame.ship_period[departure])
        lane, mine = problem.network.lanes[position], moves.departure == departure
        if lane.has_vehicle:
            skus, units = moves.sku[mine], moves.units[mine]
            count = _count_vehicles(problem, account, departure, skus, units)
            vehicles[departure] = count
            account.cost[skus] += lane.vehicle_cost * count * units / units.sum()
            account.take(frame.budget_row, lane.vehicle_cost * count)
            account.take(fleet.get((position, period), NO_ROW), float(count))
            whole, counted_m3 = frame.whole_of(departure, vehicle_room(problem, lane)[0])
            account.take(whole, -counted_m3 * count)
    return vehicles


def _count_vehicles(
    problem: Problem, account: Account, departure: int, skus: IntArray, units: IntArray
) -> int:
    """Return how many vehicles of a departure packing finds its units to take."""
    lane, products = problem.network.lanes[problem.departures[departure].lane], problem.products
    volume, weight = units @ products.unit_volume_m3[skus], units @ products.unit_weight_kg[skus]
    room_m3, room_kg = vehicle_room(problem, lane)
    count = max(1, math.ceil(max(volume / room_m3, weight / room_kg) - KEPT))
    _, missing = pack_departure(problem, departure, skus, units, count)
    before = None
    while missing and missing != before:  # where one more takes nothing more, none ever does
        count, before = count + 1, missing
        _, missing = pack_departure(problem, departure, skus, units, count)
    day = problem.departures[departure].ship_date
    account.broken += [
        (amount, f"{kind} of {lane.lane_id} {day}: {amount:.6g} over by frozen lines")
        for (kind, _), amount in missing.items()
        if amount > 0
    ]
    return count
