"""Cases put on routes, one entry after the other, as long as there is stock and room: a loop."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepos.core.kernels import serial_kernel
from prepos.core.types import FloatArray, IntArray

ROUNDING = 1e-9  # of a room's unit: sums of volumes are not exact
NO_ROUTE = -1


class Entries(NamedTuple):
    """What is asked for, (E,) in the order in which it is served: cases of a SKU at a node."""

    node: IntArray
    sku: IntArray
    cases: IntArray


class Ways(NamedTuple):
    """How cases travel.

    Attributes
    ----------
    first : (N + 1,) int
        Where each node's ways begin.
    choice : (M, K) int
        The route of each of a node's ways, the first choice first, or ``NO_ROUTE``.
    origin : (M,) int
    rooms : (M, 3) int
        The rooms that a route takes from, by position.
    share : (M, K) float
        Of a vehicle that a case takes.
    """

    first: IntArray
    choice: IntArray
    origin: IntArray
    rooms: IntArray
    share: FloatArray


class Left(NamedTuple):
    """What is left, changed in place.

    Attributes
    ----------
    cases : (N, K) int
        At the origins.
    room : (G,) float
        m3.
    load : (M,) float
        Vehicles.
    allowance : (N,) float
        What a node may still be sent, in units of ``size``.
    """

    cases: IntArray
    room: FloatArray
    load: FloatArray
    allowance: FloatArray


@serial_kernel
def load_entries(
    entries: Entries,
    ways: Ways,
    left: Left,
    volume: FloatArray,
    size: FloatArray,
    lot: IntArray,
) -> IntArray:
    """Return cases sent (M, K): each entry takes its first choice, then the next.

    ``volume`` (K,) m3 and ``size`` (K,) are those of a case, ``lot`` (K,) the cases that the first
    of a SKU on a route take at least. What has no room is left out, and smaller things go on.
    """
    sent = np.zeros(ways.choice.shape, dtype=np.int64)
    for entry in range(len(entries.node)):
        node, sku = entries.node[entry], entries.sku[entry]
        wanted = min(entries.cases[entry], allowed(left.allowance[node] / size[sku], lot[sku]))
        for way in range(ways.first[node], ways.first[node + 1]):
            route = ways.choice[way, sku]
            if route == NO_ROUTE:
                continue
            taken = min(wanted, left.cases[ways.origin[route], sku])
            for room in ways.rooms[route]:
                taken = min(taken, fitting(left.room[room], volume[sku], taken))
            taken = min(taken, fitting(left.load[route], ways.share[route, sku], taken))
            if taken <= 0 or (sent[route, sku] == 0 and taken < lot[sku]):
                continue
            sent[route, sku] += taken
            wanted -= taken
            left.cases[ways.origin[route], sku] -= taken
            for room in ways.rooms[route]:
                left.room[room] -= taken * volume[sku]
            left.load[route] -= taken * ways.share[route, sku]
            left.allowance[node] -= taken * size[sku]
    return sent


@serial_kernel
def allowed(cases: float, lot: int) -> int:
    """Return whole cases of an allowance: to the nearest, a lot where it is half of one."""
    nearest = int(np.floor(cases + 0.5 + ROUNDING))
    return lot if nearest < lot and 2.0 * cases + ROUNDING >= lot else nearest


@serial_kernel
def fitting(room: float, each: float, wanted: int) -> int:
    """Return how many of the wanted fit a room."""
    if each * wanted <= room + ROUNDING:
        return wanted
    return int(np.floor((room + ROUNDING) / each))
