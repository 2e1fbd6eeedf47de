"""Own: this region bought this SKU lately, at several speeds at once.

Exponential means are normalised by the weight of the periods seen, so a short history is not
mistaken for low demand.
"""

from __future__ import annotations

import numpy as np

from prepos.core.types import FloatArray
from prepos.signals.evidence import Evidence


def own(evidence: Evidence) -> FloatArray:
    """Return (S, 1, R, K) units per period: one exponential mean by speed, fastest first."""
    weights = evidence.discounts / evidence.discounts.sum(axis=1, keepdims=True)
    history = evidence.history
    means = np.zeros((len(weights), 1, *evidence.shape))
    means[:, 0, history.region, history.sku] = (history.units @ weights.T).T
    return means
