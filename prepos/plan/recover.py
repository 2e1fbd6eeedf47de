"""From prices to a plan: whole cases for every SKU, whole vehicles for every departure.

Each SKU's answers are rounded to whole cases, one ship period after the other, in several ways;
the master takes one of them for each SKU and whole vehicles. Then the vehicles are held, the SKUs
priced anew for the room that these give, and the master chooses again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from prepos.core.types import FloatArray
from prepos.errors import SolverError
from prepos.plan.master import Column, Mix, mix_columns
from prepos.plan.pricing import Prices, Work, find_prices, make_column
from prepos.plan.problem import Problem

ROUND_UP_FROM = (0.5, 0.15, 0.85)  # shares of a case; one rounding of each answer for each
WEIGHT = 1e-6  # a column the master gives less takes no part
REPRICING_PASSES = 6
ROUNDS = 2  # of holding the vehicles and pricing anew


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Choice:
    """One whole answer for each SKU, the shared columns, and what it costs in all."""

    values: tuple[FloatArray, ...]
    shared: FloatArray
    objective: float


def recover_plan(problem: Problem, work: Work, prices: Prices) -> Choice:
    """Return the best whole plan found from the columns of a price search."""
    vehicles = len(problem.departures)
    pool = [column for column in prices.columns if column.whole]
    pool += round_columns(problem, work, prices)
    best = choose(work, pool)
    for _ in range(ROUNDS if work.common.upper[:vehicles].any() else 0):
        if best.objective - prices.bound <= work.gap * abs(best.objective):
            break
        held = hold_vehicles(work, best.shared[:vehicles])
        again = Prices(prices.values, list(prices.columns))
        find_prices(held, again, REPRICING_PASSES)
        pool += [column for column in again.columns[len(prices.columns) :] if column.whole]
        pool += round_columns(problem, held, again)
        found = choose(work, pool)
        if found.objective >= best.objective:
            break
        best = found
    return best


def hold_vehicles(work: Work, vehicles: FloatArray) -> Work:
    """Return the same work with the vehicles fixed."""
    lower, upper = work.common.lower.copy(), work.common.upper.copy()
    lower[: len(vehicles)] = upper[: len(vehicles)] = np.rint(vehicles)
    return replace(work, common=replace(work.common, lower=lower, upper=upper))


def round_columns(problem: Problem, work: Work, prices: Prices) -> list[Column]:
    """Return whole answers near the ones that the master mixes."""
    if prices.mix is None:
        raise SolverError("price search ended without a master, expected one pass at least")
    found = []
    mixed = zip(prices.columns, prices.mix.weights, strict=True)
    for column in [column for column, weight in mixed if weight > WEIGHT and not column.whole]:
        for threshold in ROUND_UP_FROM:
            whole = round_column(problem, work, prices.values, column, threshold)
            if whole is not None:
                found.append(whole)
    return found


def round_column(
    problem: Problem, work: Work, prices: FloatArray, column: Column, threshold: float
) -> Column | None:
    """Round the cases of one ship period after the other; what is left answers anew each time."""
    block = work.blocks[column.position]
    departures = block.layout.departure
    period = np.array([problem.departures[d].shipped_in(problem.periods) for d in departures])
    lower, upper = block.program.lower.copy(), block.program.upper.copy()
    values = column.values
    for ships_in in np.unique(period):
        chosen = np.nonzero(period == ships_in)[0]
        for cases in (np.floor(values[chosen] + 1 - threshold), np.floor(values[chosen] + 1e-6)):
            lower[chosen] = upper[chosen] = cases
            answer = work.oracle.solve_within(column.position, prices, lower, upper)
            if answer is not None:
                break
        else:
            return None
        values = answer.values
    return make_column(block, column.position, values)


def choose(work: Work, pool: list[Column]) -> Choice:
    """Return the cheapest plan of whole answers and whole vehicles."""
    mix: Mix = mix_columns(
        pool,
        work.common,
        constant=work.constant,
        whole=True,
        solver=work.solver,
        gap=work.gap / 2,
        time_limit_s=work.seconds_left,
    )
    chosen: dict[int, Column] = {}
    for column, weight in zip(pool, mix.weights, strict=True):
        if weight > 0.5:
            chosen[column.position] = column
    return Choice(
        values=tuple(chosen[position].values for position in work.positions),
        shared=mix.shared,
        objective=mix.objective,
    )
