"""Whole flows between a SKU's sources and its ranks, at least cost.

Every rank first goes to the source that serves it cheapest, with each unit paid at what it was
worth before. Where a source is asked for more than it holds, units are pushed along the shortest
path to a source with units left, or to nobody; where one has units left, they are drawn in along
paths that cost less than nothing, and so they are by nobody, who has no end of units. A path runs
over as many nodes as the SKU has sources: an arc is the rank that costs least to hand over. After
small moves of the prices few paths are needed.

References
----------
Ahuja, Magnanti and Orlin (1993), Network Flows, sections 9.6 and 9.7: cycles cancelled, successive
shortest paths; and 9.11 for starting from known values.
"""

from __future__ import annotations

import numpy as np

from prepos.core.kernels import serial_kernel
from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.costs import Sides

NO_RANK = -1
ENDLESS = np.iinfo(np.int64).max  # units: nobody serves as many as there are
CLOSE = 1e-12  # of the largest cost: paths that differ by less are the same


@serial_kernel
def balance(sides: Sides, width: IntArray, units: IntArray, value: FloatArray) -> None:
    """Set ``sides.held`` to the cheapest flows, and ``value`` to what one more unit is worth.

    Parameters
    ----------
    width : (R,) int
        Units that each rank takes.
    units : (S,) int
        Units that each source has.
    value : (S,) float
        Where the search starts: 0 or more.
    """
    sources, ranks = len(units), len(width)
    if not _take_cheapest(sides, width, units, value):
        return
    close = _closeness(sides, sources, ranks)
    for source in range(sources + 1):
        _find_arcs(sides, source, sources, ranks)
    _push_out(sides, units, ranks, close)
    _draw_in(sides, units, ranks, close)
    _tell_values(sides, units, value, close)


@serial_kernel
def free_units(sides: Sides, sources: int, ranks: int) -> None:
    """Set ``sides.reach`` (S + 1,) to what one more unit of each source changes, 0 or less.

    The flows are the cheapest; the shortest path into a source tells what its unit saves.
    """
    for source in range(sources + 1):
        _find_arcs(sides, source, sources, ranks)
    for source in range(sources + 1):
        sides.reach[source], sides.back[source] = 0.0, source
    _spread(sides, sources, _closeness(sides, sources, ranks))


@serial_kernel
def _closeness(sides: Sides, sources: int, ranks: int) -> float:
    """Return currency by which sums of costs may differ although they are the same."""
    largest = 0.0
    for source in range(sources):
        for rank in range(ranks):
            size = abs(sides.cost[source, rank])
            if largest < size < np.inf:
                largest = size
    return CLOSE * largest * (1.0 + sources)


@serial_kernel
def _take_cheapest(sides: Sides, width: IntArray, units: IntArray, value: FloatArray) -> bool:
    """Give every rank to whom it is cheapest when a unit of each source costs its value.

    Returns whether a source is asked for more than it has, or has units left that are worth some.
    """
    cost, held, total, sources = sides.cost, sides.held, sides.total, len(units)
    held[: sources + 1, : len(width)] = 0
    cost[sources, : len(width)] = 0.0
    total[: sources + 1] = 0
    for rank in range(len(width)):
        best, least = sources, 0.0
        for source in range(sources):
            found = cost[source, rank] + value[source]
            if found < least:
                best, least = source, found
        held[best, rank] = width[rank]
        total[best] += width[rank]
    for source in range(sources):
        if total[source] > units[source] or (total[source] < units[source] and value[source] > 0.0):
            return True
    return False


@serial_kernel
def _find_arcs(sides: Sides, source: int, sources: int, ranks: int) -> None:
    """Find what it costs at least to move one unit of a source's ranks to each other one."""
    cost, held, arc, over = sides.cost, sides.held[source], sides.arc[source], sides.over[source]
    own = cost[source]
    arc[: sources + 1] = np.inf
    for rank in range(ranks):
        if held[rank]:
            for other in range(sources + 1):
                rise = cost[other, rank] - own[rank]
                if rise < arc[other]:
                    arc[other], over[other] = rise, rank
    arc[source] = np.inf


@serial_kernel
def _push_out(sides: Sides, units: IntArray, ranks: int, close: float) -> None:
    """Push units from sources that are asked for too many, until none is."""
    sources = len(units)
    for source in range(sources):
        while sides.total[source] > units[source]:
            sides.reach[: sources + 1] = np.inf
            sides.reach[source], sides.back[source] = 0.0, source
            _spread(sides, sources, close)
            best = sources
            for other in range(sources):
                if sides.total[other] < units[other] and sides.reach[other] < sides.reach[best]:
                    best = other
            amount = sides.total[source] - units[source]
            if _goes_round(sides, best, sources):
                best = sources
                sides.back[best], sides.back[source] = source, source
            if best < sources:
                amount = min(amount, units[best] - sides.total[best])
            _move(sides, best, amount, sources, ranks)


