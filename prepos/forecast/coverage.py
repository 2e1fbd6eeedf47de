"""Whether the widths hold: how often units stay below a quantile, by decile of the mean.

Counts jump over a level, so the plain share below a quantile is never nominal. The randomised
probability integral transform spreads each count evenly over its jump; its expectation is taken
here instead of a draw, so nothing is random. Only cells with enough in them are looked at: an empty
cell says nothing of a width.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import betainc, gammaincc

from prepos.core.types import FloatArray, IntArray
from prepos.forecast.quantiles import POISSON

COVERED = (0.5, 0.9, 0.95, 0.99)
BUSY = 0.1  # units expected; cells with less are left out
DECILES = 10


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """Shares of cells below each level, by decile of the mean, D of them.

    Attributes
    ----------
    cells, mean, units : (D,) float
        How many cells, what they were expected to sell each, and what they sold together.
    share : (D, L) float
        By level of ``COVERED``; ``COVERED`` itself is perfect.
    """

    cells: FloatArray
    mean: FloatArray
    units: FloatArray
    share: FloatArray

    @property
    def largest_miss(self) -> float:
        """Largest distance of a share from its level; 0 where there is no busy cell."""
        return float(np.abs(self.share - np.array(COVERED)).max(initial=0.0))


def coverage(mean: FloatArray, dispersion: FloatArray, units: FloatArray) -> Coverage:
    """Return the coverage of the busy cells.

    Parameters
    ----------
    mean, dispersion, units : (N,) float

    References
    ----------
    Czado, Gneiting and Held (2009), Predictive model assessment for count data, Biometrics 65(4).
    """
    busy = np.flatnonzero(mean >= BUSY)
    ordered = busy[np.argsort(mean[busy], kind="stable")]
    parts = [part for part in np.array_split(ordered, DECILES) if len(part)]
    below = share_below(mean, dispersion, units, ordered)
    place = np.cumsum([0, *(len(part) for part in parts)])
    return Coverage(
        np.array([len(part) for part in parts], dtype=np.float64),
        np.array([mean[part].mean() for part in parts]),
        np.array([units[part].sum() for part in parts]),
        np.array([below[a:b].mean(axis=0) for a, b in pairwise(place.tolist())]).reshape(
            len(parts), len(COVERED)
        ),
    )


def share_below(
    mean: FloatArray,
    dispersion: FloatArray,
    units: FloatArray,
    cells: IntArray,
) -> FloatArray:
    """Return (N', L): the chance that each cell's randomised transform is at most each level."""
    upper = distribution(mean[cells], dispersion[cells], units[cells])
    lower = distribution(mean[cells], dispersion[cells], units[cells] - 1.0)
    jump = np.maximum(upper - lower, 1e-300)
    levels = np.array(COVERED)
    return np.clip((levels - lower[:, None]) / jump[:, None], 0.0, 1.0)


def distribution(mean: FloatArray, dispersion: FloatArray, units: FloatArray) -> FloatArray:
    """Return the chance of at most so many units, (N,); 0 below nothing."""
    size = 1.0 / np.maximum(dispersion, POISSON)
    most = np.maximum(units, 0.0) + 1.0
    wide = betainc(size, most, size / (size + mean))
    narrow = gammaincc(most, mean)
    return np.where(units < 0, 0.0, np.where(dispersion > POISSON, wide, narrow))
