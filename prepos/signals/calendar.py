"""The calendar as what it touches: which event, on which series of demand, in which periods.

A row without SKU and category is felt by every category in its own way; a row of a region by that
region as a whole. A promotion works on its days alone, so in a week it counts by the share of the
week's days. A holiday is felt by the days around it, so it counts in full where it has as many
days of the period as it ever has. Rows of unknown regions, SKUs or categories are passed over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from prepos.core.snapshot import Snapshot
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.signals.stockouts import read_days, read_ids

KINDS = ("holiday", "promotion")


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The series that events may touch, by one number each: all, then category, SKU, region ...

    In that order: everything; a category; a SKU; a region; a category in a region; a SKU in a
    region. ``category`` (K,) is the number of each SKU's category.
    """

    regions: int
    categories: int
    category: IntArray

    @property
    def starts(self) -> IntArray:
        """First number of each of the six classes, and the end of the last."""
        skus, groups = len(self.category), self.categories
        sizes = (1, groups, skus, self.regions, self.regions * groups, self.regions * skus)
        return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)

    def class_of(self, series: IntArray) -> IntArray:
        """Return the class (M,) of each series, 0 to 5."""
        return np.asarray(np.searchsorted(self.starts, series, side="right") - 1)

    def encode(self, region: IntArray, group: IntArray, sku: IntArray) -> IntArray:
        """Return the number of the series (M,) that region, category and SKU name; -1 is all."""
        starts, width = self.starts, max(len(self.category), 1)
        everywhere = np.where(sku >= 0, starts[2] + sku, np.where(group >= 0, starts[1] + group, 0))
        here = np.where(
            sku >= 0,
            starts[5] + region * width + sku,
            np.where(group >= 0, starts[4] + region * self.categories + group, starts[3] + region),
        )
        return np.where(region >= 0, here, everywhere)

    def decode(self, series: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Return region, category and SKU (M,) of each series, -1 where it is of all."""
        kind = self.class_of(series)
        place = series - self.starts[kind]
        width = max(len(self.category), 1)
        region = np.select(
            [kind == 3, kind == 4, kind == 5],
            [place, place // max(self.categories, 1), place // width],
            -1,
        )
        sku = np.select([kind == 2, kind == 5], [place, place % width], -1)
        group = np.select([kind == 1, kind == 4], [place, place % max(self.categories, 1)], -1)
        of_sku = np.append(self.category, -1)[sku]
        return region, np.where(sku >= 0, of_sku, group), sku

    def covers(self, series: IntArray) -> IntArray:
        """Return (6, M): all series that hold each one, itself among them; -1 where there is none.

        What touches everything is read off the categories, but for a region, which has none.
        """
        region, group, sku = self.decode(series)
        none = np.full(len(series), -1, dtype=np.int64)
        held = (
            (none, none, none, group < 0),
            (none, group, none, group >= 0),
            (none, group, sku, sku >= 0),
            (region, none, none, region >= 0),
            (region, group, none, (region >= 0) & (group >= 0)),
            (region, group, sku, (region >= 0) & (sku >= 0)),
        )
        return np.stack([np.where(is_so, self.encode(r, g, k), -1) for r, g, k, is_so in held])


@dataclass(frozen=True, slots=True, eq=False)
class Occurrences:
    """M times that an event touches a series in a period; sorted by (series, column, event).

    Attributes
    ----------
    series, column, event : (M,) int
        Columns are periods of the history, oldest first, and of the horizon after it.
    share : (M,) float
        How much of the period the event touches, above 0 and at most 1.
    kind : (E,) int
        Kind of each event: its position in ``KINDS``.
    """

    series: IntArray
    column: IntArray
    event: IntArray
    share: FloatArray
    kind: IntArray

    def __len__(self) -> int:
        return len(self.series)


def read_occurrences(snapshot: Snapshot, series: Series, length: int) -> Occurrences | None:
    """Return what the calendar says of ``length`` periods of history and of the horizon.

    None where there is no calendar, or nothing in it falls there.
    """
    table = snapshot.tables.get("calendar")
    if table is None or not len(table):
        return None
    days, columns = snapshot.periods.days, length + snapshot.periods.horizon
    start = np.datetime64(snapshot.periods.cutoff, "D") - length * days
    day = (read_days(table["date"]) - start).astype(np.int64)
    rows = np.flatnonzero((day >= 0) & (day < columns * days))
    touched, row = _touched(table.iloc[rows], snapshot, series)
    if not len(row):
        return None
    event, kind = _events(table.iloc[rows])
    key = (touched * len(kind) + event[row]) * (columns * days) + day[rows][row]
    key, count = np.unique(np.unique(key) // days, return_counts=True)
    pair, column = np.divmod(key, columns)
    number, event_of_key = np.divmod(pair, len(kind))
    usual = np.full(len(kind), days, dtype=np.int64)
    longest = np.zeros(len(kind), dtype=np.int64)
    np.maximum.at(longest, event_of_key, count)
    usual = np.where(kind == KINDS.index("holiday"), np.maximum(longest, 1), usual)
    order = np.lexsort((event_of_key, column, number))
    return Occurrences(
        series=number[order],
        column=column[order],
        event=event_of_key[order],
        share=(count / usual[event_of_key])[order],
        kind=kind,
    )


def _touched(table: pd.DataFrame, snapshot: Snapshot, series: Series) -> tuple[IntArray, IntArray]:
    """Return each series that a row touches, and the row; rows of everything touch each category.

    The SKU of a row goes before its category.
    """
    names = np.unique(np.array(snapshot.products.category, dtype=np.str_))
    texts = {name: read_ids(table, name) for name in ("region_id", "sku", "category")}
    region = snapshot.orders.regions.positions(texts["region_id"])
    sku = snapshot.orders.skus.positions(texts["sku"])
    number = {name: position for position, name in enumerate(names.tolist())}
    group = np.array([number.get(name, -1) for name in texts["category"]], dtype=np.int64)
    given = {
        name: np.array(column, dtype=np.bool_)
        for name, column in (
            (name, [text != "" for text in column]) for name, column in texts.items()
        )
    }
    unknown: BoolArray = (given["region_id"] & (region < 0)) | (given["sku"] & (sku < 0))
    unknown |= given["category"] & ~given["sku"] & (group < 0)
    group = np.where(given["sku"] | ~given["category"], -1, group)
    row = np.flatnonzero(~unknown)
    touched = series.encode(region[row], group[row], sku[row])
    everywhere = row[touched == 0]
    groups = np.arange(series.categories)
    by_group = series.encode(*np.broadcast_arrays(np.array(-1), groups, np.array(-1)))
    return (
        np.concatenate([touched, np.tile(by_group, len(everywhere))]),
        np.concatenate([row, np.repeat(everywhere, len(groups))]),
    )


def _events(table: pd.DataFrame) -> tuple[IntArray, IntArray]:
    """Return each row's event, numbered by kind and name, and the kind of each event."""
    kind = np.array([KINDS.index(name) for name in table["kind"]], dtype=np.int64)
    name, names = pd.factorize(np.array(read_ids(table, "event"), dtype=object), sort=True)
    key, event = np.unique(kind * len(names) + name, return_inverse=True)
    return event.astype(np.int64), key // max(len(names), 1)
