"""The season of the year, where two whole years or more are known.

Learnt where series are dense: the nation and the categories. A category's season is shrunk to the
nation's and that to none, by as much as its scatter calls for (empirical Bayes). A season stays
only if, learnt on all years but the last, it foretells the last better by more than the noise; so
histories that are short, steady or erratic have none, and a factor of exactly 1.
"""

from __future__ import annotations

import numpy as np
from statsmodels.tsa.seasonal import STL

from prepos.core.types import FloatArray
from prepos.signals.season_trial import bounded, shrink, wins

WEEKS = 52  # of a year
YEARS = 5  # at most, of which a season is learnt
SERIES = 50  # categories at most that have a season of their own: those that sell most
DENSE_UNITS = 5.0  # units per week below which a category takes the nation's season
KERNEL = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9.0  # weeks next to each other are alike
FITTED = KERNEL[2]  # share of itself that a week's scatter is smoothed by
LEVEL_WEEKS = 6.0  # half-life of the level that a season is tried on
BLOCK = 4  # weeks whose errors are taken as one


def year_factors(
    units: FloatArray, *, first: int, until: int, columns: int, days: int, horizon: int
) -> FloatArray:
    """Return the season (G + 1, columns) of the year by category; the last row is the nation's.

    Parameters
    ----------
    units : (G, T) float
        Units by category and period, without what events added.
    first, until : int
        Only the periods from the first on and before ``until`` are learnt from.
    columns : int
        Periods wanted: T and those ahead.
    days, horizon : int
        Days of a period, and periods ahead that a season must foretell.

    References
    ----------
    Cleveland, Cleveland, McRae and Terpenning (1990), STL, Journal of Official Statistics 6(1).
    """
    span = 7 // days
    weeks = min((until - first) // span, YEARS * WEEKS)
    if weeks < 2 * WEEKS:
        return np.ones((len(units) + 1, columns))
    known = units[:, until - weeks * span : until].reshape(len(units), weeks, span).sum(axis=2)
    logs = _season_that_stays(known, max(1, -(-horizon // span)))
    week = np.floor_divide(np.arange(columns) - until, span)
    return bounded(np.exp(logs)[:, week % WEEKS], until)


def year_logs(units: FloatArray) -> tuple[FloatArray, float]:
    """Return the season (52,) of one series in logarithms, and the variance of each of its values.

    Phase 0 is the week after the last of ``units`` (weeks,). One year alone has no trend.
    """
    logs = np.log(units + 0.5)
    weight = np.ones(len(logs))
    trend = np.full(len(logs), logs.mean())
    if len(logs) >= 2 * WEEKS:
        fit = STL(logs, period=WEEKS, robust=True, trend_jump=8, low_pass_jump=8).fit(
            inner_iter=2, outer_iter=4
        )
        trend, weight = np.asarray(fit.trend), np.maximum(np.asarray(fit.weights), 1e-3)
    phase = (np.arange(len(logs)) - len(logs)) % WEEKS
    found = np.bincount(phase, weight * (logs - trend)) / np.bincount(phase, weight)
    season = sum(
        share * np.roll(found, shift) for share, shift in zip(KERNEL, range(-2, 3), strict=True)
    )
    season = np.asarray(season - np.mean(season))
    error = weight @ (logs - trend - season[phase]) ** 2 / (weight.sum() - FITTED * WEEKS)
    return season, float(error * (KERNEL @ KERNEL) * WEEKS / weight.sum())


def _season_that_stays(units: FloatArray, ahead: int) -> FloatArray:
    """Return the season (G + 1, 52) in logarithms: none, the nation's, or a category's own."""
    groups, weeks = units.shape
    dense = np.argsort(-units.sum(axis=1), kind="stable")[:SERIES]
    dense = dense[units[dense].mean(axis=1) >= DENSE_UNITS]
    nation = units.sum(axis=0)[None]
    own = units[dense]
    phase = (np.arange(weeks) - weeks) % WEEKS
    early_nation, early_own = _shrunk_seasons(nation[:, :-WEEKS], own[:, :-WEEKS])
    late_nation, late_own = _shrunk_seasons(nation, own)

    def better(series: FloatArray, new: FloatArray, old: FloatArray) -> FloatArray:
        """Return 1 for each series (S, 1) that the new season foretells better."""
        won = wins(
            series,
            np.exp(new)[:, phase],
            np.exp(old)[:, phase],
            tested=WEEKS,
            ahead=ahead,
            half_life=LEVEL_WEEKS,
            block=BLOCK,
        )
        return won[:, None].astype(np.float64)

    none = np.zeros((len(own), WEEKS))
    stays = better(nation, early_nation, np.zeros((1, WEEKS)))
    found = np.repeat(stays * late_nation, groups + 1, axis=0)
    shared = stays * better(own, np.broadcast_to(early_nation, none.shape), none)
    alone = better(own, early_own, shared * early_nation)
    found[dense] = np.where(alone > 0, late_own, shared * late_nation)
    return found


def _shrunk_seasons(nation: FloatArray, own: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the seasons (1, 52) and (S, 52) of the nation and of categories, in logarithms."""
    found, variance = year_logs(nation[0])
    whole = shrink(found[None], 0.0, np.full((1, 1), variance))
    read = [year_logs(one) for one in own]
    if not read:
        return whole, np.zeros((0, WEEKS))
    seasons = np.stack([season for season, _ in read])
    return whole, shrink(seasons, whole, np.array([[variance] for _, variance in read]))
