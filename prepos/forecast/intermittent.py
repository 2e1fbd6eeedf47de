"""Intermittent: how much at a time, and how often, each smoothed by itself.

Croston's method, its correction by Syntetos and Boylan (SBA), the method of Teunter, Syntetos and
Babai (TSB), and averages over several aggregations (IMAPA). Each cell is on its own. But for IMAPA,
which fits its rates series by series, all cells share two rates: those of a grid that erred least
before the oldest training origin, so no origin knows what came after it.
"""

from __future__ import annotations

from functools import partial
from itertools import product

import numpy as np

from prepos.core.demand import Forecast, History
from prepos.core.kernels import Float32Array, each, kernel, serial_kernel
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray, IntArray
from prepos.forecast.marked import marked_forecast
from prepos.forecast.spec import ModelSpec
from prepos.forecast.training import training_origins

USUAL_RATE = 0.1  # where the history is too short to choose
TUNING_MARKS = 13  # periods, at most, whose forecasts rates are judged by
LEAST_RATE, MOST_RATE = 0.1, 0.3  # of IMAPA
CLOSE = 1e-5  # a rate is found when its bracket is narrower
GOLDEN = (5.0**0.5 - 1.0) / 2.0


def intermittent(snapshot: Snapshot, spec: ModelSpec) -> Forecast:
    """Return the mean that the spec's ``variant`` gives each cell, alike for every period ahead."""
    training = training_origins(snapshot, spec.origins)
    known = training.history.units.shape[1] - (training.backs[0] if len(training) else 0)
    rates = choose_rates(training.history, spec, known)

    def means_at(history: History, marks: IntArray, _: int) -> Float32Array:
        units = np.asarray(history.units, dtype=np.float32)
        return np.asarray(variant_means(spec.variant, units, marks, rates)[:, None])

    return marked_forecast(snapshot, spec, "intermittent", means_at)


def variant_means(
    variant: str, units: Float32Array, marks: IntArray, rates: tuple[float, float]
) -> Float32Array:
    """Return the means (O, C) that a variant gives at each mark.

    Parameters
    ----------
    variant : str
        ``croston``, ``sba``, ``tsb`` or ``imapa``.
    units : (C, T) float32
        Units by cell and period, oldest period first.
    marks : (O,) int
        Numbers of periods that are known, rising, from 0 to T.
    rates : (float, float)
        Of the sizes, and of the intervals or chances; ``imapa`` finds its own.

    References
    ----------
    Croston (1972), Operational Research Quarterly 23(3), 289-303. Syntetos and Boylan (2005),
    International Journal of Forecasting 21(2), 303-314. Teunter, Syntetos and Babai (2011),
    European Journal of Operational Research 214(3), 606-615. Petropoulos and Kourentzes (2015),
    Journal of the Operational Research Society 66(6), 914-924.
    """
    means = np.zeros((len(marks), len(units)), dtype=np.float32)
    rows = np.ascontiguousarray(units, dtype=np.float32)
    marks = np.minimum(np.asarray(marks, dtype=np.int64), units.shape[1])
    if variant == "imapa":
        _imapa(rows, marks, means)
    elif variant == "tsb":
        _tsb(rows, marks, *rates, means)
    else:
        _croston(rows, marks, *rates, means)
    return means * np.float32(1.0 - rates[1] / 2.0) if variant == "sba" else means


