"""How many vehicles there are: the best mix's parts of vehicles made whole, as near as can be.

At the best prices a vehicle is worth what it costs, so that one more or fewer matters only by what
it lacks to the mix: its square, the more so the fewer there are. That is linear in whether a part
is rounded up. What several kinds take or give together, such as all that come into one room, is
kept: beyond the mix's it is broken or bought in vain.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pulp

from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.errors import SolverError
from prepos.plan.solver import run_solver
from prepos.plan.transport.mix import Mixed
from prepos.plan.transport.problem import TransportProblem
from prepos.plan.transport.purchases import no_purchases

WHOLE = 1e-6  # of a vehicle: less is the solver's tolerance
NEAR = 0.02  # of one: as much as a mix errs by
NODES = 100  # of the search: rows of few kinds hardly need any
DEAR = 0.01  # of what breaking a limit costs: above any sensible cost, below what rules weigh
LEAST = 0.5  # vehicles: what fewer count as, so that a part of nothing weighs no more


def count_vehicles(
    problem: TransportProblem, mixed: Mixed, use: FloatArray, forced: FloatArray, *, solver: str
) -> FloatArray:
    """Return whole numbers of vehicles (V,), each a part of a mix's rounded up or down.

    Parameters
    ----------
    use, forced : (S,) float
        What the answers of the mix take, and what would be taken though it were very dear.

    Raises
    ------
    SolverError
        If the solver fails.
    """
    bought, kinds = mixed.bought, problem.purchases
    fewer = np.maximum(np.floor(bought + WHOLE), least_counts(problem, forced))
    part = np.maximum(bought - fewer, 0.0)
    weight = kinds.cost / np.maximum(bought, LEAST) * (1.0 - 2.0 * part)
    program = pulp.LpProblem("counts", pulp.LpMinimize)
    more = [
        program.add_variable(f"m{kind}", 0, int(each > WHOLE), pulp.LpInteger)
        for kind, each in enumerate(part.tolist())
    ]
    terms = list(zip(more, weight.tolist(), strict=True))
    left = np.maximum(problem.limit - use - kinds.take @ bought, 0.0)
    take = kinds.take.tocsr()
    for row in np.flatnonzero(shared_rows(problem)).tolist():
        entries = slice(*take.indptr[row : row + 2].tolist())
        members, amounts = take.indices[entries], take.data[entries]
        room = left[row] + amounts @ part[members] + NEAR * np.abs(amounts).max(initial=0.0)
        beyond, spared = (program.add_variable(f"{side}{row}", 0) for side in ("b", "s"))
        sides = [(more[kind], each) for kind, each in zip(members, amounts.tolist(), strict=True)]
        balance = pulp.LpAffineExpression([*sides, (beyond, -1.0), (spared, 1.0)])
        kept = pulp.LpConstraint(balance, pulp.LpConstraintEQ, None, float(room))
        program.addConstraint(kept, f"r{row}")
        terms += [(beyond, float(problem.ceiling[row])), (spared, float(mixed.prices[row]))]
    program.setObjective(pulp.LpAffineExpression(terms))
    run_solver(program, solver, nodes=NODES)
    if program.sol_status not in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible):
        raise SolverError(f"solver {solver} counted no vehicles, expected a whole number of each")
    return np.asarray(fewer + np.rint([each.varValue or 0.0 for each in more]))


def least_counts(problem: TransportProblem, forced: FloatArray) -> FloatArray:
    """Return (V,) how many take at least what is ``forced`` (S,) beyond the room without any."""
    row, kind, room = own_rows(problem)
    least = np.zeros(len(problem.purchases.cost))
    np.maximum.at(least, kind, np.ceil((forced - problem.limit)[row] / room - WHOLE))
    return least


def dear_prices(problem: TransportProblem, prices: FloatArray) -> FloatArray:
    """Return prices (S,) at which only what must be sent takes room of vehicles."""
    row, _, _ = own_rows(problem)
    found = prices.copy()
    found[row] = DEAR * problem.ceiling[row]
    return found


def own_rows(problem: TransportProblem) -> tuple[IntArray, IntArray, FloatArray]:
    """Return rows that one kind alone gives room of and none takes from; the kind; the room."""
    take = problem.purchases.take.tocoo()
    own = (take.data < 0) & ~shared_rows(problem)[take.row]
    row, kind = (each[own].astype(np.int64) for each in (take.row, take.col))
    return row, kind, -take.data[own]


def shut(problem: TransportProblem, bought: FloatArray, prices: FloatArray) -> FloatArray:
    """Return prices (S,) at which nothing asks for the own room of vehicles that there are none of.

    Where there is no room, a price as high as can be costs nothing and proves no less.
    """
    row, kind, _ = own_rows(problem)
    none = row[bought[kind] == 0]
    found = prices.copy()
    found[none] = problem.ceiling[none]
    return found


def shared_rows(problem: TransportProblem) -> BoolArray:
    """Return (S,) whether vehicles take from a row, or of several kinds give to it."""
    take = problem.purchases.take.tocoo()
    rows = len(problem.limit)
    takers = np.bincount(take.row[take.data > 0], minlength=rows)
    givers = np.bincount(take.row[take.data < 0], minlength=rows)
    return np.asarray((takers > 0) | (givers > 1) | problem.purchases.implied)


def hold(problem: TransportProblem, bought: FloatArray) -> TransportProblem:
    """Return the problem whose room is what so many vehicles (V,) give; none can be bought.

    Limits that whole vehicles keep of themselves are never reached any more.
    """
    limit = problem.limit - problem.purchases.take @ bought
    never = np.abs(limit).sum()
    limit = np.where(problem.purchases.implied, never, limit)
    return replace(problem, limit=limit, purchases=no_purchases(len(limit)))
