"""Demand paths over a window, drawn so that every period and every span of it scatters as told.

A catchment's demand of a SKU is Poisson about a level that varies by chance, gamma distributed in
each period; the levels of two periods go together as far as the sums over both scatter more, or
less, than apart. Catchments and SKUs are drawn apart from one another.

References
----------
Cario and Nelson (1997), Modeling and generating random vectors with arbitrary marginal
distributions and correlation matrix: normal to anything.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from scipy.special import gammaincinv, ndtr

from prepos.core.outlook import Outlook
from prepos.core.spans import span_number
from prepos.core.types import FloatArray, IntArray

LEAST = 1e-9  # dispersion below which a level does not vary


def sample_paths(outlook: Outlook, paths: int, generator: Generator) -> IntArray:
    """Return units wanted (S, T, Z, K) along so many paths over the outlook's window."""
    mean = outlook.demand.mean[: outlook.window.horizon]
    root = correlate(mean, outlook.dispersion)
    normal = generator.standard_normal((paths, *mean.shape))
    chance = ndtr(np.einsum("zkts,pszk->ptzk", root, normal))
    periods = len(mean)
    own = np.stack([outlook.dispersion[span_number(t, t, periods)] for t in range(periods)])
    shape = 1.0 / np.maximum(own, LEAST)
    level = np.where(own > LEAST, gammaincinv(shape, chance) / shape, 1.0)
    return generator.poisson(level * mean)


def correlate(mean: FloatArray, dispersion: FloatArray) -> FloatArray:
    """Return a root (Z, K, T, T) of the levels' correlations, of means (T, Z, K).

    How far the level of a span scatters is its dispersion (P, Z, K) times its mean squared; what
    two periods share is what the spans that end with them have in common.
    """
    periods = len(mean)

    def scatter(first: int, last: int) -> FloatArray:
        if first > last:
            return np.zeros(mean.shape[1:])
        total: FloatArray = mean[first : last + 1].sum(axis=0)
        return np.asarray(dispersion[span_number(first, last, periods)] * total**2)

    shared = np.zeros((*mean.shape[1:], periods, periods))
    for s in range(periods):
        for t in range(s, periods):
            both = scatter(s, t) + scatter(s + 1, t - 1) - scatter(s + 1, t) - scatter(s, t - 1)
            shared[..., s, t] = shared[..., t, s] = both if s == t else both / 2.0
    size = np.sqrt(np.maximum(np.diagonal(shared, axis1=-2, axis2=-1), 0.0))
    scale = size[..., :, None] * size[..., None, :]
    likeness = np.clip(np.divide(shared, scale, out=np.zeros_like(shared), where=scale > 0), -1, 1)
    values, vectors = np.linalg.eigh(np.where(np.eye(periods) > 0, 1.0, likeness))
    root = vectors * np.sqrt(np.maximum(values, 0.0))[..., None, :]
    length = np.linalg.norm(root, axis=-1, keepdims=True)
    return np.asarray(root / np.where(length > 0, length, 1.0))
