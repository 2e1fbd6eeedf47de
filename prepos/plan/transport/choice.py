"""From prices to whole flows that keep the shared rows.

Every pass of the price search answered for all SKUs, each time a little differently where a row is
contested. First each block of SKUs is given shares of the passes, so that the limits hold; the row
prices of that mix ask for more passes until it costs hardly more than the bound. Then every SKU is
given one pass by its block's shares, evenly over the SKUs' sizes, which leaves the rows nearly
full. What is left over is settled by choosing anew for the SKUs that lose least by another answer.
Answers are whole, so what is chosen is whole.

References
----------
Dantzig and Wolfe (1960), Operations Research 8(1), 101-111: mixing answers. Niederreiter (1992),
Random Number Generation and Quasi-Monte Carlo Methods, SIAM, chapter 3: multiples of the golden
ratio lie evenly.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.batch import answer, answer_each, blocks_of
from prepos.plan.transport.mix import KEPT, Answers, Mixed, mix_answers
from prepos.plan.transport.prices import Pass, Search, by_size, prove, spread
from prepos.plan.transport.problem import TransportProblem

ROUNDS = 8  # of asking for more passes
NEARER = 0.5  # from the best prices to the mix's
ASKED = 4000  # SKUs that are looked at for another answer
SETTLED = (120, 600)  # SKUs that are chosen for anew; more where fewer do not do
OFFERED = 6  # answers of one SKU, at most
CHANGED = 1e-9  # relative: answers that cost the same are the same
GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Choice:
    """Which answer every SKU gives.

    Attributes
    ----------
    prices : (N, S) float
    number : (K,) int
        Of the prices at which the SKU answers.
    cost : float
        Of all SKUs and purchases, prices left out, ``TransportProblem.shortage`` included.
    bought : (V,) float
        Whole numbers of vehicles.
    use : (S,) float
        Of the shared rows, by the SKUs.
    over : (S,) float
        By how much each limit is not kept.
    """

    prices: FloatArray
    number: IntArray
    cost: float
    bought: FloatArray
    use: FloatArray
    over: FloatArray


def choose_answers(
    problem: TransportProblem, search: Search, *, solver: str, precision: float
) -> Choice:
    """Return whole answers that keep the limits, at little more than the bound.

    Parameters
    ----------
    search : Search
        Prices near the best, and the passes that found them; passes and a better bound are added.
    precision : float
        Share of the cost that may be lost on the way.
    """
    if not len(problem):
        nobody, nothing = np.zeros(0, dtype=np.int64), np.zeros(len(problem.purchases.cost))
        return tell_choice(problem, search, nobody, nothing)
    mixed = share_passes(problem, search, solver, precision)
    blocks = len(search.passes[0].cost)
    number = spread_passes(problem, mixed.share.reshape(-1, blocks))
    for count in SETTLED:
        choice = settle(problem, search, number, mixed.prices, count, solver, precision)
        lost = choice.cost - search.bound
        if not choice.over.any() and lost <= precision * abs(search.bound):
            break
    return choice


def share_passes(problem: TransportProblem, search: Search, solver: str, precision: float) -> Mixed:
    """Return each block's shares of the passes, pass by pass, and the row prices they mean."""
    most = np.where(search.prices > 0, problem.ceiling, 0.0)
    search.passes.append(ask(problem, search, most))  # leaves room: the mix is surely within
    for number in range(ROUNDS):
        passes = search.passes
        answers = Answers(
            np.tile(np.arange(len(passes[0].cost)), len(passes)),
            np.concatenate([each.cost for each in passes]),
            np.concatenate([each.use for each in passes]),
        )
        mixed = mix_answers(problem, answers, problem.limit, solver=solver)
        lost = mixed.cost + problem.shortage - search.bound
        within = not mixed.over.any() and lost <= 0.5 * precision * abs(search.bound)
        if within or number == ROUNDS - 1:
            break
        halfway = search.prices + NEARER * (mixed.prices - search.prices)
        passes.append(ask(problem, search, mixed.prices))
        passes.append(ask(problem, search, halfway))
    return mixed


def ask(problem: TransportProblem, search: Search, prices: FloatArray) -> Pass:
    """Return a pass over all SKUs at other prices; a better bound is kept."""
    cost, use = answer(problem, prices, search.value.copy())
    bound = prove(problem, prices, cost)
    if bound > search.bound:
        search.bound, search.prices, search.use = bound, prices, use.sum(axis=0)
    return Pass(prices, cost - (use * prices).sum(axis=1), use)


