"""How sure a comparison is: a paired bootstrap that draws periods in blocks, and series apart.

The same draws are used for both sides of a comparison, so what moves both alike drops out. Periods
that follow each other are alike, so they are drawn in blocks, the first following the last. Series
are drawn apart from the periods, which gives the wider interval of the honest kind: a week that was
odd everywhere is then no hundred independent witnesses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.kernels import serial_kernel
from prepos.core.types import FloatArray, IntArray

DRAWS = 400
CONFIDENCE = 0.95
MOST_RATIO = 1e6  # keeps a ratio to nothing finite


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """How often each period and each series stands in each of B draws.

    Attributes
    ----------
    periods : (B, O) float
    series : (B, K) float
    """

    periods: FloatArray
    series: FloatArray


def draw(
    periods: int, series: int, *, block: int, generator: np.random.Generator, draws: int = DRAWS
) -> Draws:
    """Return the draws; each has as many periods and as many series as there are.

    Parameters
    ----------
    block : int
        Periods drawn together, at least 1; more than half of them are taken as half.

    References
    ----------
    Owen (2007), The pigeonhole bootstrap, Annals of Applied Statistics 1(2), 386-411.
    Politis and Romano (1992), A circular block-resampling procedure for stationary data.
    """
    length = max(1, min(block, (periods + 1) // 2))
    blocks = -(-periods // length)
    starts = generator.integers(0, periods, size=(draws, blocks))
    drawn = (starts[:, :, None] + np.arange(length)) % periods
    drawn = drawn.reshape(draws, -1)[:, :periods]
    by_period = np.zeros((draws, periods))
    np.add.at(by_period, (np.arange(draws)[:, None], drawn), 1.0)
    chosen = generator.integers(0, series, size=(draws, series))
    by_series = np.zeros((draws, series))
    _tally(chosen, by_series)
    return Draws(by_period, by_series)


@serial_kernel
def _tally(chosen: IntArray, times: FloatArray) -> None:
    """Count how often each number was chosen in each row."""
    for row in range(len(chosen)):
        for number in chosen[row]:
            times[row, number] += 1.0


def drawn_sums(losses: FloatArray, draws: Draws) -> FloatArray:
    """Return (B,): the sum of the losses in each draw.

    Parameters
    ----------
    losses : (O, K) float
        Losses that add up, by period and series.
    """
    return np.asarray(((draws.periods @ losses) * draws.series).sum(axis=1))


def interval(values: FloatArray, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the range that holds the middle share of the drawn values (B,)."""
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(values, (tail, 1.0 - tail))
    return float(low), float(high)


def paired_ratio(ours: FloatArray, theirs: FloatArray, draws: Draws) -> tuple[float, float, float]:
    """Return the ratio of two summed losses (O, K) and the interval that it is known within.

    A ratio below 1 says that ours loses less.
    """
    mine, other = drawn_sums(ours, draws), drawn_sums(theirs, draws)
    whole = ratio(np.array([ours.sum()]), np.array([theirs.sum()]))
    return float(whole[0]), *interval(ratio(mine, other))


def ratio(ours: FloatArray, theirs: FloatArray) -> FloatArray:
    """Return ours over theirs, elementwise, ``MOST_RATIO`` at most; nothing over nothing is 1."""
    none = theirs <= 0
    divided = np.divide(ours, theirs, out=np.full_like(ours, MOST_RATIO), where=~none)
    return np.where(none & (ours <= 0), 1.0, np.minimum(divided, MOST_RATIO))
