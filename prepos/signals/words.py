"""Words: what the signals that go by sales say of one cell, as numbers that a person can check.

Own sales, the SKU everywhere, and the regions around. Nothing is fitted here: the numbers are those
that the signals themselves read at the evidence's origin. Assumes that the cell is on the axes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.types import FloatArray
from prepos.signals.evidence import Evidence
from prepos.signals.levels import follow_levels
from prepos.signals.own import own_level
from prepos.signals.pool import category_shares, learn_strengths, sku_shares

LATEST = 8  # periods told one by one
MOST = 5  # neighbours, companions and events told by name


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """An exponential mean: units per ordinary period."""

    half_life_weeks: float
    level: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWords:
    """What the region bought of the SKU.

    Attributes
    ----------
    latest : (8 or fewer,) units
        In the last periods, the latest last.
    means : tuple of Mean
        The fastest first.
    """

    latest: tuple[float, ...]
    means: tuple[Mean, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolWords:
    """What the SKU sells everywhere, and the region's share of it.

    Attributes
    ----------
    latest : (8 or fewer,) units
        Over all regions in the last periods, the latest last.
    quick_level, slow_level : float
        Units per ordinary period over all regions: by what sold lately, and in the long run.
    share : float
        The region's share that the pool goes by, between the three that follow.
    own_share, category_share, region_share : float
        The region's share of the SKU's discounted units (0 where there are none), of the
        category's, and of all.
    category : str
        Empty where the SKU has none.
    worth : float
        Units that the category's share is worth beside the SKU's own units.
    """

    latest: tuple[float, ...]
    quick_level: float
    slow_level: float
    share: float
    own_share: float
    category_share: float
    region_share: float
    category: str
    worth: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """One region around.

    Attributes
    ----------
    weight : float
        Of all neighbours' 1.
    latest : float
        Units of the SKU in the periods that are told one by one.
    level : float
        Units of the SKU per ordinary period.
    size : float
        Units of all SKUs per period.
    """

    region: str
    name: str
    weight: float
    latest: float
    level: float
    size: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NeighbourWords:
    """What the regions around bought of the SKU.

    Attributes
    ----------
    regions : int
        How many there are.
    half_life_weeks : float
        Of their levels.
    level : float
        Units per ordinary period, the neighbours' levels weighted.
    scale : float
        The region's size over that of its neighbours: what turns their level into the region's.
    largest : tuple of Neighbour
        Those that add most, then those that weigh most.
    """

    regions: int
    half_life_weeks: float
    level: float
    scale: float
    largest: tuple[Neighbour, ...]


def tell_own(evidence: Evidence, region: int, sku: int) -> OwnWords:
    """Return what the region bought of the SKU, by their positions."""
    speeds = evidence.record.options.half_life_weeks
    return OwnWords(
        latest=_told(sold_lately(evidence, region, sku)),
        means=tuple(
            Mean(half_life_weeks=weeks, level=float(own_level(evidence, speed)[region, sku]))
            for speed, weeks in enumerate(speeds)
        ),
    )


def tell_pool(evidence: Evidence, region: int, sku: int) -> PoolWords:
    """Return what the SKU sells everywhere and which share of it is the region's."""
    quick, slow = follow_levels(evidence)
    units = evidence.units(evidence.speeds - 1)[:, sku].astype(np.float64)
    size = evidence.region_size
    known = evidence.record.sku_units[sku, : evidence.length]
    return PoolWords(
        latest=_told(known[-LATEST:]),
        quick_level=float(quick[sku]),
        slow_level=float(slow[sku]),
        share=float(sku_shares(evidence)[region, sku]),
        own_share=float(units[region] / max(units.sum(), 1e-12)),
        category_share=float(category_shares(evidence)[region, evidence.category[sku]]),
        region_share=float(size[region] / max(size.sum(), 1e-12)),
        category=evidence.snapshot.products.category[sku],
        worth=evidence.record.learn(learn_strengths, 0).of_sku,
    )


def tell_neighbours(evidence: Evidence, region: int, sku: int) -> NeighbourWords:
    """Return what the regions around bought of the SKU; none where the region has no neighbours."""
    weights = evidence.neighbours[[region], :].toarray()[0].astype(np.float64)
    speed = min(1, evidence.speeds - 1)
    level = own_level(evidence, speed)[:, sku].astype(np.float64)
    size = evidence.region_size
    around = float(weights @ size)
    order = np.lexsort((np.arange(len(weights)), -weights, -weights * level))
    found = [int(r) for r in order if weights[r] > 0]
    places = evidence.snapshot.network.regions
    return NeighbourWords(
        regions=len(found),
        half_life_weeks=evidence.record.options.half_life_weeks[speed],
        level=float(weights @ level),
        scale=float(size[region] / around) if around > 0 else 0.0,
        largest=tuple(
            Neighbour(
                region=places[r].region_id,
                name=places[r].name,
                weight=float(weights[r]),
                latest=float(sold_lately(evidence, r, sku).sum()),
                level=float(level[r]),
                size=float(size[r]),
            )
            for r in found[:MOST]
        ),
    )


def sold_lately(evidence: Evidence, region: int, sku: int) -> FloatArray:
    """Return (8 or fewer,) units of a cell in the last known periods, the latest last."""
    history = evidence.history
    cell = np.flatnonzero((history.region == region) & (history.sku == sku))
    known = history.units[:, max(0, evidence.length - LATEST) : evidence.length]
    return known[cell[0]] if len(cell) else np.zeros(known.shape[1])


def _told(units: np.ndarray[tuple[int, ...], np.dtype[np.floating]]) -> tuple[float, ...]:
    """Return an array as plain numbers."""
    return tuple(float(count) for count in units)
