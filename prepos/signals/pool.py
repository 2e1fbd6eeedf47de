"""Pool: the SKU sells everywhere, and this region has its share of it.

The share is shrunk to the region's share of the SKU's category, that one to the region's share of
everything, each by as much as the counts call for (empirical Bayes, Dirichlet-multinomial). So a
new SKU borrows its category's level and shares, and no cell is zero while the SKU sells anywhere.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse
from scipy.special import gammaln

from prepos.core.types import FloatArray
from prepos.signals.evidence import Evidence

LEVEL_PERIODS = 1.0  # periods of a SKU's own sales that count as much as its category's mean
STRENGTHS = np.geomspace(1.0, 1e5, 11)  # units that the prior share may be worth


def pool(evidence: Evidence) -> FloatArray:
    """Return (2, 1, R, K) units per period: a quick and a slow level times the region's share."""
    share = region_shares(evidence)
    speeds = sorted({min(1, len(evidence.discounts) - 1), len(evidence.discounts) - 1})
    levels = np.stack([sku_level(evidence, speed) for speed in speeds])
    return np.asarray(levels[:, None, None, :] * share[None, None])


def sku_level(evidence: Evidence, speed: int) -> FloatArray:
    """Return (K,) units per period over all regions, shrunk to the mean of the SKU's category."""
    history = evidence.history
    units = np.bincount(
        history.sku, history.units @ evidence.discounts[speed], minlength=evidence.shape[1]
    )
    exposure = evidence.exposure[speed]
    group = evidence.category
    rate = np.bincount(group, units) / np.maximum(np.bincount(group, exposure), 1e-12)
    overall = units.sum() / max(exposure.sum(), 1e-12)
    count = np.bincount(group)
    typical = (rate * count + overall) / (count + 1.0)
    return np.asarray((units + LEVEL_PERIODS * typical[group]) / (exposure + LEVEL_PERIODS))


def region_shares(evidence: Evidence) -> FloatArray:
    """Return (R, K) shares, each SKU's summing to 1 over the regions that could sell."""
    size = evidence.region_size
    base = size / max(size.sum(), 1e-12)
    history, group = evidence.history, evidence.category
    regions, skus = evidence.shape
    shape = (regions, int(group.max(initial=0)) + 1)
    coordinates = (history.region, group[history.sku])
    by_category = sparse.coo_array((evidence.slow_units, coordinates), shape=shape).toarray()
    of_category = shrink_shares(by_category, np.broadcast_to(base[:, None], shape))
    cells = sparse.coo_array((evidence.slow_units, (history.region, history.sku)), (regions, skus))
    return shrink_shares(cells.toarray(), of_category[:, group])


def shrink_shares(units: FloatArray, prior: FloatArray) -> FloatArray:
    """Return shares (R, K) between the counts' own and the prior's, columns summing to 1.

    Parameters
    ----------
    units : (R, K) float
        Counts, 0 or more.
    prior : (R, K) float
        Shares to shrink to.

    References
    ----------
    Minka (2000), Estimating a Dirichlet distribution; the strength is chosen on a grid.
    """
    strength = STRENGTHS[np.argmax([_evidence_for(units, prior, m) for m in STRENGTHS])]
    return np.asarray((units + strength * prior) / (units.sum(axis=0) + strength))


def _evidence_for(units: FloatArray, prior: FloatArray, strength: float) -> float:
    """Return the Dirichlet-multinomial log likelihood of counts, up to a constant."""
    sold = units > 0
    parts = strength * prior[sold]
    parts = np.maximum(parts, 1e-12)
    total = units.sum(axis=0)
    gain = (gammaln(units[sold] + parts) - gammaln(parts)).sum()
    return float(gain - (gammaln(total + strength) - gammaln(strength)).sum())
