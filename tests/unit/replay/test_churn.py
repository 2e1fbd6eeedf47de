"""How far a dispatch strays from the last one."""

from __future__ import annotations

import numpy as np
import pytest

from tests.instances import forward, lane, origin
from tests.replays import Sent, make_stretch, measured, run

COURSE = make_stretch(
    [origin("DC"), forward("A"), forward("B")],
    [lane("DC>A"), lane("DC>B")],
    {"A": [1.0], "B": [1.0], "DC": [1.0]},
    [],
    periods=2,
)
A10: Sent = (7, "DC>A", "S", 10)

CASES = (  # said at first, said a week later, units said by either, by how many they differ
    ([A10], [A10], 10, 0),
    ([A10], [(9, "DC>A", "S", 10)], 10, 0),  # another day of the week is the same period
    ([A10], [(7, "DC>A", "S", 4), (8, "DC>A", "S", 6)], 10, 0),
    ([A10], [(7, "DC>A", "S", 7)], 10, 3),
    ([A10], [(7, "DC>A", "S", 12)], 12, 2),
    ([A10], [(7, "DC>B", "S", 10)], 20, 20),
    ([A10], [], 10, 10),
    ([(0, "DC>A", "S", 1)], [A10], 0, 0),  # the first did not reach so far
    ([(0, "DC>A", "S", 1), (14, "DC>A", "S", 1)], [A10], 10, 10),  # this did, and said nothing
    ([A10, (14, "DC>A", "S", 5)], [A10], 10, 0),  # what is later is not looked at
)


@pytest.mark.parametrize(("first", "then", "said", "differ"), CASES)
def test_units_planned_otherwise(
    first: list[Sent], then: list[Sent], said: int, differ: int
) -> None:
    """By lane, SKU and period, whether or not stock is there to send."""
    replayed = run(COURSE, {0: first, 7: then})
    assert replayed.amounts["planned"].tolist() == [0, said]
    assert replayed.amounts["replanned"].tolist() == [0, differ]
    churn = measured(COURSE, {0: first, 7: then}).churn
    assert churn == pytest.approx(differ / said) if said else np.isnan(churn)
