"""What each policy is worth beside doing nothing, the best fair baseline, and perfect foresight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from prepos.core.types import FloatArray
from prepos.forecast.bootstrap import draw, interval

BLOCK = 2  # periods drawn together
DRAWS = 2000
NOTHING = "nothing"

Told = tuple[float, float, float]  # a figure, and the interval that it is known within
UNKNOWN: Told = (float("nan"),) * 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What a policy is worth.

    Attributes
    ----------
    saving : float
        Share of the cost of doing nothing.
    gap_closed : figure, low, high
        Share of the way from doing nothing to the bound.
    left_ratio : figure, low, high
        What it leaves to the bound, over what the best fair baseline leaves.
    """

    saving: float
    gap_closed: Told
    left_ratio: Told


def weigh_gains(
    costs: Mapping[str, FloatArray],
    bound: FloatArray | None,
    fair: Sequence[str],
    generator: np.random.Generator,
) -> dict[str, Gain]:
    """Return the gain of each policy, by name.

    Parameters
    ----------
    costs : name to (P,) float
        Cost by period.
    bound : (P,) float or None
        That of perfect foresight.
    fair : sequence of str
        Baselines that count; those that were not replayed do not.
    generator : numpy.random.Generator
        Periods are drawn in blocks, the same for all that is compared.
    """
    periods = len(next(iter(costs.values())))
    times = draw(periods, 1, block=BLOCK, generator=generator, draws=DRAWS).periods
    nothing, best = costs.get(NOTHING), best_of(costs, fair)
    found = {}
    for name, cost in costs.items():
        saving = saved(float(cost.sum()), None if nothing is None else float(nothing.sum()))
        closed = left = UNKNOWN
        if bound is not None and nothing is not None:
            closed = told(nothing - cost, nothing - bound, times)
        if bound is not None and best is not None:
            left = told(cost - bound, costs[best] - bound, times)
        found[name] = Gain(saving=saving, gap_closed=closed, left_ratio=left)
    return found


def saved(cost: float, nothing: float | None) -> float:
    """Return the share of the cost of doing nothing that is saved; NaN where that is none."""
    return 1.0 - cost / nothing if nothing else float("nan")


def best_of(costs: Mapping[str, FloatArray], fair: Sequence[str]) -> str | None:
    """Return the cheapest of the fair baselines, the first where two tie; None without any."""
    known = [name for name in fair if name in costs]
    return min(known, key=lambda name: float(costs[name].sum()), default=None)


def told(part: FloatArray, whole: FloatArray, times: FloatArray) -> Told:
    """Return the ratio of two sums over periods (P,) and its interval over draws (B, P)."""
    if whole.sum() <= 0:
        return UNKNOWN
    sums = times @ whole
    known = sums > 0
    drawn = (times @ part)[known] / sums[known]
    return float(part.sum() / whole.sum()), *interval(drawn)
