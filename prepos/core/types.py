"""Array types that every module shares, and the letters that name their axes.

Axes keep one order everywhere: period T, region R, SKU K, node N, lane L.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
TimeArray = NDArray[np.datetime64]
AnyArray = NDArray[Any]
