"""The plan of one period as one linear program in PuLP: what ``bench_plan.py`` compares with.

Columns are units shipped x[source, route] and units put aside y[node, rank], the smaller of the two
usual forms: with x[source, place, rank] there would be one column per pair of them. Expressions are
made from lists of pairs, the quickest way that PuLP offers. Flows need not be whole.
"""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np
import pulp

from prepos.core.types import FloatArray, IntArray
from prepos.plan.solver import call_solver
from prepos.plan.transport.slices import slices_of
from prepos.plan.transport.problem import TransportProblem

PATIENCE_S = 300.0  # for one solver


class Columns(NamedTuple):
    """Columns of one kind: whose SKU, at which node, and currency per unit; arrays of one length.

    ``of`` is the source or the rank, ``by`` the route or the server's entry.
    """

    sku: IntArray
    of: IntArray
    by: IntArray
    node: IntArray
    cost: FloatArray


class Entries(NamedTuple):
    """Entries of a matrix, and the right-hand sides of its rows, all of them <=."""

    row: IntArray
    column: IntArray
    amount: FloatArray
    side: FloatArray


class Solved(NamedTuple):
    """What solving took and found: ``objective`` is not a number where it was given up."""

    columns: int
    build_s: float
    solve_s: float
    objective: float


def solve_whole(problem: TransportProblem, solver: str) -> Solved:
    """Build the program in PuLP and solve it with ``highs`` or ``cbc``, on one thread."""
    begun = time.perf_counter()
    moves, serves, entries, constant = write_columns(problem)
    program = write_program(np.append(moves.cost, serves.cost), entries)
    built = time.perf_counter()
    program.solve(call_solver(solver, time_limit_s=PATIENCE_S))
    objective = np.nan
    if program.sol_status == pulp.LpSolutionOptimal:
        objective = float(pulp.value(program.objective)) + constant
    return Solved(
        len(moves.sku) + len(serves.sku), built - begun, time.perf_counter() - built, objective
    )


def write_columns(problem: TransportProblem) -> tuple[Columns, Columns, Entries, float]:
    """Return the columns x and y, the rows, and what is paid if nothing is moved or served.

    A unit counts from lying idle where it is; one that is sent counts as idle where it arrives
    until it is put aside there.
    """
    sources, goods, places = problem.sources, problem.goods, problem.places
    idle = np.where(places.is_forward, 1.0, 0.0)  # per currency of holding and returning
    unused = goods.holding_cost + goods.return_cost
    sku = np.repeat(np.arange(len(problem)), np.diff(sources.first))
    node = places.release_node[sources.release]
    moves = list_moves(problem, sku, node, idle, unused)
    nodes = len(places.is_forward)
    known = np.zeros(len(problem) * nodes, dtype=np.bool_)  # where a SKU lies or can be sent to
    known[sku * nodes + node] = True
    known[moves.sku * nodes + moves.node] = True
    serves = list_serves(problem, known, idle, unused)
    own = np.bincount(sku * nodes + node, sources.units, minlength=len(known))
    out = sku[moves.of] * nodes + node[moves.of]
    entries = list_entries(problem, moves, serves, known, own, out)
    constant = problem.shortage + float((sources.units * idle[node]) @ unused[sku])
    return moves, serves, entries, constant


def list_moves(
    problem: TransportProblem, sku: IntArray, node: IntArray, idle: FloatArray, unused: FloatArray
) -> Columns:
    """Return x: every source by every route that ends where the SKU can be of use."""
    routes, goods, places = problem.routes, problem.goods, problem.places
    release, ranks = problem.sources.release, problem.ranks
    serving = np.zeros((len(places.server_first) - 1, len(idle)), dtype=np.bool_)
    serving[np.repeat(np.arange(len(serving)), np.diff(places.server_first)), places.server] = True
    useful = np.zeros((len(problem), len(idle)), dtype=np.bool_)
    rank_sku = np.repeat(np.arange(len(problem)), np.diff(ranks.first))
    for zone in range(len(serving)):
        useful[rank_sku[ranks.catchment == zone]] |= serving[zone]
    first, by = slices_of(routes.first, release)
    of = np.repeat(np.arange(len(sku)), np.diff(first))
    kept = (by > routes.first[release][of]) & useful[sku[of], routes.node[by]]
    of, by = of[kept], by[kept]
    whose, end = sku[of], routes.node[by]
    cost = (
        routes.per_unit[by]
        + routes.per_m3[by] * goods.volume_m3[whose]
        + routes.per_kg[by] * goods.weight_kg[whose]
        + np.where(places.is_forward[node[of]], goods.return_cost[whose], 0.0)
        + (idle[end] - idle[node[of]]) * unused[whose]
    )
    return Columns(whose, of, by, end, cost)


