"""The policies that go by past orders alone."""

import numpy as np
import pytest

from prepos.replay.policies import Nearest, Nothing, Proportional
from tests.instances import Case, forward, lane, make_case, origin
from tests.policies import ask, every_week, sent

WEEKS = 8


def two_nodes(stock: int, **columns: float) -> Case:
    """Return DC, dear to serve from, A near r1 and B near r2; r3 is near DC, r4 out of reach."""
    far = np.inf
    return make_case(
        [origin("DC"), forward("A"), forward("B")],
        [lane("DC>A", cost_per_unit=0.5), lane("DC>B", cost_per_unit=0.5)],
        {"A": [1, 3, 4, far], "B": [3, 1, 4, far], "DC": [5, 5, 2, far]},
        {"S": [[1, 1, 1, 1]]},
        on_hand={("DC", "S"): stock},
        **columns,
    )


def test_nothing_sends_nothing() -> None:
    """Whatever was ordered."""
    assert len(ask(two_nodes(100), Nothing(), every_week("r1", "S", 9))) == 0


def test_proportional_covers_past_demand() -> None:
    """3 and 1 a week, for two weeks: 6 and 2; the rest stays."""
    lines = every_week("r1", "S", 3) + every_week("r2", "S", 1)
    assert sent(two_nodes(100), Proportional(window=2), lines) == {
        ("DC>A", "S"): 6,
        ("DC>B", "S"): 2,
    }


def test_proportional_splits_what_there_is() -> None:
    """4 units for a need of 8: half for each."""
    lines = every_week("r1", "S", 3) + every_week("r2", "S", 1)
    assert sent(two_nodes(4), Proportional(window=2), lines) == {("DC>A", "S"): 3, ("DC>B", "S"): 1}


def test_proportional_keeps_the_share_of_an_origins_own_regions() -> None:
    """r1 and r3 want alike: of 6 units 3 stay, though r1 could take all."""
    lines = every_week("r1", "S", 6) + every_week("r3", "S", 6)
    assert sent(two_nodes(6), Proportional(window=1), lines) == {("DC>A", "S"): 3}


def test_proportional_counts_what_lies_at_the_nodes() -> None:
    """10 at DC, 2 at A, for needs of 6 and 6: A lacks 4, B 6."""
    lines = every_week("r1", "S", 6) + every_week("r2", "S", 6)
    case = two_nodes(10).with_stock(A=2)
    assert sent(case, Proportional(window=1), lines) == {("DC>A", "S"): 4, ("DC>B", "S"): 6}


def test_cover_is_a_choice() -> None:
    """Three weeks of demand on a window of one."""
    policy = Proportional(window=1, cover=3)
    assert sent(two_nodes(100), policy, every_week("r1", "S", 2)) == {("DC>A", "S"): 6}


def test_only_the_last_eight_weeks_count() -> None:
    """What was ordered in the ninth week back does not; the mean is over eight."""
    lines = [*every_week("r1", "S", 2), (-7 * 9 + 1, "r2", "S", 1000)]
    assert sent(two_nodes(100), Proportional(window=1), lines) == {("DC>A", "S"): 2}


def test_the_mean_is_over_the_periods_that_are_known() -> None:
    """Two weeks of history, 4 in each: 4 a week, not 1."""
    lines = every_week("r1", "S", 4, weeks=2)
    assert sent(two_nodes(100), Proportional(window=1), lines) == {("DC>A", "S"): 4}


def test_a_region_that_nobody_serves_gets_nothing() -> None:
    """Its demand is no share of the stock either."""
    lines = every_week("r1", "S", 4) + every_week("r4", "S", 400)
    for policy in (Proportional(window=1), Nearest(window=1)):
        assert sent(two_nodes(4), policy, lines) == {("DC>A", "S"): 4}


def test_nearest_sends_to_the_cheapest_forward_node() -> None:
    """r3 is nearest to DC, but cheapest of the forward nodes from A; saving nothing, it gets none.

    r1 and r2 get theirs, as far as stock goes.
    """
    lines = every_week("r1", "S", 6) + every_week("r2", "S", 2)
    assert sent(two_nodes(100), Nearest(window=1), lines) == {("DC>A", "S"): 6, ("DC>B", "S"): 2}
    assert sent(two_nodes(100), Nearest(window=1), every_week("r3", "S", 6)) == {}


def test_nearest_keeps_nothing() -> None:
    """All 6 units go to A, where what is saved on r1 outweighs what r3 will cost."""
    lines = every_week("r1", "S", 6) + every_week("r3", "S", 1)
    assert sent(two_nodes(6), Nearest(window=1), lines) == {("DC>A", "S"): 6}


def test_no_stock_or_no_past_sends_nothing() -> None:
    """Nothing to send, or nobody who ordered."""
    lines = every_week("r1", "S", 3)
    for policy in (Proportional(window=1), Nearest(window=1)):
        assert sent(two_nodes(0), policy, lines) == {}
        assert sent(two_nodes(9), policy) == {}


def test_parts_of_units_add_up_to_whole_ones() -> None:
    """Eight SKUs that want an eighth each at A: one unit goes, not none and not eight."""
    skus = [f"S{k}" for k in range(8)]
    case = make_case(
        [origin("DC"), forward("A")],
        [lane("DC>A", cost_per_unit=0.01)],
        {"A": [1], "DC": [5]},
        {sku: [[1]] for sku in skus},
        on_hand={("DC", sku): 5 for sku in skus},
        shortage_cost=[10] * 8,
    )
    lines = [(-3 - 7 * week, "r1", sku, 1) for week, sku in enumerate(skus)]
    assert sum(sent(case, Proportional(window=1), lines).values()) == 1


@pytest.mark.parametrize("policy", [Proportional(window=1), Nearest(window=1)])
def test_a_lane_that_costs_what_is_saved_is_not_used(policy: Proportional | Nearest) -> None:
    """From A a unit costs 4 less than from DC: a lane at 4 saves nothing."""
    case, lines = two_nodes(9), every_week("r1", "S", 3)
    assert sent(case.with_lanes(cost_per_unit=3.9), policy, lines) == {("DC>A", "S"): 3}
    assert sent(case.with_lanes(cost_per_unit=4.0), policy, lines) == {}
