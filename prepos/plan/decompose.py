"""The way at scale: price the shared rows, solve every SKU at those prices, recover a whole plan.

Without the shared rows (storage, throughput, vehicles, budget, minimum fill) the problem falls
apart by SKU. A sample of the SKUs finds the first prices, so that few passes over all are needed;
an early stop is still honest, since any prices give a bound: the gap is always told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.block_solver import Answer, make_block_solver
from prepos.plan.blocks import Block
from prepos.plan.branch import branch_on_vehicles, splits_vehicles
from prepos.plan.exact import shared_columns, within_limits
from prepos.plan.frame import Frame
from prepos.plan.outcome import Decision
from prepos.plan.pricing import Prices, Work, add_columns, find_prices, solve_all, still
from prepos.plan.problem import Problem
from prepos.plan.program import Program
from prepos.plan.recover import Choice, Pool, recover_plan
from prepos.plan.repair import repair_plan
from prepos.plan.tighten import tighten_bound

SAMPLE = 150  # SKUs that find the first prices
PROOF_SHARE = 0.25  # of the gap asked for: when the prices are good enough
PRICED_TO = 2.5e-4  # at most: passes are cheap, a loose bound is not
SAMPLE_GAP = 0.002


def solve_by_prices(
    problem: Problem,
    frame: Frame,
    blocks: Sequence[Block],
    *,
    solver: str,
    time_limit_s: float,
    tick: Callable[[], None] = lambda: None,
) -> Decision:
    """Solve the problem by decomposition; the decision says what remains unproven.

    Raises
    ------
    SolverError
        If no plan was found in time.
    """
    started, oracle = time.monotonic(), make_block_solver(blocks, solver)

    def solve(common: Program) -> tuple[Choice, float]:
        work = Work(
            blocks=blocks,
            oracle=oracle,
            positions=range(len(blocks)),
            common=common,
            solver=solver,
            gap=problem.options.gap,
            priced_to=min(PROOF_SHARE * problem.options.gap, PRICED_TO),
            deadline=started + time_limit_s / 2,
            tick=tick,
        )
        prices = find_prices(work, first_prices(work))
        pool = Pool()
        recovery = replace(work, deadline=started + time_limit_s)
        best = recover_plan(problem, recovery, prices, pool)
        # What is unproven comes from fractions of vehicles, or else from fractions of cases.
        prove = branch_on_vehicles if splits_vehicles(problem, prices) else tighten_bound
        best, bound = prove(problem, recovery, prices, pool, best)
        return repair_plan(frame, recovery, prices, best, bound), bound

    chosen, bound = within_limits(solve, frame, shared_columns(problem, frame))
    objective = chosen.objective
    vehicles = len(problem.departures)
    return Decision(
        values=chosen.values,
        vehicles=np.rint(chosen.shared[:vehicles]).astype(np.int64),
        slack=chosen.shared[vehicles:],
        bound=min(bound, objective),
        optimal=objective - bound <= problem.options.gap * abs(objective),
    )


def first_prices(work: Work) -> Prices:
    """Return prices found on a sample of the SKUs, and every SKU's first columns.

    The sample runs evenly through the SKUs ordered by their use of the shared rows, and gets of the
    room that is left at rest the share that it would use if room were free.
    """
    free = Prices(np.zeros(len(work.common.row_upper)))
    at_rest = [still(work.blocks[i], i, work.oracle) for i in work.positions]
    add_columns(work, free, at_rest)
    answers = solve_all(work, free.values)
    add_columns(work, free, answers)
    if len(work.blocks) <= 2 * SAMPLE or not len(free.values):
        return free
    rest, use = use_of(work, at_rest), use_of(work, answers)
    order = np.argsort(np.abs(use).sum(axis=1), kind="stable")
    chosen = np.sort(order[np.linspace(0, len(order) - 1, SAMPLE).astype(int)])
    taken = set(chosen.tolist())
    start = Prices(free.values, [c for c in free.columns if c.position in taken])
    sample = replace(
        work,
        positions=chosen.tolist(),
        common=scale_limits(work, rest, use, chosen),
        priced_to=SAMPLE_GAP,
    )
    free.values = find_prices(sample, start).values
    return free


def use_of(work: Work, answers: Sequence[Answer]) -> FloatArray:
    """Return (K, S): what each answer takes of the shared rows."""
    pairs = zip(work.blocks, answers, strict=True)
    return np.stack([block.use @ answer.values for block, answer in pairs])


def scale_limits(work: Work, rest: FloatArray, use: FloatArray, chosen: IntArray) -> Program:
    """Return the shared columns with each limit cut to the sample's part.

    What the sample takes at rest (K, S), and its share of the room beyond that: so a sample of
    SKUs that lie still keeps its limits wherever all SKUs do.
    """
    part, whole = np.abs(use - rest)[chosen].sum(axis=0), np.abs(use - rest).sum(axis=0)
    even = len(chosen) / len(work.blocks)
    share = np.divide(part, whole, out=np.full(len(whole), even), where=whole > 0)
    room = work.common.row_upper - rest.sum(axis=0)
    return replace(work.common, row_upper=rest[chosen].sum(axis=0) + share * room)
