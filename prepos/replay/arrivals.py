"""What arrives on a day: put away, or turned away where a transfer finds no room.

Storage is judged after the day's departures and with its receipts, which nobody can turn away;
transfers are put away in the order of lanes and SKUs. What finds no room is back at its lane's
origin on the same day, at the product's return cost.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prepos.core.kernels import serial_kernel
from prepos.core.stock import Receipt
from prepos.core.types import FloatArray, IntArray
from prepos.replay.departures import how_many
from prepos.replay.moves import NO_MOVES, Moves
from prepos.replay.state import Site, State
from prepos.replay.tally import Tally


def receive(state: State, receipts: Sequence[Receipt]) -> None:
    """Put away what comes from outside."""
    for receipt in receipts:
        state.on_hand[receipt.node, receipt.sku] += receipt.quantity


def put_away(
    site: Site, state: State, *, day: int, period: int, tally: Tally
) -> tuple[Moves, IntArray]:
    """Put away the transfers that arrive on the day, after its receipts.

    Returns
    -------
    Moves
        What arrived.
    (M,) int
        How many units of each line were put away; the rest is back at its origin.
    """
    moves = state.under_way.pop(day, NO_MOVES)
    sku, start, end = moves.sku, site.ways.origin[moves.lane], site.ways.destination[moves.lane]
    room = measure_storage(site, state, np.unique(end))
    kept = admit(end, moves.units, site.goods.volume_m3[sku], room)
    refused = moves.units - kept
    np.add.at(state.on_hand, (end, sku), kept)
    np.add.at(state.on_hand, (start, sku), refused)
    np.add.at(state.brought, (end, sku), kept * site.is_forward[end])
    tally.add(
        period,
        handling_cost=(kept * site.handling_cost[end]).sum(),
        return_cost=(refused * site.return_cost[sku]).sum(),
        turned_away=refused.sum(),
    )
    return moves, kept


def measure_storage(site: Site, state: State, nodes: IntArray) -> FloatArray:
    """Return the m3 that are free (N,) at some nodes; of the others their storage."""
    room = site.storage_m3.copy()
    for node in nodes[np.isfinite(room[nodes])].tolist():
        room[node] -= float(state.on_hand[node] @ site.goods.volume_m3)
    return room


@serial_kernel
def admit(end: IntArray, units: IntArray, volume: FloatArray, room: FloatArray) -> IntArray:
    """Return how many units of each line (M,) the rooms of their destinations (N,) hold."""
    kept = np.zeros_like(units)
    for line in range(len(units)):
        kept[line] = min(units[line], how_many(room[end[line]], volume[line]))
        room[end[line]] -= kept[line] * volume[line]
    return kept
