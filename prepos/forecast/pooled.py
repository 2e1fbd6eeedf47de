"""Pooled: the stack of named signals, the default model.

Weights are learnt once for all cells on the training origins, so a cell that never sold is judged
by what its neighbours, its category and its customers say. Assumes that what the signals were worth
in the last weeks they are worth in the next.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prepos.core.demand import Forecast
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray
from prepos.forecast.spec import ModelSpec
from prepos.forecast.stack import ROWS, fit_weights, stack_mean
from prepos.forecast.training import Float32Array, training_origins
from prepos.forecast.widths import with_widths
from prepos.signals.evidence import Evidence
from prepos.signals.registry import read_signals

UNPROVEN_SHARE = 0.5  # weight of a given forecast that has no past to be judged by
LEVELS = ("own", "pool", "given")  # signals that are in units themselves
SURPRISE = 20.0  # times what the levels show: more is a freak that must not bend the weights
PRIOR_UNITS = 5.0  # units said to have come just as the pool alone foresaw


def pooled(snapshot: Snapshot, spec: ModelSpec) -> Forecast:
    """Return the stack's forecast; ``signals`` holds each signal's part of the horizon's sum."""
    training = training_origins(snapshot, spec.origins)
    horizon = snapshot.periods.horizon
    names, columns = read_columns(snapshot, spec)
    earlier = [
        [column.astype(np.float32) for column in read_columns(origin, spec)[1]]
        for origin in training.snapshots()
    ]
    weights = learn_weights(names, earlier, training.units())
    past = np.zeros((len(training), training.steps, *columns[0].shape[1:]), dtype=np.float32)
    for origin, seen in enumerate(earlier):
        past[origin] = stack_mean(seen, weights, training.steps)
    weights = _trust_given(names, weights, earlier)
    parts = contributions(names, columns, weights, horizon)
    return with_widths(
        snapshot, parts, stack_mean(columns, weights, horizon), training=training, past=past
    )


def read_columns(snapshot: Snapshot, spec: ModelSpec) -> tuple[list[str], list[FloatArray]]:
    """Return the spec's signals as columns (1 or H, R, K), and the signal of each."""
    read = read_signals(spec.signals, Evidence(snapshot, spec.signal_options()))
    names = [name for name, values in read.items() for _ in values]
    return names, [column for values in read.values() for column in values]


def learn_weights(
    names: Sequence[str], earlier: Sequence[Sequence[Float32Array]], units: Float32Array
) -> FloatArray:
    """Return the weight (F,) of each column, from the origins' columns and what then came."""
    steps = units.shape[1]
    sold = np.argwhere(units > 0)
    thinned = sold[:: max(1, -(-len(sold) // ROWS))]
    rows = np.empty((len(thinned), len(names)))
    for origin, columns in enumerate(earlier):
        here = thinned[:, 0] == origin
        _, step, region, sku = thinned[here].T
        for number, column in enumerate(columns):
            rows[here, number] = column[np.minimum(step, len(column) - 1), region, sku]
    totals = np.zeros(len(names))
    for columns in earlier:
        totals += [
            float(column[:steps].sum(dtype=np.float64)) * steps / min(steps, len(column))
            for column in columns
        ]
    count = units[tuple(thinned.T)].astype(np.float64)
    thinning = units.sum(dtype=np.float64) / max(count.sum(), 1.0)
    foreseen = 1.0 + rows[:, np.isin(names, LEVELS)].max(axis=1, initial=0.0)
    count = np.minimum(count, SURPRISE * foreseen) * thinning
    prior = np.array([name == "pool" for name in names], dtype=np.float64)
    if not prior.any():
        prior[0] = 1.0
    return fit_weights(
        np.vstack([rows, prior]),
        np.append(count, PRIOR_UNITS),
        totals + PRIOR_UNITS * prior,
    )


def contributions(
    names: Sequence[str], columns: Sequence[FloatArray], weights: FloatArray, horizon: int
) -> dict[str, FloatArray]:
    """Return what each signal adds to the horizon's sum: name to (R, K)."""
    parts = {name: np.zeros(columns[0].shape[1:]) for name in names}
    for name, column, weight in zip(names, columns, weights, strict=True):
        parts[name] += weight * column.sum(axis=0) * (horizon / len(column))
    return parts


def _trust_given(
    names: Sequence[str], weights: FloatArray, earlier: Sequence[Sequence[Float32Array]]
) -> FloatArray:
    """Return the weights with half for a given forecast that says nothing of past periods."""
    given = [number for number, name in enumerate(names) if name == "given"]
    seen = any(columns[number].any() for columns in earlier for number in given)
    if seen or not given:
        return weights
    is_given = np.isin(np.arange(len(names)), given)
    return np.where(is_given, UNPROVEN_SHARE, weights * (1.0 - UNPROVEN_SHARE))
