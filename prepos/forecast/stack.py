"""The stack: a cell's mean is a sum of signals' contributions.

Poisson regression with identity link and weights that are never negative. Its likelihood needs the
columns' totals over all cells and the rows of cells that sold, nothing else, so the many empty
cells cost nothing. At the optimum fitted units equal observed units: the stack has no bias on its
training.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike
from scipy.linalg import cholesky, solve_triangular
from scipy.optimize import nnls

from prepos.core.types import AnyArray, FloatArray

SMALL = 1e-12
STEPS, HALVINGS = 60, 30
DIGITS = 9  # of a weight; the rest is how a machine happens to add up
ENOUGH = 1e-9  # fall of the loss, relative to one unit's, that ends the search
RIDGE = 1e-9  # of the curvature's mean, so that columns that move together can be told apart


def fit_weights(
    rows: AnyArray, units: FloatArray, totals: FloatArray, start: FloatArray | None = None
) -> FloatArray:
    """Return the non-negative weights (F,) that make the counts most likely.

    Minimises totals . w - sum of units log(rows . w), by Newton steps each of which is a small
    non-negative least-squares problem, shortened until the loss falls.

    Parameters
    ----------
    rows : (N, F) float
        Columns at the cells that sold.
    units : (N,) float
        Counts there, above 0.
    totals : (F,) float
        Each column summed over all cells, sold or not.
    start : (F,) float, optional
        Weights to start from.

    References
    ----------
    McCullagh and Nelder (1989), Generalized Linear Models, chapter 6, with the identity link.
    Bertsekas (1982), Projected Newton methods, SIAM J. Control and Optimization 20(2).
    """
    used = totals > SMALL
    weights = np.zeros(len(totals))
    mass = float(units.sum())
    if not used.any() or mass <= 0:
        return weights
    scale = mass / totals[used]
    scaled = rows[:, used] * scale
    share = np.full(int(used.sum()), 1.0 / used.sum())
    if start is not None and start[used].any():
        share = start[used] / scale
    weights[used] = _descend(scaled, units / mass, share) * scale
    return np.round(weights, DIGITS)


def _descend(rows: FloatArray, units: FloatArray, share: FloatArray) -> FloatArray:
    """Return the shares (F,) that minimise their sum less units . log(rows . share)."""
    mean = np.maximum(rows @ share, SMALL)
    loss = share.sum() - units @ np.log(mean)
    for _ in range(STEPS):
        pull = units / mean
        slope = 1.0 - pull @ rows
        root = rows * (np.sqrt(units) / mean)[:, None]
        step = _newton_step(root.T @ root, slope, share)
        length = 1.0
        for _ in range(HALVINGS):
            tried = np.maximum(share + length * step, 0.0)
            reached = np.maximum(rows @ tried, SMALL)
            new = tried.sum() - units @ np.log(reached)
            if new <= loss + 1e-4 * length * float(slope @ step):
                break
            length /= 2.0
        else:
            return share
        fall, share, mean, loss = loss - new, tried, reached, new
        if fall < ENOUGH:
            break
    return share


def _newton_step(curvature: FloatArray, slope: FloatArray, share: FloatArray) -> FloatArray:
    """Return the step (F,) to the minimum of the local parabola among shares of 0 and more."""
    size = len(share)
    ridged = curvature + RIDGE * np.trace(curvature) / size * np.eye(size)
    upper = cholesky(ridged + SMALL * np.eye(size))
    target = upper @ share - solve_triangular(upper, slope, trans="T")
    return np.asarray(nnls(upper, target)[0] - share)


class StackMean:
    """The weighted sum of columns, each (1 or H, R, K), taken one by one.

    Parameters
    ----------
    shape : (R, K)
    horizon : int
        Periods H; columns may tell of more.
    kind : dtype
        Float type of the sum.
    """

    def __init__(self, shape: tuple[int, ...], horizon: int, kind: DTypeLike) -> None:
        self._flat = np.zeros((1, *shape), dtype=kind)
        self._by_step: AnyArray | None = None
        self._horizon = horizon

    def add(self, column: AnyArray, weight: float) -> None:
        """Add a column at a weight; none is added at a weight of 0."""
        if weight <= 0:
            return
        into = self._flat
        if len(column) > 1:
            if self._by_step is None:
                self._by_step = np.zeros((self._horizon, *into.shape[1:]), dtype=into.dtype)
            into = self._by_step
        for step, layer in enumerate(column[: self._horizon]):
            into[step] += into.dtype.type(weight) * layer.astype(into.dtype, copy=False)

    def mean(self) -> AnyArray:
        """Return (1 or H, R, K), of length 1 where no column tells periods apart."""
        if self._by_step is None:
            return self._flat
        return np.asarray(self._by_step + self._flat)


def stack_mean(columns: Sequence[AnyArray], weights: FloatArray, horizon: int) -> AnyArray:
    """Return (1 or H, R, K): the weighted sum of columns, each (1 or H, R, K), in their type.

    The first axis has length 1 where no column tells periods apart.
    """
    whole = StackMean(columns[0].shape[1:], horizon, columns[0].dtype)
    for column, weight in zip(columns, weights, strict=True):
        whole.add(column, weight)
    return whole.mean()
