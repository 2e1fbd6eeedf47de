"""What nobody can serve waits, the oldest first, or is lost."""

from __future__ import annotations

import pytest

from prepos.core.replayed import Course
from tests.instances import forward, origin
from tests.replays import make_stretch, measured, run

PLACED = [(0.5, "a", "r1", "S", 3), (1.5, "b", "r1", "S", 2), (3.5, "c", "r1", "S", 1)]


def stretch() -> Course:
    """Return a stretch in which 1 unit lies there, 3 come on day 2 and 1 on day 9."""
    return make_stretch(
        [forward("A"), origin("O")],
        [],
        {"A": [1.0], "O": [float("inf")]},
        PLACED,
        on_hand={("A", "S"): 1},
        receipts=[(2, "A", "S", 3), (9, "A", "S", 1)],
        periods=2,
    )


def test_lost_is_lost() -> None:
    """What comes later serves later orders alone."""
    measures = measured(stretch())
    assert (measures.lost, measures.backordered, measures.backorder_cost) == (4, 0, 0)
    assert run(stretch()).amounts["shortage_cost"].tolist() == [40.0, 0.0]
    assert run(stretch()).late.sum() == 0


def test_oldest_waits_least() -> None:
    """Day by day 2, 4, 1, then 2 and from day 9 on 1 unit waits; that is lost at the end."""
    replayed = run(stretch(), unserved="backordered", backorder_cost=0.5)
    waits = [2 + 4 + 1 + 2 + 2 + 2 + 2, 2 + 2 + 1 + 1 + 1 + 1 + 1]
    assert replayed.amounts["backorder_cost"].tolist() == [0.5 * w for w in waits]
    assert replayed.amounts["backordered"].tolist() == [5, 0]
    assert replayed.amounts["lost"].tolist() == [0, 1]
    assert replayed.amounts["shortage_cost"].tolist() == [0, 10.0]
    assert replayed.late[:, 0, 0].tolist() == [3, 1]
    assert replayed.served[:, 0, 0].tolist() == [4, 1]


def test_late_is_neither_local_nor_the_next_day() -> None:
    """One of six units is served at once; five of six are served."""
    measures = measured(stretch(), unserved="backordered")
    assert measures.local_share == measures.next_day_share == pytest.approx(1 / 6)
    assert measures.fill_rate == pytest.approx(5 / 6)
