"""The bank: exponentially discounted sums of each cell's units, at several speeds at once.

A sum after a period is the sum before it times the speed's decay, plus the period's units, so the
latest period weighs 1 and a new period is an update, not a refit. Histories are series-major
float32; one pass reads each series once for all speeds and all marks.
"""

from __future__ import annotations

import numpy as np

from prepos.core.kernels import (
    Float32Array,
    each,
    kernel,
    serial_kernel,
    serial_vector_kernel,
    vector_kernel,
)
from prepos.core.types import AnyArray, FloatArray, IntArray
from prepos.errors import DemandError

NOTHING = 1e-30  # weights and sums below it are 0: smaller numbers lose digits and slow the loops
TOGETHER = 4  # speeds that one reading of a row serves: their sums stay in registers


def decay_of(half_life_weeks: tuple[float, ...], days: int) -> FloatArray:
    """Return (S,): what is left of a weight one period of ``days`` later."""
    return np.asarray(0.5 ** (days / 7.0 / np.asarray(half_life_weeks, dtype=np.float64)))


def seen_weight(decay: FloatArray, periods: int) -> FloatArray:
    """Return (S,): the weights of so many periods summed, what turns sums into means."""
    return np.asarray((1.0 - decay**periods) / (1.0 - decay))


def bank(units: Float32Array, decay: FloatArray, marks: IntArray) -> Float32Array:
    """Return the discounted sums as they stood after each mark.

    Parameters
    ----------
    units : (C, T) float32
        Units by cell and period, oldest period first; other layouts and types are copied.
    decay : (S,) float
        Weight that is left one period later, within [0, 1).
    marks : (O,) int
        Numbers of periods that had passed, rising, from 0 to T.

    Returns
    -------
    (O, C, S) float32
        sum over periods t < mark of decay**(mark - 1 - t) * units[t].

    Raises
    ------
    DemandError
        Where marks do not rise or lie outside the history, or a decay is outside [0, 1).

    References
    ----------
    Brown (1959), Statistical Forecasting for Inventory Control: discounted sums by recursion.
    """
    cells, periods = units.shape
    marks = np.ascontiguousarray(marks, dtype=np.int64)
    if len(marks) and not (marks[0] >= 0 and marks[-1] <= periods and (np.diff(marks) > 0).all()):
        raise DemandError(f"marks are {marks.tolist()}, expected rising from 0 to {periods}")
    decay = _checked(decay)
    sums = np.empty((len(marks), cells, len(decay)), dtype=np.float32)
    if sums.size:
        rows = np.ascontiguousarray(units, dtype=np.float32)
        weights = _weights(decay, int(marks[0]), periods)
        if len(marks) > 1:
            _fill(rows, weights, decay.astype(np.float32), marks, sums)
        else:
            for group, of_group in enumerate(weights):
                _weigh(rows, of_group, sums[0, :, TOGETHER * group : TOGETHER * (group + 1)])
    return sums


def latest(units: Float32Array, decay: FloatArray) -> Float32Array:
    """Return (C, S): the sums after the last period of ``units`` (C, T)."""
    return np.asarray(bank(units, decay, np.array([units.shape[1]]))[0])


def step(sums: Float32Array, decay: FloatArray, units: Float32Array) -> Float32Array:
    """Add one period to the sums, in place, and return them.

    Parameters
    ----------
    sums : (C, S) float32
    decay : (S,) float
    units : (C,) float32
        Units of the period, by cell.

    Raises
    ------
    DemandError
        Where the shapes do not agree, or a decay is outside [0, 1).
    """
    decay = _checked(decay)
    if sums.shape != (len(units), len(decay)):
        raise DemandError(f"sums have shape {sums.shape}, expected {(len(units), len(decay))}")
    _step(sums, decay.astype(np.float32), np.ascontiguousarray(units, dtype=np.float32))
    return sums


def update(
    sums: Float32Array,
    decay: FloatArray,
    cell: IntArray,
    units: AnyArray,
    *,
    age: IntArray | int = 0,
    periods: int = 1,
) -> Float32Array:
    """Add periods of which only what sold is listed, in place, and return the sums.

    Parameters
    ----------
    sums : (C, S) float32
    decay : (S,) float
    cell : (N,) int
        Row of each sale; a cell may come several times.
    units : (N,) number
    age : (N,) int or int
        Periods between the sale's and the last of the added ones: 0 for the last.
    periods : int
        How many are added.

    Raises
    ------
    DemandError
        Where a cell, an age or a decay is outside its range, or the shapes do not agree.
    """
    decay = _checked(decay)
    ages = np.broadcast_to(np.asarray(age, dtype=np.int64), np.shape(cell))
    _check_range("cell", cell, len(sums))
    _check_range("age", ages, periods)
    if sums.shape[1:] != decay.shape or np.shape(units) != np.shape(cell):
        raise DemandError(
            f"sums, decays, cells and units have shapes {sums.shape}, {decay.shape}, "
            f"{np.shape(cell)} and {np.shape(units)}, expected (C, S), (S,), (N,) and (N,)"
        )
    left = decay ** np.arange(periods + 1)[:, None]
    _step(sums, left[periods].astype(np.float32), np.zeros(len(sums), dtype=np.float32))
    _add(sums, left, cell, np.asarray(units, dtype=np.float64), ages)
    return sums