@serial_kernel
def _draw_in(sides: Sides, units: IntArray, ranks: int, close: float) -> None:
    """Draw units to sources that have some left, and to nobody, as long as that costs less."""
    sources = len(units)
    changed = True
    while changed:
        changed = False
        for source in range(sources + 1):
            while source == sources or sides.total[source] < units[source]:
                for other in range(sources + 1):
                    sides.reach[other], sides.back[other] = 0.0, other
                _spread(sides, sources, close)
                if sides.back[source] == source or _goes_round(sides, source, sources):
                    break
                room = units[source] - sides.total[source] if source < sources else ENDLESS
                _move(sides, source, room, sources, ranks)
                changed = True


@serial_kernel
def _goes_round(sides: Sides, end: int, sources: int) -> bool:
    """Return whether the path to an end has no start: costs too far apart for their digits."""
    at = end
    for _ in range(sources + 1):
        if sides.back[at] == at:
            return False
        at = sides.back[at]
    return True


@serial_kernel
def _spread(sides: Sides, sources: int, close: float) -> None:
    """Find the shortest paths from where ``reach`` is finite to all others (Bellman and Ford)."""
    reach, back, arc = sides.reach, sides.back, sides.arc
    for _ in range(sources + 1):
        moved = False
        for source in range(sources + 1):
            if reach[source] == np.inf:
                continue
            for other in range(sources + 1):
                found = reach[source] + arc[source, other]
                if found < reach[other] - close:
                    reach[other], back[other] = found, source
                    moved = True
        if not moved:
            break


@serial_kernel
def _move(sides: Sides, end: int, amount: int, sources: int, ranks: int) -> None:
    """Move units along the path to an end, no more than lie on it."""
    held, back, over = sides.held, sides.back, sides.over
    at = end
    while back[at] != at:
        amount = min(amount, held[back[at], over[back[at], at]])
        at = back[at]
    sides.total[at] -= amount
    sides.total[end] += amount
    at = end
    while back[at] != at:
        before = back[at]
        rank = over[before, at]
        held[before, rank] -= amount
        held[at, rank] += amount
        _lower_arcs(sides, at, rank, sources)
        if not held[before, rank]:
            _raise_arcs(sides, before, rank, sources, ranks)
        at = before


@serial_kernel
def _lower_arcs(sides: Sides, source: int, rank: int, sources: int) -> None:
    """Let the source's arcs know of a rank that it now serves."""
    cost, arc, over = sides.cost, sides.arc[source], sides.over[source]
    for other in range(sources + 1):
        rise = cost[other, rank] - cost[source, rank]
        if rise < arc[other] and other != source:
            arc[other], over[other] = rise, rank


@serial_kernel
def _raise_arcs(sides: Sides, source: int, rank: int, sources: int, ranks: int) -> None:
    """Find the source's arcs anew that stood on a rank which it no longer serves."""
    cost, held, arc, over = sides.cost, sides.held[source], sides.arc[source], sides.over[source]
    own = cost[source]
    for other in range(sources + 1):
        if over[other] != rank or arc[other] == np.inf:
            continue
        to, least, by = cost[other], np.inf, NO_RANK
        for mine in range(ranks):
            if held[mine]:
                rise = to[mine] - own[mine]
                if rise < least:
                    least, by = rise, mine
        arc[other], over[other] = least, by


@serial_kernel
def _tell_values(sides: Sides, units: IntArray, value: FloatArray, close: float) -> None:
    """Set what one more unit of each source is worth: the way from it to one with units left.

    A source that serves nothing has no way out; its unit is worth what it would save by serving.
    """
    sources, arc = len(units), sides.arc
    for source in range(sources):
        value[source] = 0.0 if sides.total[source] < units[source] else np.inf
    for _ in range(sources + 1):
        moved = False
        for source in range(sources):
            for other in range(sources + 1):
                beyond = 0.0 if other == sources else value[other]
                found = arc[source, other] + beyond
                if found < value[source] - close:
                    value[source], moved = max(found, 0.0), True
        if not moved:
            break
    for source in range(sources):
        if value[source] == np.inf:
            saved = -arc[sources, source]
            for other in range(sources):
                if value[other] < np.inf:
                    saved = max(saved, value[other] - arc[other, source])
            value[source] = max(saved, 0.0)
