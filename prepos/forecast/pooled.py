"""Pooled: the stack of named signals, the default model.

Weights are learnt once for all cells on the training origins, so a cell that never sold is judged
by what its neighbours, its category and its customers say. A signal that does not win on the later
origins is left out. Assumes that what the signals were worth in the last weeks they are worth in
the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from prepos.core.demand import Forecast
from prepos.core.fitted import SignalTrial
from prepos.core.kernels import Float32Array
from prepos.core.snapshot import Snapshot
from prepos.core.types import BoolArray, FloatArray
from prepos.forecast.contributions import Sums, add_up
from prepos.forecast.gate import judge_signals
from prepos.forecast.lessons import Lessons
from prepos.forecast.spec import ModelSpec
from prepos.forecast.training import Training, training_origins
from prepos.forecast.widths import with_widths
from prepos.signals.carried import lessons_of
from prepos.signals.evidence import Evidence, gather
from prepos.signals.registry import TABLE_OF, read_columns

UNPROVEN_SHARE = 0.5  # weight of a given forecast that has no past to be judged by


@dataclass(frozen=True, eq=False, kw_only=True)
class Stack:
    """The stack as fitted at a cutoff.

    Attributes
    ----------
    names : list of names
        The signals that were read.
    signals : (F,) names
        The signal of each column.
    stays : (F,) bool
        Columns whose signals stayed.
    trials : tuple of SignalTrial
    learnt, weights : (F,) float
        Weights as learnt, and as used: a given forecast without a past is trusted by half.
    past : (O, steps, R, K) float32
        What could have been said at the training origins, of the cells that teach.
    """

    snapshot: Snapshot
    training: Training
    evidence: Evidence
    names: list[str]
    signals: tuple[str, ...]
    stays: BoolArray
    trials: tuple[SignalTrial, ...]
    learnt: FloatArray
    weights: FloatArray
    past: Float32Array

    def sums(self) -> Sums:
        """Return the mean and each signal's part, of all SKUs; read anew at each call."""
        mean, parts = add_up(self.names, self.evidence, self.signals, self.weights)
        silent = {name: np.zeros(self.evidence.shape) for name in self.signals if name not in parts}
        parts |= silent
        return Sums(mean, {name: parts[name] for name in dict.fromkeys(self.signals)})


def pooled(snapshot: Snapshot, spec: ModelSpec) -> Forecast:
    """Return the stack's forecast; ``signals`` holds each signal's part of the horizon's sum."""
    stack = fit_stack(snapshot, spec)[0]  # the lessons are let go: they are large
    return stack_forecast(stack, "pooled", trials=stack.trials)


def fit_stack(snapshot: Snapshot, spec: ModelSpec) -> tuple[Stack, Lessons]:
    """Return the stack fitted on a snapshot, and what it was learnt from.

    Raises DemandError where no order is known.
    """
    training = training_origins(snapshot, spec.origins, listed=True)
    evidence = gather(snapshot, spec.signal_options(), training.backs)
    names = signals_to_read(snapshot, spec)
    lessons = read_lessons(names, evidence, training)
    stays, trials = judge_signals(lessons)
    learnt = lessons.weigh(np.arange(len(training)), stays)
    stack = Stack(
        snapshot=snapshot,
        training=training,
        evidence=evidence,
        names=names,
        signals=lessons.signals,
        stays=stays,
        trials=trials,
        learnt=learnt,
        weights=_trust_given(lessons, learnt),
        past=lessons.foretell(stays, learnt),
    )
    return stack, lessons


def stack_forecast(
    stack: Stack,
    model: str,
    *,
    trials: tuple[SignalTrial, ...],
    factor: Float32Array | None = None,
    past: Float32Array | None = None,
) -> Forecast:
    """Return the stack as a forecast.

    Parameters
    ----------
    model : str
    trials : tuple of SignalTrial
    factor : (R, K) float32, optional
        What multiplies the mean of each period and each signal's part.
    past : (O, steps, R, K) float32, optional
        What the model said at the training origins, if not what the stack did.
    """
    mean, parts = stack.sums()
    if len(mean) == 1:
        mean = np.repeat(mean, stack.evidence.horizon, axis=0)
    if factor is not None:
        parts = {name: part * factor for name, part in parts.items()}
        mean *= factor
    forecast = with_widths(
        stack.snapshot,
        parts,
        mean,
        training=stack.training,
        past=stack.past if past is None else past,
        model=model,
        columns=stack.signals,
        weights=stack.weights,
        trials=trials,
    )
    if forecast.fitted is None:
        return forecast
    told = replace(forecast.fitted, lessons=lessons_of(stack.evidence))
    return replace(forecast, fitted=told)


def signals_to_read(snapshot: Snapshot, spec: ModelSpec) -> list[str]:
    """Return the spec's signals, without those whose table is not there."""
    return [
        name for name in spec.signals if name not in TABLE_OF or TABLE_OF[name] in snapshot.tables
    ] or list(spec.signals)


def read_lessons(names: Sequence[str], evidence: Evidence, training: Training) -> Lessons:
    """Return what the signals said at the training origins of the SKUs that teach."""
    taught = evidence.of(None if training.taught is None else training.taught.cells)
    read = [read_columns(names, taught.at(back), with_parts=False) for back in training.backs]
    signals = [column.signal for column in (read[0] if read else read_columns(names, taught))]
    columns = [[column.mean for column in of_origin] for of_origin in read]
    return Lessons(tuple(signals), columns, training)


def _trust_given(lessons: Lessons, weights: FloatArray) -> FloatArray:
    """Return the weights with half for a given forecast that says nothing of past periods."""
    is_given = np.array([name == "given" for name in lessons.signals])
    if not is_given.any() or lessons.totals[:, is_given].any():
        return weights
    return np.where(is_given, UNPROVEN_SHARE, weights * (1.0 - UNPROVEN_SHARE))
