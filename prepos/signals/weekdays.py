"""The days of the week, where periods are days: by nation, category and region.

A day is compared with the week around it. Profiles are shrunk and tried like the seasons of the
year; four weeks are the least they are learnt from.
"""

from __future__ import annotations

import numpy as np

from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.signals.season_trial import LEAST, MOST, bounded, shrink, wins

DAYS = 7
LEAST_DAYS = 28
LEVEL_DAYS = 28.0  # half-life of the level that a profile is tried on
SMALL = 1e-9  # units


def weekday_factors(
    groups: FloatArray, regions: FloatArray, ordinary: BoolArray, *, until: int, columns: int
) -> tuple[FloatArray, FloatArray]:
    """Return the weekday's factor by category (G + 1, columns) and region (R, columns).

    The last row of the first is the nation's; a region's factor is what it does beside that.

    Parameters
    ----------
    groups, regions : (G, T) and (R, T) float
        Units by category and by region and day.
    ordinary : (T,) bool
        Days without an event that everyone feels.
    until : int
        Only the days before it are learnt from.
    columns : int
        Days wanted: T and those ahead.
    """
    if until < LEAST_DAYS:
        return np.ones((len(groups) + 1, columns)), np.ones((len(regions), columns))
    free = ordinary[:until]
    nation = groups[:, :until].sum(axis=0)[None]
    of_nation = _stays(nation, free, np.ones((1, DAYS)))
    of_group = _stays(groups[:, :until], free, of_nation)
    of_region = _stays(regions[:, :until], free, of_nation)
    day = (np.arange(columns) - until) % DAYS
    beside = np.divide(of_region, of_nation, out=np.ones_like(of_region), where=of_nation > 0)
    return (
        bounded(np.concatenate([of_group, of_nation])[:, day], until),
        np.clip(beside, LEAST, MOST)[:, day],
    )


def _stays(units: FloatArray, free: BoolArray, base: FloatArray) -> FloatArray:
    """Return each series' own profile (S, 7), or the base (1, 7) where that foretells as well.

    Phase 0 is the weekday of the day after the last of ``units`` (S, T).
    """
    length = units.shape[1]
    tested = DAYS * max(1, length // (4 * DAYS))
    phase = (np.arange(length) - length) % DAYS
    earlier = slice(0, length - tested)
    early = _profiles(units[:, earlier], free[earlier], phase[earlier], base)
    better = wins(
        units,
        np.maximum(early, LEAST)[:, phase],
        np.broadcast_to(np.maximum(base, LEAST), early.shape)[:, phase],
        tested=tested,
        ahead=1,
        half_life=LEVEL_DAYS,
        block=1,
    )
    return np.where(better[:, None], _profiles(units, free, phase, base), base)


def _profiles(units: FloatArray, free: BoolArray, phase: IntArray, base: FloatArray) -> FloatArray:
    """Return how each weekday sells (S, 7) against the week around it, shrunk to the base."""
    around = np.lib.stride_tricks.sliding_window_view(units, DAYS, axis=1).sum(axis=2) / DAYS
    kept = np.lib.stride_tricks.sliding_window_view(free, DAYS).all(axis=1)
    if kept.sum() < LEAST_DAYS - DAYS:
        kept = np.ones_like(kept)
    middle = slice(DAYS // 2, units.shape[1] - DAYS // 2)
    is_day = (phase[middle][kept][:, None] == np.arange(DAYS)).astype(np.float64)
    sold, level = units[:, middle][:, kept], around[:, kept]
    total = np.maximum(level @ is_day, SMALL)
    found = (sold @ is_day) / total
    error = (sold - found[:, phase[middle][kept]] * level) ** 2 @ is_day
    count = is_day.sum(axis=0)
    variance = error / total**2 * count / np.maximum(count - 1.0, 0.5)
    silent = level.sum(axis=1, keepdims=True) <= SMALL
    return np.where(silent, base, shrink(found, base, variance))
