"""Regions as H3 cells: hexagons of one size, made where orders fall.

Only cells that hold an order line become regions. A cell stands for itself: its centre is the
cell's, not its orders', so that later orders never move it.
"""

from __future__ import annotations

from dataclasses import dataclass

import h3
import numpy as np

from prepos.core.axes import Axis, make_axis
from prepos.core.network import Region
from prepos.core.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class CellAreas:
    """Cells of one resolution; the region_id is the cell's index in H3."""

    regions: tuple[Region, ...]
    axis: Axis
    resolution: int

    @property
    def nowhere(self) -> str:
        """What is said of a point that no region holds."""
        return "lies in no cell that is a region"

    def locate(self, latitude: FloatArray, longitude: FloatArray) -> IntArray:
        """Return the position of each point's cell, -1 where it is no region; (P,)."""
        return self.axis.positions(find_cells(latitude, longitude, self.resolution))

    def touching(self) -> tuple[IntArray, IntArray]:
        """Return positions of cells that share an edge, both ways."""
        pairs = [
            (i, self.axis.position(near))
            for i, cell in enumerate(self.axis)
            for near in h3.grid_ring(cell, 1)
            if near in self.axis
        ]
        both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return both[:, 0], both[:, 1]


def find_cells(latitude: FloatArray, longitude: FloatArray, resolution: int) -> list[str]:
    """Return the cell of each point (P,)."""
    find = h3.latlng_to_cell
    points = zip(latitude.tolist(), longitude.tolist(), strict=True)
    return [find(north, east, resolution) for north, east in points]


def make_cells(latitude: FloatArray, longitude: FloatArray, resolution: int) -> CellAreas:
    """Return the cells that hold at least one of the points (P,)."""
    axis = make_axis("region_id", find_cells(latitude, longitude, resolution))
    return CellAreas(tuple(_make_region(cell) for cell in axis), axis, resolution)


def _make_region(cell: str) -> Region:
    """Return one cell as a region."""
    north, east = h3.cell_to_latlng(cell)
    return Region(region_id=cell, latitude=north, longitude=east)
