"""What lies near longer than its shelf life is written off, the oldest having gone first."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.core.replayed import Course
from prepos.errors import InternalError
from prepos.replay import ReplayOptions
from prepos.replay.clock import Run
from tests.instances import forward, lane, origin
from tests.replays import make_stretch, measured, run

SENT = {0: [(0, "DC>A", "S", 2)]}


def stretch(days: float, placed=(), lead: int = 1, **terms) -> Course:
    """Return two weeks of a SKU that keeps so many days; it costs 4 to return, 1 to hold."""
    return make_stretch(
        [origin("DC"), forward("A")],
        [lane("DC>A", lead)],
        {"A": [1.0], "DC": [2.0]},
        placed,
        periods=2,
        **{"on_hand": {("DC", "S"): 5, ("A", "S"): 2}} | terms,
        shelf_life_days=days,
        return_cost=4.0,
        holding_cost=1.0,
    )


def test_what_lies_near_is_written_off_on_the_evening_of_its_last_good_day() -> None:
    """Four units of three days; the two that a transfer brought cost their return."""
    told = run(stretch(3.0), SENT).amounts
    assert told["expired"].tolist() == [4, 0]
    assert told["expired_cost"].tolist() == told["return_cost"].tolist() == [8, 0]
    assert told["holding_cost"].tolist() == told["stranded"].tolist() == [0, 0]


@pytest.mark.parametrize(("days", "served"), [(3.0, 0), (3.5, 1), (4.0, 1), (np.inf, 1)])
def test_last_day_is_the_shelf_lifes_last(days: float, served: int) -> None:
    """An order on the fourth day finds what keeps more than three; a begun day counts."""
    told = measured(stretch(days, [(3.5, "a", "r1", "S", 1)], on_hand={("A", "S"): 1}))
    assert told.ordered - told.lost == served


def test_stock_at_origins_never_spoils() -> None:
    """Five units of a day lie there for two weeks, and one serves on the last day."""
    told = measured(stretch(1.0, [(13.5, "a", "r1", "S", 1)], on_hand={("DC", "S"): 5}))
    assert (told.expired, told.lost) == (0, 0)


@pytest.mark.parametrize(("day", "served"), [(6, 1), (7, 0)])
def test_a_unit_ages_from_the_day_on_which_it_leaves_its_origin(day: int, served: int) -> None:
    """Sent on day 3 to keep four days, it sells on day 6 for the last time."""
    course = stretch(4.0, [(day + 0.5, "a", "r1", "S", 1)], on_hand={("DC", "S"): 1})
    told = measured(course, {0: [(3, "DC>A", "S", 1)]})
    assert (told.ordered - told.lost, told.expired) == (served, 1 - served)


def test_what_grows_too_old_on_its_way_serves_nobody() -> None:
    """It is put away, and written off before the day's orders; no origin has another."""
    course = stretch(3.0, [(5.5, "a", "r1", "S", 1)], lead=5, on_hand={("DC", "S"): 2})
    told = measured(course, SENT)
    assert (told.expired, told.expired_cost, told.lost) == (2, 8, 1)


def rounds(placed=(), **terms) -> Course:
    """Return two weeks of a SKU that keeps four days, with lanes to, between and back from near."""
    return make_stretch(
        [origin("DC", storage_m3=terms.pop("storage", np.inf)), forward("A"), forward("B")],
        [lane("DC>A", 1), lane("A>B", 1), lane("A>DC", 1), lane("DC>B", 1)],
        {"A": [np.inf], "B": [1.0], "DC": [np.inf]},
        placed,
        periods=2,
        **{"on_hand": {("A", "S"): 2}} | terms,
        shelf_life_days=4.0,
        unit_volume_m3=1.0,
    )


def test_age_goes_along_from_one_forward_node_to_another() -> None:
    """Of two units that left A on day 2 one serves from B on day 3, and one is written off."""
    course = rounds([(3.5, "a", "r1", "S", 1), (4.5, "b", "r1", "S", 1)])
    told = measured(course, {0: [(2, "A>B", "S", 2)]})
    assert (told.expired, told.lost) == (1, 1)


