"""Pooled boost: the stack's mean times a factor that small trees have learnt.

The trees stay only if, learnt at the older training origins, they win at the later ones by more
than the noise; else the forecast is the stack's, bit for bit. One factor holds for all periods
ahead and for every signal's part, so parts still add up and none is negative. Assumes that where
the stack missed in the last weeks it will miss in the next. Needs LightGBM, the extra ``boost``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.demand import Forecast
from prepos.core.fitted import SignalTrial
from prepos.core.kernels import Float32Array
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray, IntArray
from prepos.forecast.boost_features import Told
from prepos.forecast.boosters import factors, fit_booster
from prepos.forecast.gate import (
    LEAST_LESSONS,
    LEAST_TRIALS,
    mean_losses,
    measure_scatter,
    split_origins,
    trial_draws,
    try_losses,
)
from prepos.forecast.lessons import Lessons
from prepos.forecast.peers.peer import load_library
from prepos.forecast.pooled import Stack, fit_stack, stack_forecast
from prepos.forecast.spec import ModelSpec
from prepos.signals.registry import read_columns

NAME = "boost"


@dataclass(frozen=True, eq=False)
class Boost:
    """What the boost found.

    Attributes
    ----------
    trial : SignalTrial
    factor : (R, K) float32 or None
        What multiplies the stack's means; None where it does not stay.
    past : (O, steps, R, K) float32 or None
        What the boosted stack would have said at the training origins of the SKUs that teach, each
        origin's factors learnt at others whose units came in none of its periods.
    """

    trial: SignalTrial
    factor: Float32Array | None = None
    past: Float32Array | None = None


def pooled_boost(snapshot: Snapshot, spec: ModelSpec) -> Forecast:
    """Return the stack's forecast times the boost's factor, where the boost won its trial.

    Raises
    ------
    ExternalError
        Where LightGBM is not installed.
    DemandError
        Where no order lies before the cutoff.
    """
    load_library("lightgbm", extra="boost")
    stack, lessons = fit_stack(snapshot, spec)
    found = try_boost(stack, lessons)
    return stack_forecast(
        stack,
        "pooled_boost",
        factor=found.factor,
        past=found.past,
        trials=(*stack.trials, found.trial),
    )


def try_boost(stack: Stack, lessons: Lessons) -> Boost:
    """Return whether trees learnt at the older origins win at the later ones, and their factors."""
    learn, tried = split_origins(lessons)
    if len(learn) < LEAST_LESSONS or len(tried) < LEAST_TRIALS:
        return Boost(_untried("the history is too short to try it"))
    weights = lessons.weigh(learn, stack.stays)
    scatter = measure_scatter(lessons, learn, weights)
    booster = _fit(stack, lessons, learn, weights=weights, scatter=scatter)
    if booster is None:
        return Boost(_untried("too little sold to learn from"))
    told = [_told(stack, lessons, origin, weights) for origin in tried]
    later = [factors(booster, each) for each in told]
    units = lessons.units
    by_sku = stack.training.by_sku
    losses = np.stack(
        [
            by_sku(mean_losses(each.mean, units[o], scatter))
            for o, each in zip(tried, told, strict=True)
        ]
    )
    found = np.stack(
        [
            by_sku(mean_losses(each.mean * factor, units[o], scatter))
            for o, each, factor in zip(tried, told, later, strict=True)
        ]
    )
    trial = try_losses(NAME, losses, found, trial_draws(lessons, tried))
    return _boosted(stack, lessons, trial, later) if trial.stays else Boost(trial)


def _boosted(
    stack: Stack, lessons: Lessons, trial: SignalTrial, later: list[Float32Array]
) -> Boost:
    """Return the factors learnt at all origins, and what the past is widened by."""
    training, everywhere = stack.training, np.arange(len(stack.training))
    scatter = measure_scatter(lessons, everywhere, stack.learnt)
    booster = _fit(stack, lessons, everywhere, weights=stack.learnt, scatter=scatter)
    older = everywhere[: len(training) - len(later)]
    backs = np.array(training.backs)
    newest = np.flatnonzero(backs + training.steps <= backs[older].min())
    reverse = _fit(stack, lessons, newest, weights=stack.learnt, scatter=scatter)
    if booster is None or reverse is None:
        return Boost(_untried("too little sold to learn from"))
    earlier = [factors(reverse, _told(stack, lessons, origin, stack.learnt)) for origin in older]
    past = stack.past * np.stack([*earlier, *later])[:, None]
    columns = [column.mean for column in read_columns(stack.names, stack.evidence)]
    mean = stack.sums().mean.astype(np.float32)
    now = Told(stack.evidence, columns, mean, stack.snapshot.periods.horizon)
    return Boost(trial, factors(booster, now), past)


def _fit(
    stack: Stack, lessons: Lessons, origins: IntArray, *, weights: FloatArray, scatter: FloatArray
) -> object:
    """Return trees learnt at some origins beside the weights' means, or None."""
    told = [_told(stack, lessons, origin, weights) for origin in origins]
    sums = [lessons.sums[origin] for origin in origins]
    return fit_booster(told, sums, scatter, stack.training.weight)


def _told(stack: Stack, lessons: Lessons, origin: int, weights: FloatArray) -> Told:
    """Return what was known at a training origin of the cells that teach."""
    training = stack.training
    cells = None if training.taught is None else training.taught.cells
    return Told(
        stack.evidence.of(cells).at(training.backs[origin]),
        lessons.columns[origin],
        lessons.means(origin, weights),
        training.steps,
    )


def _untried(reason: str) -> SignalTrial:
    """Return the trial of a boost that could not be tried."""
    return SignalTrial(signal=NAME, stays=False, gain=None, sure=None, reason=reason)
