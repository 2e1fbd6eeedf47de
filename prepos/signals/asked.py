"""Asked: a list of cells that signals are asked of, instead of every region and SKU.

Stands on nothing but positions. What is told of listed cells is told as one row with a column for
each, so that arrays (..., R, K) and (..., 1, N) are worked on alike. Assumes that the list is far
shorter than regions x SKUs: a table of all of them is held, whose untouched parts cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sparse

from prepos.core.kernels import serial_kernel
from prepos.core.types import AnyArray, FloatArray, IntArray
from prepos.signals.around import learn_neighbours
from prepos.signals.record import Record


@dataclass(frozen=True, eq=False)
class Asked:
    """N cells of R regions x K SKUs.

    Attributes
    ----------
    region, sku : (N,) int
        Positions, sorted by (region, sku), each pair once.
    shape : (R, K)
    """

    region: IntArray
    sku: IntArray
    shape: tuple[int, int]

    def __len__(self) -> int:
        return len(self.region)

    @cached_property
    def table(self) -> AnyArray:
        """(R x K,) int32: one more than each cell's place in the list, 0 where it is not in it."""
        table = np.zeros(self.shape[0] * self.shape[1], dtype=np.int32)
        table[self.region * self.shape[1] + self.sku] = np.arange(1, len(self) + 1)
        return table

    def find(self, region: IntArray, sku: IntArray) -> IntArray:
        """Return the place (M,) of each cell in the list, -1 where it is not in it."""
        return np.asarray(self.table[region * self.shape[1] + sku].astype(np.int64) - 1)

    def around(self, record: Record, lesson_back: int) -> sparse.csr_array:
        """Return (N, C) the weight of each cell of the history in the sum around a listed one.

        These are the cells of the same SKU in the neighbours of the listed cell's region.
        """
        matrix, history = record.learn(learn_neighbours, lesson_back), record.history
        cells = Asked(history.region, history.sku, self.shape)
        start, neighbour = (part.astype(np.int64) for part in (matrix.indptr, matrix.indices))
        row, column, weight = _link(
            self.region, self.sku, start, neighbour, matrix.data, cells.table
        )
        shape = (len(self), len(history.region))
        return sparse.csr_array((weight, (row, column)), shape=shape)


@serial_kernel
def _link(
    region: IntArray,
    sku: IntArray,
    start: IntArray,
    neighbour: IntArray,
    weight: FloatArray,
    table: AnyArray,
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return listed cell, cell of the history and weight of each pair of neighbours."""
    skus = len(table) // max(len(start) - 1, 1)
    most = 0
    for cell in range(len(region)):
        most += start[region[cell] + 1] - start[region[cell]]
    row, column, value = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most)
    found = 0
    for cell in range(len(region)):
        for link in range(start[region[cell]], start[region[cell] + 1]):
            place = table[neighbour[link] * skus + sku[cell]]
            if place > 0:
                row[found], column[found], value[found] = cell, place - 1, weight[link]
                found += 1
    return row[:found], column[:found], value[:found]
