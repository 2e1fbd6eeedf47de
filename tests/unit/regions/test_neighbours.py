"""Regions around a region."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from prepos.core.network import Region
from prepos.core.types import FloatArray, IntArray
from prepos.regions.neighbours import make_neighbours, read_neighbours


def line(*longitudes: float) -> tuple[Region, ...]:
    """Return regions along the equator, named by their order."""
    return tuple(
        Region(region_id=f"r{i}", latitude=0.0, longitude=east) for i, east in enumerate(longitudes)
    )


@dataclass(frozen=True)
class Drawn:
    """Areas of which only centres and touching pairs matter."""

    regions: tuple[Region, ...]
    pairs: tuple[tuple[int, int], ...] = ()
    nowhere: str = ""

    def locate(self, latitude: FloatArray, longitude: FloatArray) -> IntArray:
        return np.full(len(latitude), -1)

    def touching(self) -> tuple[IntArray, IntArray]:
        both = np.array(self.pairs, dtype=np.int64).reshape(-1, 2)
        return both[:, 0], both[:, 1]


def as_rows(found: tuple[IntArray, IntArray, FloatArray]) -> list[tuple[int, int, float]]:
    """Return the three columns as rows, weights rounded."""
    region, neighbour, weight = (column.tolist() for column in found)
    return [(r, n, round(w, 4)) for r, n, w in zip(region, neighbour, weight, strict=True)]


def test_table_is_kept_as_given_but_sorted() -> None:
    """Pairs stay directed with their weights; unknown regions are passed over."""
    table = pd.DataFrame(
        {
            "region_id": ["r1", "r0", "r1", "gone"],
            "neighbour_id": ["r2", "r1", "r0", "r0"],
            "weight": [0.5, 2.0, 1.5, 1.0],
        }
    )
    found = as_rows(read_neighbours(line(0, 1, 2), table))
    assert found == [(0, 1, 2.0), (1, 0, 1.5), (1, 2, 0.5)]


def test_those_that_touch_share_the_weight() -> None:
    """Touching regions weigh alike, and each region's weights sum to 1."""
    areas = Drawn(line(0, 1, 2), pairs=((1, 0), (0, 1), (1, 2), (2, 1)))
    assert as_rows(make_neighbours(areas, 2)) == [
        (0, 1, 1.0),
        (1, 0, 0.5),
        (1, 2, 0.5),
        (2, 1, 1.0),
    ]


def test_an_island_takes_the_nearest() -> None:
    """A region that touches none has the nearest as neighbours, nearer ones weighing more."""
    areas = Drawn(line(0, 1, 4), pairs=((0, 1), (1, 0)))
    found = as_rows(make_neighbours(areas, 2))
    assert found == [(0, 1, 1.0), (1, 0, 1.0), (2, 0, round(3 / 7, 4)), (2, 1, round(4 / 7, 4))]


def test_points_take_the_nearest_by_inverse_distance() -> None:
    """Of one neighbour each, the nearest is taken and it need not be mutual."""
    assert as_rows(make_neighbours(Drawn(line(0, 1, 3)), 1)) == [
        (0, 1, 1.0),
        (1, 0, 1.0),
        (2, 1, 1.0),
    ]


def test_regions_at_one_point_are_neighbours_but_never_their_own() -> None:
    """Three regions at one point and one farther: nobody is their own neighbour."""
    found = as_rows(make_neighbours(Drawn(line(0, 0, 0, 5)), 2))
    assert all(region != neighbour for region, neighbour, _ in found)
    assert [region for region, _, _ in found] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert {weight for region, _, weight in found if region < 3} == {0.5}


@pytest.mark.parametrize("count", [1, 6])
def test_a_single_region_has_no_neighbours(count: int) -> None:
    """One region alone has none, nor has no region."""
    assert as_rows(make_neighbours(Drawn(line(0)), count)) == []
    assert as_rows(make_neighbours(Drawn(()), count)) == []


def test_fewer_regions_than_asked_for_are_all_neighbours() -> None:
    """With two regions and six asked for, each has the other."""
    assert as_rows(make_neighbours(Drawn(line(0, 1)), 6)) == [(0, 1, 1.0), (1, 0, 1.0)]
