"""Rules, frozen lines and deviations as rows of an ordinary program in PuLP; what flows ship."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pulp

from prepos.plan.decision import list_moves
from prepos.plan.frozen import frozen_units
from prepos.plan.moves import Moves
from prepos.plan.problem import Problem
from prepos.plan.rules import Rulebook
from prepos.plan.stability import published_units
from prepos.plan.transport.build import Transport, as_transport
from prepos.plan.transport.cases import make_cases
from prepos.plan.transport.choice import choose_flows
from prepos.plan.transport.lots import let_lie
from prepos.plan.transport.prices import find_prices
from tests.instances import framed
from tests.unit.plan.transport.programs import solve_transport
from tests.unit.plan.transport.worlds import idle_cost, idle_use, list_columns


def as_lots(problem: Problem) -> Transport:
    """Return a problem as one of transportation."""
    return as_transport(problem, framed(problem))


class Found(NamedTuple):
    """What prices lead to."""

    bound: float
    cost: float
    keeps_limits: bool
    moves: Moves


def decide(transport: Transport) -> Found:
    """Solve by prices, in single units."""
    arrays, ones = transport.problem, np.ones(len(transport.problem), dtype=np.int64)
    search = find_prices(arrays, solver="highs", precision=1e-7)
    chosen = choose_flows(arrays, search, ones, ones, solver="highs", precision=1e-5)
    moves = list_moves(transport, chosen.flows)
    return Found(search.bound, chosen.cost, not chosen.over.any(), moves)


def exact_cost(transport: Transport) -> float:
    """Return the exact program's cost, in single units."""
    cases = make_cases(np.ones(len(transport.problem), dtype=np.int64))
    return solve_transport(transport.problem, cases, solver="highs").objective


class WrittenOut:
    """A problem without rules and published plan, as an ordinary linear program in PuLP.

    Units by source, rank and route; each SKU may leave as much as it has where nobody wants it.
    Whoever adds rows says what more is asked for.
    """

    def __init__(self, problem: Problem) -> None:
        bare = problem.freed()
        self.frame, transport = framed(bare), as_lots(bare)
        plain, self.legs = transport.problem, transport.legs
        owner = np.repeat(np.arange(len(plain)), np.diff(plain.sources.first))
        stock = np.bincount(owner, plain.sources.units, len(plain)).astype(np.int64)
        plain = let_lie(plain, stock)
        self.columns, units = list_columns(plain), plain.sources.units
        self.program = pulp.LpProblem("written", pulp.LpMinimize)
        self.sent = [self.program.add_variable(f"x{n}", 0) for n in range(len(self.columns))]
        self.constant, use = plain.shortage, np.zeros(len(plain.limit))
        for sku, (start, end) in enumerate(pairwise(plain.sources.first.tolist())):
            for source in range(start, end):
                release = int(plain.sources.release[source])
                self.constant += units[source] * idle_cost(plain, sku, release)
                use += units[source] * idle_use(plain, sku, release)
        self.cost = self.total([column[4] for column in self.columns])
        for at, most in ((1, units), (2, plain.ranks.width)):
            for number, limit in enumerate(most.tolist()):
                members = [float(column[at] == number) for column in self.columns]
                self.program += self.total(members) <= limit
        for row, limit in enumerate((plain.limit - use).tolist()):
            self.program += self.total([float(column[5][row]) for column in self.columns]) <= limit

    def total(self, amount: list[float]) -> pulp.LpAffineExpression:
        """Return the sum of all columns, each so often."""
        terms = zip(self.sent, amount, strict=True)
        return pulp.LpAffineExpression([term for term in terms if term[1]])

    def leaving(self, sku: int, departure: int) -> pulp.LpAffineExpression:
        """Return the units of a SKU on a departure."""
        on = [column[0] == sku and departure in self.legs[column[3]] for column in self.columns]
        return self.total([float(each) for each in on])

    def going(self, sku: int, way: tuple[int, int], *, later: bool) -> pulp.LpAffineExpression:
        """Return the units of a SKU whose first leg goes a way; or of whom a later leg does."""
        ends = list(zip(self.frame.origin.tolist(), self.frame.destination.tolist(), strict=True))

        def goes(column: tuple[int, int, int, int, float, np.ndarray]) -> bool:
            legs = self.legs[column[3]]
            ways = [ends[leg] for leg in (legs[1:] if later else legs[:1])]
            return column[0] == sku and way in ways

        return self.total([float(goes(column)) for column in self.columns])

    def solve(self) -> float:
        """Return the least cost; infinite where the rows cannot be kept."""
        self.program.setObjective(self.cost)
        status = self.program.solve(pulp.HiGHS(msg=False, threads=1))
        solved = status == pulp.LpStatusOptimal
        return float(pulp.value(self.program.objective)) + self.constant if solved else np.inf


def ruled_cost(problem: Problem) -> float:
    """Return the relaxed cost with every rule a row of its own; infinite where one is not kept."""
    written, book = WrittenOut(problem), Rulebook(problem)
    for sku in range(len(problem.products)):
        for way, bound in book.bounds(sku).items():
            first = written.going(sku, way, later=False)
            written.program += first >= bound.least
            if np.isfinite(bound.most):
                written.program += first <= bound.most
            written.program += written.going(sku, way, later=True) <= 0
    return written.solve()


def stood_cost(problem: Problem) -> float:
    """Return the relaxed cost when frozen lines are asked for by rows, and deviating is charged."""
    written, before = WrittenOut(problem), problem.frozen.before
    frozen, published = (
        {(departure, sku): units for departure, sku, units in moves.rows()}
        for moves in (frozen_units(problem), published_units(problem))
    )
    for departure, each in enumerate(problem.departures):
        for sku in range(len(problem.products)):
            units = written.leaving(sku, departure)
            if before is not None and each.ship_date < before:
                written.program += units == float(frozen.get((departure, sku), 0.0))
            elif problem.stability_cost > 0:
                off = written.program.add_variable(f"d{departure}_{sku}", 0)
                aim = float(published.get((departure, sku), 0.0))
                written.program += units - aim <= off
                written.program += aim - units <= off
                written.cost = written.cost + problem.stability_cost * off
    return written.solve()
