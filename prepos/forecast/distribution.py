"""A forecast's distribution: quantiles and chances of whole units, cell by cell.

What a cell's chances turned out to be in the past corrects them, where that is known.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prepos.core.demand import Forecast
from prepos.core.fitted import Calibration
from prepos.core.types import FloatArray, IntArray
from prepos.forecast.calibration import calibrated_quantiles
from prepos.forecast.cells import Cells, cell_chances, cell_quantiles


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
    cells = _cells(forecast, region, sku, period)
    calibration = _calibration(forecast, period)
    if calibration is None:
        return cell_quantiles(cells, probabilities)
    return calibrated_quantiles(cells, probabilities, calibration)


def chances_at(
    forecast: Forecast,
    units: FloatArray,
    region: IntArray,
    sku: IntArray,
    period: IntArray | None = None,
) -> FloatArray:
    """Return (N,) the chance of at most so many units; 0 below nothing."""
    cells = _cells(forecast, region, sku, period)
    calibration = _calibration(forecast, period)
    chances = cell_chances(cells, units)
    return chances if calibration is None else calibration.came_at(cells.mean, chances)


def _cells(forecast: Forecast, region: IntArray, sku: IntArray, period: IntArray | None) -> Cells:
    """Return some cells of a period, or of the sum over the horizon."""
    if period is None:
        at: tuple[IntArray, ...] = (region, sku)
        kinds = (forecast.total_mean, forecast.total_dispersion, forecast.total_order_dispersion)
    else:
        at = (period, region, sku)
        kinds = (forecast.mean, forecast.dispersion, forecast.order_dispersion)
    mean, dispersion, of_orders = kinds
    return Cells(
        mean=mean[at],
        dispersion=dispersion[at],
        sku=sku,
        sizes=forecast.sizes,
        of_orders=None if of_orders is None else of_orders[at],
    )


def _calibration(forecast: Forecast, period: IntArray | None) -> Calibration | None:
    """Return what is known of the chances of a period, or of the sum over the horizon."""
    if forecast.fitted is None:
        return None
    known = forecast.fitted
    return known.calibration_of_sum if period is None else known.calibration_by_period
