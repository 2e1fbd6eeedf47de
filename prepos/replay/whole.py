"""Whole units out of fractions, their sum kept: largest remainders."""

from __future__ import annotations

import numpy as np

from prepos.core.types import FloatArray, IntArray


def round_whole(amounts: FloatArray) -> IntArray:
    """Return whole numbers near the amounts (M, J), 0 or more, each row's sum kept.

    Each amount is rounded down or up; up where the fraction is largest, the first of equals. A row
    whose sum is not whole is rounded to the nearest, half to even.
    """
    down = np.floor(amounts)
    missing = np.rint(amounts.sum(axis=1) - down.sum(axis=1)).astype(np.int64)
    order = np.argsort(-(amounts - down), axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(amounts.shape[1])[None, :], axis=1)
    return np.asarray(down.astype(np.int64) + (rank < missing[:, None]))
