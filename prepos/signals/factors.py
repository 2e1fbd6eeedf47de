"""What multiplies demand: seasons, events, launches, and the stock-outs that hide it.

Demand is read as level x sku x region x local, and what is seen of it as that x open share. Seasons
and events are learnt from totals of categories, regions and SKUs; a level is then units over
exposure. A factor of which nothing is known is exactly 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse

from prepos.core.demand import History
from prepos.core.snapshot import Snapshot
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.signals.calendar import Occurrences, Series, read_occurrences
from prepos.signals.cell_factors import CellFactors, Float32Array, make_cell_factors, no_factors
from prepos.signals.event_effects import EventFactors, event_factors
from prepos.signals.event_history import Ordinary
from prepos.signals.season_trial import LEAST, MOST
from prepos.signals.seasons import WEEKS, year_factors
from prepos.signals.stockouts import Censored, open_shares, read_censored
from prepos.signals.weekdays import weekday_factors

YEAR_DAYS = 2 * WEEKS * 7  # of history that the season of the year wants
LEAST_OPEN = 0.2  # share of a total below which what was hidden is not made up for


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """What multiplies demand; columns 0 to T - 1 are past periods, T + h is period h ahead.

    Attributes
    ----------
    sku : (K, T + H) float32
        Season of the SKU's category x events of the SKU or its category x share of the period
        after its launch. The season is 1 on average, an ordinary period is 1 beside events.
    region : (R, T + H) float32
        Weekday of the region beside the nation's x events of the region.
    local : CellFactors
        Events of a SKU or category in one region, past and ahead.
    open_share : CellFactors
        Share of past periods that a cell was not out of stock, where it is below 1.
    sku_open : (K, T) float32 or None
        Share of each SKU's demand in all regions that met no stock-out; None where there was none.
    """

    sku: Float32Array
    region: Float32Array
    local: CellFactors
    open_share: CellFactors
    sku_open: Float32Array | None = None

    def of_skus(self, periods: int) -> Float32Array:
        """Return (K, T): the ordinary periods that the first T of each SKU's are worth in all."""
        sku = self.sku[:, :periods]
        return sku if self.sku_open is None else np.asarray(sku * self.sku_open[:, :periods])

    def exposure(self, history: History) -> Float32Array:
        """Return (C, T): the ordinary periods that each period of each cell is worth."""
        length = history.units.shape[1]
        worth = self.sku[history.sku, :length] * self.region[history.region, :length]
        for factors in (self.local, self.open_share):
            cell, factor = factors.of_cells(history.region, history.sku)
            column = factors.column[factor]
            past = column < length
            worth[cell[past], column[past]] *= factors.value[factor[past]]
        return worth

    def ahead(self, horizon: int) -> Float32Array:
        """Return (H, R, K): what multiplies a level in each period ahead."""
        length = self.sku.shape[1] - horizon
        times = self.region[:, length:].T[:, :, None] * self.sku[:, length:].T[:, None, :]
        local = self.local
        later = local.column >= length
        place = (local.column[later] - length, local.region[later], local.sku[later])
        times[place] *= local.value[later]
        return np.ascontiguousarray(times)


def make_factors(
    snapshot: Snapshot, history: History, until: int, *, with_season: bool = True
) -> Factors:
    """Return what multiplies demand over the history and the horizon.

    Parameters
    ----------
    snapshot : Snapshot
        Its side tables ``calendar`` and ``stockouts`` are read where they are given.
    history : History
        Of the snapshot, T periods; the longer it is, the more seasons can be told.
    until : int
        Seasons and effects are learnt from the first ``until`` periods alone, so that they hold
        for every training origin from there on. Events of the calendar are known ahead.
    with_season : bool
        Whether seasons of the week and the year are looked for at all.
    """
    length, horizon = history.units.shape[1], snapshot.periods.horizon
    until = max(0, min(until, length))
    series = _series(snapshot)
    open_share = open_shares(snapshot, history)
    censored = read_censored(history, open_share, until) if len(open_share) else None
    occurrences = read_occurrences(snapshot, series, length)
    group, region = _weekdays(
        series, history, censored, occurrences=occurrences, until=until if with_season else 0
    )
    launched = _launched(snapshot, history)
    whole = _is_whole(snapshot, history)
    sku, place = np.ones_like(launched), region.copy()
    local = no_factors(len(series.category))
    if occurrences is not None:
        found = event_factors(
            occurrences,
            series,
            history,
            ordinary=Ordinary(group * whole, region, launched, censored),
            until=until,
        )
        local = _apply(found, series, sku, place)
    first = int(not whole[0])
    if with_season and (until - first) * history.periods.days >= YEAR_DAYS:
        plain = history.units / (
            sku[history.sku, :length] * (place / region)[history.region, :length]
        )
        group = group * year_factors(
            _totals(series.category[history.sku], series.categories, plain, censored),
            first=first,
            until=until,
            columns=length + horizon,
            days=history.periods.days,
            horizon=horizon,
        )
    sku = np.clip(sku * group[series.category], LEAST, MOST) * launched
    place = np.clip(place, LEAST, MOST)
    return Factors(
        sku.astype(np.float32),
        place.astype(np.float32),
        local,
        open_share,
        _open(history, censored),
    )


