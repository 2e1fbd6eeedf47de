"""Demand over several periods as ranks: the units a catchment will want, counted from the first.

A unit that waits for rank n is used by the end of period t if n units are wanted by then: from the
first day on with the chance P(D >= n) of the demand D of the periods up to t. One that comes only
in period s is too late where the rank was wanted before; so it is used with P(D >= n) less
what that was before s. No more of a demand is then expected to be used than its mean, whichever
units share it. Where nothing can come to a catchment before period e, what is wanted until then is
none of its business: ranks are counted from e on, behind the mean of the periods before. Ranks
break at quantiles of the window's demand and around each cumulative mean, at whole units, so flows
stay whole. In a single period these are the tranches of the newsvendor.

Assumes that the demand of each span is negative binomial with its own dispersion, fitted as a sum.
"""

from __future__ import annotations

import numpy as np

from prepos.core.spans import span_number
from prepos.core.types import FloatArray, IntArray
from prepos.plan.tranches import LEAST_MEAN, cut_ranks, expected_served
from prepos.plan.transport.problem import Ranks


def make_ranks(
    mean: FloatArray,
    dispersion: FloatArray,
    good_for: IntArray | None = None,
    earliest: IntArray | None = None,
) -> Ranks:
    """Cut the demand of every catchment and SKU over the window.

    Parameters
    ----------
    mean : (T, Z, K) float
        Units by period.
    dispersion : (P, Z, K) float
        Of the sum of every span of periods, by ``span_number``.
    good_for : (K,) int or None
        Periods of the window in which units of each SKU can be sold; all where not given. What is
        not used by then is not used.
    earliest : (Z,) int or None
        The first period that what is sent can serve in each catchment; the first where not given.
    """
    periods, _, skus = mean.shape
    sku, zone = np.nonzero(mean.sum(axis=0).T > LEAST_MEAN)
    by_period, spread = mean[:, zone, sku], dispersion[:, zone, sku]
    cell, low, high = cut_window(by_period, spread[span_number(0, periods - 1, periods)])
    fresh = np.full(len(cell), periods) if good_for is None else good_for[sku[cell]]
    first = np.zeros(len(cell), dtype=np.int64) if earliest is None else earliest[zone[cell]]
    used = np.zeros((len(cell), len(dispersion)), dtype=np.float32)
    for begin in range(int(first.max(initial=0)) + 1):
        mine = np.flatnonzero(first >= begin)
        ranks = cell[mine], low[mine], high[mine]
        wanted = wanted_by_end(by_period, spread, *ranks, fresh[mine], begin)
        later = first[mine] == begin  # these are counted from here, whenever a unit comes
        for since in range(begin, periods):
            rows = np.ones(len(mine), dtype=np.bool_) if since == begin else later
            before = wanted[since - 1] if since > begin else np.zeros(len(mine))
            for until in range(since, periods):
                chance = np.maximum(wanted[until] - before, 0.0)[rows]
                if begin:  # no unit is used more surely than its rank is asked for at all
                    whole = used[mine[rows], span_number(0, until, periods)]
                    chance = np.minimum(chance, whole)
                used[mine[rows], span_number(since, until, periods)] = chance
    return Ranks(
        first=np.searchsorted(sku[cell], np.arange(skus + 1)),
        catchment=zone[cell],
        width=high - low,
        used=used,
    )


def wanted_by_end(
    by_period: FloatArray,
    spread: FloatArray,
    cell: IntArray,
    low: IntArray,
    high: IntArray,
    fresh: IntArray,
    begin: int,
) -> FloatArray:
    """Return (T, L) the chance that a rank, counted from a period on, is wanted by each end.

    ``by_period`` (T, C) and ``spread`` (P, C) are means and dispersions; beyond the shelf life,
    ``fresh`` periods (L,), nothing is sold. Before ``begin`` the chance is 0.
    """
    periods = len(by_period)
    passed = by_period[:begin].sum(axis=0)[cell]
    ends = [np.maximum(rank - passed, 0.0) for rank in (low, high)]
    wanted = np.zeros((periods, len(cell)))
    for until in range(begin, periods):
        span = by_period[begin : until + 1].sum(axis=0)[cell]
        column = span_number(begin, until, periods)
        rate = hit_rates(span, spread[column, cell], ends, high - low)
        rate = np.where(until < fresh, rate, 0.0)
        # Spans have dispersions of their own, yet what was wanted stays wanted.
        wanted[until] = np.maximum(rate, wanted[until - 1] if until > begin else 0.0)
    return wanted


def hit_rates(
    mean: FloatArray, dispersion: FloatArray, ends: list[FloatArray], width: IntArray
) -> FloatArray:
    """Return the chance (L,) that a unit of each rank is used, its ends shifted."""
    rates = np.zeros(len(mean))
    some = np.flatnonzero((mean > LEAST_MEAN) & (ends[1] > ends[0]))
    served = [served_at(mean[some], dispersion[some], end[some]) for end in ends]
    rates[some] = np.clip((served[1] - served[0]) / width[some], 0.0, 1.0)
    return rates


def served_at(mean: FloatArray, dispersion: FloatArray, units: FloatArray) -> FloatArray:
    """Return E min(D, n) for n that need not be whole: between whole ones it is a straight line."""
    whole = np.floor(units).astype(np.int64)
    served, part = expected_served(mean, dispersion, whole), units - whole
    some = np.flatnonzero(part > 0)
    above = expected_served(mean[some], dispersion[some], whole[some] + 1)
    served[some] += part[some] * (above - served[some])
    return served


def cut_window(
    by_period: FloatArray, dispersion: FloatArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Return (cell, rank_from, rank_to) of the ranks of cells with means (T, C), in order.

    The tranches of the whole window's demand, broken too at the whole units around the cumulative
    means: there a unit of one period passes to the next.
    """
    periods, cells = by_period.shape
    cell, low, high = cut_ranks(by_period.sum(axis=0), dispersion)
    if periods == 1:
        return cell, low, high
    top = np.zeros(cells, dtype=np.int64)
    top[cell] = high  # the last of each cell stays
    passed = np.floor(np.cumsum(by_period, axis=0)[:-1]).astype(np.int64)
    breaks = [(passed + step) for step in (0, 1, 2)]
    everyone = np.tile(np.arange(cells), 3 * (periods - 1))
    more = np.concatenate([np.concatenate(list(each)) for each in breaks])
    inside = (more > 0) & (more < top[everyone])
    both = np.unique(
        np.concatenate(
            [np.stack([cell, high]), np.stack([everyone[inside], more[inside]])], axis=1
        ),
        axis=1,
    )
    cell, high = both
    low = np.where(np.append(-1, cell[:-1]) == cell, np.append(0, high[:-1]), 0)
    return cell, low, high
