"""The problem as arrays: window, receipts, costs."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from prepos.core.periods import Periods
from prepos.plan import Frozen, PlanOptions, planning_window
from tests.instances import START, forward, lane, make_case, make_network, one_lane, origin


@pytest.mark.parametrize(
    ("lead_time", "cover", "horizon", "window"),
    [
        (0, None, 4, 1),
        (7, None, 4, 2),
        (8, None, 4, 3),
        (30, None, 4, 4),
        (0, 3, 4, 3),
        (0, 9, 4, 4),
    ],
)
def test_window(lead_time: int, cover: int | None, horizon: int, window: int) -> None:
    """Cover, else lead time and review period; never beyond the horizon."""
    network = make_network(
        [origin("DC"), forward("A")], [lane("DC>A", lead_time)], {"A": [1.0], "DC": [1.0]}
    )
    found = planning_window(network, Periods(START, 7, horizon), PlanOptions(cover=cover))
    assert found == Periods(START, 7, window)


def test_window_without_lanes() -> None:
    """One period."""
    network = make_network([origin("DC")], [], {"DC": [1.0]})
    assert planning_window(network, Periods(START, 7, 4), PlanOptions()).horizon == 1


def test_receipts_are_there_coming_or_too_late() -> None:
    """Before the cutoff they are on hand, beyond the window they are left out."""
    case = make_case(
        [origin("DC"), forward("A")],
        [lane("DC>A")],
        {"A": [1.0], "DC": [1.0]},
        {"S": [[1.0]]},
        on_hand={("A", "S"): 2},
        receipts=[(-1, "A", "S", 3), (0, "A", "S", 4), (6, "DC", "S", 5), (7, "A", "S", 6)],
    )
    problem = case.problem()
    assert problem.on_hand[:, 0].tolist() == [5, 0]
    assert [receipt.quantity for receipt in problem.receipts] == [4, 5]
    assert case.stock.on_hand[:, 0].tolist() == [2, 0]  # what was handed in is left alone


def test_unit_transport_adds_unit_volume_and_weight() -> None:
    """1 + 2 * 0.5 + 0.1 * 4."""
    case = one_lane(1.0, 1, unit_volume_m3=0.5, unit_weight_kg=4.0)
    problem = case.with_lanes(cost_per_m3=2.0, cost_per_kg=0.1).problem()
    assert_allclose(problem.unit_transport, [[2.4]])


def test_fallback_price_is_above_every_sensible_cost() -> None:
    """Shortage, return, holding, lane and service together."""
    price = one_lane(1.0, 1, periods=3).problem().fallback_price
    assert price == pytest.approx(2.0 + 1.0 + (10.0 + 1.0) + 3 * 0.1)
    assert np.isfinite(price)


def test_a_problem_is_free_without_rules_and_published_plan() -> None:
    """Freed it is; and only where a published plan is deviated from does that cost."""
    case = one_lane(3.0, 9)
    assert case.problem(stability_cost=2.0).is_free
    assert case.problem(stability_cost=2.0).stability_cost == 0.0
    bound = case.problem(
        ("S", "DC", "A", "max", 2.0), frozen=Frozen(published=()), stability_cost=2.0
    )
    assert not bound.is_free
    assert bound.stability_cost == 2.0
    assert bound.freed().is_free
    assert bound.freed().overrides == ()
