"""A tiny model whose answer is known: whether the solver that plans would use can be relied on."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csc_matrix

from prepos.errors import SolverError
from prepos.plan.program import Program
from prepos.plan.solver import choose_solver, solve_program

TRIAL_S = 10.0  # seconds that it may take
BEST = 8.0  # 3 + 5, worked by hand


def try_solver(wanted: str) -> str:
    """Return the solver that ``plan.solver`` chooses, after it has solved a tiny model.

    Two whole units are wanted, at 3 and 5 a unit, one at most of the cheap: the best costs 8. In
    fractions it would be less, 1.5 of the cheap and 0.5 of the dear.

    Raises
    ------
    SolverError
        If none is installed, it fails, or its answer is another.
    """
    solver = choose_solver(wanted)
    program = Program(
        cost=np.array([3.0, 5.0]),
        lower=np.zeros(2),
        upper=np.array([1.5, 9.0]),
        integer=np.ones(2, dtype=np.bool_),
        matrix=csc_matrix(np.array([[1.0, 1.0]])),
        row_lower=np.array([2.0]),
        row_upper=np.array([np.inf]),
    )
    found = solve_program(program, solver=solver, gap=0.0, time_limit_s=TRIAL_S)
    if not np.isclose(found.objective, BEST):
        raise SolverError(f"solver {solver} says {found.objective:g} to a trial, expected {BEST:g}")
    return solver
