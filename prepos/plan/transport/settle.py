"""Choosing anew, SKU by SKU, until the limits hold at little more than what answers cost at least.

Answers are exchanged first (``exchange``), which nearly always is enough. Else they are mixed once
more: a mix of single SKUs' answers has hardly more torn ones than there are limits. These, and the
SKUs that lose least by another answer, are then chosen for in a program with whole answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.exchange import exchange
from prepos.plan.transport.mix import Answers, mix_answers
from prepos.plan.transport.passes import answer_pass, chosen_answers
from prepos.plan.transport.prices import Pass, Search, by_size, spread
from prepos.plan.transport.problem import TransportProblem
from prepos.plan.transport.trim import excess

ASKED = 2000  # SKUs that are looked at for another answer
EXCHANGED, MIXED = 500, 1000  # of those, whose answers are exchanged, mixed
# Passes that are asked for another answer, beside those that are given; SKUs that a program gives
# whole answers: more where fewer do not do.
EFFORTS: tuple[tuple[int, tuple[int, ...]], ...] = ((6, ()), (60, (120, 400)))
OFFERED = 6  # answers of one SKU, at most
CHANGED = 1e-9  # relative: answers that cost the same are the same
WHOLE = 1.0 - 1e-6  # share from which an answer is not torn


class Told(NamedTuple):
    """Answers of some SKUs (J,) in some passes (N,): cost (N, J) and use (N, J, S)."""

    passes: IntArray
    skus: IntArray
    cost: FloatArray
    use: FloatArray

    def of(self, given: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return what the SKUs cost (J,) and take (J, S) by the answers (J,) they are given."""
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
    tried: list[tuple[float, float, int, IntArray]] = []
    for others, counts in EFFORTS:
        told = ask_passes(problem, search, passes, number, prices, others)
        given = np.searchsorted(told.passes, number[told.skus])
        first, taken = told.of(given)
        room = problem.limit - (use - taken.sum(axis=0))
        felt = np.maximum(prices, search.scale)
        for found in choose_anew(problem, told, given, felt, room, enough, solver, counts):
            after, takes = told.of(found)
            over = excess(problem, takes.sum(axis=0) - room + problem.limit)
            lost = cost + float((after - first).sum()) - least
            anew = number.copy()
            anew[told.skus] = told.passes[found]
            tried.append((float(over @ problem.ceiling), lost, len(tried), anew))
            if tried[-1][:2] <= (0.0, enough):
                return anew
    return min(tried)[-1]


def choose_anew(
    problem: TransportProblem,
    told: Told,
    given: IntArray,
    prices: FloatArray,
    room: FloatArray,
    enough: float,
    solver: str,
    counts: Sequence[int],
) -> Iterator[IntArray]:
    """Yield answers (J,) of the SKUs, each time found with more effort.

    ``counts`` are numbers of SKUs that a program gives whole answers.
    """

    def exchanged(given: IntArray) -> IntArray:
        few = nearest(told, given, prices, EXCHANGED)
        rest = room - np.delete(told.of(given)[1], few, axis=0).sum(axis=0)
        cost, use = told.cost[:, few], told.use[:, few]
        found = given.copy()
        found[few] = exchange(cost, use, given[few], rest, prices, problem.ceiling)
        return found

    yield exchanged(given)
    given, worth, torn = mix_skus(problem, told, given, prices, room, solver)
    yield exchanged(given)
    for count in counts:
        few = np.union1d(torn, nearest(told, given, worth, count))
        yield choose_skus(problem, told, given, worth, few, room, enough, solver)


def ask_passes(
    problem: TransportProblem,
    search: Search,
    passes: Sequence[Pass],
    number: IntArray,
    prices: FloatArray,
    others: int,
) -> Told:
    """Return what some SKUs of all sizes answer in the passes given and in others near them.

    The last leaves most room.
    """
    count = min(ASKED, len(problem))
    skus = np.sort(by_size(problem)[spread(len(problem), count)])
    reduced = [float(each.cost.sum() + each.use.sum(axis=0) @ prices) for each in passes]
    near = np.argsort(reduced, kind="stable")[:others]
    asked = np.unique(np.concatenate([number, near, [len(passes) - 1]]))
    parts = [answer_pass(problem, search, passes[each], skus) for each in asked.tolist()]
    cost, use = (np.stack(column) for column in zip(*parts, strict=True))
    return Told(asked, skus, cost, use)


def mix_skus(
    problem: TransportProblem,
    told: Told,
    given: IntArray,
    prices: FloatArray,
    room: FloatArray,
    solver: str,
) -> tuple[IntArray, FloatArray, IntArray]:
    """Return the answers (J,) that weigh most in a mix, its row prices, and the SKUs it tears."""
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
    """Return the answers (J,), chosen anew for ``few`` of the SKUs."""
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
