"""A course holds the orders of its own periods alone, and supply comes after it is ordered."""

from __future__ import annotations

import pytest

from prepos.core.replayed import Supply
from prepos.core.stock import Receipt
from prepos.errors import TableError
from tests.instances import day, origin
from tests.replays import make_stretch


@pytest.mark.parametrize("day", [-0.1, 7.0])
def test_order_outside_the_periods_is_refused(day: float) -> None:
    """It would be counted as lost."""
    with pytest.raises(TableError, match="expected 2025-03-03 to 2025-03-09, which is replayed"):
        make_stretch([origin("DC")], [], {"DC": [1.0]}, [(day, "o1", "r1", "S", 1)])


def test_supply_that_arrives_before_it_is_ordered_is_refused() -> None:
    """It would never be put away."""
    with pytest.raises(TableError, match="arrives_on is 2025-03-04, expected 2025-03-05"):
        Supply(day(2), Receipt(day(1), 0, 0, 5))
