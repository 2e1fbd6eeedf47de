"""The planning problem turned into one of transportation, beside the exact program."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.plan.blocks import make_block
from prepos.plan.exact import solve_exactly
from prepos.plan.frame import Frame
from prepos.plan.planner import do_nothing, make_blocks
from prepos.plan.problem import Problem
from prepos.plan.transport.batch import answer
from prepos.plan.transport.build import as_transport
from prepos.plan.transport.choice import choose_answers
from prepos.plan.transport.prices import find_prices
from prepos.plan.transport.problem import TransportProblem
from tests.instances import Case, forward, framed, lane, make_case, origin, random_case


def single_period(seed: int, **size: int) -> Case:
    """Return a random case of one period and single units, whose lanes arrive in time.

    Returns cost nothing: the two ways count them alike only where stock is put aside alike.
    """
    case = random_case(np.random.default_rng(seed), periods=1, limits=True, **size)
    return case.with_products(case_pack=1, return_cost=0.0).with_lanes(lead_time_days=0)


def both(case: Case) -> tuple[Problem, Frame, TransportProblem]:
    """Return a case's problem, its look-ups, and the same as transportation."""
    problem = case.problem()
    frame = framed(problem)
    dispersion = case.grouped(problem.catchments).dispersion[:1]
    spans = problem.periods.horizon * (problem.periods.horizon + 1) // 2
    return problem, frame, as_transport(problem, frame, np.repeat(dispersion, spans, axis=0))


def exact_objective(problem: Problem, frame: Frame) -> float:
    """Return the exact program's cost."""
    nothing = do_nothing(problem, frame, "highs")
    blocks = make_blocks(problem, frame, nothing)
    decision = solve_exactly(problem, frame, blocks, solver="highs", time_limit_s=60.0)
    return decision.bound


@pytest.mark.parametrize("seed", range(16))
def test_two_ways_agree_on_one_period(seed: int) -> None:
    """Bound <= exact <= chosen, limits kept: two ways to solve one problem."""
    problem, frame, transport = both(single_period(seed, skus=6, forwards=3, origins=2))
    exact = exact_objective(problem, frame)
    found = find_prices(transport, solver="highs", precision=1e-7)
    choice = choose_answers(transport, found, solver="highs", precision=1e-4)
    tolerance = 1e-5 * abs(exact)
    assert not choice.over.any()
    assert found.bound <= exact + tolerance
    assert exact <= choice.cost + tolerance
    assert choice.cost - found.bound <= 0.05 * abs(exact)


def test_routes_go_through_hubs_in_time() -> None:
    """A unit may be sent on from the day after it came; routes that come too late are left out."""
    case = make_case(
        [origin("DC"), forward("A"), forward("B", storage_m3=9.0)],
        [
            lane("DC>A", 2, cost_per_unit=1.0),
            lane("A>B", 3, cost_per_unit=0.5),
            lane("DC>B", 20, cost_per_unit=0.1),
        ],
        {"A": [1.0, 9.0], "B": [9.0, 1.0], "DC": [5.0, 5.0]},
        {"S": [[2.0, 2.0], [2.0, 2.0]]},
        on_hand={("DC", "S"): 5},
        receipts=[(1, "A", "S", 3)],
    )
    problem, _, transport = both(case)
    names = list(problem.network.node_axis)
    routes = transport.routes
    first, last = routes.first[names.index("DC") :][:2]
    told = sorted(
        (names[routes.node[r]], int(routes.period[r]), round(float(routes.per_unit[r]), 3))
        for r in range(first, last)
    )
    assert told == [("A", 1, 1.0), ("B", 1, 1.5), ("DC", 0, 0.0)]
    assert transport.sources.units.tolist() == [5, 3]
    coming = transport.sources.release[1]
    assert names[transport.places.release_node[coming]] == "A"
    assert routes.period[routes.first[coming]] == 1


def test_holding_on_the_way_is_counted() -> None:
    """Lying at a forward node at a period's end costs holding and takes storage."""
    case = make_case(
        [origin("DC"), forward("A", storage_m3=50.0)],
        [lane("DC>A", 3, cost_per_unit=1.0)],
        {"A": [1.0], "DC": [np.inf]},
        {"S": [[4.0], [4.0]]},
        on_hand={("DC", "S"): 20},
        holding_cost=0.5,
        return_cost=0.0,
    )
    _, _, transport = both(case)
    moved = transport.routes.held[transport.routes.node != 1]
    assert moved.max() == 1
    cost, use = answer(transport, np.zeros(2), np.zeros(1))
    assert cost.sum() < 0.0
    assert (use.sum(axis=0) > 0).all()


def test_blocks_still_stand_beside() -> None:
    """A SKU that nobody wants and that lies nowhere has neither sources nor ranks."""
    case = make_case(
        [origin("DC"), forward("A")],
        [lane("DC>A")],
        {"A": [1.0], "DC": [2.0]},
        {"S": [[4.0]], "T": [[0.0]]},
        on_hand={("DC", "S"): 2},
    )
    problem, frame, transport = both(case)
    assert make_block(problem, frame, 1, None).layout.columns == 0
    assert transport.sources.first.tolist() == [0, 1, 1]
    assert transport.ranks.first[1] == transport.ranks.first[2]
