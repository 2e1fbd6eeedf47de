"""What is refused, mended and doubted in a layer's polygons."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from prepos.core.network import Region
from prepos.regions.polygons import PolygonAreas
from prepos.regions.shapes import check_shapes, mend_shapes, note_doubts

BOX = shapely.box(0, 0, 1, 1)
BOW_TIE = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
# an outline that runs out along a spike and back: not simple, but its area is plain
SPIKE = shapely.Polygon([(0, 0), (1, 0), (1, 1), (1, 2), (1, 1), (0, 1)])


def array(*shapes: shapely.Geometry | None) -> np.ndarray:
    """Return shapes as an array of objects."""
    made = np.empty(len(shapes), dtype=object)
    made[:] = shapes
    return made


BAD = [
    (None, "PP-PLACE-NO-POLYGON", "polygon of region r is empty, expected a polygon"),
    (shapely.Polygon(), "PP-PLACE-NO-POLYGON", "polygon of region r is empty, expected a polygon"),
    (
        shapely.Point(1, 1),
        "PP-PLACE-NO-POLYGON",
        "polygon of region r is a Point, expected a polygon",
    ),
    (BOW_TIE, "PP-PLACE-BROKEN", "polygon of region r is broken (Self-intersection[0.5 0.5])"),
    # metres where degrees were promised
    (
        shapely.box(5e5, 4e6, 6e5, 5e6),
        "PP-PLACE-OFF-GLOBE",
        "polygon of region r reaches 500000, 4e+06, 600000, 5e+06, expected degrees in WGS84",
    ),
    (shapely.box(0, 80, 1, 91), "PP-PLACE-OFF-GLOBE", "polygon of region r reaches 0, 80, 1, 91"),
    (shapely.box(0, 0, np.inf, 1), "PP-PLACE-OFF-GLOBE", "polygon of region r reaches"),
]


@pytest.mark.parametrize(("shape", "code", "message"), BAD)
def test_shapes_that_are_no_polygon_on_the_globe_are_refused(
    shape: shapely.Geometry | None, code: str, message: str
) -> None:
    """A refused shape is named with its region, row, what it is and what is expected."""
    shapes, _ = mend_shapes(array(BOX, shape), ["ok", "r"], "map.gpkg")
    (fault,) = check_shapes(shapes, ["ok", "r"], "map.gpkg")
    assert (fault.line, fault.column, fault.code) == (2, "geometry", code)
    assert fault.message.startswith(message)


def test_a_ring_that_touches_itself_is_mended_and_told() -> None:
    """Where mending keeps the area the shape is used, and a notice says so."""
    mended, notices = mend_shapes(array(SPIKE, BOX), ["r", "s"], "map.gpkg")
    assert shapely.is_valid(mended).all()
    assert mended[0].area == pytest.approx(1.0)
    assert mended[1] is BOX
    assert [notice.code for notice in notices] == ["PP-PLACE-BROKEN"]
    assert notices[0].message.startswith("polygon of region r: Ring Self-intersection")


def test_overlaps_and_half_globes_are_doubted() -> None:
    """A polygon over another and one that spans half the globe are told, not refused."""
    regions = tuple(Region(region_id=key, latitude=0, longitude=0) for key in ("in", "out", "wide"))
    shapes = array(
        shapely.box(0, 0, 1, 1), shapely.box(-1, -1, 9, 9), shapely.box(-179, 20, 179, 21)
    )
    notices = note_doubts(PolygonAreas(regions, shapes), "map.gpkg")
    assert [(notice.code, notice.value) for notice in notices] == [
        ("PP-PLACE-OVERLAP", "in"),
        ("PP-PLACE-ANTIMERIDIAN", "wide"),
    ]
    assert "polygon of region in lies over that of out" in notices[0].message
    assert "expected it cut where it crosses the antimeridian" in notices[1].message
