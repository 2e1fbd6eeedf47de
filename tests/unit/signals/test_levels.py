"""Levels follow what sells, large SKUs quickly and small ones slowly."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from prepos.signals.evidence import gather
from prepos.signals.levels import (
    PERIODS,
    UNITS,
    Trust,
    follow_levels,
    learn_trust,
    look_back,
    quick_level,
)
from prepos.signals.options import SignalOptions
from prepos.signals.record import Record
from tests.unit.forecast.snapshots import CUTOFF, make_snapshot, weekly


def test_quick_level_is_a_gamma_poisson_posterior() -> None:
    """By hand: slow level 2, worth 10 units; 6 units in 1.5 periods make (10 + 6) / (5 + 1.5)."""
    units, worths = np.array([[6.0], [0.0]]), np.array([[1.5], [9.0]])
    level = quick_level(np.array([2.0]), units, worths, Trust(np.array([10.0]), np.zeros(1)))
    assert level == pytest.approx([16.0 / 6.5])


def test_a_slower_level_is_worth_periods_besides() -> None:
    """By hand: two more periods at 2 units each make (10 + 4 + 6) / (5 + 2 + 1.5)."""
    units, worths = np.array([[6.0], [0.0]]), np.array([[1.5], [9.0]])
    level = quick_level(np.array([2.0]), units, worths, Trust(np.array([10.0]), np.array([2.0])))
    assert level == pytest.approx([20.0 / 8.5])


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
    worths = []
    for level in (walk, still):
        trust = learn_trust(record_of(rng.poisson(level)), 0)
        worths.append(trust.units / 60.0 + trust.periods)
    assert worths[0][0] < worths[1][0]
    assert worths[1][0] > 100.0


def test_what_scatters_alike_however_large_is_worth_periods() -> None:
    """Two SKUs of 1,000 a week that scatter by half: the last weeks' many units tell little."""
    rng = np.random.default_rng(3)
    trust = learn_trust(record_of(1000 * rng.gamma(4.0, 0.25, (60, 8))), 0)
    prior = trust.units / 1000.0 + trust.periods
    assert prior[0] > 2.0
    assert trust.periods[0] > 0


def test_levels_are_learnt_at_the_latest_instants_whose_horizon_has_passed() -> None:
    """The horizon is two weeks: an instant after week 6 is told weeks 7 and 8."""
    units = np.arange(1, 11)[:, None] * np.array([[1, 10]])
    trials = look_back(record_of(units), np.array([5, 6]))
    assert trials.came.tolist() == [[13, 130], [15, 150]]
    assert trials.units.shape == (4, 2, 2)
    assert (trials.slow[1] > trials.slow[0]).all()


def test_promotions_are_no_moves_of_a_level() -> None:
    """SKUs that sell threefold in months of promotion, and steadily else, are followed slowly."""
    rng = np.random.default_rng(5)
    cheap = np.repeat(rng.random((13, 12)) < 0.3, 4, axis=0)
    units = rng.poisson(60.0 * np.where(cheap, 3.0, 1.0))
    trusts = [learn_trust(record_of(units, told), 0) for told in (None, cheap)]
    assert trusts[1].units.sum() + 60.0 * trusts[1].periods.sum() > (
        trusts[0].units.sum() + 60.0 * trusts[0].periods.sum()
    )


def test_one_speed_and_short_histories_have_nothing_to_learn() -> None:
    """With one speed there is no slower level; before the first horizon nothing is known."""
    one = gather(make_snapshot(weekly("r", "s", [3] * 9)), SignalOptions(half_life_weeks=(4.0,)))
    assert len(learn_trust(one.record, 0).units) == 0
    short = gather(make_snapshot(weekly("r", "s", [3])), SignalOptions())
    trust = learn_trust(short.record, 0)
    assert trust.units.tolist() == [UNITS[-1]] * 3
    assert trust.periods.tolist() == [PERIODS[0]] * 3


def record_of(units: np.ndarray, promoted: np.ndarray | None = None) -> Record:
    """Return the record of weekly units (T, K) in one region, with a calendar where it is told."""
    whole, weeks = units.astype(np.int64), len(units)
    names = [f"s{k:02d}" for k in range(whole.shape[1])]
    lines = [x for k, name in enumerate(names) for x in weekly("r", name, whole[:, k].tolist())]
    if promoted is None:
        return gather(make_snapshot(lines), SignalOptions()).record
    rows = [
        (CUTOFF + timedelta(days=7 * int(week - weeks) + day), "leaflet", "promotion", names[k])
        for week, k in zip(*np.nonzero(promoted), strict=True)
        for day in range(7)
    ]
    table = pd.DataFrame(rows, columns=["date", "event", "kind", "sku"])
    return gather(make_snapshot(lines, tables={"calendar": table}), SignalOptions()).record
