"""How far a dispatch strays from what the last one had said for the same days."""

from __future__ import annotations

import numpy as np

from prepos.core.periods import Periods
from prepos.core.policy import Dispatch
from prepos.replay.moves import add_up, days_since


def measure_churn(
    last: Dispatch, now: Dispatch, periods: Periods, first: int, until: int
) -> tuple[int, int]:
    """Return the units that either said, and by how many they differ.

    Units are compared by lane, SKU and period of the ship date, from the day ``first`` up to, not
    including, ``until``; the units said are the more of both. A last dispatch that says nothing of
    these days or later ones did not reach so far, and nothing is compared.
    """
    said = [days_since(dispatch.ships_on, periods) for dispatch in (last, now)]
    if not (said[0] >= first).any():
        return 0, 0
    keys, units = [], []
    for dispatch, day, sign in zip((last, now), said, (-1, 1), strict=True):
        rows = np.flatnonzero((day >= first) & (day < until))
        period = day[rows] // periods.days
        keys.append(np.stack([period, dispatch.lane[rows], dispatch.sku[rows]]))
        units.append(sign * dispatch.quantity[rows])
    differ = int(np.abs(add_up(np.concatenate(keys, axis=1), np.concatenate(units))[1]).sum())
    both = sum(int(np.abs(each).sum()) for each in units)
    return (both + differ) // 2, differ  # the more of two is half their sum and difference
