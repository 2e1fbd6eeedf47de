"""Seasons of the year and of the week are found where they are, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.core.types import FloatArray
from prepos.signals.season_trial import bounded, shrink, wins
from prepos.signals.seasons import WEEKS, year_factors, year_logs
from prepos.signals.weekdays import weekday_factors

AHEAD = 8


def yearly(weeks: int, amplitude: float) -> FloatArray:
    """Return a season (weeks,) that is 1 on average over a year."""
    return 1.0 + amplitude * np.sin(2.0 * np.pi * np.arange(weeks) / WEEKS + 0.7)


def years_of(units: FloatArray, **more: int) -> FloatArray:
    """Return the season of the year, for weeks unless said otherwise."""
    given = {"first": 0, "until": units.shape[1], "days": 7, "horizon": 4, **more}
    return year_factors(units, columns=units.shape[1] + AHEAD, **given)


@pytest.mark.parametrize("weeks", [104, 156, 230])
def test_season_of_the_year_is_found(weeks: int) -> None:
    """A season of 30 per cent under growth and noise is told ahead within a few per cent."""
    rng = np.random.default_rng(3)
    truth = yearly(weeks + AHEAD, 0.3)
    growth = np.exp(0.003 * np.arange(weeks))
    units = rng.poisson(200.0 * truth[:weeks] * growth, size=(4, weeks)).astype(np.float64)
    found = years_of(units)
    assert found.shape == (5, weeks + AHEAD)
    ahead = truth[weeks:] / truth[:weeks].mean()
    assert found[:, weeks:] == pytest.approx(np.tile(ahead, (5, 1)), rel=0.08)
    assert found[:, :weeks].mean(axis=1) == pytest.approx(np.ones(5))


def test_categories_have_seasons_of_their_own() -> None:
    """Ice sells in summer, soup in winter; what hardly sells goes with the nation."""
    rng = np.random.default_rng(4)
    ice, soup = 300.0 * yearly(160, 0.5), 100.0 * yearly(160, -0.5)
    units = rng.poisson(np.stack([ice, soup, np.full(160, 0.05)])).astype(np.float64)
    found = years_of(units)
    top = int(np.argmax(yearly(160, 0.5)[:WEEKS]))
    assert found[0, top] > 1.35
    assert found[1, top] < 0.65
    assert np.array_equal(found[2], found[3])


def test_season_of_days_is_that_of_their_weeks() -> None:
    """Periods of a day take the season of the year of their week."""
    rng = np.random.default_rng(5)
    truth = np.repeat(yearly(121, 0.4), 7)
    units = rng.poisson(50.0 * truth[: 120 * 7])[None].astype(np.float64)
    found = years_of(units, days=1)
    assert found[0, 120 * 7 : 120 * 7 + 7] == pytest.approx(truth[120 * 7 :], rel=0.1)


@pytest.mark.parametrize("seed", range(4))
def test_noise_has_no_season(seed: int) -> None:
    """Three years of level sales: what is taken for a season is hardly anything."""
    units = np.random.default_rng(seed).poisson(80.0, size=(6, 156)).astype(np.float64)
    assert np.abs(years_of(units) - 1.0).max() < 0.06


@pytest.mark.parametrize("units", [np.full((2, 130), 7.0), np.zeros((2, 130))])
def test_steady_sales_have_no_season(units: FloatArray) -> None:
    """Sales that never change have a factor of exactly 1, and so have none at all."""
    assert (years_of(units) == 1.0).all()


def test_less_than_two_years_tell_no_season() -> None:
    """A year cannot be told from a trend, so a clear season of 103 weeks is not used."""
    units = np.round(1000.0 * yearly(110, 0.5))[None]
    assert (years_of(units, until=103) == 1.0).all()
    assert (years_of(units, first=1, until=104) == 1.0).all()
    assert (years_of(units, until=104) != 1.0).any()


def test_season_that_did_not_come_again_is_dropped() -> None:
    """A wave of the first year that the second has not is no season."""
    rng = np.random.default_rng(6)
    wave = np.concatenate([yearly(WEEKS, 0.5), np.ones(WEEKS)])
    units = rng.poisson(300.0 * wave)[None].astype(np.float64)
    assert (years_of(units) == 1.0).all()


def test_later_periods_teach_nothing() -> None:
    """Whatever comes from ``until`` on, the season is the same."""
    units = np.round(100.0 * yearly(140, 0.4))[None]
    later = units.copy()
    later[:, 120:] *= 9.0
    assert np.array_equal(years_of(units, until=120), years_of(later, until=120))


def test_season_of_one_series_is_read_off_its_years() -> None:
    """Phase 0 is the week after the last, so the season of a whole cycle comes back in order."""
    truth = np.log(yearly(3 * WEEKS, 0.2))[:WEEKS]
    season, variance = year_logs(np.exp(np.tile(truth, 3)) * 500.0)
    assert season == pytest.approx(truth - truth.mean(), abs=0.02)
    assert 0.0 <= variance < 1e-3


def weekdays_of(
    groups: FloatArray, regions: FloatArray, until: int | None = None, quiet: tuple[int, ...] = ()
) -> tuple[FloatArray, FloatArray]:
    """Return weekday factors, all days ordinary but those that are quiet."""
    length = groups.shape[1]
    ordinary = ~np.isin(np.arange(length), quiet)
    return weekday_factors(groups, regions, ordinary, until=until or length, columns=length + AHEAD)


WEEK = np.array([0.5, 0.7, 0.9, 1.0, 1.2, 1.7, 1.0])


def test_days_of_the_week_are_found() -> None:
    """A profile of the week under growth is told for the days ahead, on average 1."""
    rng = np.random.default_rng(7)
    growth = np.exp(0.01 * np.arange(70))
    units = rng.poisson(90.0 * np.tile(WEEK, 10) * growth, size=(3, 70)).astype(np.float64)
    found, region = weekdays_of(units, units[:1])
    assert found[:, 70:77] == pytest.approx(np.tile(WEEK, (4, 1)), rel=0.08)
    assert found[:, :70].mean(axis=1) == pytest.approx(np.ones(4))
    assert region == pytest.approx(np.ones_like(region), rel=0.06)


def test_region_has_a_week_of_its_own() -> None:
    """A region that sells on other days has a factor beside the nation's."""
    rng = np.random.default_rng(8)
    usual, other = np.tile(WEEK, 12), np.tile(WEEK[::-1], 12)
    regions = rng.poisson(np.stack([400.0 * usual, 40.0 * other])).astype(np.float64)
    found, region = weekdays_of(regions.sum(axis=0)[None], regions)
    assert (found[0] * region[1])[84:91] == pytest.approx(WEEK[::-1], rel=0.15)
    assert (found[0] * region[0])[84:91] == pytest.approx(WEEK, rel=0.1)


