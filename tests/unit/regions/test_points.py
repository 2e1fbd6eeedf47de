"""Regions known by a point."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from prepos.core.network import Region
from prepos.regions.points import PointAreas, read_points


def test_regions_are_sorted_and_whole(region_table: pd.DataFrame) -> None:
    """Regions come by id with name and population; an empty name is no name."""
    regions = read_points(region_table, 100.0).regions
    assert [region.region_id for region in regions] == ["CO", "IL", "MA"]
    assert (regions[2].name, regions[2].population) == ("Massachusetts", 7.0e6)
    assert regions[0].name == ""
    assert math.isnan(regions[0].population)


def test_a_point_belongs_to_the_nearest_within_reach(region_table: pd.DataFrame) -> None:
    """Boston is in MA, Chicago in IL, and Kansas is farther than 100 km from all."""
    areas = read_points(region_table, 100.0)
    found = areas.locate(np.array([42.36, 41.88, 38.5]), np.array([-71.06, -87.63, -98.0]))
    np.testing.assert_array_equal(found, [2, 1, -1])
    assert areas.nowhere == "is farther than 100 km from every region"


def test_nearest_is_not_planar() -> None:
    """At 80 degrees north a degree of longitude is short: 6 are nearer than 2 of latitude."""
    areas = PointAreas(
        (
            Region(region_id="east", latitude=80.0, longitude=6.0),
            Region(region_id="south", latitude=78.0, longitude=0.0),
        ),
        max_km=1000.0,
    )
    np.testing.assert_array_equal(areas.locate(np.array([80.0]), np.array([0.0])), [0])


def test_points_do_not_touch(region_table: pd.DataFrame) -> None:
    """Points have no borders."""
    assert [len(side) for side in read_points(region_table, 1.0).touching()] == [0, 0]


def test_no_regions_hold_nothing() -> None:
    """Without regions every point is nowhere."""
    found = PointAreas((), 100.0).locate(np.zeros(2), np.zeros(2))
    np.testing.assert_array_equal(found, [-1, -1])
