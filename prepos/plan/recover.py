"""From prices to a plan: whole cases for every SKU, whole vehicles for every departure.

Each SKU's answers are rounded to whole cases, one ship period after the other, in several ways;
the master takes one of them for each SKU and whole vehicles. Then the vehicles are held, the SKUs
priced anew for the room that these give, and the master chooses again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from prepos.core.types import FloatArray
from prepos.errors import InfeasibleError, SolverError
from prepos.plan.master import Column, mix_columns
from prepos.plan.pricing import Prices, Work, find_prices, make_column
from prepos.plan.problem import Problem

ROUND_UP_FROM = (0.5, 0.15, 0.85)  # shares of a case; one rounding of each answer for each
WEIGHT = 1e-6  # a column the master gives less takes no part
REPRICING_PASSES = 6
CHOOSING_S = 15.0  # seconds that one choice may take: more pays less than pricing anew


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Choice:
    """One whole answer for each SKU, the shared columns, and what it costs in all."""

    values: tuple[FloatArray, ...]
    shared: FloatArray
    objective: float


@dataclass(slots=True)
class Pool:
    """Whole answers that a plan may be chosen from, and the vehicles already tried."""

    columns: list[Column] = field(default_factory=list)
    known: set[tuple[int, bytes]] = field(default_factory=set)
    tried: set[bytes] = field(default_factory=set)

    def add(self, columns: list[Column]) -> None:
        """Add the whole ones that are new."""
        for column in columns:
            key = (column.position, np.round(column.values, 6).tobytes())
            if column.whole and key not in self.known:
                self.known.add(key)
                self.columns.append(column)


def recover_plan(problem: Problem, work: Work, prices: Prices, pool: Pool) -> Choice:
    """Return the best whole plan found from the columns of a price search."""
    pool.add(prices.columns)
    pool.add(round_columns(problem, work, prices))
    best = choose(work, pool.columns)
    departures = len(problem.departures)
    if not work.common.upper[:departures].any():
        return best
    return recover_held(problem, work, prices, pool, best, best.shared[:departures])


def recover_held(
    problem: Problem,
    work: Work,
    prices: Prices,
    pool: Pool,
    best: Choice,
    vehicles: FloatArray,
) -> Choice:
    """Hold the vehicles, price the SKUs anew, and return the better plan of this and the best."""
    key = np.rint(vehicles).tobytes()
    if key in pool.tried:
        return best
    pool.tried.add(key)
    held = hold_vehicles(work, vehicles)
    again = Prices(prices.values, prices.columns)
    try:
        find_prices(held, again, REPRICING_PASSES)
        pool.add(again.columns)
        pool.add(round_columns(problem, held, again))
        found = choose(held, pool.columns)
    except (InfeasibleError, SolverError):  # no whole answers fit these vehicles, or none in time
        return best
    return found if found.objective < best.objective else best


def hold_vehicles(work: Work, vehicles: FloatArray) -> Work:
    """Return the same work with the vehicles fixed."""
    lower, upper = work.common.lower.copy(), work.common.upper.copy()
    lower[: len(vehicles)] = upper[: len(vehicles)] = np.rint(vehicles)
    return replace(work, common=replace(work.common, lower=lower, upper=upper))


def round_columns(problem: Problem, work: Work, prices: Prices) -> list[Column]:
    """Return whole answers near the ones that the master mixes."""
    if prices.mix is None:
        raise SolverError("price search ended without a master, expected one pass at least")
    mixed = zip(prices.columns, prices.mix.weights, strict=False)  # later columns take no part
    rounded = (
        round_column(problem, work, prices.values, column, threshold)
        for column, weight in mixed
        if weight > WEIGHT and not column.whole
        for threshold in ROUND_UP_FROM
    )
    return [column for column in rounded if column is not None]


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


def choose(work: Work, columns: list[Column]) -> Choice:
    """Return the cheapest plan of whole answers and whole vehicles."""
    mix = mix_columns(
        columns,
        work.common,
        constant=work.constant,
        whole=True,
        solver=work.solver,
        gap=work.gap / 4,
        time_limit_s=min(work.seconds_left, CHOOSING_S),
    )
    chosen: dict[int, Column] = {}
    for column, weight in zip(columns, mix.weights, strict=True):
        if weight > 0.5:
            chosen[column.position] = column
    return Choice(
        values=tuple(chosen[position].values for position in work.positions),
        shared=mix.shared,
        objective=mix.objective,
    )
