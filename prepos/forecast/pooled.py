"""Pooled: the stack of named signals, the default model.

Weights are learnt once for all cells on the training origins, so a cell that never sold is judged
by what its neighbours, its category and its customers say. A signal that does not win on the later
origins is left out. Assumes that what the signals were worth in the last weeks they are worth in
the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from prepos.core.demand import Forecast
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray
from prepos.forecast.gate import judge_signals
from prepos.forecast.lessons import Lessons
from prepos.forecast.spec import ModelSpec
from prepos.forecast.stack import stack_mean
from prepos.forecast.training import Training, training_origins
from prepos.forecast.widths import with_widths
from prepos.signals.carried import lessons_of
from prepos.signals.evidence import Evidence, gather
from prepos.signals.registry import TABLE_OF, Column, read_columns

UNPROVEN_SHARE = 0.5  # weight of a given forecast that has no past to be judged by


def pooled(snapshot: Snapshot, spec: ModelSpec) -> Forecast:
    """Return the stack's forecast; ``signals`` holds each signal's part of the horizon's sum."""
    training = training_origins(snapshot, spec.origins)
    evidence = gather(snapshot, spec.signal_options(), training.backs)
    names = signals_to_read(snapshot, spec)
    columns = read_columns(names, evidence)
    lessons = read_lessons(names, evidence, [column.signal for column in columns], training)
    stays, trials = judge_signals(lessons)
    weights = lessons.weigh(np.arange(len(training)), stays)
    shape = (len(training), training.steps, *evidence.shape)
    past = np.zeros(shape, dtype=np.float32)
    for origin in range(len(training)):
        past[origin] = lessons.means(origin, weights)
    weights = _trust_given(lessons, weights)
    horizon = snapshot.periods.horizon
    mean = stack_mean([column.mean.astype(np.float64) for column in columns], weights, horizon)
    forecast = with_widths(
        snapshot,
        contributions(columns, weights, horizon),
        np.broadcast_to(mean, (horizon, *evidence.shape)).copy(),
        training=training,
        past=past,
        model="pooled",
        columns=lessons.signals,
        weights=weights,
        trials=trials,
    )
    if forecast.fitted is None:
        return forecast
    return replace(forecast, fitted=replace(forecast.fitted, lessons=lessons_of(evidence)))


def signals_to_read(snapshot: Snapshot, spec: ModelSpec) -> list[str]:
    """Return the spec's signals, without those whose table is not there."""
    return [
        name for name in spec.signals if name not in TABLE_OF or TABLE_OF[name] in snapshot.tables
    ] or list(spec.signals)


def read_lessons(
    names: Sequence[str], evidence: Evidence, signals: Sequence[str], training: Training
) -> Lessons:
    """Return what the signals said at the training origins."""
    columns = [
        [column.mean for column in read_columns(names, evidence.at(back))]
        for back in evidence.record.backs
    ]
    return Lessons(tuple(signals), columns, training)


def contributions(
    columns: Sequence[Column], weights: FloatArray, horizon: int
) -> dict[str, FloatArray]:
    """Return what each signal adds to the horizon's sum: name to (R, K)."""
    parts = {column.signal: np.zeros(column.mean.shape[1:]) for column in columns}
    for column, weight in zip(columns, weights, strict=True):
        if weight <= 0:
            continue
        whole = weight * column.mean.sum(axis=0, dtype=np.float64) * (horizon / len(column.mean))
        rest = whole.copy()
        for name, share in column.parts.items():
            part = np.minimum(whole * share, rest)
            parts[name] += part
            rest -= part
        parts[column.signal] += rest
    return parts


def _trust_given(lessons: Lessons, weights: FloatArray) -> FloatArray:
    """Return the weights with half for a given forecast that says nothing of past periods."""
    is_given = np.array([name == "given" for name in lessons.signals])
    if not is_given.any() or lessons.totals[:, is_given].any():
        return weights
    return np.where(is_given, UNPROVEN_SHARE, weights * (1.0 - UNPROVEN_SHARE))
