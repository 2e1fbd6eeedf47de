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
from prepos.plan.transport.problem import TransportProblem
from prepos.plan.transport.slices import slices_of

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
    until it is put aside there. What came to a node is told apart from what was there, as if it
    were another node, so many further on: it is returned if it is not used.
    """
    sources, nodes = problem.sources, len(problem.places.is_forward)
    sku = np.repeat(np.arange(len(problem)), np.diff(sources.first))
    node = problem.places.release_node[sources.release]
    moves = list_moves(problem, sku, node)
    known = np.zeros(len(problem) * 2 * nodes, dtype=np.bool_)  # where a SKU lies or can be sent to
    known[sku * 2 * nodes + node] = True
    known[moves.sku * 2 * nodes + moves.node] = True
    serves = list_serves(problem, known)
    own = np.bincount(sku * 2 * nodes + node, sources.units, minlength=len(known))
    out = sku[moves.of] * 2 * nodes + node[moves.of]
    entries = list_entries(problem, moves, serves, known, own, out)
    constant = problem.shortage + float(sources.units @ lying(problem, sku, node))
    return moves, serves, entries, constant


def lying(problem: TransportProblem, sku: IntArray, node: IntArray) -> FloatArray:
    """Return what a unit costs that is not used: holding, and returning where it was sent there."""
    goods, nodes = problem.goods, len(problem.places.is_forward)
    cost = goods.holding_cost[sku] + np.where(node >= nodes, goods.return_cost[sku], 0.0)
    return np.where(problem.places.is_forward[node % nodes], cost, 0.0)


def list_moves(problem: TransportProblem, sku: IntArray, node: IntArray) -> Columns:
    """Return x: every source by every route that ends where the SKU can be of use."""
    routes, goods, places = problem.routes, problem.goods, problem.places
    release, ranks, nodes = problem.sources.release, problem.ranks, len(places.is_forward)
    serving = np.zeros((len(places.server_first) - 1, nodes), dtype=np.bool_)
    serving[np.repeat(np.arange(len(serving)), np.diff(places.server_first)), places.server] = True
    useful = np.zeros((len(problem), nodes), dtype=np.bool_)
    rank_sku = np.repeat(np.arange(len(problem)), np.diff(ranks.first))
    for zone in range(len(serving)):
        useful[rank_sku[ranks.catchment == zone]] |= serving[zone]
    first, by = slices_of(routes.first, release)
    of = np.repeat(np.arange(len(sku)), np.diff(first))
    kept = (by > routes.first[release][of]) & useful[sku[of], routes.node[by]]
    of, by = of[kept], by[kept]
    whose, end = sku[of], nodes + routes.node[by]
    cost = (
        routes.per_unit[by]
        + routes.per_m3[by] * goods.volume_m3[whose]
        + routes.per_kg[by] * goods.weight_kg[whose]
        + lying(problem, whose, end)
        - lying(problem, whose, node[of])
    )
    return Columns(whose, of, by, end, cost)


def list_serves(problem: TransportProblem, known: np.ndarray) -> Columns:
    """Return y: every rank from every server that has or may get the SKU."""
    ranks, goods, nodes = problem.ranks, problem.goods, len(problem.places.is_forward)
    first, by = slices_of(problem.places.server_first, ranks.catchment)
    of = np.tile(np.repeat(np.arange(len(ranks.width)), np.diff(first)), 2)
    sku = np.repeat(np.arange(len(problem)), np.diff(ranks.first))[of]
    by = np.tile(by, 2)
    place = problem.places.server[by] + np.repeat([0, nodes], len(by) // 2)
    kept = known[sku * 2 * nodes + place]
    of, by, sku, place = of[kept], by[kept], sku[kept], place[kept]
    used = ranks.used[of, 0].astype(np.float64)
    gain = problem.places.service[0, place % nodes, ranks.catchment[of]] - goods.shortage_cost[sku]
    return Columns(sku, of, by, place, used * (gain - lying(problem, sku, place)))


def list_entries(
    problem: TransportProblem,
    moves: Columns,
    serves: Columns,
    known: np.ndarray,
    own: FloatArray,
    out: IntArray,
) -> Entries:
    """Return the rows: what is at hand by SKU and node, the ranks' widths, the shared rows."""
    nodes, ranks, routes = 2 * len(problem.places.is_forward), problem.ranks, problem.routes
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
