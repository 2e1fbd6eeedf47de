"""A course holds the orders of its own periods alone."""

from __future__ import annotations

import pytest

from prepos.errors import TableError
from tests.instances import origin
from tests.replays import make_stretch


@pytest.mark.parametrize("day", [-0.1, 7.0])
def test_order_outside_the_periods_is_refused(day: float) -> None:
    """It would be counted as lost."""
    with pytest.raises(TableError, match="expected 2025-03-03 to 2025-03-09, which is replayed"):
        make_stretch([origin("DC")], [], {"DC": [1.0]}, [(day, "o1", "r1", "S", 1)])
