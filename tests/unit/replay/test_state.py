"""What lies where and is under way, and what of it a planner is shown."""

from __future__ import annotations

import numpy as np

from prepos.core.stock import Receipt
from prepos.replay.moves import Moves
from prepos.replay.state import open_site, open_state, show_stock
from tests.instances import START, day, forward, lane, origin
from tests.replays import make_stretch

A, DC = 0, 1


def course():
    """Return a stretch of two weeks with a lane of nine days and limits."""
    return make_stretch(
        [origin("DC", outbound_m3=5.0), forward("A", inbound_m3=7.0)],
        [lane("DC>A", 9, vehicles=2.0)],
        {"A": [1.0], "DC": [1.0]},
        [],
        skus=("S", "T"),
        on_hand={("DC", "S"): 4},
        periods=2,
    )


def test_room_goes_as_far_as_the_longest_lane() -> None:
    """What leaves on the last day of two weeks arrives in the fourth."""
    state = open_state(course(), open_site(course()))
    assert state.inbound_m3.shape == (2, 4)
    assert state.inbound_m3[A].tolist() == [7.0] * 4
    assert state.outbound_m3[:, 0].tolist() == [np.inf, 5.0]
    assert state.vehicles.tolist() == [[2.0] * 4]


def test_opening_is_copied() -> None:
    """A second replay of the course starts from the same stock."""
    stretch = course()
    state = open_state(stretch, open_site(stretch))
    state.on_hand[DC, 0] = 0
    assert stretch.opening.on_hand[DC, 0] == 4


def test_what_comes_to_a_node_on_a_day_is_one_receipt() -> None:
    """From lanes and from outside, sorted by day, node and SKU."""
    site = open_site(course())
    state = open_state(course(), site)
    zero = np.zeros(2, dtype=np.int64)
    state.under_way[9] = Moves(zero, np.array([0, 1]), np.array([3, 5]))
    coming = {9: [Receipt(day(9), A, 1, 2)], 1: [Receipt(day(1), DC, 0, 8)]}
    stock = show_stock(state, site, coming, START)
    assert stock.receipts == (
        Receipt(day(1), DC, 0, 8),
        Receipt(day(9), A, 0, 3),
        Receipt(day(9), A, 1, 7),
    )
    assert stock.on_hand.tolist() == [[0, 0], [4, 0]]
