"""The stack: a cell's mean is a sum of signals' contributions.

Poisson regression with identity link and weights that are never negative. Its likelihood needs the
columns' totals over all cells and the rows of cells that sold, nothing else, so the many empty
cells cost nothing. At the optimum fitted units equal observed units: the stack has no bias on its
training.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize

from prepos.core.types import AnyArray, FloatArray

SMALL = 1e-12
ROWS = 200_000  # sold cells that the weights are fitted on; more are thinned evenly


def fit_weights(rows: FloatArray, units: FloatArray, totals: FloatArray) -> FloatArray:
    """Return the non-negative weights (F,) that make the counts most likely.

    Minimises totals . w - sum of units log(rows . w).

    Parameters
    ----------
    rows : (N, F) float
        Columns at the cells that sold.
    units : (N,) float
        Counts there, above 0.
    totals : (F,) float
        Each column summed over all cells, sold or not.

    References
    ----------
    McCullagh and Nelder (1989), Generalized Linear Models, chapter 6, with the identity link.
    """
    used = totals > SMALL
    weights = np.zeros(len(totals))
    mass = units.sum()
    if not used.any() or mass <= 0:
        return weights
    scale = mass / totals[used]
    scaled = rows[:, used] * scale

    def loss(share: FloatArray) -> tuple[float, FloatArray]:
        mean = np.maximum(scaled @ share, SMALL)
        value = share.sum() - float(units @ np.log(mean)) / mass
        return value, 1.0 - (units / mean) @ scaled / mass

    count = int(used.sum())
    found = minimize(
        loss,
        np.full(count, 1.0 / count),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, None)] * count,
        options={"maxiter": 1000, "ftol": 1e-12, "gtol": 1e-7},
    )
    weights[used] = found.x * scale
    return weights


def stack_mean(columns: Sequence[AnyArray], weights: FloatArray, horizon: int) -> FloatArray:
    """Return (H, R, K): the weighted sum of columns, each (1 or H, R, K)."""
    mean = np.zeros((horizon, *columns[0].shape[1:]))
    for weight, column in zip(weights, columns, strict=True):
        if weight > 0:
            mean += weight * column[:horizon]
    return mean