def _check_range(name: str, values: IntArray, end: int) -> None:
    """Raise DemandError where positions are outside 0 to end: compiled loops do not look."""
    if len(values) and not 0 <= values.min() <= values.max() < end:
        raise DemandError(
            f"{name} runs from {values.min()} to {values.max()}, expected 0 to {end - 1}"
        )


def _checked(decay: FloatArray) -> FloatArray:
    """Return the decays as float64; raises DemandError outside [0, 1)."""
    decay = np.asarray(decay, dtype=np.float64)
    if not ((decay >= 0) & (decay < 1)).all():
        raise DemandError(f"decay is {decay.tolist()}, expected numbers from 0 to below 1")
    return decay


def _weights(decay: FloatArray, mark: int, periods: int) -> Float32Array:
    """Return (G, 4, T): each period's weight at the first mark, 0 after it; speeds by fours."""
    groups = -(-len(decay) // TOGETHER)
    weights = np.zeros((groups * TOGETHER, periods))
    weights[: len(decay), :mark] = decay[:, None] ** np.arange(mark)[::-1]
    weights[weights < NOTHING] = 0.0
    return weights.astype(np.float32).reshape(groups, TOGETHER, periods)


@vector_kernel
def _weigh(units: Float32Array, weights: Float32Array, sums: Float32Array) -> None:
    """Set ``sums`` (C, S) to each row's products with the weights (4, T) of up to four speeds.

    Nothing else is in the loop, so that it runs as fast as the memory can be read.
    """
    speeds = sums.shape[1]
    for cell in each(units.shape[0]):
        first = second = third = fourth = np.float32(0.0)
        for period in range(weights.shape[1]):
            now = units[cell, period]
            first += now * weights[0, period]
            second += now * weights[1, period]
            third += now * weights[2, period]
            fourth += now * weights[3, period]
        sums[cell, 0] = first
        if speeds > 1:
            sums[cell, 1] = second
        if speeds > 2:
            sums[cell, 2] = third
        if speeds > 3:
            sums[cell, 3] = fourth


@vector_kernel
def _fill(
    units: Float32Array,
    weights: Float32Array,
    decay: Float32Array,
    marks: IntArray,
    sums: Float32Array,
) -> None:
    """Weigh each row whole up to the first mark, then go on period by period.

    A whole row's products with the speeds' weights are vectorised, the recursion is not: so the
    recursion runs over the few periods between the marks alone, while the row is at hand.
    """
    speeds = sums.shape[2]
    for cell in each(units.shape[0]):
        row = units[cell]
        for group in range(weights.shape[0]):
            first = second = third = fourth = np.float32(0.0)
            for period in range(weights.shape[2]):
                now = row[period]
                first += now * weights[group, 0, period]
                second += now * weights[group, 1, period]
                third += now * weights[group, 2, period]
                fourth += now * weights[group, 3, period]
            speed = TOGETHER * group
            sums[0, cell, speed] = first
            if speed + 1 < speeds:
                sums[0, cell, speed + 1] = second
            if speed + 2 < speeds:
                sums[0, cell, speed + 2] = third
            if speed + 3 < speeds:
                sums[0, cell, speed + 3] = fourth
        _go_on(row, decay, marks, sums[:, cell])


@serial_vector_kernel
def _go_on(row: Float32Array, decay: Float32Array, marks: IntArray, sums: Float32Array) -> None:
    """Go on from a cell's sums at the first mark (O, S) to the others, period by period."""
    for speed in range(sums.shape[1]):
        total, period = sums[0, speed], marks[0]
        for mark in range(1, marks.shape[0]):
            while period < marks[mark]:
                total = total * decay[speed] + row[period]
                period += 1
            sums[mark, speed] = total


@kernel
def _step(sums: Float32Array, decay: Float32Array, units: Float32Array) -> None:
    """Discount and add, cell by cell."""
    for cell in each(sums.shape[0]):
        for speed in range(sums.shape[1]):
            total = sums[cell, speed] * decay[speed] + units[cell]
            sums[cell, speed] = total if total > NOTHING else np.float32(0.0)


@serial_kernel
def _add(
    sums: Float32Array, left: FloatArray, cell: IntArray, units: FloatArray, age: IntArray
) -> None:
    """Add each sale, discounted to its age, in the order listed."""
    for sale in range(cell.shape[0]):
        for speed in range(sums.shape[1]):
            sums[cell[sale], speed] += np.float32(units[sale] * left[age[sale], speed])
