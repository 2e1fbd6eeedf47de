"""Neighbours: the regions around bought it.

Neighbours' sales are read as a share of what they sell, and applied to what this region sells, so
that a big city does not flood its villages.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse

from prepos.core.kernels import Float32Array
from prepos.errors import DemandError
from prepos.signals.evidence import Evidence
from prepos.signals.own import LEAST_WORTH, own_level


def neighbours(evidence: Evidence) -> Float32Array:
    """Return (1, 1 or H, R, K) units per period; zero for a region without neighbours."""
    weights, size = evidence.neighbours, evidence.region_size
    around = np.asarray(weights @ size)
    scale = np.divide(size, around, out=np.zeros_like(size), where=around > 0)
    here = evidence.by_region(scale.astype(np.float32)) * _levels_around(evidence)
    return evidence.onward(np.asarray(here, dtype=np.float32))[None]


def _levels_around(evidence: Evidence) -> Float32Array:
    """Return (R, K) the neighbours' mean level, by their weights."""
    speed = min(1, evidence.speeds - 1)
    if evidence.asked is None:
        return np.asarray(evidence.neighbours @ own_level(evidence, speed))
    worth = np.maximum(evidence.history_worth(speed), LEAST_WORTH)
    level = evidence.sums[:, speed] / worth
    return np.asarray((cells_around(evidence) @ level)[None])


def cells_around(evidence: Evidence) -> sparse.csr_array:
    """Return (N, C) the weights of the history's cells around each listed one."""
    asked = evidence.asked
    if asked is None:
        raise DemandError("cells around are told of listed cells, and none are listed")
    return evidence.record.learn(asked.around, evidence.back)
