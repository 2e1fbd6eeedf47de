"""What a policy is worth: shares and ratios by hand, and how sure they are."""

from __future__ import annotations

import math

import numpy as np
import pytest

from prepos.pipeline.gains import best_of, weigh_gains

NOTHING = np.array([100.0, 100.0, 100.0, 100.0])
BOUND = np.array([60.0, 60.0, 60.0, 60.0])
PUSH = np.array([80.0, 80.0, 80.0, 80.0])
OURS = np.array([66.0, 66.0, 74.0, 74.0])


def weigh(costs: dict[str, np.ndarray], bound: np.ndarray | None = BOUND) -> dict:
    """Return the gains, drawn from one seed."""
    return weigh_gains(costs, bound, ("push", "stock"), np.random.default_rng(1))


def test_shares_are_those_worked_by_hand() -> None:
    """400, 320 and 280 beside a bound of 240: half, and three quarters of the way."""
    gains = weigh({"nothing": NOTHING, "push": PUSH, "ours": OURS})
    assert gains["nothing"].gap_closed == (0.0, 0.0, 0.0)
    assert gains["push"].saving == pytest.approx(0.2)
    assert gains["push"].gap_closed == pytest.approx((0.5, 0.5, 0.5))
    assert gains["ours"].gap_closed[0] == pytest.approx(0.75)
    assert gains["ours"].left_ratio[0] == pytest.approx(0.5)
    low, high = gains["ours"].left_ratio[1:]
    assert 0.299 < low < 0.5 < high < 0.701


def test_best_baseline_is_the_cheapest_of_those_replayed() -> None:
    """What was not replayed does not count, and neither does the plan itself."""
    costs = {"nothing": NOTHING, "push": PUSH, "ours": OURS}
    assert best_of(costs, ("push", "stock")) == "push"
    assert best_of(costs | {"stock": OURS + 1}, ("push", "stock")) == "stock"
    assert best_of(costs, ("stock",)) is None


def test_without_a_bound_savings_alone_are_told() -> None:
    """Nor is a gap closed where there is none."""
    gains = weigh({"nothing": NOTHING, "ours": OURS}, bound=None)
    assert gains["ours"].saving == pytest.approx(0.3)
    assert all(math.isnan(each) for each in gains["ours"].gap_closed + gains["ours"].left_ratio)
    assert math.isnan(weigh({"nothing": BOUND, "ours": BOUND})["ours"].gap_closed[0])


def test_nothing_is_saved_of_nothing() -> None:
    """Where doing nothing costs nothing, no share of it can be told."""
    free = np.zeros(4)
    gains = weigh({"nothing": free, "ours": free}, bound=free)
    assert math.isnan(gains["ours"].saving)
    assert math.isnan(gains["ours"].gap_closed[0])


def test_same_seed_gives_the_same_intervals() -> None:
    """Comparisons do not change from run to run."""
    costs = {"nothing": NOTHING, "push": PUSH, "ours": OURS}
    assert weigh(costs) == weigh(costs)
