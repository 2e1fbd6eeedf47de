"""The master: what all prices are known to prove at most, as cuts in a small program in PuLP.

What the SKUs cost at best is concave in the prices, and every pass over them gives its value and
its slope: a cut that lies on or above it. Between two bounds of the prices the highest point that
all cuts allow is where to look next. SKUs are cut in groups, which tells more than their sum does.

References
----------
Kelley (1960), J. SIAM 8(4), 703-712: cutting planes. Marsten, Hogan and Blankenship (1975),
Operations Research 23(3), 389-405: the box step.
"""

from __future__ import annotations

import numpy as np
import pulp

from prepos.core.types import FloatArray
from prepos.errors import SolverError
from prepos.plan.solver import run_solver
from prepos.plan.transport.problem import Limited

GROUPS = 16  # that the SKUs are cut in, unless told
BINDING = 1e-7  # of a cut's size: how near to it is on it


class Cuts:
    """Cuts from passes over the SKUs of a problem, in so many groups.

    A cut that has bound nothing for so many searches is forgotten, where that is asked for.
    """

    def __init__(
        self, problem: Limited, *, groups: int = GROUPS, forget: int | None = None
    ) -> None:
        self._groups = groups
        self._forget = forget
        self._idle: list[int] = []  # searches since each cut last bound
        self._limit = problem.limit
        self._purchases = problem.purchases
        self._cuts: list[tuple[int, float, FloatArray]] = []

    def add(self, prices: FloatArray, cost: FloatArray, use: FloatArray) -> None:
        """Add what a pass told: costs (B,) and use (B, S) by block of SKUs, at prices (S,)."""
        group = np.arange(len(cost)) * self._groups // len(cost)
        for number in range(self._groups):
            chosen = group == number
            if chosen.any():
                slope = use[chosen].sum(axis=0)
                self._cuts.append((number, float(cost[chosen].sum() - slope @ prices), slope))
                self._idle.append(0)

    def highest(
        self, lower: FloatArray, upper: FloatArray, solver: str
    ) -> tuple[FloatArray, float]:
        """Return the prices (S,) within bounds where the cuts allow the highest bound, and that.

        Raises SolverError where the solver fails.
        """
        problem = pulp.LpProblem("cuts", pulp.LpMaximize)
        prices = [
            problem.add_variable(f"p{row}", low, high)
            for row, (low, high) in enumerate(zip(lower.tolist(), upper.tolist(), strict=True))
        ]
        costs = [problem.add_variable(f"c{number}") for number in range(self._groups)]
        told = {number for number, _, _ in self._cuts}
        for number in set(range(self._groups)) - told:
            costs[number].bounds(0, 0)
        for number, (group, constant, slope) in enumerate(self._cuts):
            terms = [(costs[group], 1.0)]
            terms += [(prices[row], -float(slope[row])) for row in np.flatnonzero(slope)]
            cut = pulp.LpConstraint(
                pulp.LpAffineExpression(terms), pulp.LpConstraintLE, None, constant
            )
            problem.addConstraint(cut, f"cut{number}")
        terms = [(cost, 1.0) for cost in costs]
        terms += list(zip(prices, (-self._limit).tolist(), strict=True))
        terms += self._buy(problem, prices)
        problem.setObjective(pulp.LpAffineExpression(terms))
        run_solver(problem, solver)
        if problem.sol_status != pulp.LpSolutionOptimal:
            raise SolverError(f"solver {solver} found no prices, expected some within their bounds")
        found = np.array([price.varValue or 0.0 for price in prices])
        if self._forget is not None:
            self._keep_binding(found, np.array([cost.varValue or 0.0 for cost in costs]))
        return found, float(pulp.value(problem.objective))

    def _keep_binding(self, prices: FloatArray, costs: FloatArray) -> None:
        """Forget the cuts that have bound nothing for long."""
        kept, idle = [], []
        for cut, before in zip(self._cuts, self._idle, strict=True):
            group, constant, slope = cut
            slack = constant + float(slope @ prices) - costs[group]
            now = 0 if slack <= BINDING * (1.0 + abs(constant)) else before + 1
            if self._forget is None or now <= self._forget:
                kept.append(cut)
                idle.append(now)
        self._cuts, self._idle = kept, idle

    def _buy(
        self, problem: pulp.LpProblem, prices: list[pulp.LpVariable]
    ) -> list[tuple[pulp.LpVariable, float]]:
        """Add what buying gains, one variable a kind, 0 or less; return its part of the bound."""
        kinds, terms = self._purchases, []
        for kind, (cost, most) in enumerate(
            zip(kinds.cost.tolist(), kinds.most.tolist(), strict=True)
        ):
            if not most:
                continue
            gain = problem.add_variable(f"b{kind}", None, 0)
            taken = slice(*kinds.take.indptr[kind : kind + 2].tolist())
            rows, amounts = kinds.take.indices[taken], kinds.take.data[taken]
            reduced = [(prices[row], -float(a)) for row, a in zip(rows, amounts, strict=True)]
            problem.addConstraint(
                pulp.LpConstraint(
                    pulp.LpAffineExpression([(gain, 1.0), *reduced]),
                    pulp.LpConstraintLE,
                    None,
                    cost,
                ),
                f"buy{kind}",
            )
            terms.append((gain, most))
        return terms
