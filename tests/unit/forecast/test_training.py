"""Training: what came after each origin is what the history and the orders hold of it."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.forecast.training import Training, training_origins
from tests.unit.forecast.snapshots import make_snapshot, weekly


def training(most: int) -> Training:
    """Return origins of three SKUs in two regions, of which at most so many SKUs teach."""
    rng = np.random.default_rng(4)
    lines = [
        line
        for region in ("r", "v")
        for sku in ("a", "b", "c")
        for line in weekly(region, sku, [*(rng.integers(0, 4, 20) * (sku != "b")).tolist(), 1])
    ]
    found = training_origins(make_snapshot(lines, horizon=3), 6)
    return Training(found.snapshot, found.history, found.backs, found.steps, np.arange(most))


@pytest.mark.parametrize("most", [3, 2])
def test_units_and_lines_are_those_of_the_windows(most: int) -> None:
    """Each origin's steps hold the history's periods from it on; their sums are the windows'."""
    taught = training(most)
    history, length = taught.history, taught.history.units.shape[1]
    for origin, back in enumerate(taught.backs):
        for step in range(taught.steps):
            came = history.spread(history.units[:, length - back + step])[:, :most]
            np.testing.assert_array_equal(taught.units[origin, step], came)
            np.testing.assert_array_equal(taught.lines[origin, step] > 0, came > 0)
    np.testing.assert_array_equal(taught.sums, taught.units.sum(axis=1))


@pytest.mark.parametrize("most", [3, 2])
def test_cells_had_sold_where_a_period_before_the_origin_did(most: int) -> None:
    """What comes after an origin does not make a cell one that had sold."""
    taught = training(most)
    history, length = taught.history, taught.history.units.shape[1]
    for origin, back in enumerate(taught.backs):
        before = history.spread(history.units[:, : length - back].sum(axis=1))[:, :most]
        np.testing.assert_array_equal(taught.had_sold[origin], before > 0)
    assert taught.had_sold.any()
    assert not taught.had_sold.all()
