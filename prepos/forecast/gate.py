"""The gate: a signal stays only if it wins on a later window of the training history.

Weights are learnt on the older origins and judged on the later ones, whose units lie behind all
that was learnt from. Signals are tried one after another beside those that stay; one stays if its
gain is above the noise of a bootstrap that draws periods in blocks and SKUs apart. With too few
origins to try on, a signal has shown nothing and is left out.
"""

from __future__ import annotations

import numpy as np

from prepos.core.fitted import SignalTrial
from prepos.core.kernels import Float32Array, serial_kernel
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.forecast.bootstrap import Draws, draw, drawn_sums
from prepos.forecast.lessons import Lessons

ALWAYS = ("own", "pool")  # what the others are measured beside
NOISE = 0.90  # share of draws in which a signal must win
LEAST_GAIN = 1e-4  # share of the loss; less is not worth a planner's look
LEAST_MEAN = 1e-6  # units
DRAWS = 300
LEAST_LESSONS, LEAST_TRIALS = 2, 3  # origins to learn on and to be tried on
BLOCK = 64  # cells that are passed over together where none sold
SCATTER = 1.0  # dispersion assumed where none can be measured


def judge_signals(lessons: Lessons, seed: int = 0) -> tuple[BoolArray, tuple[SignalTrial, ...]]:
    """Return which columns (F,) stay, and what is said of each signal beyond the basic ones."""
    signals = np.array(lessons.signals)
    stays: BoolArray = np.isin(signals, ALWAYS)
    if not stays.any():
        return np.ones(len(signals), dtype=np.bool_), ()
    learn, tried = split_origins(lessons)
    candidates = list(dict.fromkeys(name for name in lessons.signals if name not in ALWAYS))
    trials = []
    if len(learn) < LEAST_LESSONS or len(tried) < LEAST_TRIALS:
        told = "the history is too short to try it"
        return stays, tuple(
            SignalTrial(signal=n, stays=False, gain=None, sure=None, reason=told)
            for n in candidates
        )
    draws = trial_draws(lessons, tried, seed)
    weights = lessons.weigh(learn, stays)
    scatter = measure_scatter(lessons, learn, weights)
    losses = window_losses(lessons, tried, weights, scatter)
    for name in candidates:
        wider = stays | (signals == name)
        if not lessons.totals[:, signals == name].any():
            trials.append(_silent(name))
            continue
        new = lessons.weigh(learn, wider, weights + 0.02 * (signals == name))
        if not new[signals == name].any():
            trials.append(_weightless(name))
            continue
        found = window_losses(lessons, tried, new, scatter)
        trials.append(try_losses(name, losses, found, draws))
        if trials[-1].stays:
            stays, weights, losses = wider, new, found
    return stays, tuple(trials)


def trial_draws(lessons: Lessons, tried: IntArray, seed: int = 0) -> Draws:
    """Return the bootstrap's draws of tried origins, in blocks as long as the steps, and SKUs."""
    return draw(
        len(tried),
        int(lessons.training.kinds.max(initial=-1)) + 1,
        block=lessons.training.steps,
        generator=np.random.default_rng(seed),
        draws=DRAWS,
    )


def try_losses(name: str, losses: FloatArray, found: FloatArray, draws: Draws) -> SignalTrial:
    """Return the trial of what lost ``found`` (O, K) where losses (O, K) were known before."""
    sure = float((drawn_sums(losses - found, draws) > 0).mean())
    gain = float((losses - found).sum() / max(abs(losses.sum()), 1e-12))
    keep = sure >= NOISE and gain >= LEAST_GAIN
    said = "wins" if keep else ("within the noise" if gain > 0 else "loses")
    return SignalTrial(signal=name, stays=keep, gain=gain, sure=sure, reason=said)


def _silent(name: str) -> SignalTrial:
    """Return the trial of a signal that says nothing."""
    return SignalTrial(signal=name, stays=False, gain=None, sure=None, reason="says nothing here")


