"""A program in PuLP that mixes answers: one for each group, so that together they keep the limits.

Groups are blocks of SKUs that share passes, or single SKUs that give one whole answer each.

References
----------
Dantzig and Wolfe (1960), Operations Research 8(1), 101-111.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pulp

from prepos.core.types import FloatArray, IntArray
from prepos.errors import SolverError
from prepos.plan.solver import run_solver
from prepos.plan.transport.problem import Limited

KEPT = 1e-9  # of a limit's size: less is the solver's tolerance
NODES = 1  # that a search for whole answers looks at: more hardly finds better ones


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """E answers: the group (E,) of each from 0 on, its cost (E,), what it takes of rows (E, S)."""

    group: IntArray
    cost: FloatArray
    use: FloatArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Mixed:
    """What was chosen.

    Attributes
    ----------
    share : (E,) float
        Of each answer; those of a group sum to 1.
    prices : (S,) float
        What one more unit of each row is worth; 0 where answers are whole.
    cost : float
        Of answers and purchases.
    over : (S,) float
        By how much each limit is not kept.
    bought : (V,) float
    """

    share: FloatArray
    prices: FloatArray
    cost: float
    over: FloatArray
    bought: FloatArray


def mix_answers(
    problem: Limited,
    answers: Answers,
    room: FloatArray,
    *,
    solver: str,
    whole: bool = False,
    gap: float = 0.0,
) -> Mixed:
    """Return the cheapest mix within ``room`` (S,); a limit is broken only where none is within.

    Parameters
    ----------
    whole : bool
        Whether each group gives one answer.
    gap : float
        Share of the answers' cost that may be lost.

    Raises
    ------
    SolverError
        If the solver fails.
    """
    program = pulp.LpProblem("mix", pulp.LpMinimize)
    kind = pulp.LpBinary if whole else pulp.LpContinuous
    shares = [program.add_variable(f"x{n}", 0, 1, kind) for n in range(len(answers.group))]
    overs = [program.add_variable(f"o{row}", 0) for row in range(len(room))]
    most = problem.purchases.most.tolist()
    bought = [program.add_variable(f"b{n}", 0, limit) for n, limit in enumerate(most)]
    rows = _add_rows(problem, program, answers, room, (shares, overs, bought))
    order = np.argsort(answers.group, kind="stable")
    for number, members in enumerate(np.split(order, _ends(answers.group[order]))):
        terms = [(shares[entry], 1.0) for entry in members.tolist()]
        one = pulp.LpConstraint(pulp.LpAffineExpression(terms), pulp.LpConstraintEQ, None, 1.0)
        program.addConstraint(one, f"g{number}")
    terms = list(zip(shares, answers.cost.tolist(), strict=True))
    terms += list(zip(overs, problem.ceiling.tolist(), strict=True))
    terms += list(zip(bought, problem.purchases.cost.tolist(), strict=True))
    program.setObjective(pulp.LpAffineExpression(terms))
    run_solver(program, solver, gap, nodes=NODES)
    if program.sol_status not in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible):
        raise SolverError(f"solver {solver} mixed no answers, expected one for each group")
    share, over, count = (_values(part) for part in (shares, overs, bought))
    over[over <= KEPT * (1.0 + np.abs(room))] = 0.0
    told = np.zeros(len(room)) if whole else np.array([-(row.pi or 0.0) for row in rows])
    return Mixed(
        share=share,
        prices=np.clip(told, 0.0, problem.ceiling),
        cost=float(answers.cost @ share + problem.purchases.cost @ count),
        over=over,
        bought=count,
    )


def _add_rows(
    problem: Limited,
    program: pulp.LpProblem,
    answers: Answers,
    room: FloatArray,
    variables: tuple[list[pulp.LpVariable], ...],
) -> list[pulp.LpConstraint]:
    """Add the shared rows and return them."""
    shares, overs, bought = variables
    gives, rows = problem.purchases.take.tocsr(), []
    for row, left in enumerate(room.tolist()):
        taken = answers.use[:, row]
        terms = [(shares[entry], float(taken[entry])) for entry in np.flatnonzero(taken)]
        terms.append((overs[row], -1.0))
        given = slice(*gives.indptr[row : row + 2].tolist())
        members = zip(gives.indices[given], gives.data[given], strict=True)
        terms += [(bought[kind], float(amount)) for kind, amount in members]
        expression = pulp.LpAffineExpression(terms)
        rows.append(pulp.LpConstraint(expression, pulp.LpConstraintLE, None, left))
        program.addConstraint(rows[-1], f"row{row}")
    return rows


def _ends(group: IntArray) -> IntArray:
    """Return where each group but the last ends, of sorted groups."""
    return np.flatnonzero(np.diff(group)) + 1


def _values(variables: list[pulp.LpVariable]) -> FloatArray:
    """Return what the solver found."""
    return np.array([variable.varValue or 0.0 for variable in variables], dtype=np.float64)
