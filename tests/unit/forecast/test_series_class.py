"""Which kind of series a cell is."""

from __future__ import annotations

import pytest

from prepos.forecast.series_class import CLASSES, series_classes
from tests.unit.forecast.snapshots import make_snapshot, weekly


@pytest.mark.parametrize(
    ("units", "name"),
    [
        ([3, 4, 3, 4, 3, 4, 3, 4], "smooth"),
        ([1, 9, 1, 9, 1, 9, 1, 9], "erratic"),  # mean 5, variance 16: 0.64 of the squared mean
        ([2, 0, 2, 0, 2, 0, 2, 0], "intermittent"),  # every second period
        ([1, 0, 9, 0, 1, 0, 9, 0], "lumpy"),
        ([1, 0, 0, 0, 0, 0, 0, 0], "intermittent"),  # a single sale has no spread
        ([2, 2, 2, 0, 2, 2, 2, 0], "intermittent"),  # an interval of 8 / 6, above 1.32
        ([2, 2, 2, 2, 2, 2, 2, 0], "smooth"),  # 8 / 7, below it
    ],
)
def test_a_series_is_classed_by_its_gaps_and_its_sizes(units: list[int], name: str) -> None:
    """The limits are 1.32 periods and 0.49."""
    snapshot = make_snapshot([*weekly("r", "a", units), *weekly("r", "b", [1] * 8)])
    classes = series_classes(snapshot.history())
    assert CLASSES[classes[0, 0]] == name
    assert CLASSES[classes[0, 1]] == "smooth"


def test_what_never_sold_is_a_class_of_its_own() -> None:
    """A region's cell is unsold though another region sells the SKU."""
    snapshot = make_snapshot(weekly("r1", "a", [1, 1]), regions=["r2"])
    classes = series_classes(snapshot.history())
    assert [CLASSES[number] for number in classes[:, 0]] == ["smooth", "unsold"]
