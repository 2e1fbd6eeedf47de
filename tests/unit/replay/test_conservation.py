"""A unit from nowhere, or one that got lost, is found and named."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.errors import InternalError
from prepos.replay import ReplayOptions
from prepos.replay.clock import Run
from prepos.replay.conservation import Recount
from prepos.replay.moves import NO_MOVES, Moves
from prepos.replay.state import open_site
from tests.instances import day, forward, lane, origin
from tests.replays import make_stretch

A, DC = 0, 1
NOTHING = np.zeros(0, dtype=np.int64)


def course():
    """Return a stretch in which DC sends to A and r1 orders 2 units on day 1."""
    return make_stretch(
        [origin("DC"), forward("A")],
        [lane("DC>A", 1)],
        {"A": [1.0], "DC": [2.0]},
        [(1.5, "a", "r1", "S", 2)],
        on_hand={("DC", "S"): 5},
        receipts=[(2, "DC", "S", 4)],
    )


def one(units: int) -> Moves:
    """Return units of S on the lane."""
    zero = np.zeros(1, dtype=np.int64)
    return Moves(zero, zero, np.array([units]))


def test_moves_are_recounted() -> None:
    """3 of 5 leave; 2 are put away and 1 is back; 4 come from outside."""
    recount = Recount(course(), open_site(course()))
    unused = np.zeros((2, 1), dtype=np.int64)
    recount.note(one(3), [], NO_MOVES, NOTHING)
    recount.check(np.array([[0], [2]]), unused, 0)
    recount.note(NO_MOVES, course().opening.receipts, one(3), np.array([2]))
    recount.check(np.array([[2], [7]]), unused, 1)
    recount.check(np.array([[1], [7]]), np.array([[1], [0]]), 1)


def test_unit_that_is_missing_is_named() -> None:
    """SKU, node and day, what lies there and what should."""
    recount = Recount(course(), open_site(course()))
    with pytest.raises(InternalError, match="stock of S at DC on 2025-03-05 is 4, expected 5"):
        recount.check(np.array([[0], [4]]), np.zeros((2, 1), dtype=np.int64), 2)


def test_less_than_nothing_is_named() -> None:
    """Even where the books agree."""
    recount = Recount(course(), open_site(course()))
    with pytest.raises(InternalError, match="stock of S at A on 2025-03-03 is -1, expected -1 and"):
        recount.check(np.array([[-1], [5]]), np.array([[1], [0]]), 0)


def run_to(last: int) -> Run:
    """Return a run that has lived some days."""
    run = Run(course(), ReplayOptions())
    for today in range(last):
        run.live(today)
    return run


def test_sale_that_nobody_ordered_is_named() -> None:
    """Used units are those of the orders, and those served."""
    run = run_to(3)
    run.recount.check_sales(run.desk, day(2))
    run.desk.left[0] = 1
    with pytest.raises(InternalError, match="used of sku S up to 2025-03-05 are 2, expected 1"):
        run.recount.check_sales(run.desk, day(2))
    run.desk.left[0] = 0
    run.desk.prompt[0, DC, 0] += 1
    with pytest.raises(InternalError, match="of node_id DC up to 2025-03-05 are 2, expected 3"):
        run.recount.check_sales(run.desk, day(2))


def test_every_day_is_checked() -> None:
    """Stock that is tampered with at night is found the next evening."""
    run = run_to(1)
    run.state.on_hand[A, 0] += 1
    with pytest.raises(InternalError, match="stock of S at A on 2025-03-04"):
        run.live(1)