def spread_passes(problem: TransportProblem, shares: FloatArray) -> IntArray:
    """Return each SKU's pass (K,): in its block as often as the share (N, B), at all sizes."""
    number = np.zeros(len(problem), dtype=np.int64)
    rank = np.empty(len(problem), dtype=np.int64)
    rank[by_size(problem)] = np.arange(len(problem))
    for block, (start, end) in enumerate(pairwise(blocks_of(len(problem)).tolist())):
        mine = start + np.argsort(rank[start:end], kind="stable")
        upto = np.cumsum(shares[:, block])
        level = (0.5 + GOLDEN * np.arange(len(mine))) % 1.0
        found = np.searchsorted(upto / max(upto[-1], CHANGED), level, side="right")
        number[mine] = np.minimum(found, len(shares) - 1)
    return number


def settle(
    problem: TransportProblem,
    search: Search,
    number: IntArray,
    prices: FloatArray,
    count: int,
    solver: str,
    precision: float,
) -> Choice:
    """Choose anew for so many SKUs, those that lose least by it, so that the limits hold."""
    _, use = chosen_answers(problem, search, number)
    asked = np.sort(by_size(problem)[spread(len(problem), min(ASKED, len(problem)))])
    skus, passes, answers = near_answers(problem, search, asked, number, prices, count)
    cost, before = chosen_answers(problem, search, number, skus)
    mixed = mix_answers(
        problem,
        answers,
        problem.limit - (use - before),
        solver=solver,
        whole=True,
        gap=0.5 * precision * abs(search.bound) / max(abs(cost), CHANGED),
    )
    number = number.copy()
    taken = np.flatnonzero(mixed.share > 0.5)
    number[skus[answers.group[taken]]] = passes[taken]
    return tell_choice(problem, search, number, mixed.bought)


def tell_choice(
    problem: TransportProblem, search: Search, number: IntArray, bought: FloatArray
) -> Choice:
    """Return what all SKUs cost and take by the passes (K,) they are given, and what is over."""
    cost, use = chosen_answers(problem, search, number)
    over = use + problem.purchases.take @ bought - problem.limit
    over[over <= KEPT * (1.0 + np.abs(problem.limit))] = 0.0
    return Choice(
        prices=np.stack([each.prices for each in search.passes]),
        number=number,
        cost=cost + float(problem.purchases.cost @ bought) + problem.shortage,
        bought=bought,
        use=use,
        over=np.maximum(over, 0.0),
    )


def chosen_answers(
    problem: TransportProblem, search: Search, number: IntArray, skus: IntArray | None = None
) -> tuple[float, FloatArray]:
    """Return what SKUs, all by default, cost and take (S,) by the passes (K,) they are given."""
    asked = np.arange(len(problem)) if skus is None else skus
    cost, use = 0.0, np.zeros(len(problem.limit))
    for position in np.unique(number[asked]).tolist():
        mine = asked[number[asked] == position]
        spent, taken = answer_each(problem, search.passes[position].prices, search.value, mine)
        cost, use = cost + float(spent.sum()), use + taken.sum(axis=0)
    return cost, use


def near_answers(
    problem: TransportProblem,
    search: Search,
    asked: IntArray,
    number: IntArray,
    prices: FloatArray,
    count: int,
) -> tuple[IntArray, IntArray, Answers]:
    """Return the SKUs whose next best answer is nearest, and their answers.

    Returns
    -------
    skus : (J,) int
    passes : (E,) int
        That each answer is of.
    answers : Answers
        Grouped by position among the SKUs: the one that is given, and the best others.
    """
    told = [answer_each(problem, each.prices, search.value, asked) for each in search.passes]
    cost, use = np.stack([each[0] for each in told]), np.stack([each[1] for each in told])
    reduced = cost + use @ prices
    given = cost[number[asked], np.arange(len(asked))]
    other = np.abs(cost - given) > CHANGED * (1.0 + np.abs(given))
    second = np.where(other, reduced - reduced.min(axis=0), np.inf).min(axis=0)
    near = np.sort(np.argsort(second, kind="stable")[:count])
    group, passes = [], []
    for position, sku in enumerate(near.tolist()):
        mine = offered(cost[:, sku], reduced[:, sku], int(number[asked[sku]]))
        group += [position] * len(mine)
        passes += mine
    answer_of, entry = np.array(passes, dtype=np.int64), near[np.array(group, dtype=np.int64)]
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
