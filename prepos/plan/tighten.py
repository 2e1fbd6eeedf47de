"""Whole cases in the bound: the SKUs that lose most by rounding are solved whole at the prices.

The priced bound lets every SKU ship fractions of a case. Where case packs are large that is most of
what stays unproven, and few SKUs make most of it: each one solved whole raises the bound by what it
truly loses, and is one more answer that a plan may be chosen from.

References
----------
Geoffrion (1974), Mathematical Programming Study 2, 82-114: whole subproblems tighten the bound.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from prepos.core.types import FloatArray
from prepos.errors import SolverError
from prepos.plan.pricing import Prices, Work, make_column
from prepos.plan.problem import Problem
from prepos.plan.program import Program
from prepos.plan.recover import Choice, Pool, choose, hold_vehicles
from prepos.plan.solver import Solution, solve_program

BATCH = 32  # SKUs solved whole before the plan is chosen anew
BATCHES = 4
ONE_SKU_S = 20.0  # seconds that one may take
ONE_GAP = 5e-4  # share of its cost that one may leave unproven


def tighten_bound(
    problem: Problem, work: Work, prices: Prices, pool: Pool, best: Choice
) -> tuple[Choice, float]:
    """Return a plan at least as good, and a bound at least as high.

    Goes through the SKUs by what the plan's answer costs above the best answer in fractions, both
    at the prices; stops when the gap asked for is proven.
    """
    bound = prices.bound
    losses = rounding_losses(work, prices, best)
    ordered = np.argsort(-losses, kind="stable")
    for first in range(0, min(BATCHES * BATCH, len(ordered)), BATCH):
        chosen = [i for i in ordered[first : first + BATCH].tolist() if losses[i] > 0]
        proven = best.objective - bound <= work.gap * abs(best.objective)
        if proven or not chosen or time.monotonic() > work.deadline:
            break
        positions = [work.positions[i] for i in chosen]
        with ThreadPoolExecutor(os.cpu_count()) as threads:  # solvers let other threads run
            answers = list(threads.map(lambda i: solve_whole(work, prices, i), positions))
        for position, solution in zip(positions, answers, strict=True):
            if solution is not None:
                fractional = work.oracle.solve(position, prices.values).objective
                bound += max(solution.bound - fractional, 0.0)
                pool.add([make_column(work.blocks[position], position, solution.values)])
        try:
            held = hold_vehicles(work, best.shared[: len(problem.departures)])
            found = choose(held, pool.columns)
        except SolverError:  # out of time: the raised bound stays
            break
        best = found if found.objective < best.objective else best
        work.tick()
    return best, min(bound, best.objective)


def rounding_losses(work: Work, prices: Prices, best: Choice) -> FloatArray:
    """Return (K,) what each SKU's answer in the plan costs above its best one, at the prices."""

    def loss(position: int) -> float:
        cost = at_prices(work, prices, position).cost
        fractional = work.oracle.solve(position, prices.values).objective
        return float(cost @ planned[position]) - fractional

    planned = dict(zip(work.positions, best.values, strict=True))
    return np.array([loss(position) for position in work.positions])


def solve_whole(work: Work, prices: Prices, position: int) -> Solution | None:
    """Return one SKU's best answer in whole cases at the prices, None where none came in time."""
    try:
        return solve_program(
            at_prices(work, prices, position),
            solver=work.solver,
            gap=ONE_GAP,
            time_limit_s=ONE_SKU_S,
            heuristics=False,
        )
    except SolverError:
        return None


def at_prices(work: Work, prices: Prices, position: int) -> Program:
    """Return one SKU's program when its use of the shared rows is paid for."""
    block = work.blocks[position]
    return replace(
        block.program, cost=block.program.cost + block.use.T @ prices.values, constant=0.0
    )
