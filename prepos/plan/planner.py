"""Make the plan: cut demand, solve, fill vehicles, tell what it is worth beside doing nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from prepos.core.demand import Forecast
from prepos.core.network import Network
from prepos.core.products import Products
from prepos.core.stock import Stock
from prepos.core.transfer import Catchments, Plan
from prepos.core.types import FloatArray
from prepos.errors import InfeasibleError, SolverError
from prepos.plan.block_solver import BlockSolver, make_block_solver
from prepos.plan.blocks import Block, make_block
from prepos.plan.decompose import solve_by_prices
from prepos.plan.exact import solve_exactly
from prepos.plan.frame import Frame, make_frame
from prepos.plan.lines import write_transfers
from prepos.plan.loads import Packing, make_loads, pack_vehicles, vehicles_used
from prepos.plan.options import PlanOptions
from prepos.plan.outcome import Decision, Outcome, make_outcome, units_shipped
from prepos.plan.pricing import still
from prepos.plan.problem import NOTHING_FROZEN, Frozen, Problem, make_problem
from prepos.plan.shared import list_shared_rows
from prepos.plan.solver import choose_solver

EXACT_UP_TO = 8000  # columns: above, prices give a better plan in the same time
PACKING_TRIES = 4
BROKEN = 1e-6  # of a limit's unit: less is the solver's tolerance
SAME = 1e-9  # relative: costs that differ by less are the same


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Nothing:
    """What happens if nothing moves, and each SKU's cost then, its block's constant left out."""

    outcome: Outcome
    block_costs: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Decided:
    """A decision whose vehicles are packed, how it was found, and the bound of the problem."""

    decision: Decision
    packing: Packing
    method: str
    bound: float


def make_plan(
    demand: Forecast,
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
    problem = make_problem(demand, catchments, network, products, stock, overrides, options, frozen)
    solver = choose_solver(options.solver)
    frame = make_frame(problem, list_shared_rows(problem))
    nothing = do_nothing(problem, frame, solver)
    blocks = make_blocks(problem, frame, nothing)
    oracle = make_block_solver(blocks, solver)
    decided = decide(problem, frame, blocks, solver, tick)
    outcome = see_through(problem, frame, blocks, decided, nothing)
    if nothing.outcome.objective <= outcome.objective * (1 + SAME):
        stayed = stay(problem, frame, blocks, oracle, decided)
        if stayed is not None:
            decided = stayed
            outcome = see_through(problem, frame, blocks, decided, nothing)
    bound = min(decided.bound, outcome.objective)
    proven = outcome.objective - bound <= (options.gap + SAME) * abs(outcome.objective)
    return Plan(
        plan_id=plan_id,
        periods=problem.periods,
        transfers=write_transfers(
            problem,
            frame,
            blocks,
            decided.decision,
            packing=decided.packing,
            demand=demand,
            oracle=oracle,
            nothing=nothing.block_costs,
            outcome=outcome,
        ),
        loads=make_loads(problem, decided.packing.lines),
        catchments=catchments,
        targets=outcome.targets,
        allocation=outcome.allocation,
        nothing_allocation=nothing.outcome.allocation,
        costs=outcome.costs,
        nothing=nothing.outcome.costs,
        bound=bound,
        method=decided.method,
        status="optimal" if proven else "feasible",
        solver=solver,
        slacks=outcome.slacks,
    )


def do_nothing(problem: Problem, frame: Frame, solver: str) -> Nothing:
    """Return the best that the stock can do where it lies, and where receipts will bring it."""
    count = len(problem.products)
    blocks = [make_block(problem, frame, sku, None) for sku in range(count)]
    oracle = make_block_solver(blocks, solver)
    prices = np.zeros(len(frame.shared))
    answers = [oracle.solve(position, prices) for position in range(count)]
    return Nothing(
        outcome=make_outcome(
            problem,
            frame,
            blocks,
            [answer.values for answer in answers],
            vehicles=np.zeros(len(problem.departures), dtype=np.int64),
            closing_without=None,
        ),
        block_costs=tuple(answer.objective for answer in answers),
    )


def make_blocks(problem: Problem, frame: Frame, nothing: Nothing) -> list[Block]:
    """Return every SKU's block."""
    closing: FloatArray = nothing.outcome.targets.closing[-1]
    return [
        make_block(problem, frame, sku, closing[:, sku]) for sku in range(len(problem.products))
    ]


