"""Who did how well, and by how much one model beats or loses to each other, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from prepos.core.types import FloatArray
from prepos.forecast.backtest import Contest, Result
from prepos.forecast.bootstrap import Draws, draw, interval, paired_ratio, ratio
from prepos.forecast.scores import (
    SETS,
    SPANS,
    Weighing,
    mean_sums,
    pinball_sums,
    rooted_sums,
    unit_sums,
    weighing,
)

Ratio = tuple[float, float, float]  # the judged model's loss over this one's, and its interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One model's or peer's scores over a set of cells and a span.

    ``wrmsse_ratio`` and ``wql_ratio`` are those of the judged model to this one: below 1 the judged
    model is better, and surely so where the whole interval is.
    """

    name: str
    is_peer: bool
    cells: str
    span: str
    units: float
    wrmsse: float
    wql: float
    bias: float
    wrmsse_ratio: Ratio
    wql_ratio: Ratio


def standings(
    results: Sequence[Result], contest: Contest, judged: str, generator: np.random.Generator
) -> list[Standing]:
    """Return the scores of all over every set and span in which anything was sold.

    Parameters
    ----------
    judged : str
        Name of the result that is compared with every one.
    """
    draws = draw(
        len(contest.backs),
        len(contest.skus),
        block=contest.snapshot.periods.horizon,
        generator=generator,
    )
    told = []
    for cells, classes in SETS.items():
        weighed = weighing(contest.truths, classes)
        for span in range(len(SPANS)):
            units = unit_sums(contest.truths, span, classes)
            if units.sum() > 0 and len(weighed.cells):
                told += _standings_of(results, judged, cells, span, units, weighed, draws)
    return told


def _standings_of(
    results: Sequence[Result],
    judged: str,
    cells: str,
    span: int,
    units: FloatArray,
    weighed: Weighing,
    draws: Draws,
) -> list[Standing]:
    """Return the standings over one set and span."""
    classes, skus = SETS[cells], units.shape[1]
    periods = np.vstack([np.ones(len(units)), draws.periods])
    pinball = {each.name: pinball_sums(each.losses, span, classes) for each in results}
    rooted, weight = {}, 0.0
    for each in results:
        sums, weights = rooted_sums(each.losses, span, weighed, periods, skus)
        weight = float(weights[0].sum())
        rooted[each.name] = np.append(sums[0].sum(), (sums[1:] * draws.series).sum(axis=1))
    return [
        Standing(
            name=each.name,
            is_peer=each.is_peer,
            cells=cells,
            span=SPANS[span],
            units=float(units.sum()),
            wrmsse=float(rooted[each.name][0] / weight),
            wql=float(pinball[each.name].sum() / units.sum()),
            bias=float(mean_sums(each.losses, span, classes).sum() / units.sum() - 1.0),
            wrmsse_ratio=_of_drawn(rooted[judged], rooted[each.name]),
            wql_ratio=paired_ratio(pinball[judged], pinball[each.name], draws),
        )
        for each in results
    ]


def _of_drawn(ours: FloatArray, theirs: FloatArray) -> Ratio:
    """Return the ratio and its interval of sums (1 + B,): the plain one, then those drawn."""
    ratios = ratio(ours, theirs)
    return float(ratios[0]), *interval(ratios[1:])