def test_weekdays_want_four_weeks_and_a_change() -> None:
    """Days that are alike, and fewer than 28 of them, have a factor of exactly 1."""
    clear = np.tile(WEEK * 100.0, 8)[None]
    for found in (*weekdays_of(clear, clear, until=27), *weekdays_of(clear * 0 + 3, clear * 0)):
        assert (found == 1.0).all()
    assert (weekdays_of(clear, clear, until=28)[0] != 1.0).any()


def test_holidays_do_not_bend_the_week() -> None:
    """Days that an event touched are left out, with the weeks around them."""
    units = np.tile(WEEK * 100.0, 12)[None]
    feast = units.copy()
    feast[:, [10, 24, 38]] *= 8.0
    found, _ = weekdays_of(feast, feast, quiet=(10, 24, 38))
    assert found[0, 84:91] == pytest.approx(WEEK, rel=0.02)


def test_shrinking_follows_the_scatter() -> None:
    """What is known exactly stays, what is all chance goes to the prior."""
    found = np.array([[2.0, 0.0], [1.1, 0.9]])
    kept = shrink(found, 1.0, np.array([[0.0], [0.5]]))
    assert kept.tolist() == [[2.0, 0.0], [1.0, 1.0]]


def test_trial_takes_the_better_and_not_the_equal() -> None:
    """The true factors win over none, none over the false, and nothing over its like."""
    season = np.tile(WEEK, 12)[None]
    none, units = np.ones_like(season), 50.0 * season
    options = {"tested": 28, "ahead": 1, "half_life": 28.0, "block": 1}
    assert wins(units, season, none, **options).all()
    assert not wins(units, none, season, **options).any()
    assert not wins(units, season, season, **options).any()


def test_factors_are_bounded() -> None:
    """A factor lies between a tenth and ten, and a constant is exactly 1."""
    factors = bounded(np.array([[0.0, 0.0, 0.0, 100.0], [0.3, 0.3, 0.3, 0.3]]), 4)
    assert factors.tolist() == [[0.1, 0.1, 0.1, 4.0], [1.0, 1.0, 1.0, 1.0]]
