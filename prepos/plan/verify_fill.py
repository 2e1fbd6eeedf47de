"""Second opinion on service: the least fill of each catchment, of all SKUs and of categories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.run import KPIS
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.core.verdict import Check
from prepos.plan.verify_book import Given
from prepos.plan.verify_compare import Where, check_at_most
from prepos.plan.verify_demand import Areas
from prepos.plan.verify_transfers import Slacks, named


@dataclass(frozen=True, eq=False)
class Wishes:
    """The least fills, group by group of SKUs: all of them, then each category's by name.

    Attributes
    ----------
    places : list of G Z texts
        The catchment, and the category where it is one's.
    least : (G, Z) float
        Units expected to be served, of each group in each catchment.
    belongs : (G, K) bool
        Which SKUs are of each group.
    """

    places: list[str]
    least: FloatArray
    belongs: BoolArray

    @property
    def group(self) -> IntArray:
        """(K,) the number of each SKU's category among the groups, 0 where it has no least fill."""
        return np.asarray(np.arange(len(self.belongs)) @ self.belongs)


def list_wishes(given: Given, areas: Areas) -> Wishes:
    """Return every least fill that the options ask for, 0 where none is."""
    shares = given.options.category_min_fill
    names = sorted(shares)
    category = np.array(given.products.category, dtype=object)
    belongs = np.array([category == category, *(category == name for name in names)])
    share = np.array([given.options.min_fill, *(shares[name] for name in names)])
    places = [f"{z} {name}" if name else z for name in ("", *names) for z in areas.axis]
    return Wishes(places, share[:, None] * by_group(areas.mean, belongs), belongs)


def by_group(units: FloatArray, belongs: BoolArray) -> FloatArray:
    """Return (G, Z) the units (T, Z, K) of each group of SKUs (G, K)."""
    return np.asarray(belongs.astype(np.float64) @ units.sum(axis=0).T)


def units_missing(given: Given, areas: Areas, served: FloatArray) -> FloatArray:
    """Return (G Z,) units that each least fill lacks, 0 or more, when (T, Z, K) are served."""
    wishes = list_wishes(given, areas)
    return np.maximum(wishes.least - by_group(served, wishes.belongs), 0.0).ravel()


def check_fill(given: Given, areas: Areas, served: FloatArray, slacks: Slacks) -> Check:
    """Check each least expected fill over the window; (T, Z, K) units are served."""
    wishes, missing = list_wishes(given, areas), units_missing(given, areas, served)
    spare = np.array([slacks.get(("min_fill", place), 0.0) for place in wishes.places])
    where = Where(KPIS, "slacks", named([f"fill of {place}" for place in wishes.places]))
    return check_at_most("min_fill", where, missing, spare)
