"""Do no harm: moves that together would hardly save are not handed over.

An expected saving is less sure than it looks: a plan is chosen because its saving looks large, and
the forecast it is chosen by errs. So a plan has to save a share of what doing nothing costs. The
whole is judged, not its lines: asking a margin of every unit loses much of what good plans save.

What stands whatever is decided is no part of it: frozen lines of the published plan, and the moves
of each SKU that the planner's word asks for.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prepos.core.transfer import HeldBack
from prepos.core.types import AnyArray, BoolArray
from prepos.plan.decided import SAME, Decided, see_through
from prepos.plan.decision import list_moves
from prepos.plan.frame import Frame
from prepos.plan.loads import pack_vehicles
from prepos.plan.options import LEAST_SAVING
from prepos.plan.outcome import Outcome
from prepos.plan.problem import Problem
from prepos.plan.rules import EVERYONE
from prepos.plan.stillness import answer_still
from prepos.plan.transport.batch import Flows
from prepos.plan.transport.build import Transport

OVERFULL = 1e-6  # m3: less is the sum's tolerance


def hold_back(
    problem: Problem,
    frame: Frame,
    transport: Transport,
    decided: Decided,
    outcome: Outcome,
    nothing: Outcome,
) -> tuple[Decided, Outcome, HeldBack | None]:
    """Return what is handed over, its outcome, and what ``plan.guard`` holds back.

    Without the guard moves are still left out where they save nothing at all.
    """
    share = LEAST_SAVING if problem.options.guard else SAME
    least = share * nothing.costs.total_cost
    if problem.is_free and nothing.objective - outcome.objective > least:
        return decided, outcome, None
    stayed = leave_out(problem, transport, decided)
    if stayed.packing.missing:
        return decided, outcome, None
    rest = see_through(problem, frame, transport, stayed, nothing)
    saving = rest.objective - outcome.objective
    if saving > least or not fits(problem, rest):
        return decided, outcome, None
    lines = len(decided.packing.lines) - len(stayed.packing.lines)
    units = outcome.costs.units - rest.costs.units
    if lines <= 0 or saving <= SAME * nothing.costs.total_cost:
        return stayed, rest, None
    return stayed, rest, HeldBack(lines=lines, units=units, saving=saving)


def leave_out(problem: Problem, transport: Transport, decided: Decided) -> Decided:
    """Return the decision with the moves alone that stand whatever is decided."""
    decision, asked = decided.decision, asked_skus(problem)
    flows = join_flows(answer_still(transport), decision.flows, asked)
    vehicles = decision.vehicles if asked.any() else transport.settled.vehicles
    packing = pack_vehicles(problem, list_moves(transport, flows), vehicles)
    return replace(
        decided, decision=replace(decision, flows=flows, vehicles=vehicles), packing=packing
    )


def asked_skus(problem: Problem) -> BoolArray:
    """Return (K,) which SKUs a pin or a least quantity asks to be moved."""
    skus = problem.products.skus
    asked = np.zeros(len(skus), dtype=np.bool_)
    for rule in problem.overrides:
        if rule.bounds[0] > 0:
            asked[slice(None) if rule.sku == EVERYONE else skus.position(rule.sku)] = True
    return asked


def join_flows(flows: Flows, others: Flows, of_others: BoolArray) -> Flows:
    """Return the flows, those of some SKUs (K,) taken from others, sorted by SKU as they were."""
    kept, taken = ~of_others[flows.sku], of_others[others.sku]
    order = np.argsort(np.append(flows.sku[kept], others.sku[taken]), kind="stable")
    columns: list[AnyArray] = [
        np.append(a[kept], b[taken])[order] for a, b in zip(flows, others, strict=True)
    ]
    return Flows(*columns)


def fits(problem: Problem, outcome: Outcome) -> bool:
    """Return whether no node holds or takes in more than it can: limits that staying may break.

    What is in transit may have to stop at a hub where its node cannot take it in.
    """
    stock, nodes = outcome.targets, problem.network.nodes
    came = stock.receipts + stock.transfers_in
    room = [(node.storage_m3, node.inbound_m3) for node in nodes]
    units = np.stack([stock.opening + came - stock.transfers_out, came])  # (2, T, N, K)
    most = np.array(room, dtype=np.float64).T[:, None]
    return bool((units @ problem.products.unit_volume_m3 <= most + OVERFULL).all())