def test_what_comes_back_to_an_origin_is_new_again() -> None:
    """Back at DC on day 3, two units leave for B on day 4 and serve on day 7, not on day 8."""
    course = rounds([(7.5, "a", "r1", "S", 1), (8.5, "b", "r1", "S", 1)])
    told = measured(course, {0: [(2, "A>DC", "S", 2), (4, "DC>B", "S", 2)]})
    assert (told.expired, told.lost) == (1, 1)


def test_what_an_origin_has_no_room_for_is_back_as_old_as_it_was() -> None:
    """Turned away at DC on day 3, one of two units is written off at A that evening."""
    told = measured(rounds(storage=1.0), {0: [(2, "A>DC", "S", 2)]})
    assert (told.turned_away, told.expired) == (1, 1)


def test_what_a_forward_node_has_no_room_for_is_new_at_its_origin() -> None:
    """Turned away at A on day 5, a unit of three days is sent once more, and serves on day 8."""
    course = make_stretch(
        [origin("DC"), forward("A", storage_m3=1.0)],
        [lane("DC>A", 1)],
        {"A": [1.0], "DC": [np.inf]},
        [(5.5, "a", "r1", "S", 1), (8.5, "b", "r1", "S", 1)],
        periods=2,
        on_hand={("DC", "S"): 2},
        shelf_life_days=3.0,
        unit_volume_m3=1.0,
    )
    told = measured(course, {0: [(4, "DC>A", "S", 2), (6, "DC>A", "S", 1)]})
    assert (told.turned_away, told.lost, told.expired) == (1, 0, 0)


def test_the_oldest_unit_is_sold_first() -> None:
    """So the one that came on day 2 is still there on day 5."""
    placed = [(3.5, "a", "r1", "S", 1), (5.5, "b", "r1", "S", 1)]
    course = stretch(4.0, placed, on_hand={("A", "S"): 1}, receipts=[(2, "A", "S", 1)])
    told = measured(course)
    assert (told.lost, told.expired) == (0, 0)


def test_expired_stock_makes_room() -> None:
    """Two units fill the node until they are written off; then two more find room."""
    course = make_stretch(
        [origin("DC"), forward("A", storage_m3=2.0)],
        [lane("DC>A", 1)],
        {"A": [1.0], "DC": [2.0]},
        (),
        on_hand={("A", "S"): 2},
        receipts=[(2, "DC", "S", 4)],
        shelf_life_days=3.0,
        unit_volume_m3=1.0,
    )
    assert measured(course, {0: [(2, "DC>A", "S", 2)]}).turned_away == 0
    assert measured(course, {0: [(1, "DC>A", "S", 2)]}).moved == 0  # none there yet


def test_stock_served_and_expired_balance() -> None:
    """What was there is served, expired, or left in the end, whatever the shelf life."""
    placed = [(day + 0.5, f"o{day}", "r1", "S", 1) for day in range(14)]
    for days in (1.0, 4.0, 9.0, np.inf):
        runner = Run(stretch(days, placed, receipts=[(6, "A", "S", 4)]), ReplayOptions())
        for today in range(14):
            runner.live(today)
        left, expired = runner.state.on_hand.sum(), runner.tally.amounts["expired"].sum()
        assert runner.desk.used.sum() + left + expired == 11


def test_ages_that_do_not_sum_to_the_stock_are_named() -> None:
    """A unit without an age is found the same evening."""
    runner = Run(stretch(9.0), ReplayOptions())
    runner.live(0)
    runner.shelves.lying.units[0] += 1
    with pytest.raises(
        InternalError, match="stock by age of S at A on 2025-03-04 is 2, expected 3"
    ):
        runner.live(1)


def test_what_does_not_spoil_in_time_has_no_ages() -> None:
    """Without a shelf life, and with one beyond the last day, nothing is kept record of."""
    for days in (np.inf, 15.0):
        course = stretch(days)
        runner = Run(course, ReplayOptions())
        runner.live(0)
        assert not len(runner.shelves.lying.units)
