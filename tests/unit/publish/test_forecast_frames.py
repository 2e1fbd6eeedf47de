"""The forecast's tables: the floor, the quantiles, and signals that add up."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from prepos.core.demand import Forecast
from prepos.core.run import FORECAST, RUN_TABLES
from prepos.publish import forecast_frame, forecast_total_frame, signals_frame, units_below

LEVELS = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99)


def scaled_mean(
    forecast: Forecast,
    levels: tuple[float, ...],
    region: np.ndarray,
    sku: np.ndarray,
    period: np.ndarray | None = None,
) -> np.ndarray:
    """Return a stand-in for quantiles that shows what it was given."""
    if period is None:
        mean, dispersion = forecast.total_mean, forecast.total_dispersion
        cells: tuple[np.ndarray, ...] = (region, sku)
    else:
        mean, dispersion = forecast.mean, forecast.dispersion
        cells = (period, region, sku)
    return np.array([level * mean[cells] + dispersion[cells] for level in levels])


def test_rows_stand_where_the_mean_is_above_the_floor(forecast: Forecast) -> None:
    """The cell below the floor and the empty ones are left out, and their units are told."""
    frame = forecast_frame(forecast, floor=0.001, levels=LEVELS, quantiles=scaled_mean)
    assert list(frame) == list(RUN_TABLES[FORECAST])
    assert len(frame) == 5
    assert frame["mean"].min() > 0.001
    assert units_below(forecast, 0.001) == pytest.approx(0.0005)


def test_quantiles_are_those_of_the_row(forecast: Forecast) -> None:
    """Each quantile is computed from its own row's mean and dispersion."""
    frame = forecast_frame(forecast, floor=0.001, levels=(0.5,), quantiles=scaled_mean)
    np.testing.assert_allclose(frame["q50"], 0.5 * frame["mean"] + 0.2)


def test_the_total_is_forecast_as_a_sum(forecast: Forecast) -> None:
    """The horizon's row uses the total's own dispersion, not that of its periods."""
    frame = forecast_total_frame(forecast, floor=0.001, levels=(0.5,), quantiles=scaled_mean)
    assert "period_start" not in frame
    assert frame["mean"].tolist() == [5.0, 0.5, 2.0]
    np.testing.assert_allclose(frame["q50"], 0.5 * frame["mean"] + 0.1)


def test_signals_add_up_to_the_total(forecast: Forecast) -> None:
    """Summed by cell, the signals give the horizon's mean."""
    frame = signals_frame(forecast, floor=0.001)
    total = forecast_total_frame(forecast, floor=0.001, levels=LEVELS, quantiles=scaled_mean)
    keys = ["region_id", "sku"]
    sums = frame.groupby(keys)["mean"].sum().reset_index()
    pd.testing.assert_frame_equal(sums, total[[*keys, "mean"]])
    assert frame["signal"].tolist()[:2] == ["own", "pool"]


def test_a_forecast_without_signals_writes_none(forecast: Forecast) -> None:
    """A given forecast may name no signal: the table then is empty, with its columns."""
    frame = signals_frame(replace(forecast, signals={}), floor=0.001)
    assert len(frame) == 0
    assert list(frame) == ["region_id", "sku", "signal", "mean"]
