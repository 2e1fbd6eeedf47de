"""What every way to draw regions offers; points, polygons and cells know nothing of each other."""

from __future__ import annotations

from typing import Protocol

from prepos.core.network import Region
from prepos.core.types import FloatArray, IntArray


class Areas(Protocol):
    """Regions, sorted by id, that can say where a point belongs."""

    @property
    def regions(self) -> tuple[Region, ...]:
        """The regions with their centres, sorted by region_id."""
        ...

    @property
    def nowhere(self) -> str:
        """What is said of a point that no region holds: "lies in no polygon"."""
        ...

    def locate(self, latitude: FloatArray, longitude: FloatArray) -> IntArray:
        """Return the position of each point's region, -1 where none holds it; (P,) degrees."""
        ...

    def touching(self) -> tuple[IntArray, IntArray]:
        """Return positions of regions that touch, each pair both ways; none for mere points."""
        ...
