"""Neighbours: the regions around bought it.

Neighbours' sales are read as a share of what they sell, and applied to what this region sells, so
that a big city does not flood its villages.
"""

from __future__ import annotations

import numpy as np

from prepos.core.kernels import Float32Array
from prepos.signals.evidence import Evidence
from prepos.signals.own import own_level


def neighbours(evidence: Evidence) -> Float32Array:
    """Return (1, 1 or H, R, K) units per period; zero for a region without neighbours."""
    weights, size = evidence.neighbours, evidence.region_size
    level = own_level(evidence, min(1, evidence.speeds - 1))
    around = np.asarray(weights @ size)
    scale = np.divide(size, around, out=np.zeros_like(size), where=around > 0)
    here = scale[:, None].astype(np.float32) * (weights @ level)
    return evidence.onward(np.asarray(here))[None]
