"""Whether a season foretells better than none: shrinking it, trying it, keeping it in bounds."""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter

from prepos.core.types import BoolArray, FloatArray

LEAST, MOST = 0.1, 10.0  # a factor is never beyond them
SURE = 1.0  # standard errors that a season must win by
SMALL = 1e-9  # units


def shrink(found: FloatArray, prior: FloatArray | float, variance: FloatArray) -> FloatArray:
    """Return profiles (S, P) between what was found and the prior.

    What was found differs from the prior by chance, whose variance (S, 1 or P) is given, and in
    truth, whose variance is what is left of the mean square; each series has its own.

    References
    ----------
    Efron and Morris (1973), JASA 68(341), 117-130.
    """
    apart = found - prior
    truth = np.maximum((apart**2 - variance).mean(axis=1, keepdims=True), 0.0)
    return np.asarray(prior + apart * truth / np.maximum(truth + variance, 1e-300))


def wins(
    units: FloatArray,
    new: FloatArray,
    old: FloatArray,
    *,
    tested: int,
    ahead: int,
    half_life: float,
    block: int,
) -> BoolArray:
    """Return for which series (S,) new factors foretell better than old ones, beyond the noise.

    The level is the exponential mean of units over factor, ``ahead`` periods old; what is compared
    is the Poisson deviance of the last ``tested`` periods, in blocks.

    Parameters
    ----------
    units, new, old : (S, T) float
    tested, ahead, block : int
        Periods.
    half_life : float
        Periods.
    """
    loss = _deviance(units, old, ahead, half_life) - _deviance(units, new, ahead, half_life)
    count = tested // block
    gain = loss[:, loss.shape[1] - count * block :].reshape(len(loss), count, block).sum(axis=2)
    error = gain.std(axis=1, ddof=1) / np.sqrt(count)
    return np.asarray(gain.mean(axis=1) > SURE * error + SMALL)


def bounded(factors: FloatArray, until: int) -> FloatArray:
    """Return the factors (S, T) within their bounds, 1 on average over the first periods."""
    mean = factors[:, :until].mean(axis=1, keepdims=True)
    level = np.where(np.ptp(factors, axis=1, keepdims=True) > 0, factors / mean, 1.0)
    return np.asarray(np.clip(level, LEAST, MOST))


def _deviance(units: FloatArray, factor: FloatArray, ahead: int, half_life: float) -> FloatArray:
    """Return the Poisson deviance (S, T) of each period, but for what is the same to all."""
    keep = 0.5 ** (1.0 / half_life)
    sold = lfilter([1.0], [1.0, -keep], units, axis=1)
    asked = lfilter([1.0], [1.0, -keep], factor, axis=1)
    level = np.zeros_like(units)
    level[:, ahead:] = (sold / asked)[:, :-ahead]
    mean = np.maximum(level * factor, SMALL)
    return np.asarray(2.0 * (mean - units * np.log(mean)))
