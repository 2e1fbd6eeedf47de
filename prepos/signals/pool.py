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

from prepos.core.kernels import Float32Array
from prepos.core.types import AnyArray, FloatArray
from prepos.signals.evidence import Evidence
from prepos.signals.levels import follow_levels, sku_sums
from prepos.signals.record import Record

UNSHRUNK = 1e-6  # units: where a SKU never sold, the prior share must do
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
    """Return (R, G) each region's share of each category, columns summing to 1; of all cells."""
    units, prior = _by_category(evidence)
    return shrink_shares(units, prior, evidence.record.learn(learn_strengths, 0).of_category)


def usual_shares(evidence: Evidence) -> Float32Array:
    """Return (R, K) each region's share of each SKU's category."""
    shares = evidence.whole.once(category_shares).astype(np.float32)
    return np.asarray(evidence.by_category(shares))


def sku_shares(evidence: Evidence) -> Float32Array:
    """Return (R, K) each region's share of each SKU, those of all regions summing to 1."""
    strength = evidence.record.learn(learn_strengths, 0).of_sku
    total = evidence.by_sku(evidence.whole.once(sku_sums)[-1]) + strength
    shares = np.float32(strength) * evidence.once(usual_shares)
    shares += evidence.units(evidence.speeds - 1)
    shares /= total.astype(np.float32)
    return shares


def learn_strengths(record: Record, lesson_back: int) -> Strengths:
    """Return the strengths that make the counts most likely, seen from the oldest origin.

    There is one lesson for all origins: the strengths say how unlike SKUs are, which hardly moves.
    Where shares are not to be shrunk they are next to nothing.
    """
    if not record.options.shrinkage:
        return Strengths(UNSHRUNK, UNSHRUNK)
    evidence = Evidence(record, max(record.backs, default=lesson_back))
    units, prior = _by_category(evidence)
    of_category = likely_strength(units, prior, units.sum(axis=0))
    shares = shrink_shares(units, prior, of_category)
    history, sums = evidence.history, evidence.sums[:, -1]
    share = shares[history.region, evidence.category[history.sku]]
    return Strengths(of_category, likely_strength(sums, share, evidence.once(sku_sums)[-1]))


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


def likely_strength(units: AnyArray, prior: FloatArray, total: FloatArray) -> float:
    """Return the units that the prior is worth so that the counts are most likely.

    Parameters
    ----------
    units, prior : any one shape, float
        Counts and prior shares of cells; those that are not there sold nothing.
    total : (K,) float
        Counts of each SKU over all regions.

    References
    ----------
    Minka (2000), Estimating a Dirichlet distribution; the strength is chosen on a grid.
    """
    sold = units > 0
    counts, shares = units[sold].astype(np.float64), prior[sold]
    gains = [_gain(counts, np.maximum(m * shares, 1e-12), total, m) for m in STRENGTHS]
    return float(STRENGTHS[int(np.argmax(gains))])


def _gain(counts: FloatArray, parts: FloatArray, total: FloatArray, strength: float) -> float:
    """Return the Dirichlet-multinomial log likelihood of counts, up to a constant."""
    gain = (gammaln(counts + parts) - gammaln(parts)).sum()
    return float(gain - (gammaln(total + strength) - gammaln(strength)).sum())
