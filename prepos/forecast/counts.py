"""Counts: a generalised linear model on pooled features, by statsmodels.

Poisson or negative binomial with log link. The features are logarithms of the cell's own levels,
its share of the SKU's level, and the neighbours' levels, so effects multiply where the stack's add
up. Assumes that a thinned sample of cells, the sold ones and some empty ones, speaks for all.
"""

from __future__ import annotations

import warnings

import numpy as np
import statsmodels.api as sm

from prepos.core.demand import Forecast
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray
from prepos.forecast.flat import flat_forecast
from prepos.forecast.spec import ModelSpec
from prepos.forecast.training import training_origins
from prepos.signals.evidence import gather
from prepos.signals.registry import read_signals

FEATURES = ("own", "pool", "neighbours")
LEAST = 0.01  # units per period; smaller levels are told apart no further
ROWS = 60_000  # cells that the model is fitted on
RIDGE = 1e-3  # levels that move together else get weights that cancel out, until they move apart
DISPERSION = 1.0  # assumed by the negative-binomial family while it weighs cells
MOST_GROWTH = 3.0  # times the largest level a cell's features show: exponentials run away


def counts(snapshot: Snapshot, spec: ModelSpec) -> Forecast:
    """Return the model's mean, alike for every period ahead."""
    coefficients = fit_counts(snapshot, spec)
    return flat_forecast(
        snapshot, spec, "counts", lambda origin: predict(read_features(origin, spec), coefficients)
    )


def read_features(snapshot: Snapshot, spec: ModelSpec) -> FloatArray:
    """Return (F, R, K) levels in units per period, not yet logarithms."""
    read = read_signals(FEATURES, gather(snapshot, spec.signal_options()))
    return np.concatenate([values[:, 0] for values in read.values()])


def fit_counts(snapshot: Snapshot, spec: ModelSpec) -> FloatArray:
    """Return the coefficients (1 + F,), fitted on the training origins' next period."""
    training = training_origins(snapshot, spec.origins)
    rows, units = [], []
    share = max(1, len(training))
    for origin, after in zip(training.snapshots(), training.units, strict=True):
        levels = read_features(origin, spec)[..., training.skus].reshape(-1, after[0].size)
        thinned = np.arange(0, after[0].size, max(1, share * after[0].size // ROWS))
        rows.append(_design(levels[:, thinned]))
        units.append(after[0].ravel()[thinned].astype(np.float64))
    if not rows or not np.concatenate(units).any():
        return _like_pool(read_features(snapshot, spec).shape[0])
    family = sm.families.Poisson()
    if spec.family == "negative_binomial":
        family = sm.families.NegativeBinomial(alpha=DISPERSION)
    model = sm.GLM(np.concatenate(units), np.vstack(rows), family=family)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a search that strays is caught below
        found = np.asarray(model.fit_regularized(alpha=RIDGE, L1_wt=0.0).params, np.float64)
    return found if np.isfinite(found).all() else _like_pool(len(found) - 1)


def _like_pool(features: int) -> FloatArray:
    """Return coefficients that repeat the pool's level: where there is nothing to learn from."""
    coefficients = np.zeros(1 + features)
    coefficients[-2] = 1.0
    return coefficients


def _design(levels: FloatArray) -> FloatArray:
    """Return (N, 1 + F): a constant and the logarithms of the levels (F, N)."""
    logs = np.log(levels + LEAST)
    return np.column_stack([np.ones(logs.shape[1]), logs.T])


def predict(levels: FloatArray, coefficients: FloatArray) -> FloatArray:
    """Return (R, K) means for levels (F, R, K)."""
    logs = _design(levels.reshape(len(levels), -1)) @ coefficients
    most = MOST_GROWTH * levels.max(axis=0).ravel() + LEAST
    return np.asarray(np.minimum(np.exp(np.minimum(logs, 50.0)), most)).reshape(levels.shape[1:])
