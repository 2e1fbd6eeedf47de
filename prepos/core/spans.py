"""Spans of periods in a row, as numbers: what is told of every span of a window is one axis.

The spans of W periods are numbered by their first period and then by their last, so those that
begin together follow one another: P = W (W + 1) / 2 of them.
"""

from __future__ import annotations

import numpy as np

from prepos.core.kernels import serial_kernel
from prepos.core.types import FloatArray, IntArray


@serial_kernel
def span_number(first: int, last: int, periods: int) -> int:
    """Return the number of the span of the periods ``first`` to ``last`` within a window."""
    return first * periods - first * (first - 1) // 2 + last - first


def list_spans(periods: int) -> tuple[IntArray, IntArray]:
    """Return the first and last period (P,) of every span within a window, by number."""
    first, last = np.triu_indices(periods)
    return first, last


def sum_spans(values: FloatArray) -> FloatArray:
    """Return values (T, ...) summed over every span of the T periods: (P, ...), by number."""
    first, last = list_spans(len(values))
    sums = np.empty((len(first), *values.shape[1:]))
    for span in range(len(first)):
        values[first[span] : last[span] + 1].sum(axis=0, out=sums[span])
    return sums
