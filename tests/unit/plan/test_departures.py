"""When stock can leave: the first allowed day of a period, and the first after each arrival."""

import pytest

from prepos.core.network import Lane
from prepos.core.periods import Periods
from prepos.plan.departures import Departure, list_departures
from tests.instances import START, day, lane


def leaves(
    *lanes: Lane, periods: int = 2, days: int = 7, receipts: object = (), asked_for: object = ()
) -> list[tuple[int, int, int]]:
    """Return (lane, ship day, arrival day) counted from the cutoff."""
    found = list_departures(lanes, Periods(START, days, periods), receipts, asked_for)
    return [(d.lane, (d.ship_date - START).days, (d.arrival_date - START).days) for d in found]


@pytest.mark.parametrize(("lead_time", "last"), [(3, [(0, 14, 17)]), (4, [])])
def test_once_a_period_in_time_for_the_last(
    lead_time: int, last: list[tuple[int, int, int]]
) -> None:
    """The last week's first departure is of use by the week's middle, day 17; a day later not."""
    usual = [(0, 0, lead_time), (0, 7, 7 + lead_time)]
    assert leaves(lane("A>B", lead_time), periods=3) == usual + last


@pytest.mark.parametrize(("lead_time", "last"), [(0, [(0, 2, 2)]), (1, [])])
def test_the_middle_of_a_day_is_that_day(lead_time: int, last: list[tuple[int, int, int]]) -> None:
    """With days as periods, what leaves on the last day must come on it."""
    usual = [(0, 0, lead_time), (0, 1, 1 + lead_time)]
    assert leaves(lane("A>B", lead_time), periods=3, days=1) == usual + last


def test_lead_time_zero_leaves_on_the_last_first_day() -> None:
    """It arrives on that very day."""
    assert leaves(lane("A>B")) == [(0, 0, 0), (0, 7, 7)]


def test_weekdays() -> None:
    """The first allowed day of each week: the last Wednesday's comes on that week's middle day."""
    assert leaves(lane("A>B", 1, on="wed,fri"), periods=3) == [(0, 2, 3), (0, 9, 10), (0, 16, 17)]


def test_receipts_open_the_next_allowed_day() -> None:
    """What comes on Wednesday leaves on Friday, what is overdue counts from the cutoff.

    Nothing comes in the second week, which has its first departure alone.
    """
    receipts = [("A", day(2)), ("A", day(-4)), ("B", day(1))]
    assert leaves(lane("A>B", 1, on="mon,wed,fri"), receipts=receipts) == [
        (0, 0, 1),
        (0, 2, 3),
        (0, 4, 5),
        (0, 7, 8),
    ]


def test_arrivals_open_departures_of_a_hub() -> None:
    """The second lane leaves on its first day, and the day after the first lane arrived.

    What comes to B on day 9 would be at C on day 11, a day after the last week's middle.
    """
    assert leaves(lane("A>B", 2), lane("B>C", 1)) == [
        (0, 0, 2),
        (1, 0, 1),
        (1, 3, 4),
        (0, 7, 9),
        (1, 7, 8),
    ]


def test_asked_for_is_kept_and_opens_others() -> None:
    """A frozen departure on a day of its own, however late it arrives; what it brings goes on."""
    found = leaves(lane("A>B", 1), lane("B>C", 1), asked_for=[(0, day(3)), (0, day(9))])
    assert (0, 3, 4) in found
    assert (0, 9, 10) in found
    assert (1, 5, 6) in found


def test_too_slow_for_the_window() -> None:
    """No departure at all: the first would come a day after the last week's middle."""
    assert leaves(lane("A>B", 11)) == []


@pytest.mark.parametrize(("days", "periods"), [(1, (3, 5)), (7, (0, 0))])
def test_periods_of_a_departure(days: int, periods: tuple[int, int]) -> None:
    """The periods that hold its dates."""
    departure, grid = Departure(day(3), 0, day(5)), Periods(START, days, 9)
    assert (departure.shipped_in(grid), departure.arrives_in(grid)) == periods
