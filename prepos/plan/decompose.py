"""The way at scale: shared rows priced, every SKU answering for itself, whole answers chosen.

Any prices give a bound, so an early stop is still honest: the gap is always told.
"""

from __future__ import annotations

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.decision import Decision
from prepos.plan.problem import Problem
from prepos.plan.transport.batch import Flows, read_flows
from prepos.plan.transport.build import Transport
from prepos.plan.transport.choice import Choice, choose_answers
from prepos.plan.transport.prices import Search

SPARE = 1e-9  # of a vehicle: less is the sum's tolerance
SHARE_LOST = 0.25  # of the gap asked for, that the choice may lose


def solve_by_prices(
    problem: Problem, transport: Transport, search: Search, *, solver: str
) -> Decision:
    """Choose whole answers near the best prices; the decision says what remains unproven."""
    arrays = transport.problem
    precision = SHARE_LOST * max(problem.options.gap, 1e-6)
    choice = choose_answers(arrays, search, solver=solver, precision=precision)
    vehicles = transport.settled.vehicles.copy()
    vehicles[transport.kinds] = np.maximum(choice.bought, needed(transport, choice.use))
    return Decision(
        flows=flows_of(transport, search, choice),
        vehicles=vehicles,
        over=np.maximum(use_beyond(transport, choice.use, vehicles), 0.0),
        prices=search.prices,
        bound=search.bound,
    )


def needed(transport: Transport, use: FloatArray) -> FloatArray:
    """Return (V,) the least whole number of vehicles that room for this use takes.

    What is so small that a solver's tolerance overlooks it needs a vehicle too.
    """
    gives = transport.problem.purchases.take.tocoo()
    least = np.zeros(len(transport.kinds))
    inside = gives.data < 0
    row, kind = gives.row[inside], gives.col[inside]
    np.maximum.at(least, kind, np.ceil(use[row] / -gives.data[inside] - SPARE))
    return least


def use_beyond(transport: Transport, use: FloatArray, vehicles: IntArray) -> FloatArray:
    """Return (S,) by how much the limits are not kept with so many vehicles (D,)."""
    arrays = transport.problem
    return np.asarray(use + arrays.purchases.take @ vehicles[transport.kinds] - arrays.limit)


def flows_of(transport: Transport, search: Search, choice: Choice) -> Flows:
    """Return the flows of the answers that were chosen, in the order of SKUs."""
    parts = [
        read_flows(
            transport.problem,
            choice.prices[number],
            search.value,
            np.flatnonzero(choice.number == number),
        )
        for number in np.unique(choice.number).tolist()
    ]
    if not parts:
        nobody = np.zeros(0, dtype=np.int64)
        return Flows(nobody, nobody, nobody, nobody, np.zeros(0))
    joined = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
    order = np.argsort(joined[0], kind="stable")
    return Flows(*(column[order] for column in joined))
