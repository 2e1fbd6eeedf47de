"""Which regions lie around a region: the user's table, else shapes that touch, else the nearest.

Weights that are made sum to 1 over a region's neighbours (row-standardised, as is usual for spatial
weights: Anselin (1988), Spatial Econometrics, chapter 3): equal where shapes touch, by inverse
distance where they are only near. A table's weights are handed on as given, directed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from prepos.core.axes import make_axis
from prepos.core.network import Region
from prepos.core.types import FloatArray, IntArray
from prepos.regions.areas import Areas
from prepos.regions.columns import read_numbers, read_texts
from prepos.regions.sphere import find_nearest, to_vectors

LEAST_KM = 1.0  # two regions of one place are not infinitely near

Neighbours = tuple[IntArray, IntArray, FloatArray]


def read_neighbours(regions: tuple[Region, ...], table: pd.DataFrame) -> Neighbours:
    """Return region, neighbour (positions) and weight of a checked ``neighbours`` table.

    Rows of unknown regions are passed over (they are refused elsewhere).
    """
    axis = make_axis("region_id", (region.region_id for region in regions))
    region = axis.positions(read_texts(table, "region_id"))
    neighbour = axis.positions(read_texts(table, "neighbour_id"))
    known = (region >= 0) & (neighbour >= 0)
    return _sort(region[known], neighbour[known], read_numbers(table, "weight")[known])


def make_neighbours(areas: Areas, count: int) -> Neighbours:
    """Return region, neighbour (positions) and weight: those that touch, else the nearest.

    Parameters
    ----------
    areas : Areas
    count : int
        Nearest regions taken for a region that touches none.
    """
    size = len(areas.regions)
    region, neighbour = areas.touching()
    touched = np.bincount(region, minlength=size)
    alone = np.flatnonzero(touched == 0)
    near, nearest, weight = _take_nearest(areas.regions, alone, min(count, size - 1))
    return _sort(
        np.append(region, near),
        np.append(neighbour, nearest),
        np.append(1.0 / touched[region], weight),
    )


def _take_nearest(regions: tuple[Region, ...], alone: IntArray, count: int) -> Neighbours:
    """Return the nearest other regions of some, weighted by inverse distance."""
    if not count or not len(alone):
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    centres = to_vectors(
        np.array([region.latitude for region in regions]),
        np.array([region.longitude for region in regions]),
    )
    km, position = find_nearest(centres[alone], centres, count + 1)
    # a region is its own nearest, but not always the first where several lie at one point
    own = position == alone[:, None]
    own[~own.any(axis=1), -1] = True
    weight = 1.0 / np.maximum(km[~own], LEAST_KM).reshape(len(alone), count)
    weight /= weight.sum(axis=1, keepdims=True)
    return np.repeat(alone, count), position[~own], weight.ravel()


def _sort(region: IntArray, neighbour: IntArray, weight: FloatArray) -> Neighbours:
    """Return the pairs sorted by region, then neighbour."""
    order = np.lexsort((neighbour, region))
    return region[order], neighbour[order], weight[order]
