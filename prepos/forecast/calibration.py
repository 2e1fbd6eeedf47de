"""What chances turned out to be: units that were told to stay below a quantile, and how often.

The form of a distribution is never quite right, and all cells of one kind share its fault. So the
randomised probability integral transform of the past is counted by class of the mean, and a level
is asked for by the chance that it turned out to have. Assumes that the form is at fault in the next
weeks as it was in the last, and that cells that never sold are as those that did. Never one
interval for all: a class holds cells of like means.

References
----------
Kuleshov, Fenner and Ermon (2018), Accurate uncertainties for deep learning using calibrated
regression, ICML: the map from chances told to chances that came. Czado, Gneiting and Held (2009),
Predictive model assessment for count data, Biometrics 65(4): the transform for counts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prepos.core.fitted import Calibration
from prepos.core.kernels import serial_kernel
from prepos.core.types import FloatArray, IntArray
from prepos.forecast.cells import LEAST_JUMP, Cells, cell_chances, cell_quantiles

LEAST_MEAN = 0.05  # units; an emptier cell's chances are taken at their word
CLASSES = 10
CLASS_CELLS = 500  # in a class, at least
FEW = 200.0  # cells that count for the word as told
TOLD = np.concatenate(
    [np.linspace(0.0, 0.95, 39), [0.96, 0.97, 0.98, 0.985, 0.99, 0.995, 0.998, 1]]
)


def fit_calibration(cells: Cells, units: FloatArray) -> Calibration | None:
    """Return what the chances told of past cells (N,) turned out to be; None of too few cells.

    Parameters
    ----------
    cells : Cells
        Means below ``LEAST_MEAN`` are left out.
    units : (N,) float
        What came.
    """
    busy = np.flatnonzero(cells.mean >= LEAST_MEAN)
    classes = min(len(busy) // CLASS_CELLS, CLASSES)
    if not classes:
        return None
    told, came = cells.at(busy), units[busy]
    inner = np.quantile(told.mean, np.arange(1, classes) / classes)
    least = np.unique(np.append(LEAST_MEAN, inner))
    kind = np.searchsorted(least, told.mean, side="right") - 1
    below, upto = cell_chances(told, came - 1.0), cell_chances(told, came)
    reached = np.zeros((len(least), len(TOLD)))
    _reach(below, upto, TOLD, kind, reached)
    count = np.bincount(kind, minlength=len(least))[:, None]
    return Calibration(least, TOLD, (reached + FEW * TOLD) / (count + FEW))


@serial_kernel
def _reach(
    below: FloatArray,
    upto: FloatArray,
    told: FloatArray,
    kind: IntArray,
    reached: FloatArray,
) -> None:
    """Add up by class (C, G) the chance that each cell's transform is at most each level."""
    for cell in range(len(below)):
        start, jump = below[cell], max(upto[cell] - below[cell], LEAST_JUMP)
        row = reached[kind[cell]]
        for level in range(len(told)):
            row[level] += min(max((told[level] - start) / jump, 0.0), 1.0)


def calibrated_quantiles(
    cells: Cells, probabilities: Sequence[float], calibration: Calibration
) -> FloatArray:
    """Return (Q, N) the smallest whole units whose corrected chance reaches each probability."""
    levels = np.asarray(probabilities, dtype=np.float64)
    kind = calibration.classes(cells.mean)
    counts = np.empty((len(levels), len(kind)))
    for number in np.unique(kind):
        chosen = np.flatnonzero(kind == number)
        asked = levels if number < 0 else calibration.told_for(int(number), levels)
        counts[:, chosen] = cell_quantiles(cells.at(chosen), asked)
    return counts
