"""Regions known by a point: an order belongs to the nearest, up to a limit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from prepos.core.network import Region
from prepos.core.types import FloatArray, IntArray
from prepos.regions.columns import read_numbers, read_texts
from prepos.regions.sphere import find_nearest, to_vectors


@dataclass(frozen=True, slots=True, eq=False)
class PointAreas:
    """Regions by their points; at least one, sorted by id."""

    regions: tuple[Region, ...]
    max_km: float

    @property
    def nowhere(self) -> str:
        """What is said of a point that no region holds."""
        return f"is farther than {self.max_km:g} km from every region"

    def locate(self, latitude: FloatArray, longitude: FloatArray) -> IntArray:
        """Return the position of the nearest region within ``max_km``, else -1; (P,)."""
        if not self.regions:
            return np.full(len(latitude), -1, dtype=np.int64)
        centres = to_vectors(
            np.array([region.latitude for region in self.regions]),
            np.array([region.longitude for region in self.regions]),
        )
        km, position = find_nearest(to_vectors(latitude, longitude), centres, 1)
        return np.where(km[:, 0] <= self.max_km, position[:, 0], -1)

    def touching(self) -> tuple[IntArray, IntArray]:
        """Return no pairs: points have no borders."""
        none = np.zeros(0, dtype=np.int64)
        return none, none


def read_points(table: pd.DataFrame, max_km: float) -> PointAreas:
    """Return the regions of a checked ``regions`` table."""
    rows = zip(
        read_texts(table, "region_id"),
        read_numbers(table, "latitude").tolist(),
        read_numbers(table, "longitude").tolist(),
        read_texts(table, "name"),
        read_numbers(table, "population").tolist(),
        strict=True,
    )
    regions = (
        Region(region_id=key, latitude=north, longitude=east, name=name, population=people)
        for key, north, east, name, people in rows
    )
    return PointAreas(tuple(sorted(regions, key=lambda region: region.region_id)), max_km)
