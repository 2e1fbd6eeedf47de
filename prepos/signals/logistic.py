"""A logistic regression, fitted by Newton's method with a little shrinkage."""

from __future__ import annotations

import numpy as np

from prepos.core.kernels import Float32Array, serial_kernel
from prepos.core.types import FloatArray

SHRINKAGE = 1.0  # precision of each weight's prior around 0
INTERCEPT_SHRINKAGE = 1e-3
MANY_ROWS = 8_000
STEPS, HALVINGS, SMALL_STEP = 25, 12, 2e-3


def fit_logistic(features: Float32Array, came: Float32Array) -> FloatArray:
    """Return the weights (F,) under which what came was likeliest.

    Parameters
    ----------
    features : (N, F) float32
        The first column is 1 everywhere.
    came : (N,) float32
        1 where it came, 0 where not; with only one of them, or no rows, weights stay finite.

    References
    ----------
    McCullagh and Nelder (1989), Generalized Linear Models, 2nd ed., section 4.4; the shrinkage as
    in le Cessie and van Houwelingen (1992), Applied Statistics 41(1), 191-201.
    """
    weights = _start(features, came)
    penalty = np.full(len(weights), SHRINKAGE)
    penalty[0] = INTERCEPT_SHRINKAGE
    loss, slope, curvature = _look(features, came, weights, penalty)
    for _ in range(STEPS):
        step = np.linalg.solve(curvature, -slope)
        for _ in range(HALVINGS):
            reached, next_slope, next_curvature = _look(features, came, weights + step, penalty)
            if reached <= loss:
                break
            step = 0.5 * step
        else:
            return weights
        weights, loss = weights + step, reached
        slope, curvature = next_slope, next_curvature
        if np.abs(step).max() < SMALL_STEP:
            break
    return weights


def _start(features: Float32Array, came: Float32Array) -> FloatArray:
    """Return weights near the end: those of every eighth row, or the right mean and no more."""
    if len(came) > MANY_ROWS:
        return fit_logistic(features[::8].copy(), came[::8].copy())
    weights = np.zeros(features.shape[1])
    mean = float(came.mean(dtype=np.float64)) if len(came) else 0.0
    weights[0] = np.log((mean + 1e-6) / (1.0 - mean + 1e-6))
    return weights


@serial_kernel
def _look(
    features: Float32Array, came: Float32Array, weights: FloatArray, penalty: FloatArray
) -> tuple[float, FloatArray, FloatArray]:
    """Return minus the log-likelihood with the shrinkage, its slope (F,) and curvature (F, F)."""
    count = len(weights)
    loss, slope, curvature = 0.0, np.zeros(count), np.zeros((count, count))
    values = np.empty(count)
    for row in range(len(came)):
        score = 0.0
        for one in range(count):
            values[one] = features[row, one]
            score += weights[one] * values[one]
        small = np.exp(-abs(score))
        chance = 1.0 / (1.0 + small) if score >= 0 else small / (1.0 + small)
        loss += np.log(1.0 + small) + max(score, 0.0) - came[row] * score
        spread = chance * (1.0 - chance)
        for one in range(count):
            slope[one] += (chance - came[row]) * values[one]
            part = spread * values[one]
            for other in range(count):
                curvature[one, other] += part * values[other]
    for one in range(count):
        loss += 0.5 * penalty[one] * weights[one] ** 2
        slope[one] += penalty[one] * weights[one]
        curvature[one, one] += penalty[one]
    return loss, slope, curvature
