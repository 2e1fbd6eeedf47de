"""Demand over several periods as ranks: the units a catchment will want, counted from the first.

A unit that waits for rank n from the first day on is used by the end of period t if n units are
wanted by then: with the chance P(D >= n) of the demand D of the periods up to t. One that can serve
only from period s on comes too late where the rank was wanted before; an origin serves that order,
or nobody. The unit may still be used by one that comes later, as the ranks behind it may be wanted
too: so of what it came too late for, 1 - 1/T is lost to it in a window of T periods, and the rest
is not. No more of a demand is then expected to be used than its mean, whichever units share it.
Ranks break at quantiles of the window's demand and around each cumulative mean, at whole units, so
flows stay whole. In a single period these are the tranches of the newsvendor.

Assumes that the demand of each span is negative binomial with its own dispersion, fitted as a sum.
The share lost was chosen on made-up worlds, and on weeks of orders that no figure is told of: at 0
it costs nothing to wait, and too little is sent at once; at 1 too little is sent for later. Where
demand is taken as certain, what came too late for its rank is never used.
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
    sku, catchment = np.nonzero(mean.sum(axis=0).T > LEAST_MEAN)
    by_period, spread = mean[:, catchment, sku], dispersion[:, catchment, sku]
    cell, low, high = cut_window(by_period, spread[span_number(0, periods - 1, periods)])
    fresh = np.full(len(cell), periods) if good_for is None else good_for[sku[cell]]
    wanted = wanted_by_end(by_period, spread, cell, low, high, fresh)
    gone = np.where(spread[0, cell] < 0, 1.0, 1.0 - 1.0 / periods)
    used = np.zeros((len(cell), len(dispersion)), dtype=np.float32)
    for since in range(periods):
        missed = gone * wanted[since - 1] if since else 0.0
        for until in range(since, periods):
            column = span_number(since, until, periods)
            used[:, column] = np.where(since < fresh, wanted[until] - missed, 0.0)
    return Ranks(
        first=np.searchsorted(sku[cell], np.arange(skus + 1)),
        catchment=catchment[cell],
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
) -> FloatArray:
    """Return (T, L) the chance that a unit of each rank is wanted by the end of each period.

    ``by_period`` (T, C) and ``spread`` (P, C) are means and dispersions of cells; beyond the shelf
    life, ``fresh`` periods (L,), nothing is sold.
    """
    wanted = np.zeros((len(by_period), len(cell)))
    for until in range(len(by_period)):
        mean = by_period[: until + 1].sum(axis=0)[cell]
        dispersion = spread[span_number(0, until, len(by_period)), cell]
        rate = np.where(until < fresh, hit_rates(mean, dispersion, low, high), 0.0)
        # Spans have dispersions of their own, yet what was wanted stays wanted.
        wanted[until] = np.maximum(rate, wanted[until - 1] if until else 0.0)
    return wanted


def hit_rates(
    mean: FloatArray, dispersion: FloatArray, low: IntArray, high: IntArray
) -> FloatArray:
    """Return the chance (L,) that a unit of each rank is wanted."""
    rates = np.zeros(len(mean))
    some = np.flatnonzero(mean > LEAST_MEAN)
    upto, before = (
        expected_served(mean[some], dispersion[some], rank[some]) for rank in (high, low)
    )
    rates[some] = np.clip((upto - before) / (high - low)[some], 0.0, 1.0)
    return rates


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