def choose_rates(history: History, spec: ModelSpec, known: int) -> tuple[float, float]:
    """Return the two rates of the spec's grid that erred least on the first ``known`` periods.

    The error is that of the horizon's sum, squared and taken over the cell's mean, so that busy
    cells do not decide alone.
    """
    steps = max(1, min(history.periods.horizon, known // 2))
    marks = np.arange(max(1, known - steps - TUNING_MARKS + 1), known - steps + 1)
    pairs = list(product(spec.rates, spec.rates))
    if spec.variant == "imapa" or not len(marks) or len(pairs) == 1:
        return pairs[0] if len(pairs) == 1 else (USUAL_RATE, USUAL_RATE)
    units = np.ascontiguousarray(history.units[:, :known], dtype=np.float32)
    came = np.stack([history.units[:, mark : mark + steps].mean(axis=1) for mark in marks])
    level = np.maximum(history.units[:, :known].mean(axis=1), 1.0 / known)
    error = partial(_error, spec.variant, units, marks, came, level)
    return min(pairs, key=error)


def _error(
    variant: str,
    units: Float32Array,
    marks: IntArray,
    came: FloatArray,
    level: FloatArray,
    rates: tuple[float, float],
) -> float:
    """Return the squared errors over the cells' levels, summed."""
    wrong = variant_means(variant, units, marks, rates) - came
    return float((wrong**2 / level).sum(dtype=np.float64))


@kernel
def _croston(
    units: Float32Array, marks: IntArray, size_rate: float, gap_rate: float, means: Float32Array
) -> None:
    """Smooth sizes and intervals at each sale; the first sale's are the first levels."""
    for cell in each(units.shape[0]):
        size, interval, gap, period = 0.0, 1.0, 1.0, 0
        for mark in range(marks.shape[0]):
            while period < marks[mark]:
                sold = np.float64(units[cell, period])
                if sold > 0.0 and size > 0.0:
                    size += size_rate * (sold - size)
                    interval += gap_rate * (gap - interval)
                elif sold > 0.0:
                    size, interval = sold, gap
                gap = 1.0 if sold > 0.0 else gap + 1.0
                period += 1
            means[mark, cell] = size / interval


@kernel
def _tsb(
    units: Float32Array, marks: IntArray, size_rate: float, chance_rate: float, means: Float32Array
) -> None:
    """Smooth sizes at each sale and the chance of a sale at each period."""
    for cell in each(units.shape[0]):
        size, chance, period = 0.0, 0.0, 0
        for mark in range(marks.shape[0]):
            while period < marks[mark]:
                sold = np.float64(units[cell, period])
                chance -= chance_rate * chance
                if sold > 0.0:
                    size = size + size_rate * (sold - size) if size > 0.0 else sold
                    chance = chance + chance_rate if period > 0 else 1.0
                period += 1
            means[mark, cell] = size * chance


@kernel
def _imapa(units: Float32Array, marks: IntArray, means: Float32Array) -> None:
    """Average the smoothed means of sums over 1, 2, ... periods, up to the mean interval."""
    for cell in each(units.shape[0]):
        sums = np.empty(units.shape[1])
        for mark in range(marks.shape[0]):
            sales, last = 0, 0
            for period in range(marks[mark]):
                if units[cell, period] > 0.0:
                    sales, last = sales + 1, period + 1
            levels = int(np.rint(last / sales)) if sales > 0 else 0
            total = 0.0
            for span in range(1, levels + 1):
                count = marks[mark] // span
                start = marks[mark] - count * span
                for number in range(count):
                    sums[number] = 0.0
                    for period in range(start + number * span, start + (number + 1) * span):
                        sums[number] += units[cell, period]
                total += _smoothed(sums, count) / span
            means[mark, cell] = total / levels if levels > 0 else 0.0


@serial_kernel
def _smoothed(values: FloatArray, count: int) -> float:
    """Return the level after the values, smoothed at the rate that foresaw them best.

    Golden-section search; where two rates do equally well the best is taken to lie between them.
    """
    low, high = LEAST_RATE, MOST_RATE
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    left_error, right_error = _missed(values, count, left)[0], _missed(values, count, right)[0]
    while high - low > CLOSE:
        if left_error < right_error:
            high, right, right_error = right, left, left_error
            left = high - GOLDEN * (high - low)
            left_error = _missed(values, count, left)[0]
        elif left_error > right_error:
            low, left, left_error = left, right, right_error
            right = low + GOLDEN * (high - low)
            right_error = _missed(values, count, right)[0]
        else:
            low, high = left, right
            left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
            left_error = _missed(values, count, left)[0]
            right_error = _missed(values, count, right)[0]
    return _missed(values, count, (low + high) / 2.0)[1]


@serial_kernel
def _missed(values: FloatArray, count: int, rate: float) -> tuple[float, float]:
    """Return the squared errors one step ahead, summed, and the level at the end."""
    error, level = 0.0, values[0]
    for number in range(1, count):
        wrong = values[number] - level
        error += wrong * wrong
        level += rate * wrong
    return error, level
