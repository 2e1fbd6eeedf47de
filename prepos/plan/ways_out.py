"""The ways out of what contradicts: the least to change so that a plan exists.

The exact program is asked for nothing but to keep everything: serving, moving and lying cost
nothing, and only what is passed of a limit, or not kept of the planner's words, costs its part of a
unit of stock. Asked with limits cheap, level and dear against the words (overrides, and frozen
lines), it tells the least to raise, the least to take back, and the least in all. Frozen lines may
be thinned, or stand against overrides. Each answer is then tried: only ways by which a plan was
made are told.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from prepos.core.ways_out import Change, WayOut
from prepos.errors import InfeasibleError, SolverError
from prepos.plan.decision import list_moves
from prepos.plan.exact import columns_by_sku
from prepos.plan.frame import Frame, make_frame
from prepos.plan.problem import Problem
from prepos.plan.question import Frozen
from prepos.plan.shared import (
    HARD_PENALTY,
    list_shared_rows,
    total_stock,
    units_per,
    vehicle_room,
)
from prepos.plan.solver import solve_program
from prepos.plan.told_changes import list_changes, undo
from prepos.plan.transport.batch import Flows
from prepos.plan.transport.build import Transport, as_transport
from prepos.plan.transport.cases import make_cases
from prepos.plan.transport.exact import Draft, draft_exact
from prepos.plan.transport.exact_flows import read_flows_of
from prepos.plan.transport.part import Part, part_of
from prepos.plan.transport.problem import Sources, TransportProblem
from prepos.plan.transport.purchases import Purchases
from prepos.plan.transport.use import use_of_flows
from prepos.plan.yielding import raise_limits, relax_rules, thin_lines

CHEAP, LEVEL, DEAR = 0.01, 1.0, 100.0  # a unit of a limit, against one of the planner's words
WEIGHTS = (  # whether frozen lines may be thinned, and what a limit weighs
    (False, CHEAP),
    (False, LEVEL),
    (False, DEAR),
    (True, CHEAP),
    (True, LEVEL),
    (True, DEAR),
)
LARGEST = 60_000  # columns of a program that is asked
TIME_S = 120.0  # after which no other way is looked for
KEPT = 1e-6  # of a limit's unit, or of stock: less is the solver's tolerance

PlanCost = Callable[[Problem], float]
"""What a plan of a problem costs; raises InfeasibleError or SolverError where there is none."""


def find_ways_out(problem: Problem, solver: str, plan_cost: PlanCost) -> tuple[WayOut, ...]:
    """Return what to change so that there is a plan, the least first.

    Where SKUs are many, those of which somebody spoke are asked, and those that fill what is too
    full; the others stay. When the time is over, what was found stands, though a change of the last
    way may not be needed.
    """
    found: dict[tuple[Change, ...], WayOut] = {}
    tried: set[tuple[Change, ...]] = set()
    deadline = time.monotonic() + min(TIME_S, problem.options.time_limit_s)
    for thawed, weight in WEIGHTS if problem.frozen.transfers else WEIGHTS[:3]:
        if time.monotonic() > deadline:
            break
        try:
            asked = thaw(problem) if thawed else unbound(problem)
            changed = relax(problem, asked, weight, solver, deadline)
            changes = list_changes(problem, changed)
            if changes not in tried:
                tried.add(changes)
                way = try_changes(problem, changed, plan_cost, deadline)
                found[way.changes] = way
        except (InfeasibleError, SolverError):
            continue
    return tuple(sorted(found.values(), key=lambda way: (way.penalty, way.cost, way.changes)))


def try_changes(problem: Problem, changed: Problem, plan_cost: PlanCost, deadline: float) -> WayOut:
    """Return the changes that are needed, each seen to be; raises where all are not enough.

    The program cannot know all that a plan keeps: which units a rule or a line takes.
    """
    cost = plan_cost(changed)
    for change in list_changes(problem, changed):
        if time.monotonic() > deadline:
            break
        without = undo(changed, problem, change)
        try:
            cost = plan_cost(without)
        except (InfeasibleError, SolverError):
            continue
        changed = without
    changes = list_changes(problem, changed)
    sizes = [abs(each.to - each.now) / units_per(problem, each.unit) for each in changes]
    return WayOut(changes=changes, penalty=sum(sizes), cost=cost)


def relax(problem: Problem, asked: Problem, weight: float, solver: str, deadline: float) -> Problem:
    """Return the problem with as little changed as makes a plan.

    ``asked`` is the problem as it is asked for, ``deadline`` of ``time.monotonic``. Raises
    SolverError where too many SKUs are spoken of, or the program is not solved in time.
    """
    shared = tuple(row for row in list_shared_rows(asked) if not row.is_implied)
    frame = make_frame(asked, shared)
    transport = as_transport(asked, frame, tell=lambda _: None)
    before = problem.frozen.before.toordinal() if problem.frozen.before else 0
    arrays = bare(asked, frame, transport, weight, before)
    part = part_asked(arrays)
    products = problem.products
    cases = make_cases(products.case_pack[part.skus], products.minimum_lot[part.skus])
    draft = draft_exact(part.problem, cases)
    raise_as_one(frame, draft)
    left = max(deadline - time.monotonic(), 1.0)
    solution = solve_program(draft.program(0.0), solver=solver, gap=0.0, time_limit_s=left)
    passed = solution.values[: len(frame.shared)]
    over = np.where(passed > KEPT, passed, 0.0)  # of the first row of each limit, for all
    flows = part.among_all(read_flows_of(part.problem, draft, solution.values))
    moves = list_moves(transport, flows)
    return replace(
        raise_limits(problem, frame, over),
        overrides=relax_rules(asked, frame, moves),
        frozen=replace(problem.frozen, transfers=thin_lines(problem, asked, moves)),
    )


def part_asked(arrays: TransportProblem) -> Part:
    """Return the SKUs that a program asks, the others staying where they are.

    They are those with terms, then those that take most of the room where all that stays is too
    much, as many as one program can ask. Raises SolverError where those with terms are too many.
    """
    columns = columns_by_sku(arrays)
    spoken = np.diff(arrays.sources.term_first[arrays.sources.first]) > 0
    if int(columns[spoken].sum()) > LARGEST:
        raise SolverError(f"rules speak of over {LARGEST:,} columns, expected fewer")
    if int(columns.sum()) <= LARGEST:
        return part_of(arrays, np.arange(len(arrays)), np.zeros((len(arrays), len(arrays.limit))))
    none = np.zeros(0, dtype=np.int64)
    use = use_of_flows(arrays, Flows(none, none, none, none, np.zeros(0)))
    too_full = use.sum(axis=0) > arrays.limit
    order = np.lexsort((-use[:, too_full].sum(axis=1), ~spoken))
    within = np.cumsum(columns[order]) <= LARGEST
    return part_of(arrays, np.sort(order[within]), use)


def unbound(problem: Problem) -> Problem:
    """Return the problem in which a published plan may be deviated from at no cost."""
    return replace(problem, options=replace(problem.options, stability_cost=0.0))


def thaw(problem: Problem) -> Problem:
    """Return the problem whose frozen lines are only followed: a coin for a unit that is not."""
    options = replace(problem.options, stability_cost=1.0)
    return replace(problem, frozen=Frozen(published=problem.frozen.transfers), options=options)


def bare(
    problem: Problem, frame: Frame, transport: Transport, weight: float, before: int
) -> TransportProblem:
    """Return the arrays in which only what is not kept costs, in units of stock.

    ``before`` is the first day (ordinal) on which more than frozen lines may ship.
    """
    arrays = transport.problem
    goods, routes = arrays.goods, arrays.routes
    free, none = np.zeros(len(routes.node)), np.zeros(len(arrays))
    wish = np.array([row.is_wish for row in frame.shared], dtype=np.bool_)
    unit = weight / (HARD_PENALTY * problem.fallback_price)
    return replace(
        arrays,
        goods=goods._replace(
            shortage_cost=none,
            holding_cost=none,
            return_cost=none,
            relief=np.zeros_like(goods.relief),
            spare=np.zeros_like(goods.spare),
        ),
        routes=routes._replace(per_unit=free, per_m3=free, per_kg=free),
        places=arrays.places._replace(service=np.zeros_like(arrays.places.service)),
        sources=bare_terms(frame, transport, before),
        limit=np.where(wish, 0.0, arrays.limit),
        ceiling=np.where(wish, 0.0, arrays.ceiling * unit),
        purchases=Purchases(
            np.zeros(len(transport.kinds)),
            np.array([ever_filled(problem, number) for number in transport.kinds.tolist()]),
            arrays.purchases.take,
            arrays.purchases.implied,
        ),
    )


def bare_terms(frame: Frame, transport: Transport, before: int) -> Sources:
    """Return the sources with terms in units of stock: one for each word kept, frozen leg or rule.

    Before the day only what follows frozen lines may leave.
    """
    arrays = transport.problem
    first, sources = arrays.routes.first.tolist(), arrays.sources
    frozen = [int((frame.ship_day[list(legs)] < before).sum()) for legs in transport.legs]
    count, routes, costs = [0], [], []
    for source, release in enumerate(sources.release.tolist()):
        own = slice(*sources.term_first[source : source + 2].tolist())
        terms = dict(zip(sources.term_route[own].tolist(), sources.term_cost[own], strict=True))
        for route in range(first[release], first[release + 1]):
            given = -float(terms.get(route, 0.0))
            rules = math.floor(given / frame.rule_penalty + KEPT) if given > -math.inf else 0
            follows = (given - rules * frame.rule_penalty) / 2.0  # of two coins each, if any
            cost = math.inf if follows < frozen[route] - KEPT else -(rules + max(follows, 0.0))
            if cost:
                routes.append(route)
                costs.append(cost)
        count.append(len(routes))
    return sources._replace(
        term_first=np.array(count, dtype=np.int64),
        term_route=np.array(routes, dtype=np.int64),
        term_cost=np.array(costs, dtype=np.float64),
    )


def raise_as_one(frame: Frame, draft: Draft) -> None:
    """Let one column raise a limit in all its periods, a fleet by whole vehicles.

    The room of a vehicle is what it is.
    """
    first: dict[tuple[str, int], int] = {}
    for number, row in enumerate(frame.shared):
        column = first.setdefault(row.key[:2], number)
        draft.entries[number] = (number, column, -1.0)
        draft.whole[column] = row.name == "vehicles"
        if row.name in ("vehicle_m3", "vehicle_kg"):
            draft.upper[column] = 0.0


def ever_filled(problem: Problem, departure: int) -> float:
    """Return how many vehicles of a departure could ever be filled, however many there are."""
    room = vehicle_room(problem, problem.network.lanes[problem.departures[departure].lane])
    stock = total_stock(problem)
    return float(np.ceil(max(part / each for part, each in zip(stock, room, strict=True))) + 1)
