"""How wide the counts scatter around the mean, by level of the mean.

Counts are taken as negative binomial: variance = mean + a mean^2. ``a`` is fitted by maximum
likelihood on training residuals, in classes of the mean, and runs on straight lines between them
(both logarithmic). SKUs that come in larger orders scatter more at the same mean, so they are
fitted apart. The residuals are first counted into narrow bins of the mean, so the cost of the fit
hardly grows with the number of cells.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

from prepos.core.types import AnyArray, FloatArray, IntArray

DEFAULT = 1.0  # where nothing can be fitted: a standard deviation of about the mean
LEAST, MOST = 1e-4, 100.0
BINS_PER_E = 5  # narrow bins per factor e of the mean
CLASS_UNITS = 300.0  # units observed in a class, at least
CLASSES = 8
SIZE_CLASSES = 6
SIZE_CLASS_UNITS = 3000.0  # units observed in a class of SKUs, at least


@dataclass(frozen=True, slots=True, eq=False)
class DispersionCurve:
    """Dispersion ``a`` at any mean, constant beyond the outermost classes."""

    log_mean: FloatArray  # rising
    log_dispersion: FloatArray

    def at(self, mean: FloatArray) -> FloatArray:
        """Return the dispersion at each mean, shape as given."""
        logs = np.log(np.maximum(mean, 1e-12))
        return np.asarray(np.exp(np.interp(logs, self.log_mean, self.log_dispersion)))


def fit_by_size(
    mean: AnyArray, units: AnyArray, order_size: FloatArray | None
) -> Callable[[FloatArray], FloatArray]:
    """Return the dispersion as a function of the mean (..., K), SKUs of like order size together.

    Parameters
    ----------
    mean, units : (..., K) float
    order_size : (K,) float or None
        None takes all SKUs together.
    """
    if order_size is None:
        return fit_dispersion(mean, units).at
    kind = size_classes(order_size, units.reshape(-1, len(order_size)).sum(axis=0))
    members = [np.flatnonzero(kind == number) for number in range(int(kind.max(initial=-1)) + 1)]
    curves = [fit_dispersion(mean[..., skus], units[..., skus]) for skus in members]

    def at(wanted: FloatArray) -> FloatArray:
        dispersion = np.empty(wanted.shape)
        for skus, curve in zip(members, curves, strict=True):
            dispersion[..., skus] = curve.at(wanted[..., skus])
        return dispersion

    return at


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
    used = mean.ravel() > 1e-6
    means, counts = (values.ravel()[used].astype(np.float64) for values in (mean, units))
    if not counts.any():
        return DispersionCurve(np.zeros(1), np.full(1, np.log(DEFAULT)))
    level, value, weight, bin_of = _tabulate(means, counts)
    classes = _classes(bin_of, value * weight)
    knots, widths = [], []
    for number in range(int(classes.max()) + 1):
        here = classes == number
        knots.append(np.log(np.average(level[here], weights=weight[here] * level[here])))
        widths.append(_most_likely(level[here], value[here], weight[here]))
    return DispersionCurve(np.array(knots), np.array(widths))


def _tabulate(
    mean: FloatArray, units: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, IntArray]:
    """Count cells by narrow bin of the mean and by units: mean, units, cells, bin of each entry."""
    fine = np.floor(np.log(mean) * BINS_PER_E).astype(np.int64)
    fine -= fine.min()
    whole = np.rint(units).astype(np.int64)
    cells = np.bincount(fine)
    centre = np.bincount(fine, mean) / np.maximum(cells, 1)
    span = int(whole.max()) + 1
    entry, count = np.unique(fine * span + whole, return_counts=True)
    bin_of = entry // span
    return centre[bin_of], (entry % span).astype(np.float64), count.astype(np.float64), bin_of


def _classes(bin_of: IntArray, units: FloatArray) -> IntArray:
    """Return each entry's class: whole bins, with units enough in each."""
    by_bin = np.bincount(bin_of, units)
    size = max(CLASS_UNITS, by_bin.sum() / CLASSES)
    number = np.floor((np.cumsum(by_bin) - by_bin / 2.0) / size).astype(np.int64)
    _, dense = np.unique(number[bin_of], return_inverse=True)
    return np.asarray(dense, dtype=np.int64)


def _most_likely(mean: FloatArray, units: FloatArray, weight: FloatArray) -> float:
    """Return the log of the dispersion that is most likely for these counts."""

    def loss(log_dispersion: float) -> float:
        size = np.exp(-log_dispersion)
        terms = (
            gammaln(units + size)
            - gammaln(size)
            - (units + size) * np.log1p(mean / size)
            + units * (np.log(mean) - np.log(size))
        )
        return float(-(weight @ terms))

    found = minimize_scalar(loss, bounds=(np.log(LEAST), np.log(MOST)), method="bounded")
    return float(found.x)
