"""Telling: every signal's words on one cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from prepos.signals.evidence import Evidence
from prepos.signals.words import (
    NeighbourWords,
    OwnWords,
    PoolWords,
    tell_neighbours,
    tell_own,
    tell_pool,
)
from prepos.signals.words_of_baskets import TogetherWords, tell_together
from prepos.signals.words_of_customers import (
    DueWords,
    NewBuyerWords,
    OpenIntents,
    tell_due,
    tell_intents,
    tell_new_buyers,
)
from prepos.signals.words_of_factors import FactorWords, tell_factors


@dataclass(frozen=True, slots=True, kw_only=True)
class CellWords:
    """What the signals say of one cell.

    Own sales and factors are told whatever the model is; None is a signal that was not asked for,
    or that has nobody to look at.
    """

    own: OwnWords
    factors: FactorWords
    pool: PoolWords | None = None
    neighbours: NeighbourWords | None = None
    together: TogetherWords | None = None
    due: DueWords | None = None
    new_buyers: NewBuyerWords | None = None
    intents: tuple[OpenIntents, ...] | None = None


def tell_cell(
    evidence: Evidence,
    weights: Mapping[str, Sequence[float]],
    region: int,
    sku: int,
    *,
    least: int,
) -> CellWords:
    """Return what the named signals say of a cell.

    Parameters
    ----------
    evidence : Evidence
    weights : name to numbers
        The signals to tell of, as in ``SIGNALS``, and the weights of each one's columns.
    region, sku : int
        Positions of the cell.
    least : int
        The smallest number of customers that may be shown.
    """
    cell = (region, sku)
    asked = set(weights) if len(evidence.customers) else set(weights) - {"due", "new_buyers"}
    together = weights.get("together", ())
    has_intents = "intents" in asked and "intents" in evidence.snapshot.tables
    return CellWords(
        own=tell_own(evidence, *cell),
        factors=tell_factors(evidence, *cell),
        pool=tell_pool(evidence, *cell) if "pool" in asked else None,
        neighbours=tell_neighbours(evidence, *cell) if "neighbours" in asked else None,
        together=tell_together(evidence, *cell, together) if together else None,
        due=tell_due(evidence, *cell, least) if "due" in asked else None,
        new_buyers=tell_new_buyers(evidence, *cell, least) if "new_buyers" in asked else None,
        intents=tell_intents(evidence, *cell, least) if has_intents else None,
    )
