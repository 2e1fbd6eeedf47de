"""A better bound where vehicles are whole: the counts of departures split, the cheapest side first.

Prices prove what plans with parts of vehicles cost at least. There are few departures with
vehicles, so the tree of their counts is small; each side starts from its parent's prices. What
whole cases cost at a side's prices is added before the side is split. The least of all sides that
are open is the bound: an early stop is still honest.

References
----------
Barnhart et al. (1998), Operations Research 46(3), 316-329: branch and price.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from prepos.core.types import FloatArray
from prepos.plan.transport.mix import mix_answers
from prepos.plan.transport.prices import Search, climb
from prepos.plan.transport.problem import TransportProblem
from prepos.plan.transport.shares import stack

WIDTH = 0.1  # half width of a side's first box, in scales
FRACTION = 1e-4  # of a vehicle: less is the solver's tolerance


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """Plans with vehicles (V,) within ``least`` and ``most``: none costs less than ``bound``.

    ``split`` (V,) is how many the cheapest mix of parts has.
    """

    bound: float
    least: FloatArray
    most: FloatArray
    search: Search
    split: FloatArray
    tight: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How far to go: sides looked at, a bound that is good enough, a time of ``time.monotonic``."""

    sides: int
    enough: float
    deadline: float


def branch(
    problem: TransportProblem,
    search: Search,
    tighten: Callable[[TransportProblem, Search], float],
    effort: Effort,
    *,
    solver: str,
    precision: float,
) -> float:
    """Return what no plan with whole vehicles costs less than.

    Parameters
    ----------
    tighten : callable
        Returns the bound of a problem, at a search's prices, raised by what whole cases cost.
    precision : float
        Share of the cost below which a side's bound is not raised.
    """
    kinds = problem.purchases
    root = look_at(problem, np.zeros_like(kinds.most), kinds.most, search, solver)
    heap, number = [(root.bound, 0, root)], 0
    while number < effort.sides and time.monotonic() < effort.deadline:
        bound, _, side = heap[0]
        kind = most_split(side.split)
        if bound >= effort.enough or (side.tight and kind is None):
            break
        heapq.heappop(heap)
        if side.tight and kind is not None:
            found = split_side(problem, side, kind, solver=solver, precision=precision)
        else:
            held = within(problem, side.least, side.most)
            raised = tighten(held, side.search) + float(kinds.cost @ side.least)
            found = [replace(side, bound=max(raised, side.bound), tight=True)]
        for each in found:
            number += 1
            heapq.heappush(heap, (each.bound, number, each))
    return min(heap[0][0], effort.enough)


def split_side(
    problem: TransportProblem, side: Side, kind: int, *, solver: str, precision: float
) -> list[Side]:
    """Return the two sides of one departure's vehicles: as many whole ones or fewer, or more."""
    whole, sides = np.floor(side.split[kind]), []
    for low, high in ((side.least[kind], whole), (whole + 1.0, side.most[kind])):
        least, most = side.least.copy(), side.most.copy()
        least[kind], most[kind] = low, high
        held, start = within(problem, least, most), side.search
        begun = Search(start.prices, start.scale, start.value.copy())
        done = climb(held, begun, WIDTH, solver, precision, lambda: None, np.inf)
        found = look_at(problem, least, most, done, solver)
        sides.append(replace(found, bound=max(found.bound, side.bound)))
    return sides


def look_at(
    problem: TransportProblem, least: FloatArray, most: FloatArray, search: Search, solver: str
) -> Side:
    """Return the side that a search found prices for."""
    held = within(problem, least, most)
    mixed = mix_answers(held, stack(search.passes), held.limit, solver=solver)
    bound = search.bound + float(problem.purchases.cost @ least)
    return Side(bound, least, most, search, least + mixed.bought)


def within(problem: TransportProblem, least: FloatArray, most: FloatArray) -> TransportProblem:
    """Return the problem with some vehicles there, unpaid, and no more to buy than up to others."""
    kinds = problem.purchases
    limit = problem.limit - kinds.take @ least
    return replace(problem, limit=limit, purchases=replace(kinds, most=most - least))


def most_split(vehicles: FloatArray) -> int | None:
    """Return the departure whose vehicles are farthest from whole, None where all are whole."""
    part = np.abs(vehicles - np.rint(vehicles))
    return int(part.argmax()) if part.max(initial=0.0) > FRACTION else None
