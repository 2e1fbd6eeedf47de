"""The grid of periods: which day belongs where, and by when stock serves."""

from datetime import date, timedelta

import pytest

from prepos.core.periods import Periods

MONDAY = date(2025, 3, 3)


@pytest.mark.parametrize(("period", "day"), [(-1, -4), (0, 3), (1, 10)])
def test_the_middle_of_a_week_is_its_fourth_day(period: int, day: int) -> None:
    """With the cutoff on a Monday, Thursday: three days lie before it, and three after."""
    weeks = Periods(MONDAY, 7, 2)
    middle = weeks.middle(period)
    assert middle == MONDAY + timedelta(days=day)
    assert middle - weeks.start(period) == weeks.end(period) - middle == timedelta(days=3)


@pytest.mark.parametrize("period", [-1, 0, 4])
def test_the_middle_of_a_day_is_that_day(period: int) -> None:
    """With days as periods, stock serves the day it comes on."""
    days = Periods(MONDAY, 1, 2)
    assert days.middle(period) == days.start(period) == days.end(period)