def list_serves(
    problem: TransportProblem, known: np.ndarray, idle: FloatArray, unused: FloatArray
) -> Columns:
    """Return y: every rank from every server that has or may get the SKU."""
    ranks, goods, places = problem.ranks, problem.goods, problem.places
    first, by = slices_of(places.server_first, ranks.catchment)
    of = np.repeat(np.arange(len(ranks.width)), np.diff(first))
    sku = np.repeat(np.arange(len(problem)), np.diff(ranks.first))[of]
    node = places.server[by]
    kept = known[sku * len(idle) + node]
    of, by, sku, node = of[kept], by[kept], sku[kept], node[kept]
    used = ranks.used[of, 0].astype(np.float64)
    gain = places.service[0, node, ranks.catchment[of]] - goods.shortage_cost[sku]
    return Columns(sku, of, by, node, used * (gain - idle[node] * unused[sku]))


def list_entries(
    problem: TransportProblem,
    moves: Columns,
    serves: Columns,
    known: np.ndarray,
    own: FloatArray,
    out: IntArray,
) -> Entries:
    """Return the rows: what is at hand by SKU and node, the ranks' widths, the shared rows."""
    nodes, ranks, routes = len(problem.places.is_forward), problem.ranks, problem.routes
    at = np.cumsum(known) - 1  # row of (SKU, node)
    count, x = int(known.sum()), np.arange(len(moves.sku))
    y = len(x) + np.arange(len(serves.sku))
    first, entry = slices_of(routes.row_first, moves.by)
    of = np.repeat(x, np.diff(first))
    taken = (
        routes.row_unit[entry]
        + routes.row_m3[entry] * problem.goods.volume_m3[moves.sku[of]]
        + routes.row_kg[entry] * problem.goods.weight_kg[moves.sku[of]]
    )
    one = np.ones(len(x) + len(y))
    parts = (
        (at[serves.sku * nodes + serves.node], y, one[: len(y)]),
        (at[out], x, one[: len(x)]),
        (at[moves.sku * nodes + moves.node], x, -one[: len(x)]),
        (count + serves.of, y, one[: len(y)]),
        (count + len(ranks.width) + routes.row[entry], of, taken),
    )
    row, column, amount = (np.concatenate(part) for part in zip(*parts, strict=True))
    side = np.concatenate([own[known], ranks.width, problem.limit])
    return Entries(row, column, amount, side)


def write_program(cost: FloatArray, entries: Entries) -> pulp.LpProblem:
    """Return the program in PuLP."""
    program = pulp.LpProblem("plan", pulp.LpMinimize)
    variables = [program.add_variable(f"x{number}", 0) for number in range(len(cost))]
    program.setObjective(pulp.LpAffineExpression(list(zip(variables, cost.tolist(), strict=True))))
    order = np.argsort(entries.row, kind="stable")
    first = np.searchsorted(entries.row[order], np.arange(len(entries.side) + 1)).tolist()
    pairs = [
        (variables[column], amount)
        for column, amount in zip(
            entries.column[order].tolist(), entries.amount[order].tolist(), strict=True
        )
    ]
    for number, side in enumerate(entries.side.tolist()):
        terms = pairs[first[number] : first[number + 1]]
        if terms:
            row = pulp.LpConstraint(pulp.LpAffineExpression(terms), pulp.LpConstraintLE, None, side)
            program.addConstraint(row, f"r{number}")
    return program
