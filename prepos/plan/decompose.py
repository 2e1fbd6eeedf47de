"""The way at scale: shared rows priced, every SKU answering for itself, whole answers chosen.

Any prices give a bound, so an early stop is still honest: the gap is always told.
"""

from __future__ import annotations

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.decision import Decision
from prepos.plan.frame import Frame
from prepos.plan.problem import Problem
from prepos.plan.transport.build import Transport
from prepos.plan.transport.choice import choose_flows
from prepos.plan.transport.climb import Search

SPARE = 1e-9  # of a vehicle: less is the sum's tolerance
SHARE_LOST = 0.25  # of the gap asked for, that the choice may lose


def solve_by_prices(
    problem: Problem, frame: Frame, transport: Transport, search: Search, *, solver: str
) -> Decision:
    """Choose whole answers near the best prices; the decision says what remains unproven."""
    arrays = transport.problem
    precision = SHARE_LOST * max(problem.options.gap, 1e-6)
    chosen = choose_flows(
        arrays,
        search,
        problem.products.case_pack,
        problem.products.minimum_lot,
        solver=solver,
        precision=precision,
    )
    vehicles = transport.settled.vehicles.copy()
    vehicles[transport.kinds] = np.maximum(chosen.bought, needed(frame, transport, chosen.use))
    return Decision(
        flows=chosen.flows,
        vehicles=vehicles,
        over=np.maximum(use_beyond(transport, chosen.use, vehicles), 0.0),
        prices=search.prices,
        bound=search.bound,
    )


def needed(frame: Frame, transport: Transport, use: FloatArray) -> FloatArray:
    """Return (V,) the least whole number of vehicles that room for this use takes.

    What is so small that a solver's tolerance overlooks it needs a vehicle too.
    """
    gives = transport.problem.purchases.take.tocoo()
    least = np.zeros(len(transport.kinds))
    inside = np.isin(gives.row, [*frame.volume_row, *frame.weight_row])
    row, kind = gives.row[inside], gives.col[inside]
    np.maximum.at(least, kind, np.ceil(use[row] / -gives.data[inside] - SPARE))
    return least


def use_beyond(transport: Transport, use: FloatArray, vehicles: IntArray) -> FloatArray:
    """Return (S,) by how much the limits are not kept with so many vehicles (D,)."""
    arrays = transport.problem
    return np.asarray(use + arrays.purchases.take @ vehicles[transport.kinds] - arrays.limit)
