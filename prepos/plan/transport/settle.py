"""Choosing anew, SKU by SKU, until the limits hold at little more than what answers cost at least.

Answers are exchanged first (``exchange``), which nearly always is enough. Else they are mixed once
more: a mix of single SKUs' answers has hardly more torn ones than there are limits. These, and the
SKUs that lose least by another answer, are then chosen for in a program with whole answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.climb import Pass, Search
from prepos.plan.transport.exchange import exchange
from prepos.plan.transport.mix import Answers, mix_answers
from prepos.plan.transport.passes import answer_pass, answer_passes
from prepos.plan.transport.problem import TransportProblem
from prepos.plan.transport.samples import by_size, spread
from prepos.plan.transport.trim import excess

ASKED = 1000  # SKUs that are looked at for another answer, exchanged, and if need be mixed
EXCHANGES = 2  # of answers, before programs
OFFERED = 6  # answers of one SKU, at most
CHANGED = 1e-9  # relative: answers that cost the same are the same
WHOLE = 1.0 - 1e-6  # share from which an answer is not torn


class Told(NamedTuple):
    """Answers of some SKUs (J,) in passes (N,): cost (N, J), use (N, J, S)."""

    skus: IntArray
    cost: FloatArray
    use: FloatArray

    def of(self, given: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return what the SKUs cost (J,) and take (J, S) by the answers (J,) they are given."""
        everyone = np.arange(len(given))
        return self.cost[given, everyone], self.use[given, everyone]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Given:
    """A pass for each SKU, and those that may be given instead.

    Attributes
    ----------
    passes : list of Pass
    number : (K,) int
        The pass that each SKU is given.
    cost, use : float, (S,) float
        What all SKUs then cost, and take.
    others : list of Pass
    told : Told
        What some SKUs answer in the others; the last leaves most room.
    prices : (S,) float
        Of the rows, by which a loss is told.
    least : float
        What the SKUs cost at least.
    programs : tuple of int
        Numbers of SKUs that a program gives whole answers, where exchanging them does not do.
    refined : bool
        Whether single units are changed afterwards: then programs are for limits that do not hold.
    """

    passes: list[Pass]
    number: IntArray
    cost: float
    use: FloatArray
    others: list[Pass]
    told: Told
    prices: FloatArray
    least: float
    programs: tuple[int, ...]
    refined: bool


def settle(
    problem: TransportProblem, search: Search, given: Given, *, enough: float, solver: str
) -> tuple[IntArray, float, FloatArray]:
    """Return each SKU's pass (K,), of those given and then the others; cost and use (S,) of all.

    It is chosen anew for those that lose least by it, until all keep the limits and cost hardly
    more, by ``enough``, than at least.
    """
    told = with_own(problem, search, given)
    own = np.zeros(len(told.skus), dtype=np.int64)
    first, taken = told.of(own)
    room = problem.limit - (given.use - taken.sum(axis=0))
    felt = np.maximum(given.prices, search.scale)
    tried: list[tuple[float, float, int, IntArray, FloatArray]] = []
    for found in choose_anew(problem, told, own, felt, room, enough, solver, given.programs):
        after, takes = told.of(found)
        use = takes.sum(axis=0) - room + problem.limit
        lost = given.cost + float((after - first).sum()) - given.least
        anew, others = given.number.copy(), len(given.passes) - 1 + found
        anew[told.skus] = np.where(found > 0, others, given.number[told.skus])
        broken = float(excess(problem, use) @ problem.ceiling)
        tried.append((broken, lost, len(tried), anew, use))
        exchanged = given.refined and len(tried) == EXCHANGES and min(tried)[0] <= 0.0
        if exchanged or tried[-1][:2] <= (0.0, enough):
            break
    _, lost, _, number, use = min(tried)
    return number, given.least + lost, use


def with_own(problem: TransportProblem, search: Search, given: Given) -> Told:
    """Return what is told of some SKUs with the answers of their own passes first."""
    told = given.told
    cost, use = answer_passes(problem, search, given.passes, given.number[told.skus], told.skus)
    return Told(
        told.skus,
        np.concatenate([cost[None], told.cost]),
        np.concatenate([use[None], told.use]),
    )


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
        few = nearest(told, given, prices, ASKED)
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


def pick_skus(problem: TransportProblem) -> IntArray:
    """Return the SKUs (J,) of all sizes, rising, that are looked at for another answer."""
    return np.sort(by_size(problem)[spread(len(problem), min(ASKED, len(problem)))])


def ask_passes(
    problem: TransportProblem, search: Search, passes: Sequence[Pass], skus: IntArray
) -> Told:
    """Return what some SKUs (J,) answer in passes."""
    parts = [answer_pass(problem, search, each, skus) for each in passes]
    cost, use = (np.stack(column) for column in zip(*parts, strict=True))
    return Told(skus, cost, use)


def mix_skus(
    problem: TransportProblem,
    told: Told,
    given: IntArray,
    prices: FloatArray,
    room: FloatArray,
    solver: str,
) -> tuple[IntArray, FloatArray, IntArray]:
    """Return the answers (J,) that weigh most in a mix, its row prices, and the SKUs it tears."""
    few = nearest(told, given, prices, ASKED)
    if not len(few):
        return given, prices, few
    by, answers = offer(told, given, prices, few)
    _, takes = told.of(given)
    rest = takes.sum(axis=0) - takes[few].sum(axis=0)
    mixed = mix_answers(problem, answers, room - rest, solver=solver)
    order = np.lexsort((-mixed.share, answers.group))
    heaviest = order[np.unique(answers.group[order], return_index=True)[1]]
    found = given.copy()
    found[few] = by[heaviest]
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
    by, answers = offer(told, given, prices, few)
    cost, takes = told.of(given)
    rest = takes.sum(axis=0) - takes[few].sum(axis=0)
    gap = 0.5 * enough / max(abs(float(cost[few].sum())), CHANGED)
    mixed = mix_answers(problem, answers, room - rest, solver=solver, whole=True, gap=gap)
    found, taken = given.copy(), np.flatnonzero(mixed.share > 0.5)
    found[few[answers.group[taken]]] = by[taken]
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
