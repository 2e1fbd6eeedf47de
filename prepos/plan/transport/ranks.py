"""Demand over several periods as ranks: the units a catchment will want, counted from the first.

A unit that can serve from period s on does not meet the demand of the periods before; so the ranks
of the whole window are shifted by the mean of those. With G(n) = E min(D, n) of the demand D of the
periods s to t, a unit that takes rank (a, b] from s on is used by the end of t with the chance
(G(b') - G(a')) / (b - a), where a' = max(a - shift, 0), and never with more than the chance that
the rank is asked for by then at all: so no more of a demand is expected to be used than its mean,
whichever units share it. Ranks break at quantiles of the window's demand and around each cumulative
mean, at whole units, so flows stay whole. In a single period these are the tranches of the
newsvendor.

Assumes that the demand of each span is negative binomial with its own dispersion, fitted as a sum.
"""

from __future__ import annotations

import numpy as np

from prepos.core.spans import span_number
from prepos.core.types import FloatArray, IntArray
from prepos.plan.tranches import LEAST_MEAN, cut_ranks, expected_served
from prepos.plan.transport.problem import Ranks


def make_ranks(mean: FloatArray, dispersion: FloatArray, good_for: IntArray | None = None) -> Ranks:
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
    """
    periods, _, skus = mean.shape
    whole = mean.sum(axis=0)
    sku, catchment = np.nonzero(whole.T > LEAST_MEAN)
    by_period = mean[:, catchment, sku]
    cell, low, high = cut_window(
        by_period, dispersion[span_number(0, periods - 1, periods), catchment, sku]
    )
    used = np.zeros((len(cell), len(dispersion)), dtype=np.float32)
    shift = np.concatenate([np.zeros_like(by_period[:1]), np.cumsum(by_period, axis=0)[:-1]])
    for since in range(periods):
        ends = [np.maximum(rank - shift[since, cell], 0.0) for rank in (low, high)]
        for until in range(since, periods):
            column = span_number(since, until, periods)
            span = by_period[since : until + 1].sum(axis=0)
            rate = hit_rates(span[cell], dispersion[column, catchment, sku][cell], ends, high - low)
            if good_for is not None:
                rate = np.where(until < good_for[sku[cell]], rate, 0.0)
            # Spans have dispersions of their own, yet what was used stays used.
            used[:, column] = rate if until == since else np.maximum(rate, used[:, column - 1])
    for since in range(1, periods):  # no unit is used more surely than its rank is asked for at all
        for until in range(since, periods):
            column = span_number(since, until, periods)
            np.minimum(used[:, column], used[:, until], out=used[:, column])
    return Ranks(
        first=np.searchsorted(sku[cell], np.arange(skus + 1)),
        catchment=catchment[cell],
        width=high - low,
        used=used,
    )


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
