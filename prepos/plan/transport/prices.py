"""The search for the prices of the shared rows.

Few SKUs are asked at once, by cuts alone (``climb``). Where they are many, cuts come near, and the
bound's slope nearer (``ascend``); where they are very many, a sample does both, its limits
corrected by what all SKUs take at the prices that it finds, until these hardly change
(``samples``). Where room can be bought the bound has an edge at every price that buys it: there
cuts go all the way, over samples that grow.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from prepos.core.types import FloatArray
from prepos.plan.transport.ascend import ascend
from prepos.plan.transport.batch import BLOCKS, answer
from prepos.plan.transport.climb import Search, climb, note, prove
from prepos.plan.transport.cuts import GROUPS, Cuts
from prepos.plan.transport.problem import TransportProblem
from prepos.plan.transport.samples import by_size, corrected, sample_of, spread

SMOOTH_FROM = 500  # SKUs from which the bound is smooth enough to follow its slope
SAMPLE, SAMPLED = 2000, 50  # SKUs of a sample at least; one of so many, where these are more
GROWTH, WHOLE_UP_TO = (
    10,
    3,
)  # SKUs of each next sample by cuts; of all, that no sample is drawn from
ROUGH, ROUGHER = 10.0, 30.0  # times the precision asked for: of cuts over a sample, over all SKUs
GROUP = 1_000  # SKUs that are cut as one where they are many
ROUNDS = 5  # of asking all SKUs how a sample's limits are to be corrected
FULFILLED = 0.3  # share of the rise that a sample foretold, below which it is not asked again
# Half width of the box at first, in scales: on the first SKUs, on later ones, from known prices.
BOX, RESUMED, KNOWN = 1.0, 0.02, 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How prices are looked for; see ``find_prices``."""

    solver: str
    precision: float
    tick: Callable[[], None]
    deadline: float

    def climb(
        self, problem: TransportProblem, search: Search, width: float, coarser: float = 1.0
    ) -> Search:
        """Raise the bound by cuts."""
        cuts, ask = Cuts(problem, groups=groups_of(problem)), partial(answer, problem)
        precision = coarser * self.precision
        return climb(
            problem, search, ask, width, self.solver, precision, self.tick, self.deadline, cuts=cuts
        )

    def ascend(self, problem: TransportProblem, search: Search) -> Search:
        """Raise the bound by its slope."""
        ask = partial(answer, problem)
        return ascend(problem, search, ask, self.precision, self.tick, self.deadline)


def find_prices(
    problem: TransportProblem,
    *,
    solver: str,
    precision: float,
    start: FloatArray | None = None,
    tick: Callable[[], None] = lambda: None,
    deadline: float = np.inf,
) -> Search:
    """Return prices near the best, and what they prove.

    Parameters
    ----------
    solver : str
        ``highs`` or ``cbc``.
    precision : float
        Share of the cost below which a rise of the bound is not looked for.
    start : (S,) float, optional
        Prices to start from, believed to be near the best.
    tick : callable
        Called after each pass.
    deadline : float
        Of ``time.monotonic``: the last pass is the first that ends after it.
    """
    rows, sources = len(problem.limit), len(problem.sources.units)
    first = problem.purchases.even_prices() if start is None else start
    search = Search(np.clip(first, 0.0, problem.ceiling), np.zeros(rows), np.zeros(sources))
    effort = Effort(solver=solver, precision=precision, tick=tick, deadline=deadline)
    width, many = BOX if start is None else KNOWN, len(problem) > WHOLE_UP_TO * SAMPLE
    if not rows or len(problem) < SMOOTH_FROM:
        return effort.climb(problem, search, width)
    if problem.purchases.most.any():
        if start is None and many:
            width = sample_prices(problem, search, effort)
        return effort.climb(problem, search, width)
    if many:
        return approach(problem, search, effort, known=start is not None)
    return effort.ascend(problem, effort.climb(problem, search, width, ROUGHER))


def find_near(problem: TransportProblem, near: Search, *, solver: str, precision: float) -> Search:
    """Return prices near the best of a problem without purchases, from those of one like it.

    Parameters
    ----------
    near : Search
        Of the other problem, whose SKUs are the same.
    """
    search = Search(np.clip(near.prices, 0.0, problem.ceiling), near.scale, near.value.copy())
    effort = Effort(solver=solver, precision=precision, tick=lambda: None, deadline=np.inf)
    if len(problem) < SMOOTH_FROM:
        return effort.climb(problem, search, KNOWN)
    return effort.ascend(problem, search)


def sample_prices(problem: TransportProblem, search: Search, effort: Effort) -> float:
    """Set the search to the prices of samples that grow; return the next box's half width."""
    order, count, width = by_size(problem), SAMPLE, BOX
    while count * WHOLE_UP_TO < len(problem):
        part, mine = sample_of(problem, np.sort(order[spread(len(order), count)]))
        begun = replace(search, value=search.value[mine], bound=-np.inf, passes=[])
        done = effort.climb(part, begun, width, ROUGH)
        search.prices, search.scale = done.prices, done.scale
        search.value[mine] = done.value
        count, width = count * GROWTH, RESUMED
    return width


def approach(problem: TransportProblem, search: Search, effort: Effort, *, known: bool) -> Search:
    """Raise the bound of many SKUs by a sample of them, corrected by what all of them take.

    ``known`` are prices that need not be looked for from the beginning. Where a sample foretells
    badly, all SKUs are asked after all.
    """
    order, count = by_size(problem), max(SAMPLE, len(problem) // SAMPLED)
    part, mine = sample_of(problem, np.sort(order[spread(len(order), count)]))
    sampled = replace(search, value=search.value[mine], passes=[])
    if not known:
        effort.ascend(part, effort.climb(part, sampled, BOX, ROUGH))
    search.value[mine] = sampled.value
    foretold = 0.0
    for number in range(ROUNDS):
        prices, before = sampled.prices, search.bound
        cost, use = answer(problem, prices, search.value)
        bound = note(problem, search, prices, cost, use)
        effort.tick()
        search.scale = sampled.scale
        if time.monotonic() > effort.deadline:
            return search
        if number and bound - before < FULFILLED * foretold:
            break
        spent, taken = answer(part, prices, sampled.value)
        anew = corrected(problem, part, use.sum(axis=0), taken.sum(axis=0))
        begun = prove(anew, prices, spent)
        sampled = replace(sampled, prices=prices, bound=-np.inf, passes=[])
        if number or not known:
            effort.ascend(anew, sampled)
        else:
            effort.ascend(anew, effort.climb(anew, sampled, KNOWN, ROUGH))
        foretold = (sampled.bound - begun) * float(cost.sum()) / float(spent.sum())
        if foretold < effort.precision * abs(search.bound):
            return search
    return effort.climb(problem, search, RESUMED)


def groups_of(problem: TransportProblem) -> int:
    """Return how many groups SKUs are cut in: where a pass takes long, more cuts of each pay."""
    return min(max(GROUPS, len(problem) // GROUP), BLOCKS)
