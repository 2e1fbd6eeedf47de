"""Prices on the shared rows, and the bound they prove.

Any prices >= 0 give a lower bound (weak duality): each SKU's best answer at those prices, less what
the limits are worth. The Dantzig-Wolfe master in PuLP moves the prices; each step is halfway from
the best prices so far, which keeps them from swinging.

References
----------
Wentges (1997), International Transactions in Operational Research 4(2), 151-162: the halfway step.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from prepos.core.types import FloatArray
from prepos.errors import SolverError
from prepos.plan.block_solver import Answer, BlockSolver
from prepos.plan.blocks import Block
from prepos.plan.master import Column, Mix, mix_columns
from prepos.plan.program import Program

PASSES = 30  # over the SKUs, at most
STEP = 0.5  # from the best prices towards the master's
SAME_COST = 1e-9  # relative; an answer that cheap is one the master knows


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Work:
    """What is being priced: some blocks, their solver, the limits, and until when.

    ``positions`` are the blocks taken part; ``share`` (S,) is their part of each limit.
    """

    blocks: Sequence[Block]
    oracle: BlockSolver
    positions: Sequence[int]
    common: Program
    solver: str
    gap: float  # asked for, of the plan
    priced_to: float  # share that prices may leave between bound and mix
    deadline: float  # of the monotonic clock, seconds
    tick: Callable[[], None]

    @property
    def constant(self) -> float:
        """Currency paid by these SKUs whatever is done."""
        return sum(self.blocks[position].program.constant for position in self.positions)

    @property
    def seconds_left(self) -> float:
        """Until the deadline, at least one."""
        return max(self.deadline - time.monotonic(), 1.0)


@dataclass(slots=True)
class Prices:
    """The state of a search: columns known, the best bound and the prices that prove it."""

    values: FloatArray
    columns: list[Column] = field(default_factory=list)
    bound: float = -np.inf
    mix: Mix | None = None


def find_prices(work: Work, start: Prices, passes: int = PASSES) -> Prices:
    """Move the prices until bound and mix are near enough, or time is up.

    ``start`` gives the first prices and the columns known; it is updated and returned.
    """
    prices = start.values
    for _ in range(passes):
        answers = solve_all(work, prices)
        bound = lower_bound(work, prices, answers)
        if bound > start.bound:
            start.bound, start.values = bound, prices
        add_columns(work, start, answers)
        start.mix = mix_columns(
            start.columns,
            work.common,
            constant=work.constant,
            whole=False,
            solver=work.solver,
            gap=0.0,
            time_limit_s=work.seconds_left,
        )
        work.tick()
        unproven = start.mix.objective - start.bound
        if (
            unproven <= work.priced_to * abs(start.mix.objective)
            or time.monotonic() > work.deadline
        ):
            break
        step = STEP * (start.mix.prices - start.values)
        prices = np.minimum(start.values + step, highest_prices(work.common))
    return start


def solve_all(work: Work, prices: FloatArray) -> list[Answer]:
    """Return every SKU's best answer at these prices."""
    return [work.oracle.solve(position, prices) for position in work.positions]


def highest_prices(common: Program) -> FloatArray:
    """Return (S,) what a slack costs, infinite where none is left: the bound asks for no more."""
    slacks = len(common.cost) - len(common.row_upper)
    return np.where(np.isfinite(common.upper[slacks:]), np.inf, common.cost[slacks:])


def lower_bound(work: Work, prices: FloatArray, answers: Sequence[Answer]) -> float:
    """Return what no plan of these SKUs can cost less than, given any prices >= 0."""
    common = work.common
    reduced = common.cost + common.matrix.T @ prices
    # Slacks are unbounded: their reduced cost is never negative, prices being at most the penalty.
    bounded = np.isfinite(common.upper)
    free = np.minimum(reduced * common.lower, reduced * np.where(bounded, common.upper, 0.0))
    if (reduced[~bounded] < 0).any():
        return -np.inf
    served = sum(answer.objective for answer in answers)
    return float(work.constant + served + free.sum() - prices @ common.row_upper)


def add_columns(work: Work, prices: Prices, answers: Sequence[Answer]) -> None:
    """Add each answer that its SKU has not given before."""
    known = {(column.position, round(column.cost, 9)) for column in prices.columns}
    for position, answer in zip(work.positions, answers, strict=True):
        column = make_column(work.blocks[position], position, answer.values)
        if (position, round(column.cost, 9)) not in known:
            prices.columns.append(column)


def make_column(block: Block, position: int, values: FloatArray) -> Column:
    """Return an answer as the master sees it."""
    cases = values[: block.layout.stock_at]
    return Column(
        position=position,
        values=values,
        cost=float(block.program.cost @ values),
        use=block.use @ values,
        whole=bool(np.abs(cases - np.rint(cases)).max(initial=0.0) < 1e-6),
    )


def still(block: Block, position: int, oracle: BlockSolver) -> Answer:
    """Return the block's best answer without shipping: always possible, so the master always is."""
    upper = block.program.upper.copy()
    upper[: block.layout.stock_at] = 0.0
    prices = np.zeros(block.use.shape[0])
    answer = oracle.solve_within(position, prices, block.program.lower, upper)
    if answer is None:
        raise SolverError(f"solver found no answer for SKU number {block.layout.sku} at rest")
    return answer
