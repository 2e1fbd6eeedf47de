"""What LightGBM is told of a cell: its own past, and for the pooled peer the past around it.

Own features are those of the winners of the M5 competition: lags, rolling means, time since the
last sale, ids as categories, the calendar of the period ahead. Pooled ones are levels at several
speeds of the cell, its SKU, its region, its category and its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse

from prepos.core.demand import History
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray, IntArray

LAGS = 8
WINDOWS = (4, 8, 13, 26, 52)  # periods of the rolling means
HALF_LIVES = (1.5, 6.0, 26.0)  # periods
CATEGORIES = (0, 1, 2)  # columns that are ids: region, SKU, category
RATE = 3 + 3 + LAGS + WINDOWS.index(26)  # column of the cell's units per period


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """A snapshot's history with every (region, SKU) numbered region * K + sku."""

    history: History
    category: IntArray  # (K,)
    neighbours: sparse.csr_array  # (R, R), rows summing to 1
    place: IntArray  # (R * K,) row of the history, -1 where the cell never sold
    first: IntArray  # (C,) first period with sales

    @property
    def skus(self) -> int:
        """Number of SKUs."""
        return len(self.history.skus)

    @property
    def length(self) -> int:
        """Periods known."""
        return int(self.history.units.shape[1])


def make_panel(snapshot: Snapshot) -> Panel:
    """Return the panel of a snapshot."""
    history = snapshot.history()
    regions, skus = len(history.regions), len(history.skus)
    place = np.full(regions * skus, -1, dtype=np.int64)
    place[history.region * skus + history.sku] = np.arange(len(history.region))
    region, neighbour, weight = snapshot.network.neighbours
    around = sparse.csr_array((weight, (region, neighbour)), shape=(regions, regions))
    total = np.maximum(np.asarray(around.sum(axis=1)).ravel(), 1e-12)
    names = np.array(snapshot.products.category, dtype=np.str_)
    return Panel(
        history,
        np.unique(names, return_inverse=True)[1].astype(np.int64),
        sparse.csr_array(sparse.diags_array(1.0 / total) @ around),
        place,
        np.argmax(history.units > 0, axis=1).astype(np.int64),
    )


def read_features(panel: Panel, known: int, cells: IntArray, *, pooled: bool) -> FloatArray:
    """Return (N, F) features of cells as they stood when ``known`` periods were known.

    Not a number where there is nothing to tell; LightGBM reads that as missing.
    """
    region, sku = np.divmod(cells, panel.skus)
    ids = np.column_stack([region, sku, panel.category[sku]]).astype(np.float64)
    parts = [ids, _calendar(panel, known, len(cells)), _own(panel, known, cells)]
    if pooled:
        parts.append(_around(panel, known, region, sku))
    return np.concatenate(parts, axis=1)


def _calendar(panel: Panel, known: int, count: int) -> FloatArray:
    """Return (N, 3): month, week of the year, week of the month of the period ahead."""
    day = panel.history.periods.start(known - panel.length)
    return np.tile(
        [float(day.month), float(day.isocalendar().week), (day.day - 1) // 7], (count, 1)
    )


def _own(panel: Panel, known: int, cells: IntArray) -> FloatArray:
    """Return (N, F) lags, rolling means and time since sales of each cell."""
    place = panel.place[cells]
    past = np.where(place[:, None] >= 0, panel.history.units[place, :known], 0.0)
    lags = np.full((len(cells), LAGS), np.nan)
    seen = min(LAGS, known)
    lags[:, :seen] = past[:, ::-1][:, :seen]
    means = [past[:, -window:].mean(axis=1) for window in WINDOWS]
    sold = past > 0
    often = sold.mean(axis=1)
    size = past.sum(axis=1) / np.maximum(sold.sum(axis=1), 1)
    silence = np.where(sold.any(axis=1), np.argmax(sold[:, ::-1], axis=1), np.nan)
    age = np.where(sold.any(axis=1), known - panel.first[place], np.nan)
    spread = past[:, -WINDOWS[2] :].std(axis=1)
    return np.column_stack([lags, *means, often, size, silence, age, spread])


def _around(panel: Panel, known: int, region: IntArray, sku: IntArray) -> FloatArray:
    """Return (N, F) levels of the cell, its SKU, region, category and neighbours, by speed."""
    history, columns = panel.history, []
    groups = int(panel.category.max(initial=0)) + 1
    of_group = sparse.csr_array(
        (np.ones(panel.skus), (np.arange(panel.skus), panel.category)), shape=(panel.skus, groups)
    )
    ages = np.arange(known)[::-1]
    for half_life in HALF_LIVES:
        weight = 0.5 ** (ages / half_life)
        level = history.spread(history.units[:, :known] @ weight / weight.sum())
        of_sku, of_region = level.sum(axis=0), level.sum(axis=1)
        share = of_region / max(float(of_region.sum()), 1e-12)
        by_category = np.asarray(level @ of_group)
        group = panel.category[sku]
        in_group = of_sku / np.maximum(np.asarray(of_sku @ of_group)[panel.category], 1e-12)
        columns += [
            level[region, sku],
            of_sku[sku],
            share[region],
            of_sku[sku] * share[region],
            by_category[region, group],
            by_category[region, group] * in_group[sku],
            np.asarray(panel.neighbours @ level)[region, sku],
        ]
    return np.column_stack(columns)
