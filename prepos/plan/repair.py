"""The contested rest, decided as a whole: some SKUs' exact program, all others as they are.

The choice among answers is coarse where SKUs are few or cases are large. The SKUs that take most
of what is scarce are then decided anew together, in one program, within what the others leave.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.errors import InfeasibleError, SolverError
from prepos.plan.decision import Decision
from prepos.plan.exact import LARGEST, columns_by_sku, without_slack
from prepos.plan.frame import Frame
from prepos.plan.problem import Problem
from prepos.plan.solver import solve_program
from prepos.plan.transport.batch import Flows
from prepos.plan.transport.build import Transport
from prepos.plan.transport.cases import make_cases
from prepos.plan.transport.exact import draft_exact
from prepos.plan.transport.exact_flows import read_flows_of
from prepos.plan.transport.part import part_of
from prepos.plan.transport.use import use_of_flows

REPAIRED = LARGEST // 4  # columns: of the program that decides anew
NODES = 40  # of its search: more take minutes and gain what is not seen


def repair(
    problem: Problem,
    frame: Frame,
    transport: Transport,
    decision: Decision,
    *,
    solver: str,
    time_limit_s: float,
    enough: float,
) -> Decision:
    """Return the decision with some SKUs decided anew; as it was where that finds nothing.

    ``enough`` is currency: what these SKUs may cost more than is proven. It is of the whole plan's
    cost, as the gap is: a share of their own, a small part of it, would ask for hours of proof.
    """
    arrays = transport.problem
    use = use_of_flows(arrays, decision.flows)
    part = part_of(arrays, contested(transport, decision, use), use)
    products = problem.products
    cases = make_cases(products.case_pack[part.skus], products.minimum_lot[part.skus])
    draft = draft_exact(part.problem, cases)
    program = without_slack(draft.program(part.problem.shortage), frame)
    try:
        solution = solve_program(
            program,
            solver=solver,
            gap=0.0,
            time_limit_s=time_limit_s,
            enough=enough,
            nodes=NODES,
        )
    except (InfeasibleError, SolverError):
        return decision
    rows, vehicles = len(frame.shared), decision.vehicles.copy()
    vehicles[transport.kinds] = np.rint(solution.values[rows : rows + len(transport.kinds)])
    anew = part.among_all(read_flows_of(part.problem, draft, solution.values))
    return replace(
        decision,
        flows=join_flows(decision.flows, anew, part.rest),
        vehicles=vehicles,
        over=solution.values[:rows],
    )


def contested(transport: Transport, decision: Decision, use: FloatArray) -> IntArray:
    """Return the SKUs that take most of what is scarce, as many as one program decides well."""
    scarce = decision.prices + (decision.over > 0) * transport.problem.ceiling
    size = np.abs(use) @ scarce + transport.problem.goods.wanted * 1e-9
    order = np.argsort(-size, kind="stable")
    within = np.cumsum(columns_by_sku(transport.problem)[order]) <= REPAIRED
    within[:1] = True
    return np.sort(order[within])


def join_flows(before: Flows, anew: Flows, rest: np.ndarray) -> Flows:
    """Return the flows of the rest (K,) as before and of the others anew, in the order of SKUs."""
    kept = np.flatnonzero(rest[before.sku])
    columns = [np.append(a[kept], b) for a, b in zip(before, anew, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    return Flows(*(column[order] for column in columns))
