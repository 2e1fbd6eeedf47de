"""Pool: the SKU sells everywhere, and this region has its share of it.

The share is shrunk to the region's share of the SKU's category, that one to the region's share of
everything, each by as much as the counts call for (empirical Bayes, Dirichlet-multinomial). The
level is followed from slow to fast: what sold lately moves it by as much as the units are many
(gamma-Poisson). So a new SKU borrows its category's level and shares, a large one is followed
quickly, and no cell is zero while the SKU sells anywhere.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import gammaln

from prepos.core.kernels import Float32Array, serial_kernel
from prepos.core.types import AnyArray, FloatArray, IntArray
from prepos.signals.evidence import Evidence
from prepos.signals.levels import follow_levels
from prepos.signals.record import Record

STRENGTHS = np.geomspace(1.0, 1e5, 11)  # units that the prior share may be worth


class Strengths(NamedTuple):
    """How many units the prior shares are worth: a region's own, and its category's."""

    of_category: float
    of_sku: float


def pool(evidence: Evidence) -> Float32Array:
    """Return (2, 1 or H, R, K) units per period: a quick and a slow level times the share."""
    share = sku_shares(evidence)
    levels = evidence.once(follow_levels)
    return np.stack([evidence.onward(level.astype(np.float32) * share) for level in levels])


def category_shares(evidence: Evidence) -> FloatArray:
    """Return (R, G) each region's share of each category, columns summing to 1."""
    units, prior = _by_category(evidence.whole)
    return shrink_shares(units, prior, evidence.record.learn(learn_strengths, 0).of_category)


def sku_shares(evidence: Evidence) -> Float32Array:
    """Return (R, K) each region's share of each SKU, columns summing to 1."""
    units = evidence.units(evidence.speeds - 1)
    strength = evidence.record.learn(learn_strengths, 0).of_sku
    prior = strength * evidence.once(category_shares)
    shares = np.empty(units.shape, dtype=np.float32)
    _shrink_by_category(units, prior, evidence.category, units.sum(axis=0) + strength, shares)
    return shares


def learn_strengths(record: Record, lesson_back: int) -> Strengths:
    """Return the strengths that make the counts most likely, seen from the oldest origin.

    There is one lesson for all origins: the strengths say how unlike SKUs are, which hardly moves.
    """
    evidence = Evidence(record, max(record.backs, default=lesson_back))
    units, prior = _by_category(evidence)
    of_category = likely_strength(units, prior)
    shares = shrink_shares(units, prior, of_category)[:, evidence.category]
    return Strengths(of_category, likely_strength(evidence.units(evidence.speeds - 1), shares))


def _by_category(evidence: Evidence) -> tuple[FloatArray, FloatArray]:
    """Return (R, G) discounted units by category, and the shares they are shrunk to."""
    size, history, group = evidence.region_size, evidence.history, evidence.category
    groups = int(group.max(initial=0)) + 1
    key = history.region * groups + group[history.sku]
    units = np.bincount(key, evidence.sums[:, -1].astype(np.float64), minlength=len(size) * groups)
    base = size / max(size.sum(), 1e-12)
    table = np.asarray(units.reshape(len(size), groups), dtype=np.float64)
    return table, np.broadcast_to(base[:, None], table.shape)


def shrink_shares(units: AnyArray, prior: FloatArray, strength: float) -> FloatArray:
    """Return shares (R, K) between the counts' own and the prior's, columns summing to 1.

    Parameters
    ----------
    units : (R, K) float
        Counts, 0 or more.
    prior : (R, K) float
        Shares to shrink to.
    strength : float
        Units that the prior is worth.
    """
    return np.asarray((units + strength * prior) / (units.sum(axis=0) + strength))


@serial_kernel
def _shrink_by_category(
    units: Float32Array,
    prior: FloatArray,
    category: IntArray,
    total: AnyArray,
    shares: Float32Array,
) -> None:
    """Write the shares between the counts' own and those of the SKU's category, in one pass."""
    for region in range(units.shape[0]):
        for sku in range(units.shape[1]):
            sold = units[region, sku] + prior[region, category[sku]]
            shares[region, sku] = sold / total[sku]


def likely_strength(units: AnyArray, prior: FloatArray) -> float:
    """Return the units that the prior is worth so that the counts (R, K) are most likely.

    References
    ----------
    Minka (2000), Estimating a Dirichlet distribution; the strength is chosen on a grid.
    """
    sold = units > 0
    counts, shares = units[sold].astype(np.float64), prior[sold]
    total = units.sum(axis=0, dtype=np.float64)
    gains = [_gain(counts, np.maximum(m * shares, 1e-12), total, m) for m in STRENGTHS]
    return float(STRENGTHS[int(np.argmax(gains))])


def _gain(counts: FloatArray, parts: FloatArray, total: FloatArray, strength: float) -> float:
    """Return the Dirichlet-multinomial log likelihood of counts, up to a constant."""
    gain = (gammaln(counts + parts) - gammaln(parts)).sum()
    return float(gain - (gammaln(total + strength) - gammaln(strength)).sum())
