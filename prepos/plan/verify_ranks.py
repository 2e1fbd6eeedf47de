"""Second opinion on ranks: where demand is cut, and how likely a unit put aside is used by when.

In closed form from the negative binomial of the periods up to each. A unit that can serve from
period s on comes too late for what is wanted before; a part of that is lost to it. Knows nothing of
any model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, gammainc, gammaincc

from prepos.core.types import BoolArray, FloatArray, IntArray

AS_IF_CERTAIN = -1.0  # dispersion of demand that is its mean, up or down to a whole unit by chance
POISSON_BELOW = 1e-9  # dispersion that no count can tell from Poisson
LEAST_MEAN = 1e-9  # units; below, nobody will ask
UNIT_LEVEL_UP_TO = 8  # units: below, every rank is a slice of its own
LEVELS = (0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.88, 0.95, 0.995)  # where others break


@dataclass(frozen=True, eq=False)
class Cells:
    """Demand of C pairs of catchment and SKU over the window's T periods.

    Attributes
    ----------
    mean : (T, C) float
        Units by period.
    dispersion : (P, C) float
        Of each span, in the order of ``list_spans``: variance = mean + dispersion * mean**2.
        Below 0 no demand scatters, but for rounding.
    good_for : (C,) int
        Periods of the window that begin before the SKU's shelf life, from the cutoff on, ends.
    """

    mean: FloatArray
    dispersion: FloatArray
    good_for: IntArray

    @property
    def total(self) -> FloatArray:
        """(C,) mean over the window."""
        return np.asarray(self.mean.sum(axis=0))


def list_spans(periods: int) -> list[tuple[int, int]]:
    """Return (first, last) period of every span of the window, by first, then by last."""
    return [(first, last) for first in range(periods) for last in range(first, periods)]


def cut_cells(cells: Cells) -> tuple[IntArray, IntArray, IntArray]:
    """Return (cell, rank_from, rank_to) of every rank that is worth planning for, in order.

    Demand of a few units breaks after each; above, at quantiles of the window's demand. All break
    at the three whole units around each cumulative mean, but for the last.
    """
    widest = cells.dispersion[len(cells.mean) - 1]
    top = np.maximum(quantile(cells.total, widest, LEVELS[-1]), 1)
    everyone = np.arange(len(top))
    unit, large = everyone[top <= UNIT_LEVEL_UP_TO], everyone[top > UNIT_LEVEL_UP_TO]
    breaks = [(unit, np.full(len(unit), rank)) for rank in range(1, UNIT_LEVEL_UP_TO + 1)]
    breaks += [(large, quantile(cells.total[large], widest[large], level)) for level in LEVELS]
    for passed in np.floor(np.cumsum(cells.mean, axis=0)[:-1]).astype(np.int64):
        breaks += [(everyone, passed + step) for step in (0, 1, 2)]
    cell, rank = (np.concatenate(part) for part in zip(*breaks, strict=True))
    inside = (rank > 0) & (rank <= top[cell])
    most = int(top.max(initial=0)) + 1
    cell, high = np.divmod(np.unique(cell[inside] * most + rank[inside]), most)
    again = np.append(False, cell[1:] == cell[:-1])[: len(cell)]
    return cell, np.where(again, np.roll(high, 1), 0), high


def chances(cells: Cells, cell: IntArray, low: IntArray, high: IntArray, since: int) -> FloatArray:
    """Return (L, T) the chance that a unit for ranks (low, high] is used by each period's end.

    It can serve from period ``since`` on; before, the chance is 0, and beyond the shelf life none
    is used. Of what was wanted before, 1 - 1/T is lost to it, and all where demand is certain. In
    single precision, as plans are made with.
    """
    wanted = chances_to_be_wanted(cells, cell, low, high)
    lost = 1.0 - 1.0 / len(cells.mean)
    gone = np.where(cells.dispersion[0, cell] < 0, 1.0, lost)[:, None]
    used = wanted - gone * wanted[:, since - 1 : since] if since else wanted.copy()
    used[:, :since] = 0.0
    used[since >= cells.good_for[cell]] = 0.0
    return np.asarray(used.astype(np.float32), dtype=np.float64)


def chances_to_be_wanted(cells: Cells, cell: IntArray, low: IntArray, high: IntArray) -> FloatArray:
    """Return (L, T) the chance that units of ranks (low, high] are wanted by each period's end.

    What was wanted stays wanted, though spans have dispersions of their own.
    """
    wanted = np.zeros((len(cell), len(cells.mean)))
    for last in range(len(cells.mean)):
        mean: FloatArray = cells.mean[: last + 1].sum(axis=0)
        some = np.flatnonzero((mean[cell] > LEAST_MEAN) & (last < cells.good_for[cell]))
        mine = cell[some]
        demand = mean[mine], cells.dispersion[last, mine]
        served = served_between(*demand, mine, low[some], high[some])
        wanted[some, last] = np.clip(served / (high - low)[some], 0.0, 1.0)
        if last:
            wanted[:, last] = np.maximum(wanted[:, last], wanted[:, last - 1])
    return wanted


def served_between(
    mean: FloatArray, dispersion: FloatArray, cell: IntArray, low: IntArray, high: IntArray
) -> FloatArray:
    """Return E min(D, high) - E min(D, low); neighbours in a cell share the end between them."""
    upto = expected_min(mean, dispersion, high)
    follows = np.append(False, (cell[1:] == cell[:-1]) & (low[1:] == high[:-1]))[: len(cell)]
    start = np.where(follows, np.roll(upto, 1), 0.0)
    apart = np.flatnonzero(~follows & (low > 0))
    start[apart] = expected_min(mean[apart], dispersion[apart], low[apart])
    return np.asarray(upto - start)


def expected_min(mean: FloatArray, dispersion: FloatArray, units: IntArray) -> FloatArray:
    """Return E min(D, n), n whole: the sum over D < n of D, and n times the chance of n or more.

    P(D < n) of the negative binomial is a regularised incomplete beta function (Abramowitz and
    Stegun 26.5.24), of the Poisson an incomplete gamma function (26.4.21); and
    k pmf_r(k) = mean pmf_{r+1}(k - 1).
    """
    served = np.zeros(len(mean))
    for at, is_poisson in _by_kind(dispersion, units > 0):
        m, n = mean[at], units[at].astype(np.float64)
        before = np.maximum(n - 1, 1)
        if is_poisson:
            below, above = gammaincc(before, m), gammainc(n, m)
        else:
            r = 1.0 / dispersion[at]
            below, above = _beta(r + 1, before, r / (r + m)), _beta(n, r, m / (r + m))
        served[at] = m * np.where(n > 1, below, 0.0) + n * above
    return np.where(dispersion < 0, np.minimum(mean, units), served)


def quantile(mean: FloatArray, dispersion: FloatArray, level: float) -> IntArray:
    """Return (C,) the least whole n with P(D <= n) >= level, by halving.

    It is at most mean + sd * sqrt(level / (1 - level)): Cantelli's inequality.
    """
    variance = np.maximum(mean + dispersion * mean**2, 0.0)
    spread = np.sqrt(variance * level / (1.0 - level))
    low, high = np.full(len(mean), -1), np.ceil(mean + spread).astype(np.int64)
    while len(still := np.flatnonzero(high - low > 1)):
        middle = (low[still] + high[still]) // 2
        enough = chance_at_most(mean[still], dispersion[still], middle) >= level
        high[still] = np.where(enough, middle, high[still])
        low[still] = np.where(enough, low[still], middle)
    return high


def chance_at_most(mean: FloatArray, dispersion: FloatArray, units: IntArray) -> FloatArray:
    """Return P(D <= n), n from 0 on."""
    chance = np.zeros(len(mean))
    for at, is_poisson in _by_kind(dispersion, units >= 0):
        m, n = mean[at], units[at].astype(np.float64) + 1.0
        if is_poisson:
            chance[at] = gammaincc(n, m)
        else:
            r = 1.0 / dispersion[at]
            chance[at] = _beta(r, n, r / (r + m))
    rounded = np.where(units < 0, 0.0, 1.0 - np.clip(mean - units, 0.0, 1.0))
    return np.where(dispersion < 0, rounded, chance)


def _beta(a: FloatArray, b: FloatArray, x: FloatArray) -> FloatArray:
    """Return the regularised incomplete beta function."""
    return np.asarray(betainc(a, b, x), dtype=np.float64)


def _by_kind(dispersion: FloatArray, chosen: BoolArray) -> list[tuple[IntArray, bool]]:
    """Return the positions chosen whose demand is Poisson, and those where it is not."""
    is_poisson = dispersion < POISSON_BELOW
    return [
        (np.flatnonzero(chosen & is_poisson), True),
        (np.flatnonzero(chosen & ~is_poisson), False),
    ]
