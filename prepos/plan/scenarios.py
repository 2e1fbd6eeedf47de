"""Two stages: what to send now, so that what is left to do costs least over sampled demand paths.

All departures of the window are decided before demand shows; each path then serves from what lies
where, seeing all of its demand. One linear program, units rounded to whole cases afterwards: a yard
stick for small cases, not a way to plan large ones.

References
----------
Birge and Louveaux (2011), Introduction to Stochastic Programming, section 2.4: two-stage programs
with recourse.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prepos.core.policy import Dispatch
from prepos.core.types import FloatArray, IntArray
from prepos.errors import ConfigError
from prepos.plan.frame import make_frame
from prepos.plan.problem import Problem, make_problem
from prepos.plan.question import Question
from prepos.plan.recourse import Recourse, add_recourse
from prepos.plan.shared import list_shared_rows
from prepos.plan.solver import Solution, choose_solver, solve_program
from prepos.plan.transport.build import Transport, as_transport
from prepos.plan.transport.cases import make_cases
from prepos.plan.transport.exact import Draft, draft_moves
from prepos.plan.transport.problem import TransportProblem

MOST_SKUS = 100  # above, the program takes hours
WHOLE = 1e-6  # of a case, or of a limit: less is the solver's tolerance


def plan_scenarios(question: Question, paths: IntArray) -> Dispatch:
    """Return what costs least on average over demand paths, and what units are then worth.

    Parameters
    ----------
    question : Question
        Without overrides and published plan.
    paths : (S, T, Z, K) int
        Units wanted, each path as likely as any other; see ``sample_paths``.

    Raises
    ------
    ConfigError
        If there are too many SKUs, or rules that the program does not know.
    SolverError
        If there is no solution in time.
    """
    problem = make_problem(question)
    _refuse(problem)
    transport = as_transport(problem, make_frame(problem, list_shared_rows(problem)))
    pack = problem.products.case_pack
    draft = draft_moves(transport.problem, make_cases(pack, np.ones_like(pack)))
    recourse = add_recourse(transport.problem, draft, paths)
    program = draft.program(recourse.constant)
    program = replace(program, integer=np.zeros_like(program.integer))
    options = question.options
    solution = solve_program(
        program,
        solver=choose_solver(options.solver),
        gap=0.0,
        time_limit_s=options.time_limit_s,
    )
    cases = round_cases(transport.problem, draft, solution)
    values = value_units(problem, transport.problem, draft, recourse, solution)
    return write_dispatch(problem, transport, draft, cases, values)


def _refuse(problem: Problem) -> None:
    """Raise ConfigError where the program would take too long, or not know a rule."""
    if len(problem.products) > MOST_SKUS:
        raise ConfigError(
            f"scenarios: {len(problem.products)} SKUs, expected {MOST_SKUS} at most; "
            "take part of them"
        )
    if not problem.is_free:
        raise ConfigError("scenarios: found overrides or a published plan, expected neither")


def round_cases(problem: TransportProblem, draft: Draft, solution: Solution) -> IntArray:
    """Return whole cases by column of ``draft.sent``: largest remainders, within stock and room.

    A SKU's cases are rounded as a sum; a remainder that finds no stock or room is passed over.
    """
    moving = [e for e, entry in enumerate(draft.sent) if entry[3] != _stay(problem, entry[2])]
    amount = np.array([solution.values[draft.sent[e][0]] for e in moving], dtype=np.float64)
    down = np.floor(amount + WHOLE)
    cases = np.zeros(len(draft.sent), dtype=np.int64)
    cases[moving] = down
    bought = np.ceil(solution.values[_bought(problem)] - WHOLE)
    room = problem.limit - problem.purchases.take @ bought
    left = problem.sources.units.astype(np.float64)
    wanted = np.zeros(len(problem))
    use = _use_of(problem, draft)
    for e, part in zip(moving, (amount - down).tolist(), strict=True):
        _, place, source, _, each = draft.sent[e]
        room = room - cases[e] * use[e]
        left[source] -= cases[e] * each
        wanted[place[0]] += part
    wanted = np.rint(wanted)
    for at in np.argsort(-(amount - down), kind="stable").tolist():
        e = moving[at]
        _, place, source, _, each = draft.sent[e]
        fits = (room - use[e] >= -WHOLE * (1.0 + np.abs(problem.limit))) | (use[e] <= 0)
        open_yet = wanted[place[0]] > 0 and left[source] >= each
        if amount[at] - down[at] > WHOLE and open_yet and fits.all():
            cases[e] += 1
            room, left[source] = room - use[e], left[source] - each
            wanted[place[0]] -= 1
    return cases


def _stay(problem: TransportProblem, source: int) -> int:
    """Return the route on which a source's units stay."""
    return int(problem.routes.first[problem.sources.release[source]])


def _bought(problem: TransportProblem) -> slice:
    """Return the columns of purchases: they follow the slack of each row."""
    return slice(len(problem.limit), len(problem.limit) + len(problem.purchases.cost))


def _use_of(problem: TransportProblem, draft: Draft) -> FloatArray:
    """Return (E, S) what a case in each column of ``draft.sent`` takes of the shared rows."""
    number = {entry[0]: e for e, entry in enumerate(draft.sent)}
    use = np.zeros((len(draft.sent), len(problem.limit)))
    for row, column, amount in draft.entries:
        if row < len(problem.limit) and column in number:
            use[number[column], row] += amount
    return use


def value_units(
    problem: Problem,
    priced: TransportProblem,
    draft: Draft,
    recourse: Recourse,
    solution: Solution,
) -> FloatArray:
    """Return (N, K) currency that one more unit at a node is worth now, 0 or more."""
    values = np.zeros(problem.on_hand.shape)
    for (sku, node), rows in recourse.now.items():
        values[node, sku] = max(values[node, sku], float(solution.prices[rows].sum()))
    now = np.flatnonzero(priced.sources.release < len(problem.network.nodes))
    owner = np.repeat(np.arange(len(priced)), np.diff(priced.sources.first))[now]
    place = priced.places.release_node[priced.sources.release[now]]
    saved = -solution.prices[np.array(draft.stock, dtype=np.int64)[now]]
    np.maximum.at(values, (place, owner), saved)
    return values


def write_dispatch(
    problem: Problem, transport: Transport, draft: Draft, cases: IntArray, values: FloatArray
) -> Dispatch:
    """Return the lines of whole cases; what is below the minimum lot is not sent."""
    units = np.zeros((len(problem.departures), len(problem.products)), dtype=np.int64)
    for (_, place, _, route, each), count in zip(draft.sent, cases.tolist(), strict=True):
        for departure in transport.legs[route]:
            units[departure, place[0]] += each * count
    units[units < problem.products.least_sent] = 0
    left, sku = np.nonzero(units)
    lanes = np.array([each.lane for each in problem.departures], dtype=np.int64)
    days = np.array([each.ship_date for each in problem.departures], dtype="datetime64[D]")
    return Dispatch(
        lane=lanes[left],
        sku=sku,
        ships_on=days[left],
        quantity=units[left, sku],
        values=values,
    )
