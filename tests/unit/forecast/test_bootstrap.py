"""The paired bootstrap: what is drawn, and how wide its intervals are."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.forecast.bootstrap import MOST_RATIO, draw, drawn_sums, interval, paired_ratio, ratio


def generator(seed: int = 3) -> np.random.Generator:
    """Return a generator."""
    return np.random.default_rng(seed)


@pytest.mark.parametrize(
    ("periods", "series", "block"), [(8, 5, 4), (7, 1, 3), (1, 9, 4), (2, 2, 9)]
)
def test_a_draw_has_as_many_as_there_are(periods: int, series: int, block: int) -> None:
    """Periods and series are drawn with replacement, none is added or lost."""
    draws = draw(periods, series, block=block, generator=generator(), draws=50)
    assert draws.periods.shape == (50, periods)
    np.testing.assert_array_equal(draws.periods.sum(axis=1), periods)
    np.testing.assert_array_equal(draws.series.sum(axis=1), series)


def test_periods_are_drawn_in_blocks_that_run_around() -> None:
    """With blocks of half the periods every draw is two runs of four, the first after the last."""
    draws = draw(8, 1, block=4, generator=generator(), draws=200)
    possible = {
        tuple(np.roll(np.arange(8) < 4, a).astype(int) + np.roll(np.arange(8) < 4, b))
        for a in range(8)
        for b in range(8)
    }
    assert {tuple(row.astype(int)) for row in draws.periods} <= possible
    assert len(np.unique(draws.periods, axis=0)) > 20


def test_drawn_sums_count_each_period_and_series_as_often_as_drawn() -> None:
    """Worked by hand: period 0 twice, series 1 twice."""
    draws = draw(2, 2, block=1, generator=generator(), draws=1)
    draws.periods[:] = [2.0, 0.0]
    draws.series[:] = [0.0, 2.0]
    assert drawn_sums(np.array([[1.0, 10.0], [100.0, 1000.0]]), draws).tolist() == [40.0]


def test_what_moves_both_alike_drops_out() -> None:
    """A model that always loses nine tenths of the other does so in every draw."""
    losses = generator().gamma(0.5, size=(8, 30))
    draws = draw(8, 30, block=4, generator=generator())
    assert paired_ratio(0.9 * losses, losses, draws) == pytest.approx((0.9, 0.9, 0.9))


def test_an_odd_period_is_no_hundred_witnesses() -> None:
    """A difference that comes from one period is unsure, however many series show it."""
    theirs = np.ones((8, 500))
    odd, even = theirs.copy(), theirs * 0.95
    odd[3] = 0.6
    draws = draw(8, 500, block=4, generator=generator())
    by_one, by_all = paired_ratio(odd, theirs, draws), paired_ratio(even, theirs, draws)
    assert by_one[0] == pytest.approx(by_all[0])
    assert by_all[2] < 1.0
    assert by_one[2] == pytest.approx(1.0)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Of 200 comparisons of equals, at least nine tenths of the intervals hold 1."""
    rng, held = generator(11), 0
    for _ in range(200):
        week = rng.gamma(20.0, 0.05, size=(2, 12, 1))
        ours, theirs = week * rng.gamma(2.0, size=(2, 12, 40))
        _, low, high = paired_ratio(ours, theirs, draw(12, 40, block=1, generator=rng, draws=200))
        held += low <= 1.0 <= high
    assert held >= 180


def test_ratios_stay_finite() -> None:
    """Nothing over nothing is even; something over nothing is a lot, but a number."""
    assert ratio(np.array([0.0, 2.0, 1.0]), np.array([0.0, 0.0, 4.0])).tolist() == [
        1.0,
        MOST_RATIO,
        0.25,
    ]


def test_an_interval_is_the_middle_share() -> None:
    """Of 0 to 100, 95 % lie between 2.5 and 97.5."""
    assert interval(np.arange(101.0)) == pytest.approx((2.5, 97.5))
    assert interval(np.arange(101.0), 0.5) == pytest.approx((25.0, 75.0))


def test_the_same_generator_draws_the_same() -> None:
    """Intervals repeat."""
    first, again = (draw(8, 9, block=4, generator=generator(7)) for _ in range(2))
    np.testing.assert_array_equal(first.periods, again.periods)
    np.testing.assert_array_equal(first.series, again.series)
