"""Words of baskets: which products bought here lately bring the SKU along, and how much each adds.

The sum over all companions is what ``together`` says of the cell, in an ordinary period.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from prepos.core.kernels import Float32Array
from prepos.core.types import FloatArray
from prepos.signals.evidence import Evidence
from prepos.signals.links import FAINT, Links
from prepos.signals.together import learn_between, learn_within
from prepos.signals.words import MOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """A SKU whose buyers buy the cell's SKU more than chance would have it.

    Attributes
    ----------
    latest : float
        Units of the companion that the region buys per period, at the fastest speed.
    within, between : float
        Units per period that go with it by orders that hold both, and by orders that follow it.
    adds : float
        Units per period that it adds by the weights of the two.
    """

    sku: str
    latest: float
    within: float
    between: float
    adds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TogetherWords:
    """What comes along with the region's latest purchases.

    Attributes
    ----------
    companions : int
        How many SKUs add anything.
    within, between : float
        Units per period that go with all of them, unweighted.
    largest : tuple of Companion
        Those that add most.
    """

    companions: int
    within: float
    between: float
    largest: tuple[Companion, ...]


def tell_together(
    evidence: Evidence, region: int, sku: int, weights: Sequence[float] = (1.0, 1.0)
) -> TogetherWords:
    """Return which products bring the SKU along in the region, by their positions.

    Parameters
    ----------
    weights : (2,) float
        Of what goes along within orders, and between them; both as one where they are all 0.
    """
    snapshot, pairs = evidence.snapshot, evidence.record.options.pairs
    until = evidence.lesson_day
    latest: Float32Array = np.asarray(evidence.units(0)[region] / evidence.seen[0], np.float32)
    within = _added(latest, learn_within(snapshot, pairs, until), sku)
    between = _added(latest, learn_between(evidence.customers, len(latest), pairs, until), sku)
    adds = weights[0] * within + weights[1] * between
    rank = adds if adds.any() else within + between
    order = np.lexsort((np.arange(len(rank)), -rank))
    return TogetherWords(
        companions=int((within + between > 0).sum()),
        within=float(within.sum()),
        between=float(between.sum()),
        largest=tuple(
            Companion(
                sku=snapshot.orders.skus[k],
                latest=float(latest[k]),
                within=float(within[k]),
                between=float(between[k]),
                adds=float(adds[k]),
            )
            for k in order[:MOST].tolist()
            if rank[k] > 0
        ),
    )


def _added(latest: Float32Array, links: Links, sku: int) -> FloatArray:
    """Return (K,) what each SKU bought lately (K,) adds to one."""
    link = np.flatnonzero(links.sku == sku)
    source = np.searchsorted(links.start, link, side="right") - 1
    added = np.zeros(len(latest))
    added[source] = latest[source] * links.excess[link]
    return np.where(latest > FAINT, added, 0.0)
