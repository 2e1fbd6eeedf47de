"""Narrow bins of the mean: cells counted by bin and by units, all in one pass.

A mean's bin is read from the leading bits of the number, which leave at most one bin's edge to
compare with, so that no logarithm is taken of a cell.
"""

from __future__ import annotations

import math

import numpy as np

from prepos.core.kernels import Float32Array, serial_kernel
from prepos.core.types import AnyArray, FloatArray, IntArray

LEAST_MEAN = 1e-6  # units; smaller means say nothing of the width
BINS_PER_E, BINS = 5, 180  # narrow bins per factor e of the mean, and of them all
FEW = 128  # units up to which cells are counted by units
LEADING, TRAILING = 16, 16  # bits of a float32, sign included; alike in the leading: within 1 %

Many = tuple[IntArray, IntArray, FloatArray]  # kind, bin and units of cells with many


def tabulate(
    mean: Float32Array,
    units: Float32Array,
    kind: IntArray,
    kinds: int,
    weight: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray, FloatArray, Many]:
    """Count cells (N, K) by kind of SKU, narrow bin of the mean, and units.

    A cell counts by the weight (K,) of its column, which is 1 where not told.

    Returns
    -------
    cells, level : (kinds, BINS) float
        Cells, and their means summed.
    few : (kinds, BINS, FEW) float
        Cells by units, where these are below FEW.
    many : (M,) kinds, bins and units
        Of the cells with more.
    """
    edges = bin_edges()
    leading = np.arange(2**LEADING, dtype=np.uint32) << np.uint32(TRAILING)
    first = np.searchsorted(edges, leading.view(np.float32), side="right") - 1
    edges = np.append(edges, np.float32(np.inf))
    counted = np.ones(len(kind)) if weight is None else weight
    return _tabulate(mean, mean.view(np.uint32), units, (kind, counted), kinds, first, edges)


def bin_edges() -> Float32Array:
    """Return (BINS,) the least mean of each bin, rising: smaller ones than the first have none."""
    least, number = math.log(LEAST_MEAN), np.arange(BINS)
    about = np.exp(least + number / BINS_PER_E).astype(np.float32)
    near = (about.view(np.int32)[:, None] + np.arange(-4, 5, dtype=np.int32)).view(np.float32)
    reached = (np.log(near.astype(np.float64)) - least) * BINS_PER_E >= number[:, None]
    return np.asarray(near[number, reached.argmax(axis=1)])


@serial_kernel
def _tabulate(
    mean: Float32Array,
    bits: AnyArray,
    units: Float32Array,
    columns: tuple[IntArray, FloatArray],
    kinds: int,
    first: IntArray,
    edges: Float32Array,
) -> tuple[FloatArray, FloatArray, FloatArray, Many]:
    """Count the cells; ``first`` is the bin of the least number with each leading bits.

    The columns' kinds and weights are (K,) each; cells with many units are told one by one.
    """
    kind, weight = columns
    cells, level = np.zeros((kinds, BINS)), np.zeros((kinds, BINS))
    few = np.zeros((kinds, BINS, FEW))
    large = int(np.sum(units >= FEW))
    kind_of, bin_of, many = np.empty(large, np.int64), np.empty(large, np.int64), np.empty(large)
    filled = 0
    for row in range(mean.shape[0]):
        for sku in range(mean.shape[1]):
            at = first[bits[row, sku] >> np.uint32(TRAILING)]
            at = min(at + int(mean[row, sku] >= edges[at + 1]), BINS - 1)
            if at < 0:
                continue
            cells[kind[sku], at] += weight[sku]
            level[kind[sku], at] += weight[sku] * mean[row, sku]
            if units[row, sku] < FEW:
                few[kind[sku], at, int(units[row, sku] + 0.5) % FEW] += weight[sku]
            else:
                kind_of[filled], bin_of[filled] = kind[sku], at
                many[filled] = np.rint(units[row, sku])
                filled += 1
    return cells, level, few, (kind_of[:filled], bin_of[:filled], many[:filled])
