"""A better bound where stock moves in whole cases: each SKU's own program, at the best prices.

Prices prove what plans in single units cost at least. What a SKU costs at best in whole cases, at
the same prices, is more: the difference is added, SKU by SKU, where most can be gained first. That
takes a solver, so it is no part of the certificate.

References
----------
Geoffrion (1974), Mathematical Programming Study 2, 82-114: Lagrangian bounds of integer programs.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.errors import SolverError
from prepos.plan.program import Program
from prepos.plan.solver import solve_program
from prepos.plan.transport.batch import answer_each
from prepos.plan.transport.cases import Cases
from prepos.plan.transport.exact import draft_exact
from prepos.plan.transport.prices import Search, sample_of
from prepos.plan.transport.problem import TransportProblem

EXACTLY = 1e-4  # share of a SKU's cost that may remain unproven
AT_MOST_S = 10.0  # for one SKU


def tighten(
    problem: TransportProblem,
    search: Search,
    cases: Cases,
    order: IntArray,
    *,
    solver: str,
    enough: float,
    deadline: float,
) -> float:
    """Return the bound, raised by what whole cases cost SKUs at the best prices.

    Parameters
    ----------
    order : (J,) int
        The SKUs to look at, one after the other.
    enough : float
        Currency from which the bound need not be raised.
    deadline : float
        Of ``time.monotonic``.
    """
    bound = search.bound
    cost, use = answer_each(problem, search.prices, search.value, np.sort(order))
    at = dict(zip(np.sort(order).tolist(), (cost + use @ search.prices).tolist(), strict=True))
    for sku in order.tolist():
        if bound >= enough or time.monotonic() > deadline:
            break
        part, _ = sample_of(problem, np.array([sku]))
        program = at_prices(
            part, search.prices, Cases(*(column[sku : sku + 1] for column in cases))
        )
        left = min(AT_MOST_S, max(deadline - time.monotonic(), 0.1))
        try:
            found = solve_program(program, solver=solver, gap=EXACTLY, time_limit_s=left)
        except SolverError:
            continue
        bound += max(found.bound - at[sku], 0.0)
    return bound


def at_prices(part: TransportProblem, prices: FloatArray, cases: Cases) -> Program:
    """Return the program of some SKUs by themselves, what they take of shared rows paid for."""
    program = draft_exact(part, cases).program(0.0)
    rows = len(part.limit)
    upper = program.upper.copy()
    upper[: rows + len(part.purchases.cost)] = 0.0  # nobody breaks a limit or buys room here
    paid: FloatArray = program.matrix[:rows].T @ prices
    return replace(
        program,
        cost=program.cost + paid,
        upper=upper,
        matrix=program.matrix[rows:].tocsc(),
        row_lower=program.row_lower[rows:],
        row_upper=program.row_upper[rows:],
    )
