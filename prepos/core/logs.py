"""Natural logarithms of many numbers at once, in a loop that the compiler makes vectors of.

A call of the library's logarithm for each number would be the larger part of a loop that needs
several of them.
"""

from __future__ import annotations

import numpy as np

from prepos.core.kernels import serial_kernel
from prepos.core.types import FloatArray

ROOT_HALF = 0x3FE6A09E667F3BCD  # bits of the square root of 1/2
MANTISSA = 52  # bits of a float64 behind the exponent
LOG_2 = 0.6931471805599453


@serial_kernel
def take_logs(values: FloatArray) -> None:
    """Put the natural logarithm of normal numbers above 0 in their place, to about 1e-15.

    References
    ----------
    Abramowitz and Stegun (1964), 4.1.27: the series in (m - 1) / (m + 1), with m within a factor
    of the square root of 2 from 1 and the powers of 2 apart.
    """
    bits = values.view(np.int64)
    for place in range(len(values)):
        power = (bits[place] - ROOT_HALF) >> MANTISSA
        bits[place] -= power << MANTISSA
        share = (values[place] - 1.0) / (values[place] + 1.0)
        square = share * share
        series = 1.0 / 19.0
        series = series * square + 1.0 / 17.0
        series = series * square + 1.0 / 15.0
        series = series * square + 1.0 / 13.0
        series = series * square + 1.0 / 11.0
        series = series * square + 1.0 / 9.0
        series = series * square + 1.0 / 7.0
        series = series * square + 1.0 / 5.0
        series = series * square + 1.0 / 3.0
        values[place] = 2.0 * share * (1.0 + square * series) + power * LOG_2
