"""Whole vehicles proven: split on how many leave, price each side anew, the cheapest side first.

Fractions of vehicles are what makes the priced bound loose. There are few departures with vehicles
against many SKUs, so the tree is small; each side starts from its parent's prices and columns.

References
----------
Barnhart et al. (1998), Operations Research 46(3), 316-329: branch and price.
"""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, field, replace

import numpy as np

from prepos.core.types import FloatArray
from prepos.errors import InfeasibleError
from prepos.plan.pricing import Prices, Work, find_prices
from prepos.plan.problem import Problem
from prepos.plan.recover import Choice, Pool, recover_held

SIDE_PASSES = 8  # over the SKUs, to price one side
MOST_SIDES = 120
FRACTION = 1e-7  # of a vehicle: less is the solver's tolerance, a case takes a millionth


@dataclass(frozen=True, slots=True, order=True)
class Side:
    """One side of a split: no plan with vehicles within its bounds costs less than ``bound``."""

    bound: float
    number: int
    lower: FloatArray = field(compare=False)
    upper: FloatArray = field(compare=False)
    vehicles: FloatArray = field(compare=False)  # (D,) the master's, perhaps in fractions
    prices: FloatArray = field(compare=False)


def branch_on_vehicles(
    problem: Problem, work: Work, root: Prices, pool: Pool, best: Choice, bound: float
) -> tuple[Choice, float]:
    """Return the best plan found, and the bound that the tree proves: ``bound``, or better.

    Stops when the gap asked for is proven, or at the deadline, or after ``MOST_SIDES``.
    """
    departures = len(problem.departures)
    upper, lower = work.common.upper[:departures], work.common.lower[:departures]
    if root.mix is None or not upper.any():
        return best, bound
    sides = [Side(root.bound, 0, lower, upper, root.mix.shared[:departures], root.values)]
    proven, made = np.inf, 1
    while sides and sides[0].bound < proven:
        if best.objective - max(bound, sides[0].bound) <= work.gap * abs(best.objective):
            break
        if time.monotonic() > work.deadline or made > MOST_SIDES:
            break
        side = heapq.heappop(sides)
        split = most_split(side.vehicles)
        if split is None:
            best = recover_held(problem, work, root, pool, best, side.vehicles)
            proven = min(proven, side.bound)
            continue
        for child in split_side(work, side, split, root, made):
            heapq.heappush(sides, child)
        made += 2
    tree = min([proven, *(side.bound for side in sides)])
    return best, max(bound, min(tree, best.objective))


def most_split(vehicles: FloatArray) -> int | None:
    """Return the departure whose vehicles are farthest from whole, None where all are whole."""
    away = np.abs(vehicles - np.rint(vehicles))
    worst = int(np.argmax(away))
    return worst if away[worst] > FRACTION else None


def split_side(work: Work, side: Side, split: int, root: Prices, number: int) -> list[Side]:
    """Return the two sides of one departure's vehicles: rounded down or fewer, up or more."""
    found = []
    whole = np.floor(side.vehicles[split])
    for i in range(2):
        lower, upper = side.lower.copy(), side.upper.copy()
        if i:
            lower[split] = whole + 1
        else:
            upper[split] = whole
        if lower[split] > upper[split]:
            continue
        prices = Prices(side.prices, root.columns)
        try:
            find_prices(within(work, lower, upper), prices, SIDE_PASSES)
        except InfeasibleError:  # no plan has that many vehicles
            continue
        if prices.mix is not None:
            vehicles = prices.mix.shared[: len(lower)]
            bound = max(side.bound, prices.bound)
            found.append(Side(bound, number + i, lower, upper, vehicles, prices.values))
    return found


def within(work: Work, lower: FloatArray, upper: FloatArray) -> Work:
    """Return the same work with the vehicles of each departure within bounds."""
    common, count = work.common, len(lower)
    return replace(
        work,
        common=replace(
            common,
            lower=np.concatenate([lower, common.lower[count:]]),
            upper=np.concatenate([upper, common.upper[count:]]),
        ),
    )
