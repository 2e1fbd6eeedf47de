"""How wide the counts scatter around the mean, by level of the mean.

Counts are taken as negative binomial: variance = mean + a mean^2. ``a`` is fitted by maximum
likelihood on training residuals, in classes of the mean, and runs on straight lines between them
(both logarithmic). SKUs that come in larger orders scatter more at the same mean, so they are
fitted apart. The residuals are first counted into narrow bins of the mean, so the cost of the fit
hardly grows with the number of cells.
"""

from __future__ import annotations

import math

import numpy as np

from prepos.core.fitted import DispersionCurve, Widths
from prepos.core.kernels import serial_kernel
from prepos.core.types import AnyArray, BoolArray, FloatArray, IntArray
from prepos.forecast.bins import tabulate

DEFAULT = 1.0  # where nothing can be fitted: a standard deviation of about the mean
LEAST, MOST = 1e-4, 100.0
PRECISION = 1e-4  # of the dispersion's logarithm
CLASS_UNITS = 300.0  # units observed in a class, at least
CLASSES = 8
MOST_CELLS = 2_000_000  # that widths are fitted on; more are thinned
SIZE_CLASSES = 6
SIZE_CLASS_UNITS = 3000.0  # units observed in a class of SKUs, at least


def fit_by_size(
    mean: AnyArray,
    units: AnyArray,
    order_size: FloatArray | None,
    weight: FloatArray | None = None,
) -> Widths:
    """Return how wide the units scatter around their means, SKUs of like order size together.

    Parameters
    ----------
    mean, units : (..., K) float
    order_size : (K,) float or None
        None takes all SKUs together.
    weight : (K,) float, optional
        For how many cells each in a column stands, 1 where not told.
    """
    mean, units = (thin_rows(values) for values in (mean, units))
    if order_size is None:
        together = np.zeros(mean.shape[-1], dtype=np.int64)
        return Widths(np.zeros(0), tuple(fit_curves(mean, units, together, weight)))
    kind = size_classes(order_size, units.reshape(-1, len(order_size)).sum(axis=0))
    classes = int(kind.max(initial=0)) + 1
    edges = np.array([order_size[kind == number].min() for number in range(1, classes)])
    return Widths(edges, tuple(fit_curves(mean, units, kind, weight)))


