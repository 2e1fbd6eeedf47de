"""What leaves on a day: a dispatch cut to the stock, the room and the vehicles there really are.

Lines are loaded in the order of lanes and SKUs, whole case packs each. What being cut leaves below
the minimum lot stays. Vehicles are counted by volume and weight, as if cases filled them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepos.core.kernels import serial_kernel
from prepos.core.types import FloatArray, IntArray
from prepos.replay.moves import Moves
from prepos.replay.state import Site, State
from prepos.replay.tally import Tally
from prepos.replay.ways import Goods, Ways

ROUNDING = 1e-9  # m3, kg or vehicles: sums of sizes are not exact
BOUNDLESS = np.iinfo(np.int64).max


class Room(NamedTuple):
    """What departures of one day may take, changed in place.

    ``outbound_m3`` (N,); ``inbound_m3`` (N, T), of which a lane takes that of the period
    ``arrives_in`` (L,); ``vehicle_m3`` and ``vehicle_kg`` (L,) of all vehicles that are left.
    """

    outbound_m3: FloatArray
    inbound_m3: FloatArray
    arrives_in: IntArray
    vehicle_m3: FloatArray
    vehicle_kg: FloatArray


def send(site: Site, state: State, moves: Moves, *, day: int, days: int, tally: Tally) -> Moves:
    """Let leave what can, put it under way, and return it.

    Parameters
    ----------
    moves : Moves
        What the dispatch says for the day.
    day : int
        Counted from the first.
    days : int
        In a period.
    """
    period, ways = day // days, site.ways
    room = measure_room(ways, state, day, days)
    units, twice = load(moves, ways, site.goods, room, state.on_hand, state.brought)
    sent = Moves(moves.lane, moves.sku, units).select(units > 0)
    for arrival in np.unique(ways.lead_time_days[sent.lane]).tolist():
        later = sent.select(ways.lead_time_days[sent.lane] == arrival)
        state.under_way[day + arrival] = merge_moves(state.under_way.get(day + arrival), later)
    volume = sent.units * site.goods.volume_m3[sent.sku]
    weight = sent.units * site.goods.weight_kg[sent.sku]
    count_vehicles(ways, state, sent, volume, weight, period=period, tally=tally)
    fare = (
        ways.cost_per_unit[sent.lane] * sent.units
        + ways.cost_per_m3[sent.lane] * volume
        + ways.cost_per_kg[sent.lane] * weight
    )
    tally.add(
        period,
        transport_cost=fare.sum(),
        co2e_kg=(ways.co2e_kg_per_kg[sent.lane] * weight).sum(),
        moved=sent.units.sum(),
        moved_twice=twice.sum(),
    )
    return sent


def merge_moves(some: Moves | None, more: Moves) -> Moves:
    """Return both, sorted by lane and SKU; they have no pair in common."""
    if some is None:
        return more
    both = Moves(*(np.concatenate(pair) for pair in zip(some, more, strict=True)))
    order = np.lexsort((both.sku, both.lane))
    return Moves(*(column[order] for column in both))


def measure_room(ways: Ways, state: State, day: int, days: int) -> Room:
    """Return the room on a day; the arrays of nodes are the state's own."""
    period = day // days
    whole = np.floor(state.vehicles[:, period] + ROUNDING)
    sizes = [
        np.multiply(whole, size, out=np.zeros(len(whole)), where=whole > 0)  # none hold nothing
        for size in (ways.vehicle_m3, ways.vehicle_kg)
    ]
    arrives_in = (day + ways.lead_time_days) // days
    return Room(state.outbound_m3[:, period], state.inbound_m3, arrives_in, *sizes)


def count_vehicles(
    ways: Ways,
    state: State,
    sent: Moves,
    volume: FloatArray,
    weight: FloatArray,
    *,
    period: int,
    tally: Tally,
) -> None:
    """Take the vehicles that the units sent (M,) of a day fill, and what they cost."""
    lanes = len(ways.origin)
    by_volume = np.bincount(sent.lane, volume, lanes) / ways.vehicle_m3
    by_weight = np.bincount(sent.lane, weight, lanes) / ways.vehicle_kg
    filled = np.maximum(by_volume, by_weight)
    leaves = np.bincount(sent.lane, minlength=lanes) > 0
    vehicles = np.where(ways.has_vehicle & leaves, np.maximum(np.ceil(filled - ROUNDING), 1.0), 0.0)
    state.vehicles[:, period] -= vehicles
    measured = np.isfinite(ways.vehicle_m3) | np.isfinite(ways.vehicle_kg)
    tally.add(
        period,
        vehicle_cost=(vehicles * ways.vehicle_cost).sum(),
        vehicles=vehicles.sum(),
        measured_vehicles=vehicles[measured].sum(),
        filled_vehicles=filled[measured].sum(),
    )


@serial_kernel
def load(
    moves: Moves, ways: Ways, goods: Goods, room: Room, on_hand: IntArray, brought: IntArray
) -> tuple[IntArray, IntArray]:
    """Take units off stock (N, K) and room, line by line; return what leaves (M,).

    Also return how many of the units of each line (M,) a transfer had brought: older stock goes
    first.
    """
    units, twice = np.zeros_like(moves.units), np.zeros_like(moves.units)
    for line in range(len(units)):
        lane, sku = moves.lane[line], moves.sku[line]
        start, end = ways.origin[lane], ways.destination[lane]
        period, pack = room.arrives_in[lane], goods.case_pack[sku]
        volume, weight = goods.volume_m3[sku], goods.weight_kg[sku]
        free = min(room.outbound_m3[start], room.inbound_m3[end, period], room.vehicle_m3[lane])
        fit = min(how_many(free, volume), how_many(room.vehicle_kg[lane], weight))
        sent = min(moves.units[line], on_hand[start, sku], fit) // pack * pack
        if sent < moves.units[line] and sent < goods.least_sent[sku]:
            continue
        units[line] = sent
        twice[line] = max(sent - (on_hand[start, sku] - brought[start, sku]), 0)
        on_hand[start, sku] -= sent
        brought[start, sku] -= twice[line]
        room.outbound_m3[start] -= sent * volume
        room.inbound_m3[end, period] -= sent * volume
        room.vehicle_m3[lane] -= sent * volume
        room.vehicle_kg[lane] -= sent * weight
    return units, twice


@serial_kernel
def how_many(free: float, size: float) -> int:
    """Return how many units of a size the room that is free holds, 0 or more."""
    if size == 0 or size * BOUNDLESS <= free:
        return BOUNDLESS
    return max(int(np.floor((free + ROUNDING) / size)), 0)
