"""Whole cases and minimum lots: what a SKU sends, rounded and then made better at the prices.

Flows are rounded down to whole cases first. Then one case more on a way, one less, or both at once
are tried, as long as that costs less. The worth of the first unit more at a place, and of the first
less, tells what a case is worth at most, for each next unit is worth no more; so only few of the
changes need to be tried out.

Assumes that a source's units take the cheapest route to a place, all of them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.batch import answer
from prepos.plan.transport.problem import Priced, TransportProblem, at_prices
from prepos.plan.transport.sent import (
    Sent,
    answer_sent,
    count_places,
    join_sent,
    land,
    place_of,
    way_costs,
)
from prepos.plan.transport.slices import slices_of

ADDED, DROPPED = 4, 3  # ways of a SKU that are looked at to send more by, and less
TRIED = 6  # changes of a SKU that are tried out in a round
ROUNDS = 20  # at most
BETTER = 1e-9  # relative: less is no improvement


class Cases(NamedTuple):
    """Units by SKU (K,): of a case, and the least that a way is worth opening for, whole cases."""

    pack: IntArray
    least: IntArray

    @property
    def matter(self) -> bool:
        """Whether any SKU may not send single units."""
        return bool((self.least > 1).any())


class Ways(NamedTuple):
    """From each source of some SKUs the cheapest route to each place of use; and units sent.

    The SKU is a position among those that are looked at; sorted by SKU, source and place.
    """

    sku: IntArray
    source: IntArray
    route: IntArray
    units: IntArray


def make_cases(case_pack: IntArray, minimum_lot: IntArray | None = None) -> Cases:
    """Return cases of SKUs (K,) from units a case, and units that one route carries at least."""
    lot = np.ones_like(case_pack) if minimum_lot is None else np.maximum(minimum_lot, 1)
    return Cases(case_pack, -(-lot // case_pack) * case_pack)


def send_whole(problem: TransportProblem, prices: FloatArray, sent: Sent, cases: Cases) -> Sent:
    """Return what is sent in whole cases, made the best of where that changed it."""
    units = round_down(sent.units, cases.pack[sent.sku], cases.least[sent.sku])
    torn = np.unique(sent.sku[units != sent.units])
    is_torn = np.zeros(len(problem), dtype=np.bool_)
    is_torn[torn] = True
    kept = ~is_torn[sent.sku]
    mended = improve(problem, prices, torn, sent._replace(units=units).of(torn), cases)
    return join_sent(
        [Sent(*(column[kept] for column in sent)), mended._replace(sku=torn[mended.sku])]
    )


def round_down(units: IntArray, pack: IntArray, least: IntArray) -> IntArray:
    """Return units in whole cases, and none where that is less than the least."""
    whole = units // pack * pack
    return np.where(whole >= least, whole, 0)


def improve(
    problem: TransportProblem, prices: FloatArray, skus: IntArray, sent: Sent, cases: Cases
) -> Sent:
    """Return what SKUs (J,) send, changed case by case until nothing tried costs less."""
    priced = at_prices(problem, prices)
    ways = list_ways(problem, priced, skus, sent)
    units, live = ways.units.copy(), np.arange(len(skus))
    cost, value = None, np.zeros((len(skus), count_places(problem)))
    for _ in range(ROUNDS):
        if not len(live):
            break
        first, entry = slices_of(np.searchsorted(ways.sku, np.arange(len(skus) + 1)), live)
        sku = np.repeat(np.arange(len(live)), np.diff(first))
        mine = Ways(sku, ways.source[entry], ways.route[entry], units[entry])
        spent = spend(problem, prices, skus[live], mine) if cost is None else cost
        changes = list_changes(problem, prices, priced, skus[live], mine, cases, value)
        change, cost = best_changes(problem, prices, skus[live], mine, changes, spent, value)
        units[entry] += change
        moved = np.flatnonzero(cost < spent)
        live, cost, value = live[moved], cost[moved], value[moved]
    used = units > 0
    return Sent(ways.sku[used], ways.source[used], ways.route[used], units[used])


def list_ways(problem: TransportProblem, priced: Priced, skus: IntArray, sent: Sent) -> Ways:
    """Return the ways of SKUs (J,), with what is ``sent`` on each."""
    routes = problem.routes
    begin, source = slices_of(problem.sources.first, skus)
    sku = np.repeat(np.arange(len(skus)), np.diff(begin))
    release = problem.sources.release[source]
    first, route = slices_of(routes.first, release)
    of = np.repeat(np.arange(len(source)), np.diff(first))
    in_time = (route > routes.first[release][of]) & (routes.period[route] < problem.periods)
    useful = serves_wanted(problem, skus)[sku[of], routes.node[route]]
    of, route = of[in_time & useful], route[in_time & useful]
    place = place_of(problem, route)
    cost = way_costs(problem, priced, skus[sku[of]], source[of], route)
    able = cost < np.inf
    of, route, place, cost = of[able], route[able], place[able], cost[able]
    order = np.lexsort((cost, place, of))
    spot = (of * (int(place.max(initial=0)) + 1) + place)[order]
    cheapest = np.append(True, np.diff(spot) > 0)[: len(spot)]
    of, route, spot = of[order][cheapest], route[order][cheapest], spot[cheapest]
    at = begin[sent.sku] + sent.source - problem.sources.first[skus[sent.sku]]
    to = at * (int(place.max(initial=0)) + 1) + place_of(problem, sent.route)
    units = np.bincount(np.searchsorted(spot, to), sent.units, len(spot)).astype(np.int64)
    return Ways(sku[of], source[of], route, units)


def serves_wanted(problem: TransportProblem, skus: IntArray) -> np.ndarray:
    """Return (J, N) bool: whether a node may serve a catchment that wants the SKU."""
    places, nodes = problem.places, len(problem.places.is_forward)
    first, rank = slices_of(problem.ranks.first, skus)
    sku, zone = np.repeat(np.arange(len(skus)), np.diff(first)), problem.ranks.catchment[rank]
    begin, entry = slices_of(places.server_first, zone)
    serves = np.zeros((len(skus), nodes), dtype=np.bool_)
    serves[np.repeat(sku, np.diff(begin)), places.server[entry]] = True
    return serves


class Changes(NamedTuple):
    """What may be tried: SKU (E,), the way to send more by and the one less, -1 for none; units."""

    sku: IntArray
    more: IntArray
    less: IntArray
    more_units: IntArray
    less_units: IntArray


def list_changes(
    problem: TransportProblem,
    prices: FloatArray,
    priced: Priced,
    skus: IntArray,
    ways: Ways,
    cases: Cases,
    value: FloatArray,
    *,
    tried: int = TRIED,
    saving: float = BETTER,
) -> Changes:
    """Return the changes of each SKU (J,) that may save most: a case more, one less, or both.

    So many as are ``tried``, of those that save more than ``saving``, currency, at the prices;
    ``value`` is as of ``price_ways``.
    """
    rise, left = price_ways(problem, prices, priced, skus, ways, value)
    pack, least = cases.pack[skus[ways.sku]], cases.least[skus[ways.sku]]
    steps = (
        np.where(ways.units > 0, pack, least),
        np.where(ways.units > least, pack, ways.units),
    )
    more = best_ways(-steps[0] * rise, ways.sku, len(skus), ADDED)
    less = best_ways(np.where(steps[1] > 0, steps[1] * rise, -np.inf), ways.sku, len(skus), DROPPED)
    saved = [np.append(-steps[0] * rise, 0.0)[more], np.append(steps[1] * rise, 0.0)[less]]
    units = [np.append(steps[0], 0)[more], np.append(steps[1], 0)[less]]
    source, rest = np.append(ways.source, -1), np.append(left, 0)
    same = source[more][:, :, None] == source[less][:, None, :]
    room = rest[more][:, :, None] + np.where(same, units[1][:, None, :], 0)
    able = (units[0][:, :, None] <= room) & (more[:, :, None] != less[:, None, :])
    hoped = np.where(able, saved[0][:, :, None] + saved[1][:, None, :], -np.inf)
    hoped = hoped.reshape(len(skus), -1)
    few = np.argsort(-hoped, axis=1, kind="stable")[:, :tried]
    sku, column = np.nonzero(np.take_along_axis(hoped, few, axis=1) > saving)
    one, other = np.divmod(few[sku, column], less.shape[1])
    return Changes(sku, more[sku, one], less[sku, other], units[0][sku, one], units[1][sku, other])


def price_ways(
    problem: TransportProblem,
    prices: FloatArray,
    priced: Priced,
    skus: IntArray,
    ways: Ways,
    known: FloatArray,
) -> tuple[FloatArray, IntArray]:
    """Return what one unit more on each way costs, no less than the first does, and units left.

    ``known`` (J, releases of ``land``) is what a unit at each is believed to be worth, and is set
    to what it is worth where a way leads.
    """
    landed = land(problem, skus, Sent(*ways))
    sources, places, goods = landed.problem.sources, landed.problem.places, landed.problem.goods
    case, _ = landed.places
    value = known[landed.places]
    answer(landed.problem, prices, value)
    known[landed.places] = value
    node, since = places.release_node[sources.release], places.release_period[sources.release]
    later = np.cumsum(priced.storage[:, ::-1], axis=1)[:, ::-1]  # to the window's end
    stored = np.append(later, np.zeros((len(later), 1)), axis=1)[node, since]
    lies = goods.holding_cost[case] * (problem.periods - since)
    lies += goods.return_cost[case] * places.release_moved[sources.release]
    lies = lies * places.is_forward[node]
    lies += goods.spare[case, node] * (since < problem.periods)
    worth = value - lies - goods.volume_m3[case] * stored
    own = sources.first[ways.sku] + ways.source - problem.sources.first[skus[ways.sku]]
    cost = way_costs(problem, priced, skus[ways.sku], ways.source, ways.route)
    return cost - worth[landed.to] + worth[own], sources.units[own]


def best_ways(saved: FloatArray, sku: IntArray, count: int, most: int) -> IntArray:
    """Return (J, most + 1) the ways of each SKU that save most, then -1: none."""
    order = np.lexsort((-saved, sku))
    place = np.arange(len(order)) - np.searchsorted(sku, sku[order])
    found = np.full((count, most + 1), -1)
    kept = (place < most) & (saved[order] > -np.inf)
    found[sku[order[kept]], place[kept]] = order[kept]
    return found


def best_changes(
    problem: TransportProblem,
    prices: FloatArray,
    skus: IntArray,
    ways: Ways,
    changes: Changes,
    spent: FloatArray,
    value: FloatArray,
) -> tuple[IntArray, FloatArray]:
    """Return by how many units each way is best changed, and what each SKU (J,) then costs.

    ``value`` is as ``price_ways`` sets it: what is changed by a case is worth nearly the same.
    """
    cost = spend(problem, prices, skus, ways, changes, value)
    order = np.lexsort((cost, changes.sku))
    first = order[np.append(True, np.diff(changes.sku[order]) > 0)[: len(order)]]
    sku = changes.sku[first]
    better = cost[first] < spent[sku] - BETTER * (1.0 + np.abs(spent[sku]))
    taken, after = first[better], spent.copy()
    after[sku[better]] = cost[taken]
    return change_ways(ways, changes, taken), after


def change_ways(ways: Ways, changes: Changes, taken: IntArray) -> IntArray:
    """Return by how many units each way changes with those that are taken."""
    units = np.zeros(len(ways.sku) + 1, dtype=np.int64)
    units[changes.more[taken]] += changes.more_units[taken]
    units[changes.less[taken]] -= changes.less_units[taken]
    return units[:-1]


def spend(
    problem: TransportProblem,
    prices: FloatArray,
    skus: IntArray,
    ways: Ways,
    changes: Changes | None = None,
    value: FloatArray | None = None,
) -> FloatArray:
    """Return what SKUs (J,) cost, prices included; or (E,) what they cost after each change."""
    if changes is None:
        sent = Sent(*(column[ways.units > 0] for column in ways))
        cost, use = answer_sent(problem, prices, skus, sent)
    else:
        start = None if value is None else value[changes.sku]
        sent = sent_after(ways, changes)
        cost, use = answer_sent(problem, prices, skus[changes.sku], sent, start)
    return np.asarray(cost + use @ prices)


def sent_after(ways: Ways, changes: Changes) -> Sent:
    """Return what is sent after each change, as a case of its own (E,)."""
    base = Sent(*(column[ways.units > 0] for column in ways)).of(changes.sku)
    case = np.arange(len(changes.sku))
    more, less = changes.more >= 0, changes.less >= 0
    way = np.concatenate([changes.more[more], changes.less[less]])
    return Sent(
        np.concatenate([base.sku, case[more], case[less]]),
        np.append(base.source, ways.source[way]),
        np.append(base.route, ways.route[way]),
        np.concatenate([base.units, changes.more_units[more], -changes.less_units[less]]),
    )
