"""Choosing anew, SKU by SKU, until the limits hold: answers are mixed once more, then made whole.

A mix of single SKUs' answers has hardly more torn ones than there are limits. These, and the SKUs
that lose least by another answer, are then chosen for in a program with whole answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.mix import Answers, mix_answers
from prepos.plan.transport.passes import answer_pass, chosen_answers
from prepos.plan.transport.prices import Pass, Search, by_size, spread
from prepos.plan.transport.problem import TransportProblem
from prepos.plan.transport.trim import excess

ASKED = 2000  # SKUs that are looked at for another answer
MIXED = 1000  # of those, that are mixed
SETTLED = (120, 400)  # that get whole answers; more where fewer do not do
OFFERED = 6  # answers of one SKU, at most
CHANGED = 1e-9  # relative: answers that cost the same are the same
WHOLE = 1.0 - 1e-6  # share from which an answer is not torn


class Told(NamedTuple):
    """Answers of some SKUs (J,) in all N passes: cost (N, J) and use (N, J, S)."""

    skus: IntArray
    cost: FloatArray
    use: FloatArray

    def of(self, given: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return what the SKUs cost (J,) and take (J, S) by the passes (J,) they are given."""
        everyone = np.arange(len(given))
        return self.cost[given, everyone], self.use[given, everyone]


def settle(
    problem: TransportProblem,
    search: Search,
    passes: Sequence[Pass],
    number: IntArray,
    prices: FloatArray,
    *,
    least: float,
    enough: float,
    solver: str,
) -> IntArray:
    """Return each SKU's pass (K,), chosen anew for those that lose least by it.

    Parameters
    ----------
    number : (K,) int
        The pass that each SKU is given so far.
    prices : (S,) float
        Of the rows, by which a loss is told.
    least, enough : float
        What the answers cost at least, in all, and how near is near enough.
    """
    cost, use = chosen_answers(problem, search, passes, number)
    told = ask_passes(problem, search, passes)
    first, taken = told.of(number[told.skus])
    room = problem.limit - (use - taken.sum(axis=0))
    given, prices, torn = mix_skus(problem, told, number[told.skus], prices, room, solver)
    for count in SETTLED:
        few = np.union1d(torn, nearest(told, given, prices, count))
        found = choose_skus(problem, told, given, prices, few, room, enough, solver)
        after, takes = told.of(found)
        lost = cost + float((after - first).sum()) - least
        if lost <= enough and not excess(problem, takes.sum(axis=0) - room + problem.limit).any():
            break
    number = number.copy()
    number[told.skus] = found
    return number


def ask_passes(problem: TransportProblem, search: Search, passes: Sequence[Pass]) -> Told:
    """Return what some SKUs of all sizes answer in every pass."""
    count = min(ASKED, len(problem))
    skus = np.sort(by_size(problem)[spread(len(problem), count)])
    parts = [answer_pass(problem, search, each, skus) for each in passes]
    return Told(skus, np.stack([part[0] for part in parts]), np.stack([part[1] for part in parts]))


def mix_skus(
    problem: TransportProblem,
    told: Told,
    given: IntArray,
    prices: FloatArray,
    room: FloatArray,
    solver: str,
) -> tuple[IntArray, FloatArray, IntArray]:
    """Return the passes (J,) that weigh most in a mix, its row prices, and the SKUs it tears."""
    few = nearest(told, given, prices, MIXED)
    if not len(few):
        return given, prices, few
    passes, answers = offer(told, given, prices, few)
    _, takes = told.of(given)
    rest = takes.sum(axis=0) - takes[few].sum(axis=0)
    mixed = mix_answers(problem, answers, room - rest, solver=solver)
    order = np.lexsort((-mixed.share, answers.group))
    heaviest = order[np.unique(answers.group[order], return_index=True)[1]]
    found = given.copy()
    found[few] = passes[heaviest]
    return found, mixed.prices, few[mixed.share[heaviest] < WHOLE]


def choose_skus(
    problem: TransportProblem,
    told: Told,
    given: IntArray,
    prices: FloatArray,
    few: IntArray,
    room: FloatArray,
    enough: float,
    solver: str,
) -> IntArray:
    """Return the passes (J,), chosen anew for ``few`` of the SKUs."""
    if not len(few):
        return given
    passes, answers = offer(told, given, prices, few)
    cost, takes = told.of(given)
    rest = takes.sum(axis=0) - takes[few].sum(axis=0)
    gap = 0.5 * enough / max(abs(float(cost[few].sum())), CHANGED)
    mixed = mix_answers(problem, answers, room - rest, solver=solver, whole=True, gap=gap)
    found, taken = given.copy(), np.flatnonzero(mixed.share > 0.5)
    found[few[answers.group[taken]]] = passes[taken]
    return found


def nearest(told: Told, given: IntArray, prices: FloatArray, count: int) -> IntArray:
    """Return so many positions of SKUs whose next best answer is nearest, rising."""
    cost, _ = told.of(given)
    reduced = told.cost + told.use @ prices
    other = np.abs(told.cost - cost) > CHANGED * (1.0 + np.abs(cost))
    second = np.where(other, reduced - reduced.min(axis=0), np.inf).min(axis=0)
    near = np.argsort(second, kind="stable")[:count]
    return np.sort(near[second[near] < np.inf])


def offer(
    told: Told, given: IntArray, prices: FloatArray, few: IntArray
) -> tuple[IntArray, Answers]:
    """Return the answers of ``few`` SKUs, grouped by their order, and the pass (E,) of each.

    The one that takes least of what is scarce is among them, so that room can be made.
    """
    cost, use = told.cost[:, few], told.use[:, few]
    reduced, leanest = cost + use @ prices, (use @ (prices > 0)).argmin(axis=0)
    group, of = [], []
    for position, known in enumerate(zip(given[few].tolist(), leanest.tolist(), strict=True)):
        mine = offered(cost[:, position], reduced[:, position], known)
        group += [position] * len(mine)
        of += mine
    at, by = np.array(group, dtype=np.int64), np.array(of, dtype=np.int64)
    return by, Answers(at, cost[by, at], use[by, at])


def offered(cost: FloatArray, reduced: FloatArray, known: Sequence[int]) -> list[int]:
    """Return the passes (of N) whose answers a SKU offers: the known ones, then the best others."""
    found: list[int] = []
    for number in [*known, *np.argsort(reduced, kind="stable").tolist()]:
        if not (np.abs(cost[found] - cost[number]) <= CHANGED * (1.0 + abs(cost[number]))).any():
            found.append(number)
        if len(found) == OFFERED:
            break
    return found
