"""Own: this region bought this SKU lately, at several speeds at once.

Exponential means are normalised by the weight of the periods seen, so a short history is not
mistaken for low demand.
"""

from __future__ import annotations

import numpy as np

from prepos.core.kernels import Float32Array
from prepos.signals.evidence import Evidence

LEAST_WORTH = 0.05  # ordinary periods; with less a level cannot be told


def own(evidence: Evidence) -> Float32Array:
    """Return (S, 1 or H, R, K) units per period: one exponential mean by speed, fastest first."""
    ahead = evidence.ahead
    levels = np.empty((evidence.speeds, len(ahead), *evidence.shape), dtype=np.float32)
    for speed, told in enumerate(levels):
        np.multiply(own_level(evidence, speed), ahead, out=told)
    return levels


def own_level(evidence: Evidence, speed: int) -> Float32Array:
    """Return (R, K) units per ordinary period at a speed."""
    worth = np.maximum(evidence.worth(speed), LEAST_WORTH)
    return np.asarray(evidence.units(speed) / worth.astype(np.float32))
