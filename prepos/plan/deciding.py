"""Decide what moves: solve by one method, mend, pack the vehicles, and refuse what is broken."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from prepos.core.types import FloatArray
from prepos.errors import SolverError
from prepos.plan.decided import Decided
from prepos.plan.decision import Decision, list_moves
from prepos.plan.decompose import solve_by_prices
from prepos.plan.exact import columns_by_sku, is_small, solve_exactly
from prepos.plan.frame import Frame
from prepos.plan.loads import pack_vehicles
from prepos.plan.moves import Moves
from prepos.plan.outcome import make_outcome
from prepos.plan.problem import Problem
from prepos.plan.repair import repair
from prepos.plan.rules import broken_rules, refuse
from prepos.plan.shared import list_shared_rows
from prepos.plan.transport.build import Transport
from prepos.plan.transport.prices import find_prices

PACKING_TRIES = 6
SPARED = 0.005  # of vehicles' room: left empty besides, where cases do not fit a second time
MENDED_WITHIN = 0.25  # of the gap asked for: what the deciding anew may lose
MENDED_UP_TO = 20_000  # SKUs: above, some deciding anew gain nothing that is seen
QUICK = 2000  # columns: that a program decides in a second or two
PRICED = 0.1  # of the gap asked for: how near to the best prices must come
FINEST = 1e-7  # share of the cost: the same, where the gap asked for is none
BROKEN = 1e-6  # of a limit's unit: less is the solver's tolerance


def decide(
    problem: Problem,
    frame: Frame,
    transport: Transport,
    solver: str,
    tick: Callable[[], None],
) -> Decided:
    """Solve and pack; where whole cases do not fit the vehicles, leave room for that and repeat."""
    method = problem.options.method
    if method == "auto":
        method = "exact" if is_small(transport) else "decompose"
    deadline = time.monotonic() + problem.options.time_limit_s
    first: Decision | None = None
    loss: dict[tuple[str, int], float] = {}
    for _ in range(PACKING_TRIES):
        rows = list_shared_rows(replace(problem, packing_loss=loss))
        limit = np.array([row.limit for row in rows], dtype=np.float64) - transport.settled.use
        tight = replace(transport, problem=replace(transport.problem, limit=limit))
        start = first.prices if first else known_prices(problem, frame)
        decision = solve(problem, frame, tight, method, solver, start, deadline, tick)
        # Only the first answer's proof is the problem's: less room never costs less.
        first = first or decision
        moves = list_moves(transport, decision.flows)
        refuse_broken(problem, frame, decision, moves)
        packing = pack_vehicles(problem, moves, decision.vehicles)
        if not packing.missing:
            proof = replace(
                first, flows=decision.flows, vehicles=decision.vehicles, over=decision.over
            )
            return Decided(decision=proof, packing=packing, method=method, bound=first.bound)
        spared = SPARED if loss else 0.0
        for (kind, d), amount in packing.missing.items():
            room = getattr(problem.network.lanes[problem.departures[d].lane], kind)
            more = amount + spared * room * float(decision.vehicles[d])
            loss = {**loss, (kind, d): loss.get((kind, d), 0.0) + more}
    raise SolverError(
        f"whole cases do not fit the vehicles after {PACKING_TRIES} tries, expected one that fits"
    )


def solve(
    problem: Problem,
    frame: Frame,
    transport: Transport,
    method: str,
    solver: str,
    start: FloatArray | None,
    deadline: float,
    tick: Callable[[], None],
) -> Decision:
    """Find prices that prove a bound, and a plan near it by one method.

    Prices are looked for from some on (S,), if any are known.
    """
    precision = max(PRICED * problem.options.gap, FINEST)
    search = find_prices(
        transport.problem,
        solver=solver,
        precision=precision,
        start=start,
        tick=tick,
        deadline=deadline,
    )
    if method == "exact":
        left = max(deadline - time.monotonic(), 1.0)
        found = solve_exactly(problem, frame, transport, search, solver=solver, time_limit_s=left)
    else:
        found = solve_by_prices(problem, frame, transport, search, solver=solver)
        found = mend(problem, frame, transport, found, solver, deadline)
    return found


def known_prices(problem: Problem, frame: Frame) -> FloatArray | None:
    """Return (S,) the prices that the published plan told of the limits; None where of none.

    A limit of a day that it did not reach takes what it told last of the same place; one that it
    did not have costs nothing at first.
    """
    latest = {(name, place_of(place)): price for (name, place), price in problem.prices.items()}
    prices = [
        problem.prices.get((row.name, row.place), latest.get((row.name, place_of(row.place))))
        for row in frame.shared
    ]
    if all(price is None for price in prices):
        return None
    return np.array([price or 0.0 for price in prices], dtype=np.float64)


def place_of(place: str) -> str:
    """Return a limit's place without the day that it begins with."""
    return place.rpartition(" ")[0] or place


def mend(
    problem: Problem,
    frame: Frame,
    transport: Transport,
    decision: Decision,
    solver: str,
    deadline: float,
) -> Decision:
    """Return the decision, its contested part decided anew where it is not good enough as it is.

    Where single units move that need no vehicle, one by one they were chosen as well as a program
    would in many times the time: a limit or a rule that is not kept is then a reason, or few SKUs.
    """

    def cost_of(decision: Decision) -> tuple[float, bool]:
        over = float(np.maximum(decision.over, 0.0) @ transport.problem.ceiling)
        told = make_outcome(
            problem,
            frame,
            transport,
            decision.flows,
            vehicles=decision.vehicles,
            closing_without=None,
        )
        broken = sum(units for units, _ in broken_rules(problem, frame, told.moves))
        kept = broken == 0 and bool((decision.over <= BROKEN).all())
        return told.objective + over + frame.rule_penalty * broken, kept

    cost, kept = cost_of(decision)
    single = bool((problem.products.least_sent == 1).all())
    quick = int(columns_by_sku(transport.problem).sum()) <= QUICK
    enough = cost - decision.bound <= problem.options.gap * abs(cost)
    fine = single and kept and not quick and not len(transport.kinds)
    if enough or fine or len(transport.problem) > MENDED_UP_TO:
        return decision
    mended = repair(
        problem,
        frame,
        transport,
        decision,
        solver=solver,
        time_limit_s=max(deadline - time.monotonic(), 1.0),
        enough=MENDED_WITHIN * problem.options.gap * abs(cost),
    )
    return mended if cost_of(mended)[0] < cost else decision


def refuse_broken(problem: Problem, frame: Frame, decision: Decision, moves: Moves) -> None:
    """Raise InfeasibleError naming every hard limit and rule that is not kept, the worst first."""
    broken = [
        (
            amount * row.penalty,
            f"{row.name} of {row.place or 'the plan'}: {amount:.6g} {row.unit} over",
        )
        for row, amount in zip(frame.shared, decision.over.tolist(), strict=True)
        if amount > BROKEN and not row.is_wish and not row.is_implied
    ]
    rules = broken_rules(problem, frame, moves)
    refuse([*broken, *((units * frame.rule_penalty, words) for units, words in rules)])
