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

from prepos.core.types import FloatArray
from prepos.forecast.cells import share_below

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


def coverage(mean: FloatArray, units: FloatArray, below: FloatArray, upto: FloatArray) -> Coverage:
    """Return the coverage of the busy cells.

    Parameters
    ----------
    mean, units : (N,) float
    below, upto : (N,) float
        The chance that was told of fewer units than came, and of no more than came.

    References
    ----------
    Czado, Gneiting and Held (2009), Predictive model assessment for count data, Biometrics 65(4).
    """
    busy = np.flatnonzero(mean >= BUSY)
    ordered = busy[np.argsort(mean[busy], kind="stable")]
    parts = [part for part in np.array_split(ordered, DECILES) if len(part)]
    shares = share_below(below[ordered], upto[ordered], np.array(COVERED))
    place = np.cumsum([0, *(len(part) for part in parts)])
    return Coverage(
        np.array([len(part) for part in parts], dtype=np.float64),
        np.array([mean[part].mean() for part in parts]),
        np.array([units[part].sum() for part in parts]),
        np.array([shares[a:b].mean(axis=0) for a, b in pairwise(place.tolist())]).reshape(
            len(parts), len(COVERED)
        ),
    )
