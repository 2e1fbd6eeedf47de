"""Contributions: what each signal adds to the forecast, and their sum.

Columns are read one by one and let go, so that memory grows with what is handed on, not with the
number of columns. Assumes that the weights are those of the columns as the signals tell them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from prepos.core.types import FloatArray
from prepos.errors import DemandError
from prepos.forecast.stack import StackMean
from prepos.signals.evidence import Evidence
from prepos.signals.registry import Column, each_column

BASIC = ("own", "pool")  # read whatever they weigh: what is shrunk stands on both


class Sums(NamedTuple):
    """The weighted columns.

    Attributes
    ----------
    mean : (1 or H, R, K) float
        Units per period ahead.
    parts : name to (R, K) float
        What each signal that was read adds to the horizon's sum.
    """

    mean: FloatArray
    parts: dict[str, FloatArray]


def add_up(
    names: Sequence[str], evidence: Evidence, signals: Sequence[str], weights: FloatArray
) -> Sums:
    """Return the sum of the signals' columns; signals that weigh nothing are not read.

    Parameters
    ----------
    names : sequence of names
        Of the signals.
    signals : (F,) names
        The signal of each column that a weight is known for.
    weights : (F,) float

    Raises
    ------
    DemandError
        Where the signals have other columns than there are weights for.
    """
    read = weighty(names, signals, weights)
    known = [each for each in zip(signals, weights, strict=True) if each[0] in read]
    whole = StackMean(evidence.shape, evidence.horizon, np.float64)
    parts = {name: np.zeros(evidence.shape) for name in read}
    found = []
    for number, column in enumerate(each_column(read, evidence)):
        found.append(column.signal)
        weight = known[number][1] if number < len(known) else 0.0
        whole.add(column.mean, weight)
        _add_parts(parts, column, weight, evidence.horizon)
    expected = [signal for signal, _ in known]
    if found != expected:
        raise DemandError(f"columns are {found}, expected {expected} as fitted")
    return Sums(whole.mean(), parts)


def weighty(names: Sequence[str], signals: Sequence[str], weights: FloatArray) -> list[str]:
    """Return the names of the signals that weigh, and the basic ones, in their order."""
    weighs = {name for name, weight in zip(signals, weights, strict=True) if weight > 0}
    return [name for name in names if name in weighs or name in BASIC]


def contributions(
    columns: Sequence[Column], weights: FloatArray, horizon: int
) -> dict[str, FloatArray]:
    """Return what each signal adds to the horizon's sum: name to (R, K)."""
    parts = {column.signal: np.zeros(column.mean.shape[1:]) for column in columns}
    for column, weight in zip(columns, weights, strict=True):
        _add_parts(parts, column, weight, horizon)
    return parts


def _add_parts(
    parts: Mapping[str, FloatArray], column: Column, weight: float, horizon: int
) -> None:
    """Add what a column says of the horizon to the parts of the signals whose word it is."""
    if weight <= 0:
        return
    whole = weight * column.mean.sum(axis=0, dtype=np.float64) * (horizon / len(column.mean))
    rest = whole.copy() if column.parts else whole
    for name, share in column.parts.items():
        part = np.minimum(whole * share, rest)
        parts[name] += part
        rest -= part
    parts[column.signal] += rest
