"""How wide the sum of any span of periods scatters.

Periods rise and fall together, so a span's sum is fitted as a sum, on what the sums of as many
periods in a row were in the past; one period and the whole horizon are fitted already. Assumes that
the width depends on the number of periods and not on when they begin. A forecast without a past
takes any two periods to share what makes the whole horizon as wide as it says: nothing where it was
given, so that variances add up.
"""

from __future__ import annotations

import numpy as np

from prepos.core.demand import Forecast
from prepos.core.spans import list_spans
from prepos.core.types import AnyArray, FloatArray
from prepos.errors import DemandError
from prepos.forecast.dispersion import fit_by_size
from prepos.forecast.given import relative


def span_dispersion(forecast: Forecast, window: int) -> FloatArray:
    """Return the dispersion of the units in every span of the window's periods.

    Parameters
    ----------
    forecast : Forecast
        Of regions, or of groups of them.
    window : int
        Periods from the cutoff on, no more than the horizon.

    Returns
    -------
    (P, R, K) float
        By span, as ``core.spans`` numbers them: variance = mean + dispersion * mean**2 of the sum.

    Raises
    ------
    DemandError
        Where the window is longer than the horizon.
    """
    if not 1 <= window <= forecast.periods.horizon:
        raise DemandError(f"window is {window}, expected 1 to {forecast.periods.horizon}")
    first, last = list_spans(window)
    result = np.empty((len(first), len(forecast.regions), len(forecast.skus)))
    for length in range(1, window + 1):
        result[last - first == length - 1] = _of_length(forecast, window, length)
    return result


def _of_length(forecast: Forecast, window: int, length: int) -> FloatArray:
    """Return the dispersion (W - length + 1, R, K) of the sums of so many periods in a row."""
    if length == 1:
        return forecast.dispersion[:window]
    if length == forecast.periods.horizon:
        return forecast.total_dispersion[None]
    past, size = forecast.backcast, forecast.order_size
    if past is None:
        return _added_up(forecast, window, length)
    taught = None if size is None else size[past.skus]
    said, came = (_sum_in_a_row(values, length) for values in (past.mean, past.units))
    widths = fit_by_size(said, came, taught)
    return widths.at(_sum_in_a_row(forecast.mean[:window], length), size)


def _added_up(forecast: Forecast, window: int, length: int) -> FloatArray:
    """Return the same where any two periods share alike, and all as much as the horizon tells."""
    own, mean = forecast.dispersion * forecast.mean**2, forecast.mean
    total = mean.sum(axis=0)
    more = forecast.total_dispersion * total**2 - own.sum(axis=0)
    pairs = total**2 - (mean**2).sum(axis=0)
    shared = np.divide(more, pairs, out=np.zeros_like(more), where=pairs > 0)
    mean, own = mean[:window], own[:window]
    sums = _sum_in_a_row(mean, length)
    spread = _sum_in_a_row(own, length) + shared * (sums**2 - _sum_in_a_row(mean**2, length))
    return relative(np.maximum(spread, 0.0), sums)


def _sum_in_a_row(values: AnyArray, length: int) -> AnyArray:
    """Return (..., T, R, K) summed over so many periods in a row: (..., T - length + 1, R, K)."""
    starts = values.shape[-3] - length + 1
    total = values[..., :starts, :, :].copy()
    for step in range(1, length):
        total += values[..., step : step + starts, :, :]
    return total
