"""The planner's rules written as rows of an ordinary program in PuLP, and what lies where moved."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pulp

from prepos.plan.frame import Frame
from prepos.plan.frozen import settle_frozen
from prepos.plan.parcels import Shipped
from prepos.plan.problem import Problem
from prepos.plan.rules import Rulebook, closed_departures
from prepos.plan.transport.batch import Flows, read_flows
from prepos.plan.transport.build import as_transport
from prepos.plan.transport.choice import choose_answers
from prepos.plan.transport.lots import let_lie
from prepos.plan.transport.prices import find_prices
from prepos.plan.transport.problem import TransportProblem
from prepos.plan.transport.routes import list_releases, list_routes
from tests.instances import Case, framed
from tests.unit.plan.transport.worlds import idle_cost, idle_use, list_columns


def as_lots(case: Case, problem: Problem) -> tuple[Frame, TransportProblem]:
    """Return a problem's look-ups, and the same as transportation."""
    frame = framed(problem)
    dispersion = case.grouped(problem.catchments).dispersion[:1]
    spans = problem.periods.horizon * (problem.periods.horizon + 1) // 2
    return frame, as_transport(problem, frame, np.repeat(dispersion, spans, axis=0))


def departures_of(problem: Problem, frame: Frame) -> list[tuple[int, ...]]:
    """Return the departures of every route."""
    settled = settle_frozen(problem, frame)
    releases = list_releases(problem, frame, (release for _, release, _ in settled.changes))
    return list_routes(problem, frame, releases, closed_departures(problem, frame)).departures


def shipped_by(problem: Problem, frame: Frame, flows: Flows) -> Shipped:
    """Return what flows ship, by departure and SKU."""
    legs = departures_of(problem, frame)
    units: dict[tuple[int, int], int] = {}
    for sku, route, count in zip(flows.sku, flows.route, flows.units, strict=True):
        for departure in legs[route]:
            key = (departure, int(sku))
            units[key] = units.get(key, 0) + int(count)
    keys = np.array(sorted(units), dtype=np.int64).reshape(-1, 2)
    return Shipped(keys[:, 0], keys[:, 1], np.array([units[key] for key in sorted(units)], float))


def decide(
    problem: Problem, frame: Frame, transport: TransportProblem
) -> tuple[float, float, Shipped]:
    """Return bound, cost and shipments by prices; limits that are not kept fail the test."""
    search = find_prices(transport, solver="highs", precision=1e-7)
    choice = choose_answers(transport, search, solver="highs", precision=1e-5)
    assert not choice.over.any()
    parts = [
        read_flows(transport, prices, search.value, np.flatnonzero(choice.number == number))
        for number, prices in enumerate(choice.prices)
    ]
    flows = Flows(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    return search.bound, choice.cost, shipped_by(problem, frame, flows)


def ruled_cost(case: Case, problem: Problem) -> float:
    """Return the relaxed cost with every rule a row of its own; infinite where it cannot be kept.

    Units by source, rank and route; each SKU may leave as much as it has where nobody wants it.
    """
    frame, plain = as_lots(case, replace(problem, overrides=()))
    owner = np.repeat(np.arange(len(plain)), np.diff(plain.sources.first))
    stock = np.bincount(owner, plain.sources.units, len(plain)).astype(np.int64)
    plain = let_lie(plain, stock)
    program = pulp.LpProblem("rules", pulp.LpMinimize)
    columns, units = list_columns(plain), plain.sources.units
    sent = [program.add_variable(f"x{number}", 0) for number in range(len(columns))]
    constant, use = plain.shortage, np.zeros(len(plain.limit))
    for sku, (start, end) in enumerate(pairwise(plain.sources.first.tolist())):
        for source in range(start, end):
            release = int(plain.sources.release[source])
            constant += units[source] * idle_cost(plain, sku, release)
            use += units[source] * idle_use(plain, sku, release)

    def total(amount: list[float]) -> pulp.LpAffineExpression:
        return pulp.LpAffineExpression(list(zip(sent, amount, strict=True)))

    program.setObjective(total([column[4] for column in columns]))
    for at, most in ((1, units), (2, plain.ranks.width)):
        for number, limit in enumerate(most.tolist()):
            program += total([float(column[at] == number) for column in columns]) <= limit
    for row, limit in enumerate((plain.limit - use).tolist()):
        program += total([float(column[5][row]) for column in columns]) <= limit
    legs = departures_of(replace(problem, overrides=()), frame)
    book = Rulebook(problem)
    for sku in range(len(plain)):
        for way, bound in book.bounds(sku).items():
            first = total([float(_takes(frame, legs, column, sku, way, 0)) for column in columns])
            later = [_takes(frame, legs, column, sku, way, 1) for column in columns]
            program += first >= bound.least
            if np.isfinite(bound.most):
                program += first <= bound.most
            program += total([float(each) for each in later]) <= 0
    status = program.solve(pulp.HiGHS(msg=False, threads=1))
    solved = status == pulp.LpStatusOptimal
    return float(pulp.value(program.objective)) + constant if solved else np.inf


def _takes(
    frame: Frame,
    legs: list[tuple[int, ...]],
    column: tuple[int, int, int, int, float, np.ndarray],
    sku: int,
    way: tuple[int, int],
    leg: int,
) -> bool:
    """Return whether a column's first leg (0), or a later one (1), goes a way."""
    mine = legs[column[3]][:1] if leg == 0 else legs[column[3]][1:]
    ends = [(int(frame.origin[each]), int(frame.destination[each])) for each in mine]
    return column[0] == sku and way in ends
