"""The exact way: every SKU's block and the shared rows in one mixed-integer program in PuLP."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
from scipy.sparse import block_diag, csc_matrix, hstack, vstack

from prepos.errors import InfeasibleError
from prepos.plan.blocks import Block
from prepos.plan.frame import NO_ROW, Frame
from prepos.plan.outcome import Decision
from prepos.plan.problem import Problem
from prepos.plan.program import Entries, Program
from prepos.plan.shared import total_stock, vehicle_room
from prepos.plan.solver import Solution, solve_program

Found = TypeVar("Found")


def solve_exactly(
    problem: Problem, frame: Frame, blocks: Sequence[Block], *, solver: str, time_limit_s: float
) -> Decision:
    """Solve the whole problem at once, and prove it to the gap asked for.

    Raises
    ------
    SolverError
        If no plan was found in time.
    """
    common = shared_columns(problem, frame)

    def solve(common: Program) -> Solution:
        return solve_program(
            join_blocks(frame, blocks, common),
            solver=solver,
            gap=problem.options.gap,
            time_limit_s=time_limit_s,
        )

    solution = within_limits(solve, frame, common)
    ends = np.cumsum([block.layout.columns for block in blocks])
    own, shared = solution.values[: ends[-1]], solution.values[ends[-1] :]
    return Decision(
        values=tuple(np.split(own, ends[:-1])),
        vehicles=np.rint(shared[: len(problem.departures)]).astype(np.int64),
        slack=shared[len(problem.departures) :],
        bound=solution.bound,
        optimal=solution.optimal,
    )


def within_limits(solve: Callable[[Program], Found], frame: Frame, common: Program) -> Found:
    """Solve with every hard limit kept; only where none can be, with slacks that name what breaks.

    A slack that is merely dear would be used within the gap.
    """
    try:
        return solve(without_slack(frame, common))
    except InfeasibleError:
        return solve(common)


def without_slack(frame: Frame, common: Program) -> Program:
    """Return the shared columns with the slacks of all hard limits at zero."""
    upper = common.upper.copy()
    slacks = upper[len(upper) - len(frame.shared) :]
    slacks[[not row.is_wish for row in frame.shared]] = 0.0
    return replace(common, upper=upper)


def shared_columns(problem: Problem, frame: Frame) -> Program:
    """Return the columns that belong to no SKU: vehicles by departure, slacks by shared row.

    Rows are the shared ones; vehicles give room on their departure and take from fleet and budget.
    """
    lanes, departures = problem.network.lanes, problem.departures
    entries = Entries()
    fleet = {
        row.key[1:]: position
        for position, row in enumerate(frame.shared)
        if row.key[0] == "vehicles"
    }
    cost = np.zeros(len(departures))
    upper = np.zeros(len(departures))
    for d, departure in enumerate(departures):
        lane = lanes[departure.lane]
        if not lane.has_vehicle:
            continue
        cost[d], upper[d] = lane.vehicle_cost, most_vehicles(problem, d)
        room_m3, room_kg = vehicle_room(problem, lane)
        takes = [
            (frame.volume_row[d], -room_m3),
            (frame.weight_row[d], -room_kg),
            (fleet.get((departure.lane, int(frame.ship_period[d])), NO_ROW), 1.0),
            (frame.budget_row, lane.vehicle_cost),
        ]
        for row, amount in takes:
            if row != NO_ROW:
                entries.add(np.array([row]), np.array([d]), amount)
    rows = len(frame.shared)
    vehicles = entries.matrix(rows, len(departures))
    slacks = -csc_matrix(np.eye(rows)) if rows else csc_matrix((0, 0))
    return Program(
        cost=np.concatenate([cost, [row.penalty for row in frame.shared]]),
        lower=np.zeros(len(cost) + rows),
        upper=np.concatenate([upper, np.full(rows, np.inf)]),
        integer=np.arange(len(cost) + rows) < len(cost),
        matrix=csc_matrix(hstack([vehicles, slacks])) if rows else vehicles,
        row_lower=np.full(rows, -np.inf),
        row_upper=np.array([row.limit for row in frame.shared]),
    )


def most_vehicles(problem: Problem, departure: int) -> float:
    """Return how many vehicles could ever be filled: a bound that keeps the proof finite."""
    lane = problem.network.lanes[problem.departures[departure].lane]
    volume, weight = total_stock(problem)
    room_m3, room_kg = vehicle_room(problem, lane)
    needed = max(volume / room_m3, weight / room_kg)
    return float(min(np.ceil(needed) + 1, lane.vehicles))


def join_blocks(frame: Frame, blocks: Sequence[Block], common: Program) -> Program:
    """Return one program of all blocks, the shared columns and the shared rows."""
    programs = [block.program for block in blocks]
    own = block_diag([program.matrix for program in programs], format="csc")
    use = hstack([block.use for block in blocks], format="csc")
    top = hstack([own, csc_matrix((own.shape[0], len(common.cost)))], format="csc")
    matrix = vstack([top, hstack([use, common.matrix])], format="csc") if frame.shared else top
    joined = [*programs, common]
    return Program(
        cost=np.concatenate([program.cost for program in joined]),
        lower=np.concatenate([program.lower for program in joined]),
        upper=np.concatenate([program.upper for program in joined]),
        integer=np.concatenate([program.integer for program in joined]),
        matrix=matrix,
        row_lower=np.concatenate([program.row_lower for program in joined]),
        row_upper=np.concatenate([program.row_upper for program in joined]),
        constant=sum(program.constant for program in programs),
    )
