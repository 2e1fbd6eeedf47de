"""The whole transportation problem solved as one program: the reference of the way at scale."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prepos.plan.solver import Solution, solve_program
from prepos.plan.transport.cases import Cases, make_cases
from prepos.plan.transport.exact import draft_exact
from prepos.plan.transport.problem import TransportProblem


def solve_transport(
    problem: TransportProblem, cases: Cases, *, solver: str, gap: float = 0.0, whole: bool = True
) -> Solution:
    """Return the solution of the whole problem; without ``whole`` that of its relaxation."""
    program = draft_exact(problem, cases).program(problem.shortage)
    if not whole:
        program = replace(program, integer=np.zeros_like(program.integer))
    return solve_program(program, solver=solver, gap=gap, time_limit_s=600.0)


def relaxed_cost(problem: TransportProblem, solver: str) -> float:
    """Return the cost of the relaxation: what prices can prove at most."""
    ones = np.ones(len(problem), dtype=np.int64)
    return solve_transport(problem, make_cases(ones), solver=solver, whole=False).objective


def penalty(problem: TransportProblem, solution: Solution) -> np.ndarray:
    """Return (S,) by how much the solution does not keep each limit."""
    return solution.values[: len(problem.limit)]
