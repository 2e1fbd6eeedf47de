"""Neighbours: the regions around bought it.

Neighbours' sales are read as a share of what they sell, and applied to what this region sells, so
that a big city does not flood its villages.
"""

from __future__ import annotations

import numpy as np

from prepos.core.types import FloatArray
from prepos.signals.evidence import Evidence


def neighbours(evidence: Evidence) -> FloatArray:
    """Return (1, 1, R, K) units per period; zero for a region without neighbours."""
    weights = evidence.neighbours
    size = evidence.region_size
    history = evidence.history
    speed = min(1, len(evidence.discounts) - 1)
    level = history.spread(
        history.units @ evidence.discounts[speed] / evidence.discounts[speed].sum()
    )
    around = np.asarray(weights @ size)
    scale = np.divide(size, around, out=np.zeros_like(size), where=around > 0)
    return np.asarray(scale[:, None] * (weights @ level))[None, None]
