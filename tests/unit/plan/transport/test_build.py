"""The planning problem turned into one of transportation, beside the exact program."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.plan.problem import Problem
from prepos.plan.transport.batch import answer
from prepos.plan.transport.build import as_transport
from prepos.plan.transport.problem import TransportProblem
from tests.instances import Case, forward, framed, lane, make_case, origin, random_case


def both(case: Case) -> tuple[Problem, TransportProblem]:
    """Return a case's problem, and the same as transportation."""
    problem = case.problem()
    return problem, as_transport(problem, framed(problem)).problem


@pytest.mark.parametrize("seed", range(10))
def test_two_ways_agree(seed: int) -> None:
    """Bound <= exact <= priced: two ways to solve one problem, cases, limits and vehicles whole."""
    rng = np.random.default_rng(seed)
    case = random_case(rng, skus=6, forwards=3, origins=2, limits=True, vehicles=seed % 2 == 0)
    exact, priced = (case.plan(method=method) for method in ("exact", "decompose"))
    tolerance = 1e-6 * abs(exact.objective)
    assert priced.bound <= exact.objective + tolerance
    assert exact.certificate.bound <= exact.objective + tolerance
    assert exact.objective <= priced.objective + tolerance


def test_routes_go_through_hubs_in_time() -> None:
    """A unit may be sent on from the day after it came; routes that come too late are left out.

    From DC to A on day 2 for the first week, or on day 9 for the second; on from A on day 3, or on
    day 7 to be at B by that week's middle. A receipt of day 1 serves in the first week.
    """
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
    problem, transport = both(case)
    names = list(problem.network.node_axis)
    routes = transport.routes
    first, last = routes.first[names.index("DC") :][:2]
    told = sorted(
        (names[routes.node[r]], int(routes.period[r]), round(float(routes.per_unit[r]), 3))
        for r in range(first, last)
    )
    on_to_b = [("B", 1, 1.5), ("B", 1, 1.5)]
    assert told == [("A", 0, 1.0), ("A", 1, 1.0), *on_to_b, ("DC", 0, 0.0)]
    assert transport.sources.units.tolist() == [5, 3]
    coming = transport.sources.release[1]
    assert names[transport.places.release_node[coming]] == "A"
    assert routes.period[routes.first[coming]] == 0


@pytest.mark.parametrize(
    ("days", "comes", "serves", "held"),
    [(7, 3, 0, 0), (7, 4, 1, 1), (7, 10, 1, 0), (7, 11, 2, 1), (1, 1, 1, 0)],
)
def test_what_comes_by_the_middle_of_a_period_serves_it(
    days: int, comes: int, serves: int, held: int
) -> None:
    """Later than its middle, the next: it lies there at this one's end. 2 is after the window."""
    case = make_case(
        [origin("DC"), forward("A")],
        [],
        {"A": [1.0], "DC": [5.0]},
        {"S": [[2.0], [2.0]]},
        on_hand={},
        receipts=[(comes, "A", "S", 3)],
        days=days,
    )
    _, transport = both(case)
    stays = transport.routes.first[transport.sources.release[0]]
    assert transport.routes.period[stays] == serves
    assert transport.routes.held[stays] == held


def test_holding_on_the_way_is_counted() -> None:
    """Lying at a forward node at a period's end costs holding and takes storage.

    What comes on Friday, after the first week's middle, lies there at its end.
    """
    case = make_case(
        [origin("DC"), forward("A", storage_m3=50.0)],
        [lane("DC>A", 4, cost_per_unit=1.0)],
        {"A": [1.0], "DC": [np.inf]},
        {"S": [[4.0], [4.0]]},
        on_hand={("DC", "S"): 20},
        holding_cost=0.5,
        return_cost=0.0,
    )
    _, transport = both(case)
    moved = transport.routes.held[transport.routes.node != 1]
    assert moved.max() == 1
    cost, use = answer(transport, np.zeros(2), np.zeros(1))
    assert cost.sum() < 0.0
    assert (use.sum(axis=0) > 0).all()


def test_what_nobody_wants_or_has_is_empty() -> None:
    """A SKU that nobody wants and that lies nowhere has neither sources nor ranks."""
    case = make_case(
        [origin("DC"), forward("A")],
        [lane("DC>A")],
        {"A": [1.0], "DC": [2.0]},
        {"S": [[4.0]], "T": [[0.0]]},
        on_hand={("DC", "S"): 2},
    )
    _, transport = both(case)
    assert transport.sources.first.tolist() == [0, 1, 1]
    assert transport.ranks.first[1] == transport.ranks.first[2]
