"""Regions as polygons."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from prepos.core.network import Region
from prepos.regions.polygons import PolygonAreas, find_centres


def areas_of(**shapes: shapely.Geometry) -> PolygonAreas:
    """Return polygons by id; their centres do not matter here."""
    regions = (Region(region_id=key, latitude=0.0, longitude=0.0) for key in sorted(shapes))
    return PolygonAreas(tuple(regions), np.array([shapes[key] for key in sorted(shapes)]))


TWO = areas_of(a=shapely.box(0, 0, 1, 1), b=shapely.box(1, 0, 2, 1))


@pytest.mark.parametrize(
    ("latitude", "longitude", "region"),
    [
        (0.5, 0.5, 0),
        (0.5, 1.5, 1),
        (0.5, 1.0, 0),  # the shared border: first by id
        (1.0, 2.0, 1),  # a corner
        (0.5, 2.1, -1),
        (0.5, 360.5, 0),  # a longitude written the long way round
    ],
)
def test_a_point_belongs_to_the_polygon_that_holds_it(
    latitude: float, longitude: float, region: int
) -> None:
    """Inside and border belong to a polygon; outside is nowhere, however near."""
    found = TWO.locate(np.array([latitude]), np.array([longitude]))
    np.testing.assert_array_equal(found, [region])


def test_a_hole_is_nowhere() -> None:
    """A point in a polygon's hole is not in it."""
    ring = shapely.box(0, 0, 3, 3).difference(shapely.box(1, 1, 2, 2))
    found = areas_of(a=ring).locate(np.array([1.5, 0.5]), np.array([1.5, 0.5]))
    np.testing.assert_array_equal(found, [-1, 0])


def test_a_layer_may_run_past_the_antimeridian() -> None:
    """A polygon from 178 to 182 degrees holds 179 and -179, and so does one cut in two."""
    cut = shapely.union(shapely.box(178, 0, 180, 1), shapely.box(-180, 0, -178, 1))
    for shape in (shapely.box(178, 0, 182, 1), cut):
        found = areas_of(fiji=shape).locate(np.full(3, 0.5), np.array([179.0, -179.0, -177.0]))
        np.testing.assert_array_equal(found, [0, 0, -1])


def test_touching_is_a_border_or_a_corner_both_ways() -> None:
    """Neighbours share an edge or a corner, even over a millimetre's crack of reprojection."""
    areas = areas_of(
        a=shapely.box(0, 0, 1, 1),
        b=shapely.box(1 + 1e-8, 0, 2, 1),
        c=shapely.box(2, 1, 3, 2),
        d=shapely.box(9, 9, 10, 10),
    )
    pairs = sorted(zip(*(side.tolist() for side in areas.touching()), strict=True))
    assert pairs == [(0, 1), (1, 0), (1, 2), (2, 1)]


def test_overlaps_are_found() -> None:
    """A town inside a county overlaps it; polygons that only touch do not."""
    areas = areas_of(
        county=shapely.box(0, 0, 4, 4),
        town=shapely.box(1, 1, 1.5, 1.5),
        next=shapely.box(4, 0, 5, 1),
    )
    assert areas.overlapping() == [("town", "county")]


def test_centre_lies_between_the_halves_at_the_antimeridian() -> None:
    """A shape cut at 180 degrees has its centre there, not at Greenwich."""
    cut = shapely.union(shapely.box(178, -1, 180, 1), shapely.box(-180, -1, -178, 1))
    north, east = find_centres(np.array([cut, shapely.box(0, -1, 2, 1)]))
    np.testing.assert_allclose(north, [0.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(np.abs(east), [180.0, 1.0])


def test_centre_leans_to_the_larger_part() -> None:
    """Parts count by their area: three quarters in one part put the centre a quarter from it."""
    parts = shapely.union(shapely.box(0, -0.5, 3, 0.5), shapely.box(9, -0.5, 10, 0.5))
    _, east = find_centres(np.array([parts]))
    assert east.item() == pytest.approx((3 * 1.5 + 9.5) / 4, abs=0.02)
