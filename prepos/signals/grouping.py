"""Grouping rows by a whole number in one pass, their order within a group kept."""

from __future__ import annotations

import numpy as np

from prepos.core.kernels import serial_kernel
from prepos.core.types import BoolArray, IntArray


@serial_kernel
def group_order(key: IntArray, groups: int) -> IntArray:
    """Return (N,) the rows sorted by key, rows of one key in their order: a counting sort.

    Parameters
    ----------
    key : (N,) int
        Group of each row, from 0 to ``groups`` - 1.
    """
    place = np.zeros(groups + 1, dtype=np.int64)
    for row in range(len(key)):
        place[key[row] + 1] += 1
    for group in range(groups):
        place[group + 1] += place[group]
    order = np.empty(len(key), dtype=np.int64)
    for row in range(len(key)):
        order[place[key[row]]] = row
        place[key[row]] += 1
    return order


def group_starts(key: IntArray, groups: int) -> IntArray:
    """Return (groups + 1,) the first row of each group in sorted rows, and their number."""
    counts = np.bincount(key, minlength=groups)
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts, dtype=np.int64)])


def run_starts(values: IntArray) -> BoolArray:
    """Return (N,) where a value differs from the one before; the first always does."""
    starts = np.ones(len(values), dtype=np.bool_)
    starts[1:] = values[1:] != values[:-1]
    return starts


@serial_kernel
def by_appearance(key: IntArray, groups: int) -> IntArray:
    """Return (N,) the keys numbered anew from 0, in the order in which they first appear."""
    number = np.full(groups, -1, dtype=np.int64)
    renamed = np.empty(len(key), dtype=np.int64)
    seen = 0
    for row in range(len(key)):
        if number[key[row]] < 0:
            number[key[row]] = seen
            seen += 1
        renamed[row] = number[key[row]]
    return renamed
