"""Seasonal naive repeats the last season, and the last period where there is none."""

from __future__ import annotations

import numpy as np

from prepos.forecast.seasonal_naive import season_before, seasonal_naive
from prepos.forecast.spec import ModelSpec
from tests.unit.forecast.snapshots import Line, make_snapshot, weekly

SPEC = ModelSpec(kind="seasonal_naive")


def daily(units: list[int]) -> list[Line]:
    """Return one line a day, the last on the day before the cutoff."""
    return [
        Line(f"o{day}", "", "r", "s", day - len(units) + 0.5, count)
        for day, count in enumerate(units)
        if count
    ]


def test_weeks_repeat_last_year() -> None:
    """Of 60 weeks numbered on, the next are like those 52 before: the 9th, 10th and 11th."""
    snapshot = make_snapshot(weekly("r", "s", list(range(1, 61))), horizon=3)
    assert seasonal_naive(snapshot, SPEC).mean.ravel().tolist() == [9.0, 10.0, 11.0]


def test_days_repeat_last_week() -> None:
    """Nine days ahead run through the last week and begin it again."""
    snapshot = make_snapshot(daily([9, 9, 9, 1, 2, 3, 4, 5, 6, 7]), horizon=9, days=1)
    assert seasonal_naive(snapshot, SPEC).mean.ravel().tolist() == [1, 2, 3, 4, 5, 6, 7, 1, 2]


def test_short_history_repeats_its_last_period() -> None:
    """Where the season lies before the first order, the last period takes its place."""
    snapshot = make_snapshot(weekly("r", "s", [5, 4, 7]))
    assert seasonal_naive(snapshot, SPEC).mean.ravel().tolist() == [7.0, 7.0]


def test_history_that_reaches_half_way() -> None:
    """Of 51 weeks the first ahead has no week a year before, the second has the first."""
    snapshot = make_snapshot(weekly("r", "s", [3] + [0] * 49 + [8]))
    assert seasonal_naive(snapshot, SPEC).mean.ravel().tolist() == [8.0, 3.0]


def test_marks_see_nothing_that_comes_later() -> None:
    """What a mark says is what the history cut there says."""
    history = make_snapshot(weekly("r", "s", list(range(1, 71)))).history()
    marks = np.array([10, 55, 70])
    found = season_before(history, marks, 60)
    history.units[:, 55:] = -1.0
    assert (season_before(history, marks[:2], 60) == found[:2]).all()


def test_horizon_sum_is_the_sum_of_its_periods() -> None:
    """The sum that decides what to move is that of the periods, and named after the model."""
    forecast = seasonal_naive(make_snapshot(weekly("r", "s", list(range(1, 61)))), SPEC)
    assert forecast.total_mean.tolist() == [[19.0]]
    assert forecast.signals["seasonal_naive"].tolist() == [[19.0]]
