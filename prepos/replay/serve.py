"""Order lines served from stock, one after the other: the inner loop.

A unit is served from where its cost of service and its worth there are least in sum, among the
nodes that may serve the region and have stock; equals go to the one that is cheaper to serve from.
Without worth that is the nearest. A line is split over nodes where one does not have all of it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepos.core.kernels import serial_kernel
from prepos.core.types import FloatArray, IntArray
from prepos.replay.lines import Lines
from prepos.replay.servers import Servers

NOBODY = -1  # no node
SEVERAL = -2  # more nodes than one


class Worth(NamedTuple):
    """What keeping a unit is worth: ``value`` (N, K) currency, ``least`` (K,) of any node."""

    value: FloatArray
    least: FloatArray


class Books(NamedTuple):
    """What serving changes, in place.

    Attributes
    ----------
    on_hand : (N, K) int
    used : (N, K) int
        Units taken, since the first day.
    left : (L,) int
        Units of each line not served yet.
    parcel : (G,) int
        The node that served an order, ``NOBODY`` yet, or ``SEVERAL``.
    served : (N, R) float
        Units by node and region.
    """

    on_hand: IntArray
    used: IntArray
    left: IntArray
    parcel: IntArray
    served: FloatArray


@serial_kernel
def serve_day(
    lines: Lines, day: int, servers: Servers, worth: Worth, books: Books, whole_orders: bool
) -> None:
    """Serve a day's lines in sequence; with ``whole_orders`` by one node where one has it all."""
    position, end = lines.edges[day], lines.edges[day + 1]
    while position < end:
        stop = position + 1
        while stop < end and lines.order[stop] == lines.order[position]:
            stop += 1
        node = NOBODY
        if whole_orders:
            node = find_whole(lines, position, stop, servers, worth, books.on_hand)
        for line in range(position, stop):
            if node != NOBODY:
                hand_over(lines, line, node, books)
            else:
                serve_line(lines, line, servers, worth, books)
        position = stop


@serial_kernel
def serve_waiting(
    lines: Lines, waiting: IntArray, servers: Servers, worth: Worth, books: Books
) -> None:
    """Serve lines (W,) that wait, in their sequence."""
    for line in waiting:
        serve_line(lines, line, servers, worth, books)


@serial_kernel
def serve_line(lines: Lines, line: int, servers: Servers, worth: Worth, books: Books) -> None:
    """Serve what can be served of a line, from the best node on."""
    region, sku = lines.region[line], lines.sku[line]
    while books.left[line] > 0:
        node = find_server(region, sku, servers, worth, books.on_hand)
        if node == NOBODY:
            break
        hand_over(lines, line, node, books)


@serial_kernel
def find_server(region: int, sku: int, servers: Servers, worth: Worth, on_hand: IntArray) -> int:
    """Return the best node with stock, ``NOBODY`` where there is none."""
    found, least = NOBODY, np.inf
    for place in range(servers.places[region]):
        cost = servers.cost[region, place]
        if cost + worth.least[sku] >= least:  # none that is dearer to serve from can be better
            break
        node = servers.node[region, place]
        if on_hand[node, sku] > 0 and cost + worth.value[node, sku] < least:
            found, least = node, cost + worth.value[node, sku]
    return found


@serial_kernel
def find_whole(
    lines: Lines, start: int, stop: int, servers: Servers, worth: Worth, on_hand: IntArray
) -> int:
    """Return the best node that has all of an order's lines, ``NOBODY`` where none has."""
    found, least = NOBODY, np.inf
    region = lines.region[start]
    for place in range(servers.places[region]):
        node, total = servers.node[region, place], 0.0
        for line in range(start, stop):
            sku, units = lines.sku[line], lines.quantity[line]
            if on_hand[node, sku] < units:
                total = np.inf
                break
            total += units * (servers.cost[region, place] + worth.value[node, sku])
        if total < least:
            found, least = node, total
    return found


@serial_kernel
def hand_over(lines: Lines, line: int, node: int, books: Books) -> None:
    """Serve as much of a line from a node as the node has."""
    region, sku, order = lines.region[line], lines.sku[line], lines.order[line]
    units = min(books.left[line], books.on_hand[node, sku])
    books.on_hand[node, sku] -= units
    books.used[node, sku] += units
    books.left[line] -= units
    books.served[node, region] += units
    if books.parcel[order] == NOBODY:
        books.parcel[order] = node
    elif books.parcel[order] != node:
        books.parcel[order] = SEVERAL


def weigh(values: FloatArray | None, shape: tuple[int, int]) -> Worth:
    """Return the worth of a unit by node and SKU (N, K), nothing where no values are told."""
    value = np.zeros(shape, order="F")
    if values is not None:
        value[:] = values
    return Worth(value, value.min(axis=0))
