"""A forecast's distribution: quantiles and chances of whole units, cell by cell.

Units are negative binomial, or orders times sizes where that foretold the past better; cells too
large for lumps to show are negative binomial in any case.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import betainc, gammaincc

from prepos.core.demand import Forecast
from prepos.core.types import FloatArray, IntArray
from prepos.forecast.compound import compound_chances, compound_quantiles
from prepos.forecast.quantiles import POISSON, count_quantiles


def quantiles(forecast: Forecast, probabilities: Sequence[float]) -> FloatArray:
    """Return (Q, T, R, K) whole units."""
    shape = forecast.mean.shape
    cells = np.unravel_index(np.arange(forecast.mean.size), shape)
    period, region, sku = (axis.astype(np.int64) for axis in cells)
    found = quantiles_at(forecast, probabilities, region, sku, period)
    return found.reshape(len(found), *shape)


def total_quantiles(forecast: Forecast, probabilities: Sequence[float]) -> FloatArray:
    """Return (Q, R, K) whole units of the sum over the horizon."""
    shape = forecast.total_mean.shape
    region, sku = divmod(np.arange(forecast.total_mean.size), max(shape[1], 1))
    return quantiles_at(forecast, probabilities, region, sku).reshape(-1, *shape)


def quantiles_at(
    forecast: Forecast,
    probabilities: Sequence[float],
    region: IntArray,
    sku: IntArray,
    period: IntArray | None = None,
) -> FloatArray:
    """Return (Q, N) whole units of some cells.

    Parameters
    ----------
    probabilities : (Q,) float
        Between 0 and 1, in any order.
    region, sku, period : (N,) int
        Positions; without periods the sum over the horizon is meant.
    """
    mean, dispersion, of_orders = _cells(forecast, region, sku, period)
    counts = count_quantiles(mean, dispersion, probabilities)
    if forecast.sizes is not None and of_orders is not None:
        built = compound_quantiles(mean, of_orders, sku, forecast.sizes, probabilities)
        whole = (built >= 0).all(axis=0)
        counts[:, whole] = built[:, whole]
    return counts


def chances_at(
    forecast: Forecast,
    units: FloatArray,
    region: IntArray,
    sku: IntArray,
    period: IntArray | None = None,
) -> FloatArray:
    """Return (N,) the chance of at most so many units; 0 below nothing."""
    mean, dispersion, of_orders = _cells(forecast, region, sku, period)
    chances = count_chances(mean, dispersion, units)
    if forecast.sizes is not None and of_orders is not None:
        built = compound_chances(mean, of_orders, sku, forecast.sizes, units)
        chances = np.where(built >= 0, built, chances)
    return chances


def count_chances(mean: FloatArray, dispersion: FloatArray, units: FloatArray) -> FloatArray:
    """Return the chance of at most so many negative-binomial units, (N,); 0 below nothing."""
    size = 1.0 / np.maximum(dispersion, POISSON)
    most = np.maximum(units, 0.0) + 1.0
    wide = betainc(size, most, size / (size + mean))
    narrow = gammaincc(most, mean)
    return np.where(units < 0, 0.0, np.where(dispersion > POISSON, wide, narrow))


def _cells(
    forecast: Forecast, region: IntArray, sku: IntArray, period: IntArray | None
) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """Return (N,) means, dispersions of units, and of orders where these are told."""
    if period is None:
        at: tuple[IntArray, ...] = (region, sku)
        kinds = (forecast.total_mean, forecast.total_dispersion, forecast.total_order_dispersion)
    else:
        at = (period, region, sku)
        kinds = (forecast.mean, forecast.dispersion, forecast.order_dispersion)
    mean, dispersion, of_orders = kinds
    return mean[at], dispersion[at], None if of_orders is None else of_orders[at]
