"""The exact way: the whole problem in one mixed-integer program in PuLP."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prepos.core.types import IntArray
from prepos.errors import InfeasibleError
from prepos.plan.decision import Decision
from prepos.plan.frame import Frame
from prepos.plan.problem import Problem
from prepos.plan.program import Program
from prepos.plan.solver import Solution, solve_program
from prepos.plan.transport.build import Transport
from prepos.plan.transport.cases import make_cases
from prepos.plan.transport.climb import Search
from prepos.plan.transport.exact import draft_exact
from prepos.plan.transport.exact_flows import read_flows_of
from prepos.plan.transport.problem import TransportProblem

LARGEST = 20_000  # columns: above, prices give a better plan in the same time


def is_small(transport: Transport) -> bool:
    """Return whether the program is small enough to be solved as a whole."""
    return int(columns_by_sku(transport.problem).sum()) <= LARGEST


def columns_by_sku(problem: TransportProblem) -> IntArray:
    """Return (K,) about how many columns each SKU has: its sources' routes, its ranks' servers."""
    routes = np.append(0, np.cumsum(np.diff(problem.routes.first)[problem.sources.release]))
    servers = np.diff(problem.places.server_first)[problem.ranks.catchment] * problem.periods
    columns = np.append(0, np.cumsum(servers))
    return np.diff(routes[problem.sources.first]) + np.diff(columns[problem.ranks.first])


def solve_exactly(
    problem: Problem,
    frame: Frame,
    transport: Transport,
    search: Search,
    *,
    solver: str,
    time_limit_s: float,
) -> Decision:
    """Solve the whole problem at once, and prove it to the gap asked for.

    Raises
    ------
    SolverError
        If there is no plan in time.
    """
    arrays = transport.problem
    draft = draft_exact(
        arrays, make_cases(problem.products.case_pack, problem.products.minimum_lot)
    )
    program = draft.program(arrays.shortage)

    def solve(chosen: Program) -> Solution:
        gap = problem.options.gap
        return solve_program(chosen, solver=solver, gap=gap, time_limit_s=time_limit_s)

    try:
        solution = solve(without_slack(program, frame))
    except InfeasibleError:
        solution = solve(program)
    rows, vehicles = len(frame.shared), transport.settled.vehicles.copy()
    bought = solution.values[rows : rows + len(transport.kinds)]
    vehicles[transport.kinds] = np.rint(bought)
    return Decision(
        flows=read_flows_of(arrays, draft, solution.values),
        vehicles=vehicles,
        over=solution.values[:rows],
        prices=search.prices,
        bound=max(solution.bound, search.bound),
    )


def without_slack(program: Program, frame: Frame) -> Program:
    """Return the program in which no hard limit may be broken."""
    upper = program.upper.copy()
    upper[: len(frame.shared)][[not row.is_wish for row in frame.shared]] = 0.0
    return replace(program, upper=upper)
