"""A whole plan made better within the limits: SKUs' cases changed, one SKU or two at a time.

The answers that passes offer are few, and where SKUs are few they leave room that no mix of them
fills. So each SKU is told what it would cost and take with a case more on a way, one less, or both;
then changes are exchanged, one making the room that another takes, until nothing tried costs less.
"""

from __future__ import annotations

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.cases import (
    Cases,
    Changes,
    Ways,
    change_ways,
    list_changes,
    list_ways,
    sent_after,
)
from prepos.plan.transport.exchange import exchange
from prepos.plan.transport.problem import TransportProblem, at_prices
from prepos.plan.transport.sent import Sent, answer_sent, count_places
from prepos.plan.transport.trim import excess

ROUNDS = 12  # at most
STRICTER = 1000.0  # times as much is a row worth that else is not kept
TRIED = 16  # changes of a SKU that are looked at in a round
BETTER = 1e-9  # relative: less is no improvement


def refine(
    problem: TransportProblem,
    prices: FloatArray,
    felt: FloatArray,
    sent: Sent,
    cases: Cases,
    least: float,
) -> Sent:
    """Return what is sent where it costs less and keeps the limits no less well.

    Parameters
    ----------
    prices : (S,) float
        At which SKUs serve from where units lie.
    felt : (S,) float
        What a unit of each row is about worth, above 0 where that is unknown.
    sent : Sent
        Of all SKUs, in whole cases.
    least : float
        Currency: what is near enough to be left.
    """
    skus = np.arange(len(problem))
    priced = at_prices(problem, prices)
    ways = list_ways(problem, priced, skus, sent)
    value = np.zeros((len(skus), count_places(problem)))
    cost, use = answer_sent(problem, prices, skus, sent)
    for _ in range(ROUNDS):
        if cost.sum() <= least:
            break
        changes = list_changes(
            problem, prices, priced, skus, ways, cases, value, tried=TRIED, saving=-np.inf
        )
        taken = choose_changes(problem, prices, felt, ways, changes, (cost, use), value)
        after = ways._replace(units=ways.units + change_ways(ways, changes, taken))
        some = Sent(*(column[after.units > 0] for column in after))
        spent, takes = answer_sent(problem, prices, skus, some)
        worse = excess(problem, takes.sum(axis=0)) > excess(problem, use.sum(axis=0))
        if worse.any():
            felt = np.where(worse, STRICTER * felt, felt)
        elif spent.sum() < cost.sum() - BETTER * (1.0 + abs(cost.sum())):
            ways, cost, use = after, spent, takes
        else:
            break
    return Sent(*(column[ways.units > 0] for column in ways))


def choose_changes(
    problem: TransportProblem,
    prices: FloatArray,
    felt: FloatArray,
    ways: Ways,
    changes: Changes,
    now: tuple[FloatArray, FloatArray],
    value: FloatArray,
) -> IntArray:
    """Return the changes to make, positions of E, one of a SKU at most."""
    cost, use = now
    start, sent = value[changes.sku], sent_after(ways, changes)
    spent, takes = answer_sent(problem, prices, changes.sku, sent, start)
    number = 1 + np.arange(len(changes.sku)) - np.searchsorted(changes.sku, changes.sku)
    answers = 1 + int(number.max(initial=0))
    costs, uses = np.tile(cost, (answers, 1)), np.tile(use, (answers, 1, 1))
    costs[number, changes.sku], uses[number, changes.sku] = spent, takes
    whose = np.full(costs.shape, -1)
    whose[number, changes.sku] = np.arange(len(number))
    given = np.zeros(len(cost), dtype=np.int64)
    found = exchange(costs, uses, given, problem.limit, felt, problem.ceiling)
    taken = whose[found, np.arange(len(cost))]
    return np.asarray(taken[taken >= 0])
