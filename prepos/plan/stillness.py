"""Doing nothing: the best that the stock can do where it lies, and where receipts will bring it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prepos.plan.transport.asked import read_flows
from prepos.plan.transport.batch import Flows
from prepos.plan.transport.build import Transport
from prepos.plan.transport.problem import Routes, TransportProblem, without_terms
from prepos.plan.transport.slices import slices_of


def answer_still(transport: Transport) -> Flows:
    """Return the flows if nothing moves, the shared limits unseen."""
    still = stay_only(transport.problem)
    free, value = np.zeros(len(still.limit)), np.zeros(len(still.sources.units))
    flows = read_flows(still, free, value, np.arange(len(still)))
    return flows._replace(route=transport.problem.routes.first[flows.route])


def stay_only(problem: TransportProblem) -> TransportProblem:
    """Return the problem with staying as the only route of every release."""
    routes, stay = problem.routes, problem.routes.first[:-1]
    begin, entry = slices_of(routes.row_first, stay)
    return replace(
        problem,
        sources=without_terms(*problem.sources[:3]),
        routes=Routes(
            first=np.arange(len(stay) + 1),
            node=routes.node[stay],
            period=routes.period[stay],
            held=routes.held[stay],
            per_unit=routes.per_unit[stay],
            per_m3=routes.per_m3[stay],
            per_kg=routes.per_kg[stay],
            row_first=begin,
            row=routes.row[entry],
            row_unit=routes.row_unit[entry],
            row_m3=routes.row_m3[entry],
            row_kg=routes.row_kg[entry],
        ),
    )
