"""Check the polygons of a layer: what is refused, what is mended, what should be doubted.

Rings that cross themselves are mended where that leaves the area as it was (simplified borders
touch themselves in places); a shape whose area would change is refused, for nobody knows which was
meant. Rows count from 1.
"""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from prepos.core.faults import Fault
from prepos.core.types import AnyArray
from prepos.regions.polygons import PolygonAreas

MENDED_AREA = 0.01  # share of a shape's area that mending may change
WIDE_DEGREES = 180.0  # of longitude; one part wider than this was likely cut wrongly
MOST_EAST = 360.0  # degrees of longitude; a layer may run past the antimeridian
POLYGON, MULTIPOLYGON = 3, 6  # shapely's type numbers


def mend_shapes(shapes: AnyArray, ids: list[str], file: str) -> tuple[AnyArray, tuple[Fault, ...]]:
    """Return the shapes with rings made simple where that keeps the area, and a notice for each."""
    mended, notices = shapes.copy(), []
    polygonal = np.isin(shapely.get_type_id(shapes), (POLYGON, MULTIPOLYGON))
    finite = np.isfinite(shapely.bounds(shapes)).all(axis=1)
    for row in np.flatnonzero(polygonal & finite & ~shapely.is_valid(shapes)).tolist():
        whole = shapely.make_valid(shapes[row], method="structure", keep_collapsed=False)
        area = shapely.area(shapes[row])
        if abs(shapely.area(whole) - area) <= MENDED_AREA * area:
            reason = shapely.is_valid_reason(shapes[row])
            message = f"polygon of region {ids[row]}: {reason}; mended, its area stays"
            notices.append(Fault(file, row + 1, "geometry", reason, "PP-PLACE-BROKEN", message))
            mended[row] = whole
    return mended, tuple(notices)


def check_shapes(shapes: AnyArray, ids: list[str], file: str) -> list[Fault]:
    """Return a fault for each shape that is not a whole polygon on the globe."""
    judged = ((row, _judge(shape)) for row, shape in enumerate(shapes))
    return [
        Fault(file, row + 1, "geometry", value, code, f"polygon of region {ids[row]} {words}")
        for row, verdict in judged
        if verdict
        for code, value, words in [verdict]
    ]


def _judge(shape: BaseGeometry | None) -> tuple[str, str, str] | None:
    """Return code, value and words of what is wrong with a shape, None where nothing is."""
    if shape is None or shape.is_empty:
        return "PP-PLACE-NO-POLYGON", "", "is empty, expected a polygon"
    if shapely.get_type_id(shape) not in (POLYGON, MULTIPOLYGON):
        return "PP-PLACE-NO-POLYGON", shape.geom_type, f"is a {shape.geom_type}, expected a polygon"
    west, south, east, north = shape.bounds
    if not (max(-south, north) <= 90 and max(-west, east) <= MOST_EAST):
        edges = f"{west:g}, {south:g}, {east:g}, {north:g}"
        expected = "degrees in WGS84; is the projection stated in the file right"
        return "PP-PLACE-OFF-GLOBE", edges, f"reaches {edges}, expected {expected}"
    if not shape.is_valid:
        reason = shapely.is_valid_reason(shape)
        expected = "rings that do not cross themselves"
        return "PP-PLACE-BROKEN", reason, f"is broken ({reason}), expected {expected}"
    return None


def note_doubts(areas: PolygonAreas, file: str) -> list[Fault]:
    """Return a notice for each polygon that lies over another, or that spans half the globe."""
    notices = [
        Fault(
            file,
            0,
            "geometry",
            inner,
            "PP-PLACE-OVERLAP",
            f"polygon of region {inner} lies over that of {other}; "
            "the first by id holds a point of both",
        )
        for inner, other in areas.overlapping()
    ]
    parts, owner = shapely.get_parts(areas.shapes, return_index=True)
    west, _, east, _ = shapely.bounds(parts).T
    for row in np.unique(owner[east - west > WIDE_DEGREES]).tolist():
        key = areas.regions[row].region_id
        message = (
            f"polygon of region {key} spans more than {WIDE_DEGREES:g} degrees of longitude, "
            "expected it cut where it crosses the antimeridian"
        )
        notices.append(Fault(file, 0, "geometry", key, "PP-PLACE-ANTIMERIDIAN", message))
    return notices
