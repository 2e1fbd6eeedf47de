"""A dispatch is sorted into the days on which it leaves."""

from __future__ import annotations

import numpy as np

from prepos.core.policy import Dispatch
from prepos.replay.moves import split_by_day
from tests.instances import forward, lane, origin
from tests.replays import make_dispatch, make_stretch

COURSE = make_stretch(
    [origin("DC"), forward("A"), forward("B")],
    [lane("DC>A"), lane("DC>B")],
    {"A": [1.0], "B": [1.0], "DC": [1.0]},
    [],
    skus=("S", "T"),
)


def split(*lines, until: int = 7) -> dict[int, list[tuple[int, int, int]]]:
    """Return (lane, SKU, units) by day."""
    days = split_by_day(make_dispatch(COURSE, lines), COURSE.periods, until)
    return {
        day: list(zip(*(c.tolist() for c in moves), strict=True)) for day, moves in days.items()
    }


def test_lines_are_sorted_and_alike_ones_add_up() -> None:
    """By day, lane and SKU."""
    lines = [(3, "DC>B", "S", 1), (0, "DC>A", "T", 2), (0, "DC>A", "S", 3), (3, "DC>B", "S", 4)]
    assert split(*lines) == {0: [(0, 0, 3), (0, 1, 2)], 3: [(1, 0, 5)]}


def test_what_leaves_after_the_next_decision_is_left_out() -> None:
    """Day 7 belongs to it."""
    assert split((6, "DC>A", "S", 1), (7, "DC>A", "S", 1)) == {6: [(0, 0, 1)]}


def test_large_quantities_stay_exact() -> None:
    """Sums are whole numbers, not floats."""
    many = 2**53 + 1
    assert split((0, "DC>A", "S", many))[0] == [(0, 0, many)]


def test_nothing_is_nothing() -> None:
    """An empty dispatch is no days."""
    none = np.zeros(0, dtype=np.int64)
    empty = Dispatch(lane=none, sku=none, ships_on=none.astype("datetime64[D]"), quantity=none)
    assert split_by_day(empty, COURSE.periods, 7) == {}