def _weightless(name: str) -> SignalTrial:
    """Return the trial of a signal that adds nothing to what the others say."""
    return SignalTrial(signal=name, stays=False, gain=0.0, sure=0.0, reason="adds nothing")


def split_origins(lessons: Lessons) -> tuple[IntArray, IntArray]:
    """Return the origins to learn on and those to be tried on, whose units all come later."""
    backs = np.array(lessons.training.backs, dtype=np.int64)
    tried = np.flatnonzero(backs < np.median(backs)) if len(backs) else backs
    if not len(tried):
        return tried, tried
    learn = np.flatnonzero(backs - lessons.training.steps >= backs[tried[0]])
    return learn, tried


def measure_scatter(lessons: Lessons, origins: IntArray, weights: FloatArray) -> FloatArray:
    """Return the dispersion (K,) of the sums beside the weights' means, by moments, shrunk to all.

    One for each column: cells of one SKU have the same.

    References
    ----------
    Breslow (1984), Extra-Poisson variation in log-linear models, Applied Statistics 33(1).
    """
    excess = np.zeros(lessons.sums.shape[2])
    squares = np.zeros_like(excess)
    for origin in origins:
        mean = lessons.mean_sum(origin, weights).astype(np.float64)
        excess += ((lessons.sums[origin] - mean) ** 2 - mean).sum(axis=0)
        squares += (mean**2).sum(axis=0)
    excess, squares = lessons.training.by_sku(excess), lessons.training.by_sku(squares)
    overall = excess.sum() / max(squares.sum(), 1e-12)
    typical = float(np.clip(overall, 0.02, 20.0)) if squares.sum() > 0 else SCATTER
    few = squares.mean() + 1e-12
    found = np.clip((excess + few * typical) / (squares + few), 0.02, 20.0)
    return np.asarray(found[lessons.training.kinds])


def window_losses(
    lessons: Lessons, origins: IntArray, weights: FloatArray, scatter: FloatArray
) -> FloatArray:
    """Return (O, K) what the weights' means lose at some origins."""
    return np.stack(
        [
            lessons.training.by_sku(
                mean_losses(lessons.means(origin, weights), lessons.units[origin], scatter)
            )
            for origin in origins
        ]
    )


def mean_losses(mean: Float32Array, units: Float32Array, scatter: FloatArray) -> FloatArray:
    """Return (K,) minus the log likelihood of units, negative binomial, up to a constant.

    The periods count one by one and as their sum: both are wanted of a forecast.

    Parameters
    ----------
    mean : (1 or S, R, K) float32
    units : (S, R, K) float32
    scatter : (K,) float
    """
    total = mean[0] * np.float32(len(units)) if len(mean) == 1 else mean.sum(axis=0)
    of_sum = _losses(total[None], units.sum(axis=0)[None], scatter)
    return _losses(mean, units, scatter) + of_sum


def _losses(mean: Float32Array, units: Float32Array, scatter: FloatArray) -> FloatArray:
    """Return (K,) the loss of cells, by SKU, from means (1 or S, R, K) and units (S, R, K)."""
    size = (1.0 / scatter).astype(np.float32)
    empty = (size * np.log1p(mean / size)).sum(axis=(0, 1), dtype=np.float64)
    return np.asarray(empty * (len(units) / len(mean)) - _gains(mean, units, 1.0 / scatter))


@serial_kernel
def _gains(mean: Float32Array, units: Float32Array, size: FloatArray) -> FloatArray:
    """Return (K,) what the cells that sold add to the likelihood."""
    gains = np.zeros(mean.shape[2])
    for step in range(units.shape[0]):
        told = min(step, mean.shape[0] - 1)
        for region in range(mean.shape[1]):
            came = units[step, region]
            for start in range(0, len(came), BLOCK):
                if not np.sum(came[start : start + BLOCK] > 0):
                    continue
                for sku in range(start, min(start + BLOCK, len(came))):
                    if came[sku] > 0:
                        level = max(mean[told, region, sku], LEAST_MEAN)
                        gains[sku] += came[sku] * np.log(level / (level + size[sku]))
    return gains
