"""Whole vehicles proven: split on how many leave, price each side anew, the cheapest side first.

Fractions of vehicles are what makes the priced bound loose. There are few departures with vehicles
against many SKUs, so the tree is small; each side starts from its parent's prices and columns. A
dive first fixes one departure after the other, for a good plan early.

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
from prepos.errors import InfeasibleError, SolverError
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
    problem: Problem, work: Work, root: Prices, pool: Pool, best: Choice
) -> tuple[Choice, float]:
    """Return the best plan found, and the bound that the tree proves.

    Stops when the gap asked for is proven, or at the deadline, or after ``MOST_SIDES``.
    """
    departures = len(problem.departures)
    upper, lower = work.common.upper[:departures], work.common.lower[:departures]
    if root.mix is None:
        return best, root.bound
    top = Side(root.bound, 0, lower, upper, root.mix.shared[:departures], root.values)
    if best.objective - root.bound > work.gap * abs(best.objective):
        best = dive(problem, work, top, root, pool, best)
    sides, proven, made = [top], np.inf, 1
    while sides and sides[0].bound < proven:
        if best.objective - sides[0].bound <= work.gap * abs(best.objective):
            break
        if time.monotonic() > work.deadline or made > MOST_SIDES:
            break
        side = heapq.heappop(sides)
        split = most_split(side.vehicles)
        if split is None:
            best = recover_held(problem, work, root, pool, best, side.vehicles)
            proven = min(proven, side.bound)
            continue
        try:
            children = split_side(work, side, split, root, made)
        except SolverError:  # out of time: what is proven stays
            heapq.heappush(sides, side)
            break
        for child in children:
            heapq.heappush(sides, child)
        made += 2
    tree = min([proven, *(side.bound for side in sides)])
    return best, max(root.bound, min(tree, best.objective))


def splits_vehicles(problem: Problem, prices: Prices) -> bool:
    """Return whether the priced mix has fractions of vehicles."""
    if prices.mix is None or not problem.departures:
        return False
    return most_split(prices.mix.shared[: len(problem.departures)]) is not None


def most_split(vehicles: FloatArray) -> int | None:
    """Return the departure whose vehicles are farthest from whole, None where all are whole."""
    away = np.abs(vehicles - np.rint(vehicles))
    worst = int(np.argmax(away))
    return worst if away[worst] > FRACTION else None


def dive(problem: Problem, work: Work, top: Side, root: Prices, pool: Pool, best: Choice) -> Choice:
    """Return the better of the best plan and one found by fixing what is nearest to whole."""
    side: Side | None = top
    while side is not None and most_split(side.vehicles) is not None:
        if time.monotonic() > work.deadline:
            return best
        away = np.abs(side.vehicles - np.rint(side.vehicles))
        away[away <= FRACTION] = np.inf
        fixed = int(np.argmin(away))
        lower, upper = side.lower.copy(), side.upper.copy()
        lower[fixed] = upper[fixed] = np.rint(side.vehicles[fixed])
        try:
            side = price_side(work, side, lower, upper, root, 0)
        except SolverError:  # out of time
            return best
    return best if side is None else recover_held(problem, work, root, pool, best, side.vehicles)


def split_side(work: Work, side: Side, split: int, root: Prices, number: int) -> list[Side]:
    """Return the two sides of one departure's vehicles: rounded down or fewer, up or more."""
    whole = np.floor(side.vehicles[split])
    fewer, more = side.upper.copy(), side.lower.copy()
    fewer[split], more[split] = whole, whole + 1
    sides = (
        price_side(work, side, side.lower, fewer, root, number),
        price_side(work, side, more, side.upper, root, number + 1),
    )
    return [found for found in sides if found is not None]


def price_side(
    work: Work, parent: Side, lower: FloatArray, upper: FloatArray, root: Prices, number: int
) -> Side | None:
    """Return a part of a side, priced from there, None where no plan has that many vehicles."""
    if (lower > upper).any():
        return None
    prices = Prices(parent.prices, root.columns)
    try:
        find_prices(within(work, lower, upper), prices, SIDE_PASSES)
    except InfeasibleError:
        return None
    vehicles = np.zeros(0) if prices.mix is None else prices.mix.shared[: len(lower)]
    return Side(max(parent.bound, prices.bound), number, lower, upper, vehicles, prices.values)


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
