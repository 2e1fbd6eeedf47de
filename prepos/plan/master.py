"""The master program: one way to act for each SKU, chosen so that together they keep the limits.

Dantzig-Wolfe: each SKU offers columns (whole answers of its block); the master mixes them under the
shared rows, and its row prices tell the SKUs what room is worth. With whole columns and vehicles it
is the program that recovers a plan.

References
----------
Dantzig and Wolfe (1960), Operations Research 8(1), 101-111.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csc_matrix, hstack, vstack

from prepos.core.types import FloatArray, IntArray
from prepos.plan.program import Program
from prepos.plan.solver import Solution, solve_program


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Column:
    """One answer of one SKU's block: its values, its cost, what it takes of each shared row."""

    position: int  # of the block
    values: FloatArray
    cost: float  # currency, the block's constant left out
    use: FloatArray  # (S,)
    whole: bool  # whole cases throughout


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Mix:
    """The master's answer: weights of the columns, shared columns, prices, and the objective."""

    weights: FloatArray
    shared: FloatArray
    prices: FloatArray  # (S,) currency per unit of each shared row, 0 or more
    objective: float
    bound: float
    optimal: bool


def mix_columns(
    columns: Sequence[Column],
    common: Program,
    *,
    constant: float,
    whole: bool,
    solver: str,
    gap: float,
    time_limit_s: float,
) -> Mix:
    """Choose among the columns; ``whole`` takes one of each SKU and whole vehicles."""
    program = replace(write_master(columns, common, whole=whole), constant=constant)
    solution = solve_program(program, solver=solver, gap=gap, time_limit_s=time_limit_s)
    return read_mix(solution, len(columns), len(common.row_upper))


def write_master(columns: Sequence[Column], common: Program, *, whole: bool) -> Program:
    """Return the master program: shared rows first, then one choice for each SKU."""
    position: IntArray = np.array([column.position for column in columns], dtype=np.int64)
    skus, choice = np.unique(position, return_inverse=True)
    count, shared = len(columns), len(common.cost)
    use = csc_matrix(np.stack([column.use for column in columns], axis=1))
    choose = csc_matrix((np.ones(count), (choice, np.arange(count))), shape=(len(skus), count))
    matrix = vstack(
        [hstack([use, common.matrix]), hstack([choose, csc_matrix((len(skus), shared))])],
        format="csc",
    )
    return Program(
        cost=np.concatenate([[column.cost for column in columns], common.cost]),
        lower=np.concatenate([np.zeros(count), common.lower]),
        upper=np.concatenate([np.ones(count), common.upper]),
        integer=np.concatenate([np.full(count, whole), common.integer & whole]),
        matrix=matrix,
        row_lower=np.concatenate([common.row_lower, np.ones(len(skus))]),
        row_upper=np.concatenate([common.row_upper, np.ones(len(skus))]),
    )


def read_mix(solution: Solution, columns: int, rows: int) -> Mix:
    """Return the solution in the master's own words; a row's price is minus its dual value."""
    return Mix(
        weights=solution.values[:columns],
        shared=solution.values[columns:],
        prices=np.maximum(-solution.prices[:rows], 0.0),
        objective=solution.objective,
        bound=solution.bound,
        optimal=solution.optimal,
    )
