"""Which kind of series a cell is: smooth, erratic, intermittent or lumpy.

By how often it sells and how much its sales differ in size. The limits are where one method's error
begins to beat another's in theory, so scores by class say where a model's strength lies.
"""

from __future__ import annotations

import numpy as np

from prepos.core.demand import History
from prepos.core.types import IntArray

CLASSES = ("smooth", "erratic", "intermittent", "lumpy", "unsold")
UNSOLD = CLASSES.index("unsold")
INTERVAL = 1.32  # periods between sales: rarer is intermittent or lumpy
VARIATION = 0.49  # squared coefficient of variation of the sizes: more is erratic or lumpy


def series_classes(history: History) -> IntArray:
    """Return (R, K) positions on ``CLASSES``; cells that never sold are ``unsold``.

    References
    ----------
    Syntetos, Boylan and Croston (2005), On the categorization of demand patterns, Journal of the
    Operational Research Society 56(5), 495-503.
    """
    units = history.units
    sold = (units > 0).sum(axis=1)
    mean = units.sum(axis=1) / np.maximum(sold, 1)
    spread = (units**2).sum(axis=1) / np.maximum(sold, 1) - mean**2
    rare = units.shape[1] > INTERVAL * sold
    uneven = spread > VARIATION * mean**2
    classes = np.full((len(history.regions), len(history.skus)), UNSOLD, dtype=np.int64)
    found = 2 * rare.astype(np.int64) + uneven
    classes[history.region, history.sku] = np.where(sold > 0, found, UNSOLD)
    return classes
