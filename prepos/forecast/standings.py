"""Who did how well, and by how much one model beats or loses to each other, with intervals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np

from prepos.core.types import FloatArray
from prepos.forecast.backtest import Contest, Result
from prepos.forecast.bootstrap import Draws, draw, interval, paired_ratio, ratio
from prepos.forecast.scores import (
    SETS,
    SPANS,
    Truth,
    Weighing,
    mean_sums,
    pinball_sums,
    rooted_sums,
    served_sums,
    unit_sums,
    weighing,
)

Ratio = tuple[float, float, float]  # the judged model's loss over this one's, and its interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One model's or peer's scores over a set of cells and a span."""

    name: str
    is_peer: bool
    cells: str
    span: str
    units: float
    wrmsse: float
    wql: float
    bias: float
    fill: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing(Score):
    """Scores over all cutoffs, and how the judged model compares.

    A ratio below 1 says that the judged model is better, and surely so where its whole interval is.
    """

    wrmsse_ratio: Ratio
    wql_ratio: Ratio


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Arena:
    """One set of cells and one span in which something was sold.

    Attributes
    ----------
    units : (O, K) float
    """

    cells: str
    span: int
    units: FloatArray
    weighed: Weighing

    @property
    def classes(self) -> tuple[int, ...]:
        """The classes of series in the set."""
        return SETS[self.cells]


def arenas(truths: Sequence[Truth]) -> Iterator[Arena]:
    """Yield every set and span in which something was sold and something weighs."""
    for cells, classes in SETS.items():
        weighed = weighing(truths, classes)
        for span in range(len(SPANS)):
            units = unit_sums(truths, span, classes)
            if units.sum() > 0 and len(weighed.cells):
                yield Arena(cells=cells, span=span, units=units, weighed=weighed)


def standings(
    results: Sequence[Result], contest: Contest, judged: str, generator: np.random.Generator
) -> list[Standing]:
    """Return the scores of all over every set and span.

    Parameters
    ----------
    judged : str
        Name of the result, one of ours, that is compared with every one.
    """
    draws = draw(
        len(contest.backs),
        len(contest.skus),
        block=contest.snapshot.periods.horizon,
        generator=generator,
    )
    return [
        standing
        for arena in arenas(contest.truths)
        for standing in _standings_of(results, judged, arena, draws)
    ]


def _standings_of(
    results: Sequence[Result], judged: str, arena: Arena, draws: Draws
) -> list[Standing]:
    """Return the standings over one set and span."""
    periods = np.vstack([np.ones(len(arena.units)), draws.periods])
    drawn, pinball, scores = [], [], []
    for result in results:
        rooted, weight = _rooted(result, arena, periods)
        drawn.append(np.append(rooted[0].sum(), (rooted[1:] * draws.series).sum(axis=1)))
        pinball.append(pinball_sums(result.losses, arena.span, arena.classes))
        scores.append(_score(result, arena, slice(None), drawn[-1][0] / weight[0].sum()))
    ours = [result.name == judged and not result.is_peer for result in results].index(True)
    return [
        Standing(
            **asdict(score),
            wrmsse_ratio=_of_drawn(drawn[ours], drawn[number]),
            wql_ratio=paired_ratio(pinball[ours], pinball[number], draws),
        )
        for number, score in enumerate(scores)
    ]


def scores_by_cutoff(results: Sequence[Result], contest: Contest) -> list[tuple[date, Score]]:
    """Return the scores at each cutoff; there the root is over one error, its size."""
    told = []
    for arena in arenas(contest.truths):
        apart = np.eye(len(contest.backs))
        for result in results:
            rooted, weight = _rooted(result, arena, apart)
            for number, cutoff in enumerate(contest.cutoffs):
                if arena.units[number].sum() > 0 and weight[number].sum() > 0:
                    wrmsse = rooted[number].sum() / weight[number].sum()
                    told.append((cutoff, _score(result, arena, slice(number, number + 1), wrmsse)))
    return told


def _rooted(result: Result, arena: Arena, periods: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the weighted roots and the weights (B, K) of a result in an arena."""
    return rooted_sums(result.losses, arena.span, arena.weighed, periods, arena.units.shape[1])


def _score(result: Result, arena: Arena, cutoffs: slice, wrmsse: float) -> Score:
    """Return the scores over some of the cutoffs."""
    losses, units = result.losses[cutoffs], float(arena.units[cutoffs].sum())
    return Score(
        name=result.name,
        is_peer=result.is_peer,
        cells=arena.cells,
        span=SPANS[arena.span],
        units=units,
        wrmsse=float(wrmsse),
        wql=float(pinball_sums(losses, arena.span, arena.classes).sum() / units),
        bias=float(mean_sums(losses, arena.span, arena.classes).sum() / units - 1.0),
        fill=float(served_sums(losses, arena.span, arena.classes).sum() / units),
    )


def _of_drawn(ours: FloatArray, theirs: FloatArray) -> Ratio:
    """Return the ratio and its interval of sums (1 + B,): the plain one, then those drawn."""
    ratios = ratio(ours, theirs)
    return float(ratios[0]), *interval(ratios[1:])
