"""One SKU's program at given prices, thousands of times.

HiGHS is called directly, started from the last basis: PuLP would take longer to write each of these
small programs than to solve it. Where HiGHS is not installed, CBC answers through PuLP, slowly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from prepos.core.types import FloatArray
from prepos.errors import InfeasibleError, SolverError
from prepos.plan.blocks import Block
from prepos.plan.solver import THREADS, solve_program, typical_size

try:
    import highspy
except ImportError:
    highspy = None

DUAL_SIMPLEX, PRIMAL_SIMPLEX = 1, 4  # HiGHS: after new bounds, after new costs
ONE_BLOCK_S = 60.0  # seconds that one SKU may take CBC


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """A block's best values at some prices, and what they cost at those prices."""

    values: FloatArray
    objective: float


class BlockSolver(Protocol):
    """Solves the linear programs of many blocks, each by its position."""

    def solve(self, position: int, prices: FloatArray) -> Answer:
        """Return the best answer when the block's use of the shared rows costs ``prices`` (S,)."""
        ...

    def solve_within(
        self, position: int, prices: FloatArray, lower: FloatArray, upper: FloatArray
    ) -> Answer | None:
        """Return the best answer with columns held within bounds, None where there is none."""
        ...


def make_block_solver(blocks: Sequence[Block], solver: str) -> BlockSolver:
    """Return the block solver that goes with ``highs`` or ``cbc``."""
    return WarmBlockSolver(blocks) if solver == "highs" else PlainBlockSolver(blocks)


class WarmBlockSolver:
    """HiGHS, keeping each block's last basis."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._programs = [write_program(block) for block in blocks]
        self._bases: list[highspy.HighsBasis | None] = [None] * len(blocks)
        # HiGHS's tolerances are absolute: money is turned into an amount near one first.
        self._money = typical_size(np.concatenate([[0.0], *(b.program.cost for b in blocks)]))
        self._solver = start_solver()

    def solve(self, position: int, prices: FloatArray) -> Answer:
        """Return the best answer at these prices."""
        program = self._blocks[position].program
        answer = self._run(position, prices, program.lower, program.upper, PRIMAL_SIMPLEX)
        if answer is None:
            answer = self._run(position, prices, program.lower, program.upper, DUAL_SIMPLEX)
        return self._expect(position, answer)

    def solve_within(
        self, position: int, prices: FloatArray, lower: FloatArray, upper: FloatArray
    ) -> Answer | None:
        """Return the best answer within bounds, None where there is none."""
        return self._run(position, prices, lower, upper, DUAL_SIMPLEX)

    def _expect(self, position: int, answer: Answer | None) -> Answer:
        """Return the answer there must be: doing nothing always is one."""
        if answer is None:
            sku = self._blocks[position].layout.sku
            raise SolverError(f"solver highs found no answer for SKU number {sku}, expected one")
        return answer

    def _run(
        self,
        position: int,
        prices: FloatArray,
        lower: FloatArray,
        upper: FloatArray,
        strategy: int,
    ) -> Answer | None:
        """Solve from the last basis; a basis is kept only from an optimum."""
        block, program = self._blocks[position], self._programs[position]
        if not program.num_col_:  # neither stock nor receipts: nothing to decide
            return Answer(np.zeros(0), 0.0)
        cost = block.program.cost + block.use.T @ prices
        program.col_cost_ = cost / self._money
        program.col_lower_, program.col_upper_ = lower, upper
        solver = self._solver
        solver.setOptionValue("simplex_strategy", strategy)
        solver.passModel(program)
        if self._bases[position] is not None:
            solver.setBasis(self._bases[position])
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        self._bases[position] = solver.getBasis()
        values = np.array(solver.getSolution().col_value)
        return Answer(values, float(cost @ values))


class PlainBlockSolver:
    """CBC through PuLP, one block at a time."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks

    def solve(self, position: int, prices: FloatArray) -> Answer:
        """Return the best answer at these prices."""
        program = self._blocks[position].program
        answer = self.solve_within(position, prices, program.lower, program.upper)
        if answer is None:
            sku = self._blocks[position].layout.sku
            raise SolverError(f"solver cbc found no answer for SKU number {sku}, expected one")
        return answer

    def solve_within(
        self, position: int, prices: FloatArray, lower: FloatArray, upper: FloatArray
    ) -> Answer | None:
        """Return the best answer within bounds, None where there is none."""
        block = self._blocks[position]
        program = replace(
            block.program,
            cost=block.program.cost + block.use.T @ prices,
            lower=lower,
            upper=upper,
            integer=np.zeros(len(lower), dtype=np.bool_),
            constant=0.0,
        )
        try:
            found = solve_program(program, solver="cbc", gap=0.0, time_limit_s=ONE_BLOCK_S)
        except InfeasibleError:
            return None
        return Answer(found.values, found.objective)


def start_solver() -> highspy.Highs:
    """Return a quiet HiGHS on one thread."""
    solver = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", THREADS), ("presolve", "off")):
        solver.setOptionValue(option, value)
    return solver


def write_program(block: Block) -> highspy.HighsLp:
    """Return the block's linear program as HiGHS takes it; costs and bounds are set later."""
    program, matrix = highspy.HighsLp(), block.program.matrix
    program.num_row_, program.num_col_ = matrix.shape
    program.row_lower_, program.row_upper_ = block.program.row_lower, block.program.row_upper
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = matrix.indptr
    program.a_matrix_.index_ = matrix.indices
    program.a_matrix_.value_ = matrix.data
    return program
