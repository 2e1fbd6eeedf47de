"""Smoothing: simple exponential smoothing, its rate fitted by statsmodels.

A fit per series is slow and says little on thin ones, so the densest series are fitted one by one
and all others take the rate most of these have. Rates are fitted before the oldest training origin,
so that no origin knows what came after it.
"""

from __future__ import annotations

import warnings

import numpy as np
from statsmodels.tsa.holtwinters import SimpleExpSmoothing

from prepos.core.demand import Forecast, History
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray
from prepos.forecast.flat import flat_forecast
from prepos.forecast.spec import ModelSpec
from prepos.forecast.training import training_origins

USUAL_RATE = 0.2  # where no series is dense enough
DENSE_PERIODS = 8  # periods with sales that a series needs to be fitted by itself
LEAST_RATE, MOST_RATE = 0.01, 0.9


def smoothing(snapshot: Snapshot, spec: ModelSpec) -> Forecast:
    """Return each cell's smoothed level as the mean of every period ahead."""
    training = training_origins(snapshot, spec.origins)
    oldest = snapshot.back_to(training.backs[0]) if len(training) else snapshot
    rates = fit_rates(oldest.history(), spec.series)
    return flat_forecast(snapshot, spec, "smoothing", lambda origin: smooth(origin, rates))


def fit_rates(history: History, series: int) -> FloatArray:
    """Return (R, K) smoothing rates: fitted on the densest series, their median elsewhere."""
    sold = (history.units > 0).sum(axis=1)
    densest = np.lexsort((np.arange(len(sold)), -history.units.sum(axis=1), -sold))[:series]
    densest = densest[sold[densest] >= DENSE_PERIODS]
    fitted = np.array([_fit_rate(history.units[cell]) for cell in densest])
    usual = float(np.median(fitted)) if len(fitted) else USUAL_RATE
    rates = np.full((len(history.regions), len(history.skus)), usual)
    rates[history.region[densest], history.sku[densest]] = fitted
    return rates


def _fit_rate(units: FloatArray) -> float:
    """Return the rate that statsmodels finds best for one series."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a search that stops early still has a rate to use
        model = SimpleExpSmoothing(units, initialization_method="estimated").fit()
    return float(np.clip(model.params["smoothing_level"], LEAST_RATE, MOST_RATE))


def smooth(snapshot: Snapshot, rates: FloatArray) -> FloatArray:
    """Return (R, K): the level after the last period, started at the mean of the first few."""
    history = snapshot.history()
    rate = rates[history.region, history.sku]
    level = history.units[:, :DENSE_PERIODS].mean(axis=1)
    for period in history.units.T:
        level += rate * (period - level)
    return history.spread(level)
