"""Factors of single cells in single periods; every cell that is not named has factor 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from prepos.core.types import IntArray

Float32Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class CellFactors:
    """M factors, sorted by (region, sku, column), each triple once.

    Attributes
    ----------
    skus : int
        Length K of the SKU axis.
    region, sku, column : (M,) int
        Positions; a column is a period of the history, oldest first, or of the horizon after it.
    value : (M,) float32
        0 or more.
    """

    skus: int
    region: IntArray
    sku: IntArray
    column: IntArray
    value: Float32Array

    def __len__(self) -> int:
        return len(self.value)

    def of_cells(self, region: IntArray, sku: IntArray) -> tuple[IntArray, IntArray]:
        """Return which of C cells have factors, and the factor that each entry is.

        Parameters
        ----------
        region, sku : (C,) int
            Cells sorted by (region, sku), each once.

        Returns
        -------
        cell, factor : (E,) int
            Positions of the cells and of the factors.
        """
        cells = region * self.skus + sku
        wanted = self.region * self.skus + self.sku
        place = np.searchsorted(cells, wanted)
        known = place < len(cells)
        known[known] = cells[place[known]] == wanted[known]
        return place[known], np.flatnonzero(known)


def no_factors(skus: int) -> CellFactors:
    """Return the factors of no cell at all."""
    empty = np.zeros(0, dtype=np.int64)
    return CellFactors(skus, empty, empty, empty, np.zeros(0, dtype=np.float32))


def make_cell_factors(
    skus: int, key: IntArray, column: IntArray, value: Float32Array
) -> CellFactors:
    """Return the factors of cells ``region * skus + sku``; those of one triple multiply."""
    order = np.lexsort((value, column, key))
    key, column, value = key[order], column[order], value[order]
    first = np.ones(len(key), dtype=np.bool_)
    first[1:] = (np.diff(key) != 0) | (np.diff(column) != 0)
    start = np.flatnonzero(first)
    if len(start) < len(key):
        value = np.multiply.reduceat(value, start)
    width = max(skus, 1)
    return CellFactors(
        skus, key[start] // width, key[start] % width, column[start], value.astype(np.float32)
    )
