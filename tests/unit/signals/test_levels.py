"""Levels follow what sells, large SKUs quickly and small ones slowly."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.signals.evidence import gather
from prepos.signals.levels import WORTHS, follow_levels, learn_trust, quick_level
from prepos.signals.options import SignalOptions
from tests.unit.forecast.snapshots import make_snapshot, weekly


def test_quick_level_is_a_gamma_poisson_posterior() -> None:
    """By hand: slow level 2, worth 10 units; 6 units in 1.5 periods make (10 + 6) / (5 + 1.5)."""
    units, worths = np.array([[6.0], [0.0]]), np.array([[1.5], [9.0]])
    level = quick_level(np.array([2.0]), units, worths, np.array([10.0]))
    assert level == pytest.approx([16.0 / 6.5])


def test_large_skus_are_followed_more_quickly() -> None:
    """Both doubled four weeks ago; the large one's level is nearer to its double."""
    lines = weekly("r", "big", [400] * 30 + [800] * 4) + weekly("r", "small", [2] * 30 + [4] * 4)
    evidence = gather(make_snapshot(lines, category=["large", "little"]), SignalOptions())
    quick, slow = follow_levels(evidence)
    rise = (quick - slow) / (np.array([800.0, 4.0]) - slow)
    assert rise[0] > rise[1] > 0
    assert rise[0] > 0.7


def test_a_steady_level_stays_where_it_is() -> None:
    """Nothing moves: all levels are the same."""
    evidence = gather(make_snapshot(weekly("r", "s", [7] * 30)), SignalOptions())
    quick, slow = follow_levels(evidence)
    assert quick == pytest.approx(slow, rel=0.02)
    assert quick == pytest.approx([7.0], rel=0.02)


def test_trust_is_small_where_levels_move_and_large_where_they_do_not() -> None:
    """The slower level is worth little where SKUs wander, and much where units only scatter."""
    rng = np.random.default_rng(2)
    walk = np.exp(np.cumsum(rng.normal(0.0, 0.25, (50, 12)), axis=0)) * 60.0
    still = np.full((50, 12), 60.0)
    learnt = []
    for level in (walk, still):
        units = rng.poisson(level)
        lines = [x for k in range(12) for x in weekly("r", f"s{k:02d}", units[:, k].tolist())]
        learnt.append(learn_trust(gather(make_snapshot(lines), SignalOptions()).record, 0))
    assert learnt[0][0] < learnt[1][0]
    assert learnt[1][0] == WORTHS[-1]


def test_one_speed_and_short_histories_have_nothing_to_learn() -> None:
    """With one speed there is no slower level; before the first horizon nothing is known."""
    one = gather(make_snapshot(weekly("r", "s", [3] * 9)), SignalOptions(half_life_weeks=(4.0,)))
    assert len(learn_trust(one.record, 0)) == 0
    short = gather(make_snapshot(weekly("r", "s", [3])), SignalOptions())
    assert learn_trust(short.record, 0).tolist() == [WORTHS[-1]] * 3
