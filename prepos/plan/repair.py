"""The contested rest of a plan decided anew: groups of SKUs exactly, the others as they are.

Rounding SKU by SKU cannot see that two of them should change together for a limit. The SKUs that
lose most against their best answers at the prices go first.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from prepos.errors import InfeasibleError, SolverError
from prepos.plan.exact import join_blocks
from prepos.plan.frame import Frame
from prepos.plan.pricing import Prices, Work
from prepos.plan.program import Program
from prepos.plan.recover import Choice
from prepos.plan.solver import solve_program

REPAIRS = 6  # groups, at most
REPAIR_COLUMNS = 3000  # of one group
REPAIR_S = 10.0  # seconds that one group may take


def repair_plan(frame: Frame, work: Work, prices: Prices, best: Choice, bound: float) -> Choice:
    """Return the plan with some groups decided anew, until the gap to the bound is proven."""
    for group in repair_groups(work, prices, best):
        proven = best.objective - bound <= work.gap * abs(best.objective)
        if proven or time.monotonic() > work.deadline:
            break
        found = decide_anew(frame, work, best, group)
        if found is not None and found.objective < best.objective:
            best = found
        work.tick()
    return best


def repair_groups(work: Work, prices: Prices, best: Choice) -> Iterator[Sequence[int]]:
    """Yield groups of SKUs, those first that lose most at the prices."""
    loss = []
    for position, values in zip(work.positions, best.values, strict=True):
        block = work.blocks[position]
        cost = block.program.cost + block.use.T @ prices.values
        loss.append(float(cost @ values) - work.oracle.solve(position, prices.values).objective)
    ordered = np.argsort(-np.array(loss), kind="stable")
    columns = np.array([work.blocks[work.positions[i]].layout.columns for i in ordered])
    group_of = np.cumsum(columns) // REPAIR_COLUMNS
    for number in range(min(REPAIRS, int(group_of[-1]) + 1)):
        if group := [work.positions[i] for i in ordered[group_of == number]]:
            yield group


def decide_anew(frame: Frame, work: Work, best: Choice, group: Sequence[int]) -> Choice | None:
    """Return the plan with a group of SKUs decided exactly, None where none was found in time."""
    blocks = [work.blocks[position] for position in group]
    try:
        solution = solve_program(
            rest_program(frame, work, best, group),
            solver=work.solver,
            gap=work.gap / 2,
            time_limit_s=min(REPAIR_S, work.seconds_left),
        )
    except (InfeasibleError, SolverError):
        return None
    ends = np.cumsum([block.layout.columns for block in blocks])
    *found, shared = np.split(solution.values, ends)
    values = dict(zip(work.positions, best.values, strict=True))
    values |= dict(zip(group, found, strict=True))
    return Choice(
        values=tuple(values[position] for position in work.positions),
        shared=shared,
        objective=solution.objective,
    )


def rest_program(frame: Frame, work: Work, best: Choice, group: Sequence[int]) -> Program:
    """Return the program of a group of SKUs in the room that the others leave."""
    room, paid = work.common.row_upper.copy(), 0.0
    for position, values in zip(work.positions, best.values, strict=True):
        if position not in group:
            block = work.blocks[position]
            room -= block.use @ values
            paid += block.program.constant + float(block.program.cost @ values)
    blocks = [work.blocks[position] for position in group]
    program = join_blocks(frame, blocks, replace(work.common, row_upper=room))
    return replace(program, constant=program.constant + paid)
