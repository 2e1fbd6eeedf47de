"""What is left out where a limit is still broken: the cases that are worth least of what they take.

Choosing among answers nearly always keeps the limits. With few SKUs, large cases or many limits it
may not; then single cases, or all that a source sends by one route, are left where they are until
every limit is kept that this can keep.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.cases import Cases
from prepos.plan.transport.climb import Pass, Search
from prepos.plan.transport.mix import KEPT
from prepos.plan.transport.passes import read_passes
from prepos.plan.transport.problem import NO_ROW, TransportProblem
from prepos.plan.transport.samples import spread
from prepos.plan.transport.sent import Sent, answer_sent, sent_by
from prepos.plan.transport.slices import slices_of

ROUNDS = 60  # at most; a SKU gives up one case, or one route, in each
TRIED = 4000  # flows that are looked at in a round


def trim(
    problem: TransportProblem,
    search: Search,
    passes: Sequence[Pass],
    number: IntArray,
    prices: FloatArray,
    cases: Cases,
    use: FloatArray,
) -> tuple[list[Pass], IntArray]:
    """Return passes, one more than before, and each SKU's (K,), so that limits hold.

    ``prices`` (S,) are those at which a SKU that leaves something out serves best; ``use`` (S,) is
    what all take so far.
    """
    everyone = np.arange(len(problem))
    sent = sent_by(problem, read_passes(problem, search, passes, number, everyone))
    touched = np.zeros(len(problem), dtype=np.bool_)
    for _ in range(ROUNDS):
        over = excess(problem, use)
        entry = np.flatnonzero(may_help(problem, sent, over > 0))
        if not over.any() or not len(entry):
            break
        entry = entry[np.unique(spread(len(entry), min(TRIED, len(entry))))]
        left, whose, gained = leave_out(problem, prices, sent, entry, cases, use)
        if not len(whose):
            break
        sent, use = left, use + gained
        touched[whose] = True
    found = number.copy()
    found[touched] = len(passes)
    nothing = np.zeros(0)
    return [*passes, Pass(prices, nothing, nothing, sent)], found


def excess(problem: TransportProblem, use: FloatArray) -> FloatArray:
    """Return (S,) by how much limits are broken, beyond what a solver may err by."""
    over = use - problem.limit
    return np.where(over > KEPT * (1.0 + np.abs(problem.limit)), over, 0.0)


def may_help(problem: TransportProblem, sent: Sent, broken: np.ndarray) -> np.ndarray:
    """Return (E,) bool: whether what is sent takes from broken rows on its way or where it ends."""
    routes = problem.routes
    first, entry = slices_of(routes.row_first, sent.route)
    of = np.repeat(np.arange(len(sent.route)), np.diff(first))
    on_way = np.bincount(of, broken[routes.row[entry]], len(sent.route)) > 0
    row = problem.places.storage_row[routes.node[sent.route]]
    return np.asarray(on_way | (broken[row] & (row != NO_ROW)).any(axis=1))


def leave_out(
    problem: TransportProblem,
    prices: FloatArray,
    sent: Sent,
    entry: IntArray,
    cases: Cases,
    use: FloatArray,
) -> tuple[Sent, IntArray, FloatArray]:
    """Return what is sent without the units that lose least, whose they were, and use gained (S,).

    Of every entry (E,) one case is tried, and all of it.
    """
    units, sku = sent.units[entry], sent.sku[entry]
    pack, least = cases.pack[sku], cases.least[sku]
    fewer = np.append(np.where(units > least, pack, units), units)
    entry, sku = np.tile(entry, 2), np.tile(sku, 2)
    base, case = sent.of(sku), np.arange(len(sku))
    minus = Sent(case, sent.source[entry], sent.route[entry], -fewer)
    changed = Sent(*(np.append(*pair) for pair in zip(base, minus, strict=True)))
    mine = np.unique(sku)
    cost, taken = answer_sent(problem, prices, mine, sent.of(mine))
    at = np.searchsorted(mine, sku)
    after, takes = answer_sent(problem, prices, sku, changed)
    lost, gained = after - cost[at], takes - taken[at]
    over = excess(problem, use)
    relief = np.minimum(np.maximum(-gained, 0.0), over) @ problem.ceiling
    rate = np.where(relief > 0, lost / np.maximum(relief, KEPT), np.inf)
    chosen, total, done = [], np.zeros(len(use)), set()
    for position in np.argsort(rate, kind="stable").tolist():
        now = excess(problem, use + total)
        if not now.any() or rate[position] == np.inf:
            break
        then = excess(problem, use + total + gained[position])
        better = float(problem.ceiling @ (now - then)) > lost[position]
        if better and int(sku[position]) not in done:
            chosen.append(position)
            total += gained[position]
            done.add(int(sku[position]))
    remains = sent.units.copy()
    remains[entry[chosen]] -= fewer[chosen]
    some = remains > 0
    left = Sent(sent.sku[some], sent.source[some], sent.route[some], remains[some])
    return left, sku[chosen], total
