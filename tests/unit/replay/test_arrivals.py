"""What arrives is put away, or turned away where there is no room."""

from __future__ import annotations

import pytest

from prepos.core.replayed import Course
from tests.instances import forward, lane, origin
from tests.replays import Sent, make_stretch, measured, run


def stretch(storage_m3: float, *, on_hand=None, placed=(), **terms) -> Course:
    """Return a stretch in which DC sends to A, which alone serves r1."""
    return make_stretch(
        [origin("DC"), forward("A", storage_m3=storage_m3, handling_cost=0.5), forward("B")],
        [lane("DC>A"), lane("A>B")],
        {"A": [1.0], "B": [float("inf")], "DC": [float("inf")]},
        placed,
        on_hand={("DC", "S"): 20} | (on_hand or {}),
        **terms,
    )


TEN: list[Sent] = [(0, "DC>A", "S", 10)]


def test_what_finds_no_room_goes_back() -> None:
    """6.5 m3 hold 6 of 10 units; 4 are back at DC, at the return cost of each."""
    replayed = run(stretch(6.5), {0: TEN})
    assert replayed.amounts["turned_away"].tolist() == [4]
    assert replayed.amounts["stranded"].tolist() == [6]
    assert replayed.amounts["return_cost"].tolist() == [4 + 6]
    assert replayed.amounts["handling_cost"].tolist() == [3.0]
    again = measured(stretch(6.5), {0: [*TEN, (1, "DC>A", "S", 20)]})
    assert again.moved == 10 + 14  # 14 of 20 lie at DC again


def test_room_is_judged_after_departures_and_before_use() -> None:
    """4 units leave A and make room for 4; the order of the day does not."""
    course = stretch(5.0, on_hand={("A", "S"): 5}, placed=[(0.0, "a", "r1", "S", 5)])
    assert measured(course, {0: TEN}).turned_away == 10
    assert measured(course, {0: [*TEN, (0, "A>B", "S", 4)]}).turned_away == 6


def test_receipts_cannot_be_turned_away() -> None:
    """They take the room of transfers."""
    course = stretch(6.0, receipts=[(0, "A", "S", 8)], placed=[(0.5, "a", "r1", "S", 8)])
    measures = measured(course, {0: TEN})
    assert measures.turned_away == 10
    assert measures.fill_rate == 1.0


def test_receipts_of_earlier_days_arrive_on_the_first() -> None:
    """As the contract of stock says."""
    course = stretch(9.0, receipts=[(-30, "A", "S", 2)], placed=[(0.0, "a", "r1", "S", 2)])
    assert measured(course).fill_rate == 1.0


@pytest.mark.parametrize(("lead", "served"), [(0, 2.0), (3, 2.0), (4, 0.0)])
def test_arrival_serves_the_orders_of_its_day(lead: int, served: float) -> None:
    """An order of day 3 is served by what arrives on day 3."""
    course = make_stretch(
        [origin("DC"), forward("A")],
        [lane("DC>A", lead)],
        {"A": [1.0], "DC": [float("inf")]},
        [(3.0, "a", "r1", "S", 2)],
        on_hand={("DC", "S"): 5},
    )
    assert run(course, {0: [(0, "DC>A", "S", 2)]}).served.sum() == served


def test_what_left_on_several_days_is_put_away_by_lane() -> None:
    """Sent on days 2 and 0, both arrive on day 3: 4 units of the first lane, and 1 of 3 besides."""
    course = make_stretch(
        [origin("DC"), forward("A", storage_m3=5.0), forward("B")],
        [lane("B>A", 1), lane("DC>A", 3)],
        {"A": [1.0], "B": [float("inf")], "DC": [float("inf")]},
        [],
        on_hand={("DC", "S"): 9, ("B", "S"): 9},
    )
    replayed = run(course, {0: [(0, "DC>A", "S", 3), (2, "B>A", "S", 4)]})
    assert replayed.amounts["turned_away"].tolist() == [2]
    later = run(course, {0: [(0, "DC>A", "S", 3), (2, "B>A", "S", 4), (4, "DC>A", "S", 9)]})
    assert later.amounts["moved"].tolist() == [3 + 4 + 8]  # 6 stayed at DC and 2 came back


def test_receipt_after_the_end_never_arrives() -> None:
    """However late it is due."""
    course = stretch(9.0, receipts=[(400, "A", "S", 2)], placed=[(6.9, "a", "r1", "S", 2)])
    assert measured(course).lost == 2