def see_through(
    problem: Problem, frame: Frame, blocks: Sequence[Block], decided: Decided, nothing: Nothing
) -> Outcome:
    """Return the outcome of a packed decision."""
    return make_outcome(
        problem,
        frame,
        blocks,
        decided.decision.values,
        vehicles=vehicles_used(decided.packing, len(problem.departures)),
        closing_without=nothing.outcome.targets.closing,
    )


def stay(
    problem: Problem,
    frame: Frame,
    blocks: Sequence[Block],
    oracle: BlockSolver,
    decided: Decided,
) -> Decided | None:
    """Return the decision to move nothing, None where that breaks a limit or a rule."""
    if problem.overrides:
        return None
    values = [still(block, position, oracle).values for position, block in enumerate(blocks)]
    use = sum(block.use @ found for block, found in zip(blocks, values, strict=True))
    limits = np.array([np.inf if row.is_wish else row.limit for row in frame.shared])
    if frame.shared and (use > limits + BROKEN).any():
        return None
    decision = replace(
        decided.decision,
        values=tuple(values),
        vehicles=np.zeros(len(problem.departures), dtype=np.int64),
    )
    return replace(decided, decision=decision, packing=Packing((), {}))


def decide(
    problem: Problem,
    frame: Frame,
    blocks: Sequence[Block],
    solver: str,
    tick: Callable[[], None],
) -> Decided:
    """Solve and pack; where whole cases do not fit the vehicles, leave room for that and repeat."""
    method = problem.options.method
    if method == "auto":
        columns = sum(block.layout.columns for block in blocks)
        method = "exact" if columns <= EXACT_UP_TO or solver == "cbc" else "decompose"
    deadline = time.monotonic() + problem.options.time_limit_s
    bound: float | None = None
    loss: dict[tuple[str, int], float] = {}
    for _ in range(PACKING_TRIES):
        tight = replace(problem, packing_loss=loss)
        seen = replace(frame, shared=list_shared_rows(tight))
        left = max(deadline - time.monotonic(), 1.0)
        if method == "exact":
            decision = solve_exactly(tight, seen, blocks, solver=solver, time_limit_s=left)
        else:
            decision = solve_by_prices(
                tight, seen, blocks, solver=solver, time_limit_s=left, tick=tick
            )
        # Only the first answer's bound is the problem's: less room never costs less.
        bound = decision.bound if bound is None else bound
        refuse_broken(seen, blocks, decision)
        units = units_shipped(problem, blocks, decision.values)
        packing = pack_vehicles(problem, units, decision.vehicles)
        if not packing.missing:
            return Decided(decision=decision, packing=packing, method=method, bound=bound)
        for key, amount in packing.missing.items():
            loss = {**loss, key: loss.get(key, 0.0) + amount}
    raise SolverError(
        f"whole cases do not fit the vehicles after {PACKING_TRIES} tries, expected one that fits"
    )


def refuse_broken(frame: Frame, blocks: Sequence[Block], decision: Decision) -> None:
    """Raise InfeasibleError naming every hard limit and rule that is not kept, the worst first."""
    broken = [
        (
            amount * row.penalty,
            f"{row.name} of {row.place or 'the plan'}: {amount:.6g} {row.unit} over",
        )
        for row, amount in zip(frame.shared, decision.slack, strict=True)
        if amount > BROKEN and not row.is_wish
    ]
    for block, values in zip(blocks, decision.values, strict=True):
        layout = block.layout
        for i, rule in enumerate(layout.rules):
            missing, over = values[layout.slack_at + 2 * i : layout.slack_at + 2 * i + 2]
            words = f"{missing:.6g} units missing" if missing > over else f"{over:.6g} units over"
            if max(missing, over) > BROKEN:
                broken.append((float(max(missing, over)), f"{rule}: {words}"))
    if broken:
        worst = [words for _, words in sorted(broken, reverse=True)]
        raise InfeasibleError("limits contradict: " + "; ".join(worst))
