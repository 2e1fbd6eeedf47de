"""Regions as polygons: an order belongs to the one that holds its point.

Points are tested in longitude and latitude, where a border between two vertices is a straight line
on the map, as GeoJSON (RFC 7946, section 3.1.1) has it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from prepos.core.network import Region
from prepos.core.types import AnyArray, FloatArray, IntArray
from prepos.regions.sphere import to_degrees, to_vectors

# degrees, about a metre: vertices of one border drift apart when a layer is reprojected
TOUCH_TOLERANCE = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class PolygonAreas:
    """Regions by their shapes, sorted by id.

    Attributes
    ----------
    shapes : (R,) of shapely Polygon or MultiPolygon
        Whole and simple, in WGS84 degrees; may run past 180 degrees of longitude.
    """

    regions: tuple[Region, ...]
    shapes: AnyArray

    @property
    def nowhere(self) -> str:
        """What is said of a point that no region holds."""
        return "lies in no polygon"

    def locate(self, latitude: FloatArray, longitude: FloatArray) -> IntArray:
        """Return the position of the polygon that holds each point, else -1; (P,).

        On a shared border, or where polygons overlap, the first by id holds it.
        """
        found = np.full(len(latitude), len(self.regions), dtype=np.int64)
        for turn in (0.0, 360.0, -360.0):
            tree = shapely.STRtree(np.asarray(shapely.points(longitude + turn, latitude)))
            region, point = tree.query(self.shapes, predicate="intersects")
            np.minimum.at(found, point, region)
        return np.where(found == len(self.regions), -1, found)

    def touching(self) -> tuple[IntArray, IntArray]:
        """Return positions of polygons that share a border or a corner, both ways."""
        tree = shapely.STRtree(self.shapes)
        a, b = tree.query(self.shapes, predicate="dwithin", distance=TOUCH_TOLERANCE)
        apart = a != b
        return a[apart].astype(np.int64), b[apart].astype(np.int64)

    def overlapping(self) -> list[tuple[str, str]]:
        """Return ids of (polygon, another one that also holds a point well inside the first)."""
        tree = shapely.STRtree(shapely.point_on_surface(self.shapes))
        holder, held = tree.query(self.shapes, predicate="intersects")
        return sorted(
            (self.regions[b].region_id, self.regions[a].region_id)
            for a, b in zip(holder.tolist(), held.tolist(), strict=True)
            if a != b
        )


def find_centres(shapes: AnyArray) -> tuple[FloatArray, FloatArray]:
    """Return latitude and longitude (R,) of each shape's centre.

    The mean of its parts' centroids on the sphere, weighted by area, so that a shape cut at the
    antimeridian has its centre between the halves and not on the other side of the globe.
    """
    parts, owner = shapely.get_parts(shapes, return_index=True)
    centroid = shapely.centroid(parts)
    north, east = shapely.get_y(centroid), shapely.get_x(centroid)
    weight = shapely.area(parts) * np.cos(np.radians(north))
    weighted = to_vectors(north, east) * weight[:, None]
    summed = [np.bincount(owner, column, minlength=len(shapes)) for column in weighted.T]
    return to_degrees(np.stack(summed, axis=-1))
