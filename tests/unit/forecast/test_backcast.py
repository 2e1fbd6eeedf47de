"""The past of a fit as a table: what is read back is what was saved, on whatever axes there are."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.core.axes import make_axis
from prepos.core.demand import Backcast, ListedCells
from prepos.errors import DemandError
from prepos.forecast.backcast import backcast_frame, read_backcast

REGIONS, SKUS = make_axis("region_id", ["r1", "r2"]), make_axis("sku", ["007", "NA", "x"])


def past_of(cells: tuple[int, int], skus: list[int], listed: ListedCells | None = None) -> Backcast:
    """Return a past of two origins and three periods, each value another one."""
    shape = (2, 3, *cells)
    said = np.arange(np.prod(shape), dtype=np.float32).reshape(shape) / 7
    return Backcast(said, np.round(said * 3), np.array(skus), listed)


def test_cells_that_are_not_listed_come_back_as_listed_ones() -> None:
    """Each stands for itself alone; ids that look like numbers stay ids."""
    past = past_of((2, 3), [0, 1, 2])
    back = read_backcast(backcast_frame(past, REGIONS, SKUS), REGIONS, SKUS)
    assert back.listed is not None
    assert back.listed.region.tolist() == [0, 0, 0, 1, 1, 1]
    assert back.skus.tolist() == [0, 1, 2, 0, 1, 2]
    assert back.listed.weight.tolist() == [1.0] * 6
    np.testing.assert_array_equal(back.mean, past.mean.reshape(2, 3, 1, 6))
    np.testing.assert_array_equal(back.units, past.units.reshape(2, 3, 1, 6))


def test_cells_that_are_gone_are_left_out_and_others_found_where_they_are_now() -> None:
    """A region fewer, a SKU more that sorts before."""
    listed = ListedCells(np.array([0, 1, 1]), np.array([1.0, 2.5, 4.0]))
    past = past_of((1, 3), [2, 0, 2], listed)
    frame = backcast_frame(past, REGIONS, SKUS)
    now = make_axis("sku", ["000", "007", "NA", "x"])
    back = read_backcast(frame, make_axis("region_id", ["r2"]), now)
    assert back.listed is not None
    assert back.skus.tolist() == [1, 3]
    assert back.listed.region.tolist() == [0, 0]
    assert back.listed.weight.tolist() == [2.5, 4.0]
    np.testing.assert_array_equal(back.mean, past.mean[..., 1:])


def test_a_column_that_is_missing_is_named() -> None:
    """And a table that holds no past at all."""
    frame = backcast_frame(past_of((2, 3), [0, 1, 2]), REGIONS, SKUS)
    with pytest.raises(DemandError, match="backcast has no column came_1_0"):
        read_backcast(frame.drop(columns="came_1_0"), REGIONS, SKUS)
    with pytest.raises(DemandError, match="expected its past"):
        read_backcast(frame[["region_id", "sku", "weight"]], REGIONS, SKUS)
