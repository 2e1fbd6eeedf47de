"""Choosing anew for the SKUs that lose least by another answer, until the limits hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.mix import Answers, mix_answers
from prepos.plan.transport.passes import answer_pass, chosen_answers
from prepos.plan.transport.prices import Pass, Search, by_size, spread
from prepos.plan.transport.problem import TransportProblem

ASKED = 4000  # SKUs that are looked at for another answer
OFFERED = 6  # answers of one SKU, at most
CHANGED = 1e-9  # relative: answers that cost the same are the same


def settle(
    problem: TransportProblem,
    search: Search,
    passes: Sequence[Pass],
    number: IntArray,
    prices: FloatArray,
    *,
    count: int,
    solver: str,
    enough: float,
) -> IntArray:
    """Return each SKU's pass (K,), chosen anew for so many that lose least by it.

    Parameters
    ----------
    number : (K,) int
        The pass that each SKU is given so far.
    prices : (S,) float
        Of the rows, by which a loss is told.
    enough : float
        Currency that may be lost.
    """
    _, use = chosen_answers(problem, search, passes, number)
    asked = np.sort(by_size(problem)[spread(len(problem), min(ASKED, len(problem)))])
    skus, given, answers = near_answers(problem, search, passes, asked, number, prices, count)
    cost, before = chosen_answers(problem, search, passes, number, skus)
    mixed = mix_answers(
        problem,
        answers,
        problem.limit - (use - before),
        solver=solver,
        whole=True,
        gap=enough / max(abs(cost), CHANGED),
    )
    number = number.copy()
    taken = np.flatnonzero(mixed.share > 0.5)
    number[skus[answers.group[taken]]] = given[taken]
    return number


def near_answers(
    problem: TransportProblem,
    search: Search,
    passes: Sequence[Pass],
    asked: IntArray,
    number: IntArray,
    prices: FloatArray,
    count: int,
) -> tuple[IntArray, IntArray, Answers]:
    """Return the SKUs whose next best answer is nearest, and their answers.

    Returns
    -------
    skus : (J,) int
    given : (E,) int
        The pass that each answer is of.
    answers : Answers
        Grouped by position among the SKUs: the one that is given, and the best others.
    """
    told = [answer_pass(problem, search, each, asked) for each in passes]
    cost, use = np.stack([each[0] for each in told]), np.stack([each[1] for each in told])
    reduced = cost + use @ prices
    given = cost[number[asked], np.arange(len(asked))]
    other = np.abs(cost - given) > CHANGED * (1.0 + np.abs(given))
    second = np.where(other, reduced - reduced.min(axis=0), np.inf).min(axis=0)
    near = np.sort(np.argsort(second, kind="stable")[:count])
    group, of = [], []
    for position, sku in enumerate(near.tolist()):
        mine = offered(cost[:, sku], reduced[:, sku], int(number[asked[sku]]))
        group += [position] * len(mine)
        of += mine
    answer_of, entry = np.array(of, dtype=np.int64), near[np.array(group, dtype=np.int64)]
    answers = Answers(np.array(group), cost[answer_of, entry], use[answer_of, entry])
    return asked[near], answer_of, answers


def offered(cost: FloatArray, reduced: FloatArray, given: int) -> list[int]:
    """Return the passes (of N) whose answers a SKU offers: the given one, then the best others."""
    found = [given]
    for number in np.argsort(reduced, kind="stable").tolist():
        known = np.abs(cost[found] - cost[number]) <= CHANGED * (1.0 + abs(cost[number]))
        if not known.any():
            found.append(number)
        if len(found) == OFFERED:
            break
    return found
