"""What came in the periods that events touched, and what would have come without them.

Stands on the ordinary periods around each of them. Assumes that demand is as high between two
ordinary periods as around them, but for what is known to multiply it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse

from prepos.core.demand import History
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.signals.calendar import Occurrences, Series
from prepos.signals.stockouts import Censored

WINDOW_DAYS = 28  # ordinary periods on each side that tell what would have been
USUAL_SCATTER = 0.04  # variance of a period's ratio where too few periods are known to tell
FEW = 8  # periods
NOTHING = 1e-9  # units


@dataclass(frozen=True, slots=True, eq=False)
class Ordinary:
    """What multiplies demand where there is no event, over the history's periods and those ahead.

    Attributes
    ----------
    group : (G + 1, T + H) float
        By category; the last row is of everything.
    region : (R, T + H) float
    launched : (K, T + H) float
        Share of each period after the SKU's launch.
    censored : Censored or None
        None where nothing was out of stock.
    """

    group: FloatArray
    region: FloatArray
    launched: FloatArray
    censored: Censored | None


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """N pairs of series and column before ``until`` that events touched.

    ``units`` came where ``expected`` would have without events; their variance is
    scatter * mean + spread * mean**2, by pair.
    """

    series: IntArray
    column: IntArray
    units: FloatArray
    expected: FloatArray
    scatter: FloatArray
    spread: FloatArray


def observe(
    occurrences: Occurrences,
    series: Series,
    history: History,
    *,
    ordinary: Ordinary,
    until: int,
) -> Observed:
    """Return what came in the first ``until`` periods that events touched, and what would have.

    Expected are the ordinary periods within four weeks before and after, and one period more at the
    mean of all ordinary ones.
    """
    seen = (occurrences.column < until) & (occurrences.series > 0)
    width = max(until, 1)
    pairs = np.unique(occurrences.series[seen] * width + occurrences.column[seen])
    number, column = np.divmod(pairs, width)
    names, row = np.unique(number, return_inverse=True)
    members = _members(names, series, history)
    total = np.asarray(members @ history.units[:, :until])
    exposure = _exposure(names, series, ordinary, until)
    if ordinary.censored is not None:
        exposure = exposure * ordinary.censored.open_share(members)[:, :until]
    free = ~_touched_periods(names, occurrences, series, until) & (exposure > 0)
    sold, asked = np.where(free, total, 0.0), np.where(free, exposure, 0.0)
    usual = sold.sum(axis=1, keepdims=True) / np.maximum(asked.sum(axis=1, keepdims=True), 1e-12)
    reach = max(1, WINDOW_DAYS // history.periods.days)
    around, open_around = _windows(sold, reach) + usual, _windows(asked, reach) + 1.0
    expected = exposure * around / open_around
    # An ordinary period is foreseen from the others alone, or its scatter would look too small.
    foreseen = exposure * np.maximum(around - sold, 0.0) / np.maximum(open_around - asked, 1e-12)
    scatter, spread = _scatter(series.class_of(names), total, foreseen, free)
    known = expected[row, column] > NOTHING
    row, column = row[known], column[known]
    return Observed(
        names[row], column, total[row, column], expected[row, column], scatter[row], spread[row]
    )


def _members(names: IntArray, series: Series, history: History) -> sparse.csr_array:
    """Return which cells are in each named series, as ones (S, C)."""
    group = series.category[history.sku]
    none = np.full(len(group), -1, dtype=np.int64)
    ways = (
        (none, group, none),
        (none, none, history.sku),
        (history.region, none, none),
        (history.region, group, none),
        (history.region, none, history.sku),
    )
    wanted = series.class_of(names)
    rows, cells = [none[:0]], [none[:0]]
    for kind, way in enumerate(ways, start=1):
        if (wanted == kind).any():
            code = series.encode(*way)
            place = np.minimum(np.searchsorted(names, code), len(names) - 1)
            cells.append(np.flatnonzero(names[place] == code))
            rows.append(place[cells[-1]])
    row, cell = np.concatenate(rows), np.concatenate(cells)
    shape = (len(names), len(history.sku))
    return sparse.csr_array((np.ones(len(row)), (row, cell)), shape=shape)


def _exposure(names: IntArray, series: Series, ordinary: Ordinary, until: int) -> FloatArray:
    """Return what multiplies each series' demand (S, T) without events."""
    region, group, sku = series.decode(names)
    of_region = np.where(region[:, None] >= 0, ordinary.region[region, :until], 1.0)
    launched = np.where(sku[:, None] >= 0, ordinary.launched[sku, :until], 1.0)
    return np.asarray(ordinary.group[group, :until] * of_region * launched)


def _touched_periods(
    names: IntArray, occurrences: Occurrences, series: Series, until: int
) -> BoolArray:
    """Return whether an event touches a series (S, T), or what holds it."""
    known = occurrences.column < until
    holders, row = np.unique(occurrences.series[known], return_inverse=True)
    touched = np.zeros((len(holders) + 1, until), dtype=np.bool_)
    touched[row, occurrences.column[known]] = True
    found = np.zeros((len(names), until), dtype=np.bool_)
    for holder in series.covers(names):
        place = np.searchsorted(holders, holder)
        same = np.append(holders, -2)[place] == holder
        found |= touched[np.where(same, place, len(holders))]
    return found


def _windows(values: FloatArray, reach: int) -> FloatArray:
    """Return the sum of each column (S, T) and those within reach of it."""
    length = values.shape[1]
    sums = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    columns = np.arange(length)
    return np.asarray(
        sums[:, np.minimum(columns + reach + 1, length)] - sums[:, np.maximum(columns - reach, 0)]
    )


def _scatter(
    kind: IntArray, total: FloatArray, foreseen: FloatArray, free: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Return how ordinary periods scatter around what was foreseen, by the class of the series.

    Variance = scatter * mean + spread * mean**2; two moments give the two, scatter at least 1.
    """
    scatter, spread = np.ones(len(kind)), np.full(len(kind), USUAL_SCATTER)
    for one in np.unique(kind):
        here = kind == one
        seen = free[here] & (foreseen[here] > NOTHING)
        if seen.sum() < FEW:
            continue
        mean, square = foreseen[here][seen], (total[here][seen] - foreseen[here][seen]) ** 2
        moments = np.array([[mean.sum(), (mean**2).sum()], [len(mean), mean.sum()]])
        right = np.array([square.sum(), (square / mean).sum()])
        straight = abs(np.linalg.det(moments)) > 1e-6 * moments[0, 0] ** 2
        found = np.linalg.solve(moments, right)[0] if straight else 1.0
        scatter[here] = max(1.0, found)
        spread[here] = max(0.0, (right[0] - scatter[here][0] * moments[0, 0]) / moments[0, 1])
    return scatter, spread
