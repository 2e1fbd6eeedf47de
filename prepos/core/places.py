"""Where large arrays that are nearly empty hold something."""

from __future__ import annotations

import numpy as np

from prepos.core.kernels import Float32Array, serial_kernel
from prepos.core.types import IntArray

BLOCK = 64  # numbers that are passed over together where none is wanted


@serial_kernel
def places_from(values: Float32Array, least: float) -> IntArray:
    """Return the places of the values (N,) of ``least`` and more, rising."""
    wanted, size = np.float32(least), len(values)
    count = 0
    for place in range(size):
        count += values[place] >= wanted
    found, filled = np.empty(count, dtype=np.int64), 0
    for start in range(0, size, BLOCK):
        block, some = values[start : start + BLOCK], 0
        for place in range(len(block)):
            some += block[place] >= wanted
        if some:
            for place in range(len(block)):
                if block[place] >= wanted:
                    found[filled] = start + place
                    filled += 1
    return found
