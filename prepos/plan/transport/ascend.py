"""Prices raised by the bound's own slope: what is taken beyond each limit.

With many SKUs the bound is nearly smooth in the prices, and a quasi-Newton method comes near its
top in a dozen passes, where cuts of many rows need far more. It does not know when it is there;
any prices prove a bound all the same.

References
----------
Byrd, Lu, Nocedal and Zhu (1995), SIAM J. Sci. Comput. 16(5), 1190-1208: L-BFGS-B, as in scipy.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from scipy.optimize import Bounds, OptimizeResult, minimize

from prepos.core.types import FloatArray
from prepos.plan.transport.climb import Ask, Search, note
from prepos.plan.transport.problem import Limited

STEPS, KEPT = 60, 20  # at most; slopes that tell the curvature
FIRST = 0.05  # in scales: the first step
PATIENCE, SLOW = 4, 0.3  # steps that together must rise by so much of the precision asked for


def ascend(
    problem: Limited,
    search: Search,
    ask: Ask,
    precision: float,
    tick: Callable[[], None],
    deadline: float,
) -> Search:
    """Raise the bound from where the search stands, its scale known, and return where it then is.

    ``ask`` is a pass over the problem's SKUs, as ``answer`` makes one.
    """
    scale = np.where(search.scale > 0, search.scale, 1.0)
    known: list[tuple[FloatArray, float, FloatArray]] = []  # the last point, its bound and slope

    def look(scaled: FloatArray) -> tuple[float, FloatArray]:
        if not known or (known[0][0] != scaled).any():
            prices = np.clip(scaled * scale, 0.0, problem.ceiling)
            cost, use = ask(prices, search.value)
            bound = note(problem, search, prices, cost, use)
            known[:] = [(scaled.copy(), bound, (use.sum(axis=0) - problem.limit) * scale)]
            tick()
        _, bound, slope = known[0]
        return -bound / unit, -slope / unit

    def see(intermediate_result: OptimizeResult) -> None:  # noqa: ARG001 - the name scipy calls it by
        reached.append(search.bound)
        rose = search.bound - reached[max(len(reached) - 1 - PATIENCE, 0)]
        tired = len(reached) > PATIENCE and rose < SLOW * precision * abs(search.bound)
        if tired or time.monotonic() > deadline:
            raise StopIteration

    reached = [search.bound]
    first, unit = search.prices / scale, 1.0
    unit = float(np.linalg.norm(look(first)[1])) / FIRST
    if not unit:
        return search  # nothing is taken but what the limits are: this is the top
    minimize(
        look,
        first,
        jac=True,
        method="L-BFGS-B",
        bounds=Bounds(0.0, problem.ceiling / scale),
        callback=see,
        options={"maxiter": STEPS, "maxcor": KEPT, "ftol": 0.0, "gtol": 0.0},
    )
    return search