def thin_rows(values: AnyArray) -> AnyArray:
    """Return evenly spaced rows (N, K) of values (..., K), no more cells than ``MOST_CELLS``."""
    rows = values.reshape(-1, values.shape[-1])
    kept = max(1, MOST_CELLS // max(values.shape[-1], 1))
    if kept >= len(rows):
        return rows
    return rows[np.linspace(0, len(rows) - 1, kept).astype(np.int64)]


def size_classes(order_size: FloatArray, units: FloatArray) -> IntArray:
    """Return the class (K,) of each SKU by order size, all classes with about as many units."""
    total = float(units.sum())
    classes = int(np.clip(total // SIZE_CLASS_UNITS, 1, SIZE_CLASSES))
    _, size = np.unique(order_size, return_inverse=True)
    by_size = np.bincount(size, units)
    middle = (np.cumsum(by_size) - by_size / 2.0) / max(total, 1.0)
    _, dense = np.unique(np.floor(middle * classes)[size], return_inverse=True)
    return np.asarray(dense, dtype=np.int64)


def fit_dispersion(mean: AnyArray, units: AnyArray) -> DispersionCurve:
    """Return the curve that makes the units most likely given their means.

    Parameters
    ----------
    mean, units : float, any one shape
        Means at or near 0 are left out: they say nothing of the width.

    References
    ----------
    Lawless (1987), Negative binomial and mixed Poisson regression, Canadian J. Statistics 15(3).
    """
    return fit_curves(mean.reshape(-1, 1), units.reshape(-1, 1), np.zeros(1, dtype=np.int64))[0]


def fit_curves(
    mean: AnyArray, units: AnyArray, kind: IntArray, weight: FloatArray | None = None
) -> list[DispersionCurve]:
    """Return one curve for each kind of SKU; (..., K) means and units, (K,) kinds from 0 on."""
    kinds = int(kind.max(initial=0)) + 1
    means = np.ascontiguousarray(mean, dtype=np.float32).reshape(-1, len(kind))
    counts = np.ascontiguousarray(units, dtype=np.float32).reshape(-1, len(kind))
    cells, level, few, place = tabulate(means, counts, kind, kinds, weight)
    return [
        _fit_curve(
            cells[number],
            level[number],
            few[number],
            (place[1][place[0] == number], place[2][place[0] == number]),
        )
        for number in range(kinds)
    ]


def _fit_curve(
    cells: FloatArray, level: FloatArray, few: FloatArray, many: tuple[IntArray, FloatArray]
) -> DispersionCurve:
    """Return the curve of one kind from its table.

    Parameters
    ----------
    cells, level : (B,) float
        Cells in each bin of the mean, and their mean.
    few : (B, FEW) float
        Cells by bin and units.
    many : (M,) bins and (M,) units of cells with more.
    """
    bins, value = np.nonzero(few)
    weight = few[bins, value]
    bins = np.append(bins, many[0])
    values = np.append(value.astype(np.float64), many[1])
    weight = np.append(weight, np.ones(len(many[0])))
    by_bin: FloatArray = np.bincount(bins, values * weight, minlength=len(cells)).astype(np.float64)
    if not by_bin.any():
        return DispersionCurve(np.zeros(1), np.full(1, np.log(DEFAULT)))
    class_of = _classes(by_bin, cells > 0)
    centre = level / np.maximum(cells, 1.0)
    knots, widths = [], []
    for number in range(int(class_of.max()) + 1):
        mine = class_of == number
        knots.append(np.log(np.average(centre[mine], weights=level[mine])))
        here = mine[bins]
        widths.append(_most_likely(centre[bins[here]], values[here], weight[here]))
    return DispersionCurve(np.array(knots), np.array(widths))


def _classes(by_bin: FloatArray, used: BoolArray) -> IntArray:
    """Return each bin's class, with units enough in each; -1 where a bin is empty."""
    size = max(CLASS_UNITS, by_bin.sum() / CLASSES)
    number = np.floor((np.cumsum(by_bin) - by_bin / 2.0) / size).astype(np.int64)
    class_of = np.full(len(by_bin), -1, dtype=np.int64)
    class_of[used] = np.unique(number[used], return_inverse=True)[1]
    return class_of


@serial_kernel
def _loss(log_dispersion: float, mean: FloatArray, units: FloatArray, weight: FloatArray) -> float:
    """Return minus the log likelihood of negative-binomial counts, up to a constant."""
    size = math.exp(-log_dispersion)
    at_zero, total = math.lgamma(size), 0.0
    for cell in range(len(mean)):
        term = -(units[cell] + size) * math.log1p(mean[cell] / size)
        if units[cell] > 0:
            term += math.lgamma(units[cell] + size) - at_zero
            term += units[cell] * math.log(mean[cell] / size)
        total -= weight[cell] * term
    return total


@serial_kernel
def _most_likely(mean: FloatArray, units: FloatArray, weight: FloatArray) -> float:
    """Return the log of the dispersion that is most likely, by golden-section search.

    References
    ----------
    Kiefer (1953), Sequential minimax search for a maximum, Proc. AMS 4(3), 502-506.
    """
    low, high = math.log(LEAST), math.log(MOST)
    shrink = (math.sqrt(5.0) - 1.0) / 2.0
    left, right = high - shrink * (high - low), low + shrink * (high - low)
    at_left = _loss(left, mean, units, weight)
    at_right = _loss(right, mean, units, weight)
    while high - low > PRECISION:
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - shrink * (high - low)
            at_left = _loss(left, mean, units, weight)
        else:
            low, left, at_left = left, right, at_right
            right = low + shrink * (high - low)
            at_right = _loss(right, mean, units, weight)
    return (low + high) / 2.0