def _open(history: History, censored: Censored | None) -> Float32Array | None:
    """Return the share (K, T) of each SKU's demand that was not hidden, None where none was."""
    if censored is None:
        return None
    shape = (len(history.skus), len(history.sku))
    members = sparse.csr_array((np.ones(shape[1]), (history.sku, np.arange(shape[1]))), shape=shape)
    return np.asarray(censored.open_share(members), dtype=np.float32)


def _series(snapshot: Snapshot) -> Series:
    """Return the series that the calendar may name."""
    names, category = np.unique(
        np.array(snapshot.products.category, dtype=np.str_), return_inverse=True
    )
    return Series(len(snapshot.orders.regions), len(names), category.astype(np.int64))


def _totals(row: IntArray, rows: int, units: FloatArray, censored: Censored | None) -> FloatArray:
    """Return the units (rows, T) of the cells (C, T) of each row, as if all had been open."""
    shape = (rows, len(units))
    members = sparse.csr_array((np.ones(len(row)), (row, np.arange(len(row)))), shape=shape)
    total = np.asarray(members @ units)
    if censored is None:
        return total
    return np.asarray(total / np.maximum(censored.open_share(members), LEAST_OPEN))


def _is_whole(snapshot: Snapshot, history: History) -> BoolArray:
    """Return whether orders cover each period (T + H,) whole; the first may begin before them."""
    length = history.units.shape[1]
    whole = np.ones(length + snapshot.periods.horizon, dtype=np.bool_)
    if len(snapshot.orders):
        begin = np.datetime64(snapshot.periods.cutoff, "D") - length * history.periods.days
        whole[0] = snapshot.orders.at[0].astype("datetime64[D]") <= begin
    return whole


def _launched(snapshot: Snapshot, history: History) -> FloatArray:
    """Return the share (K, T + H) of each period after the SKU's launch, from its first sale 1."""
    periods, length = history.periods, history.units.shape[1]
    columns = length + snapshot.periods.horizon
    start = np.datetime64(periods.cutoff, "D") - length * periods.days
    named = [launched or "0001-01-01" for launched in snapshot.products.launched_on]
    day = (np.array(named, dtype="datetime64[D]") - start).astype(np.int64)
    share = np.ones((len(day), columns))
    late = np.flatnonzero(day > 0)
    if len(late):
        after = (np.arange(columns) + 1) * periods.days - day[late, None]
        share[late] = np.clip(after / periods.days, 0.0, 1.0)
        first = np.full(len(day), columns)
        cells = np.flatnonzero(np.isin(history.sku, late))
        sold = history.units[cells] > 0
        np.minimum.at(
            first, history.sku[cells], np.where(sold.any(axis=1), sold.argmax(axis=1), columns)
        )
        share[np.arange(columns) >= first[:, None]] = 1.0
    return share


def _weekdays(
    series: Series,
    history: History,
    censored: Censored | None,
    *,
    occurrences: Occurrences | None,
    until: int,
) -> tuple[FloatArray, FloatArray]:
    """Return the weekdays' factors by category (G + 1, T + H) and region (R, T + H)."""
    units, length = history.units, history.units.shape[1]
    columns = length + history.periods.horizon
    if history.periods.days > 1:
        return np.ones((series.categories + 1, columns)), np.ones((series.regions, columns))
    ordinary: BoolArray = np.ones(columns, dtype=np.bool_)
    if occurrences is not None:
        ordinary[occurrences.column[occurrences.series == 0]] = False
    return weekday_factors(
        _totals(series.category[history.sku], series.categories, units, censored),
        _totals(history.region, series.regions, units, censored),
        ordinary[:length],
        until=until,
        columns=columns,
    )


def _apply(found: EventFactors, series: Series, sku: FloatArray, region: FloatArray) -> CellFactors:
    """Multiply what touches SKUs and regions into theirs; return what touches both at once."""
    kind = series.class_of(found.series)
    place, group, item = series.decode(found.series)
    by_group = np.ones((series.categories, sku.shape[1]))
    for at, target, row in ((1, by_group, group), (2, sku, item), (3, region, place)):
        here = kind == at
        target[row[here], found.column[here]] *= found.value[here]
    sku *= by_group[series.category]
    # A category in a region is all of its SKUs there.
    order = np.argsort(series.category, kind="stable")
    wide = np.flatnonzero(kind == 4)
    begin = np.searchsorted(series.category[order], group[wide], side="left")
    count = np.searchsorted(series.category[order], group[wide], side="right") - begin
    row = np.repeat(wide, count)
    within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    item_of_row = order[np.repeat(begin, count) + within]
    single = np.flatnonzero(kind == 5)
    both = np.concatenate([row, single])
    key = place[both] * len(series.category) + np.concatenate([item_of_row, item[single]])
    value = found.value[both].astype(np.float32)
    return make_cell_factors(len(series.category), key, found.column[both], value)
