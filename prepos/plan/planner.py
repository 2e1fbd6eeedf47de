"""Make the plan: cut demand, solve, fill vehicles, tell what it is worth beside doing nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from prepos.core.demand import Forecast
from prepos.core.network import Network
from prepos.core.products import Products
from prepos.core.stock import Stock
from prepos.core.transfer import Catchments, Certificate, Plan
from prepos.core.types import FloatArray
from prepos.errors import InfeasibleError, SolverError
from prepos.plan.decision import Decision
from prepos.plan.decompose import solve_by_prices
from prepos.plan.exact import is_small, solve_exactly
from prepos.plan.frame import Frame, make_frame
from prepos.plan.lines import write_transfers
from prepos.plan.loads import Packing, make_loads, pack_vehicles, vehicles_used
from prepos.plan.moves import list_moves
from prepos.plan.options import PlanOptions
from prepos.plan.outcome import Outcome, make_outcome
from prepos.plan.problem import NOTHING_FROZEN, Frozen, Problem, make_problem
from prepos.plan.repair import repair
from prepos.plan.shared import list_shared_rows
from prepos.plan.solver import choose_solver
from prepos.plan.stillness import answer_still, keeps_limits
from prepos.plan.transport.batch import answer
from prepos.plan.transport.build import Transport, as_transport
from prepos.plan.transport.prices import Search, find_prices, prove

PACKING_TRIES = 4
MENDED_UP_TO = 20_000  # SKUs: above, some deciding anew gain nothing that is seen
PRICED = 0.1  # of the gap asked for: how near to the best prices must come
FINEST = 1e-7  # share of the cost: the same, where the gap asked for is none
BROKEN = 1e-6  # of a limit's unit: less is the solver's tolerance
SAME = 1e-9  # relative: costs that differ by less are the same


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Decided:
    """A decision whose vehicles are packed, how it was found, and the bound of the problem."""

    decision: Decision
    packing: Packing
    method: str
    bound: float


def make_plan(
    demand: Forecast,
    dispersion: FloatArray,
    catchments: Catchments,
    network: Network,
    products: Products,
    stock: Stock,
    *,
    overrides: pd.DataFrame | None,
    options: PlanOptions,
    plan_id: str,
    frozen: Frozen = NOTHING_FROZEN,
    tick: Callable[[], None] = lambda: None,
) -> Plan:
    """Decide what to move before the next orders.

    Parameters
    ----------
    demand : Forecast
        By catchment: the same groups, in the same order, as ``catchments``.
    dispersion : (P, Z, K) float
        Of the demand of every span of the planning window, by ``span_number``.
    overrides : frame or None
        The contract's table.
    plan_id : str
        Derived from the input, so that the same input gives the same ids.
    frozen : Frozen
        Transfers of the published plan that stand.
    tick : callable
        Called after each step of a long search.

    Returns
    -------
    Plan
        With its cost recomputed from what is handed over, doing nothing beside it, and the bound.

    Raises
    ------
    InfeasibleError
        If a limit, an override or a frozen line cannot be kept; says which and by how much.
    SolverError
        If there is no plan in time.
    """
    nouns = (demand, dispersion, catchments, network, products, stock)
    problem = make_problem(*nouns, overrides, options, frozen)
    solver = choose_solver(options.solver)
    frame = make_frame(problem, list_shared_rows(problem))
    transport = as_transport(problem, frame)
    still = answer_still(transport)
    nobody = np.zeros(len(problem.departures), dtype=np.int64)
    nothing = make_outcome(problem, frame, transport, still, vehicles=nobody, closing_without=None)
    decided = decide(problem, frame, transport, solver, tick)
    outcome = see_through(problem, frame, transport, decided, nothing)
    gains = nothing.objective > outcome.objective * (1 + SAME)
    if not gains and not problem.overrides and keeps_limits(transport, frame):
        stays = replace(decided.decision, flows=still, vehicles=nobody)
        decided = replace(decided, decision=stays, packing=Packing((), {}))
        outcome = see_through(problem, frame, transport, decided, nothing)
    bound = min(decided.bound, outcome.objective)
    proven = outcome.objective - bound <= (options.gap + SAME) * abs(outcome.objective)
    return Plan(
        plan_id=plan_id,
        periods=problem.periods,
        transfers=write_transfers(
            problem,
            frame,
            packing=decided.packing,
            demand=demand,
            outcome=outcome,
            nothing=nothing,
        ),
        loads=make_loads(problem, decided.packing.lines),
        catchments=catchments,
        targets=outcome.targets,
        allocation=outcome.allocation,
        nothing_allocation=nothing.allocation,
        costs=outcome.costs,
        nothing=nothing.costs,
        bound=bound,
        certificate=write_certificate(frame, transport, decided.decision),
        method=decided.method,
        status="optimal" if proven else "feasible",
        solver=solver,
        slacks=outcome.slacks,
    )


def see_through(
    problem: Problem, frame: Frame, transport: Transport, decided: Decided, nothing: Outcome
) -> Outcome:
    """Return the outcome of a packed decision."""
    return make_outcome(
        problem,
        frame,
        transport,
        decided.decision.flows,
        vehicles=vehicles_used(decided.packing, len(problem.departures)),
        closing_without=nothing.targets.closing,
    )


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
        limit = np.array([row.limit for row in rows], dtype=np.float64)
        tight = replace(transport, problem=replace(transport.problem, limit=limit))
        decision = solve(problem, frame, tight, method, solver, deadline, tick)
        # Only the first answer's proof is the problem's: less room never costs less.
        first = first or decision
        refuse_broken(frame, decision)
        moves = list_moves(transport, decision.flows)
        packing = pack_vehicles(problem, moves, decision.vehicles)
        if not packing.missing:
            proof = replace(
                first, flows=decision.flows, vehicles=decision.vehicles, over=decision.over
            )
            return Decided(decision=proof, packing=packing, method=method, bound=first.bound)
        for key, amount in packing.missing.items():
            loss = {**loss, key: loss.get(key, 0.0) + amount}
    raise SolverError(
        f"whole cases do not fit the vehicles after {PACKING_TRIES} tries, expected one that fits"
    )


def solve(
    problem: Problem,
    frame: Frame,
    transport: Transport,
    method: str,
    solver: str,
    deadline: float,
    tick: Callable[[], None],
) -> Decision:
    """Find prices that prove a bound, and a plan near it by one method."""
    precision = max(PRICED * problem.options.gap, FINEST)
    search = find_prices(
        transport.problem, solver=solver, precision=precision, tick=tick, deadline=deadline
    )
    if method == "exact":
        left = max(deadline - time.monotonic(), 1.0)
        found = solve_exactly(problem, frame, transport, search, solver=solver, time_limit_s=left)
    else:
        found = solve_by_prices(problem, transport, search, solver=solver)
        found = mend(problem, frame, transport, found, solver, deadline)
    return replace(found, value=value_sources(transport, search))


def mend(
    problem: Problem,
    frame: Frame,
    transport: Transport,
    decision: Decision,
    solver: str,
    deadline: float,
) -> Decision:
    """Return the decision, its contested part decided anew where it is not good enough as it is."""

    def cost_of(decision: Decision) -> float:
        over = float(np.maximum(decision.over, 0.0) @ transport.problem.ceiling)
        terms = {"vehicles": decision.vehicles, "closing_without": None}
        told = make_outcome(problem, frame, transport, decision.flows, **terms)
        return told.objective + over

    cost = cost_of(decision)
    enough = cost - decision.bound <= problem.options.gap * abs(cost)
    if enough or len(transport.problem) > MENDED_UP_TO:
        return decision
    left = max(deadline - time.monotonic(), 1.0)
    mended = repair(problem, frame, transport, decision, solver=solver, time_limit_s=left)
    return mended if cost_of(mended) < cost else decision


def value_sources(transport: Transport, search: Search) -> FloatArray:
    """Return (M,) what one more unit of each source is worth at the best prices."""
    value = search.value.copy()
    cost, _ = answer(transport.problem, search.prices, value)
    search.bound = prove(transport.problem, search.prices, cost)
    return value


def write_certificate(frame: Frame, transport: Transport, decision: Decision) -> Certificate:
    """Return the prices that prove the bound, by name."""
    arrays = transport.problem
    sku = np.repeat(np.arange(len(arrays)), np.diff(arrays.sources.first))
    release = [transport.releases[number] for number in arrays.sources.release.tolist()]
    epoch = np.datetime64("0001-01-01", "D")
    days = np.array([each.day for each in release], dtype=np.int64)
    return Certificate(
        bound=decision.certified,
        limits=tuple(row.name for row in frame.shared),
        places=tuple(row.place for row in frame.shared),
        prices=decision.prices,
        sku=sku,
        node=np.array([each.node for each in release], dtype=np.int64),
        lies_from=epoch + (days - 1).astype("timedelta64[D]"),
        units=arrays.sources.units,
        value=decision.value,
    )


def refuse_broken(frame: Frame, decision: Decision) -> None:
    """Raise InfeasibleError naming every hard limit that is not kept, the worst first."""
    broken = [
        (
            amount * row.penalty,
            f"{row.name} of {row.place or 'the plan'}: {amount:.6g} {row.unit} over",
        )
        for row, amount in zip(frame.shared, decision.over.tolist(), strict=True)
        if amount > BROKEN and not row.is_wish
    ]
    if broken:
        worst = [words for _, words in sorted(broken, reverse=True)]
        raise InfeasibleError("limits contradict: " + "; ".join(worst))
