"""What is sent, given: what it costs, what it takes, and whom it best serves from where it lies.

Units that were sent and units that stayed are sources anew, which only stay; so the same loops that
answer for SKUs tell what is sent best serves. A SKU may be asked about many times, each time with
something else sent: every such case is a SKU of its own here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.asked import answer_each
from prepos.plan.transport.batch import Flows
from prepos.plan.transport.costs import NOWHERE
from prepos.plan.transport.problem import (
    Priced,
    Routes,
    TransportProblem,
    at_prices,
    without_terms,
)
from prepos.plan.transport.slices import slices_of, take_skus


class Sent(NamedTuple):
    """Units on routes that leave their release: arrays of equal length, sorted by SKU.

    Of one SKU, source and route there may be several; units below 0 take from the others.
    """

    sku: IntArray
    source: IntArray
    route: IntArray
    units: IntArray

    def of(self, skus: IntArray) -> Sent:
        """Return what some SKUs (J,) send, the SKU being their position among them."""
        first = np.searchsorted(self.sku, np.arange(int(skus.max(initial=0)) + 2))
        begin, entry = slices_of(first, skus)
        position = np.repeat(np.arange(len(skus)), np.diff(begin))
        return Sent(position, self.source[entry], self.route[entry], self.units[entry])


class Landed(NamedTuple):
    """Cases as SKUs of a problem whose units only stay.

    Attributes
    ----------
    problem : TransportProblem
        Its releases are those that there were, and then every place, a node and a period.
    source : (M,) int
        The source that each of its sources was; ``NOWHERE`` for a place that units were sent to.
    to : (E,) int
        The source that what is sent becomes.
    """

    problem: TransportProblem
    source: IntArray
    to: IntArray

    @property
    def places(self) -> tuple[IntArray, IntArray]:
        """The case and the release (M,) of each source."""
        sources = self.problem.sources
        case = np.repeat(np.arange(len(self.problem)), np.diff(sources.first))
        return case, sources.release


def count_places(problem: TransportProblem) -> int:
    """Return how many releases there are where something can have landed."""
    return len(problem.places.release_node) + len(problem.places.storage_row) * problem.periods


def sent_by(problem: TransportProblem, flows: Flows) -> Sent:
    """Return what flows send, route by route, each source and route once."""
    release = problem.sources.release[flows.source]
    moved = np.flatnonzero(flows.route != problem.routes.first[release])
    routes = len(problem.routes.node)
    key, entry = np.unique(
        flows.source[moved] * routes + flows.route[moved], return_inverse=True
    )  # sources rise with their SKUs
    units = np.bincount(entry, flows.units[moved], len(key)).astype(np.int64)
    source = key // routes
    sku = np.searchsorted(problem.sources.first, source, side="right") - 1
    return Sent(sku, source, key % routes, units)


def join_sent(parts: Sequence[Sent]) -> Sent:
    """Return what is sent in all, sorted by SKU."""
    joined = Sent(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    order = np.argsort(joined.sku, kind="stable")
    return Sent(*(column[order] for column in joined))


def answer_sent(
    problem: TransportProblem,
    prices: FloatArray,
    skus: IntArray,
    sent: Sent,
    value: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Return what cases cost, prices left out, and what they take, serving best at these prices.

    Parameters
    ----------
    skus : (J,) int
        Of each case.
    sent : Sent
        Whose SKU is the position of the case.
    value : (J, releases of ``land``) float or None
        What a unit at each is believed to be worth, 0 or more: where the search starts.

    Returns
    -------
    cost : (J,) float
    use : (J, S) float
    """
    landed = land(problem, skus, sent)
    start = np.zeros(len(landed.source)) if value is None else value[landed.places]
    cost, use = answer_each(landed.problem, prices, start, np.arange(len(skus)))
    free = at_prices(problem, np.zeros_like(prices))
    on_way = sent.units * way_costs(problem, free, skus[sent.sku], sent.source, sent.route)
    cost += np.bincount(sent.sku, on_way, len(skus))
    first, entry = slices_of(problem.routes.row_first, sent.route)
    of = np.repeat(np.arange(len(sent.sku)), np.diff(first))
    taken = sent.units[of] * row_amounts(problem, skus[sent.sku[of]], entry)
    rows = use.shape[1]
    at = sent.sku[of] * rows + problem.routes.row[entry]
    use += np.bincount(at, taken, use.size).reshape(use.shape)
    return cost, use


def way_costs(
    problem: TransportProblem, priced: Priced, sku: IntArray, source: IntArray, route: IntArray
) -> FloatArray:
    """Return (E,) what a unit of a SKU's source costs on a route at some prices."""
    goods, held = problem.goods, problem.routes.held
    cost = priced.per_unit[route] + priced.per_m3[route] * goods.volume_m3[sku]
    cost += priced.per_kg[route] * goods.weight_kg[sku]
    return np.asarray(cost + goods.holding_cost[sku] * held[route] + terms(problem, source, route))


def terms(problem: TransportProblem, source: IntArray, route: IntArray) -> FloatArray:
    """Return (E,) what a unit of a source pays more on a route than others do."""
    sources, routes = problem.sources, len(problem.routes.node)
    owner = np.repeat(np.arange(len(sources.units)), np.diff(sources.term_first))
    known = np.append(owner * routes + sources.term_route, np.iinfo(np.int64).max)
    asked = source * routes + route
    at = np.searchsorted(known, asked)
    return np.asarray(np.where(known[at] == asked, np.append(sources.term_cost, 0.0)[at], 0.0))


def row_amounts(problem: TransportProblem, sku: IntArray, entry: IntArray) -> FloatArray:
    """Return (E,) what a unit of a SKU takes of a row by an entry of a route."""
    routes, goods = problem.routes, problem.goods
    amount = routes.row_unit[entry] + routes.row_m3[entry] * goods.volume_m3[sku]
    return np.asarray(amount + routes.row_kg[entry] * goods.weight_kg[sku])


def place_of(problem: TransportProblem, route: IntArray) -> IntArray:
    """Return where routes end, as a release among those of ``land``."""
    routes = problem.routes
    place = routes.node[route] * problem.periods + routes.period[route]
    return np.asarray(len(problem.places.release_node) + place)


def land(problem: TransportProblem, skus: IntArray, sent: Sent) -> Landed:
    """Return cases whose units lie where they were sent, or stayed.

    Every case has its SKU's sources, with what is left there, and then the places that something
    is sent to, empty where it is 0 units.
    """
    first, own = slices_of(problem.sources.first, skus)
    at = first[sent.sku] + sent.source - problem.sources.first[skus[sent.sku]]
    left = problem.sources.units[own] - np.bincount(at, sent.units, len(own)).astype(np.int64)
    ranks, goods, places = take_skus(problem, skus)
    nodes, releases = len(places.storage_row), count_places(problem)
    key, entry = np.unique(sent.sku * releases + place_of(problem, sent.route), return_inverse=True)
    came = np.bincount(entry, sent.units, len(key)).astype(np.int64)
    case = np.append(np.repeat(np.arange(len(skus)), np.diff(first)), key // releases)
    order = np.argsort(case, kind="stable")
    position = np.empty(len(order), dtype=np.int64)
    position[order] = np.arange(len(order))
    node = np.repeat(np.arange(nodes), problem.periods)
    period = np.tile(np.arange(problem.periods), nodes)
    landed = replace(
        problem,
        sources=without_terms(
            np.searchsorted(case[order], np.arange(len(skus) + 1)),
            np.append(problem.sources.release[own], key % releases)[order],
            np.append(left, came)[order],
        ),
        ranks=ranks,
        goods=goods,
        constant=problem.constant[skus],
        routes=staying(problem.routes, node, period),
        places=places._replace(
            release_node=np.append(places.release_node, node),
            release_period=np.append(places.release_period, period),
            release_moved=np.append(places.release_moved, np.ones(len(node), dtype=np.bool_)),
        ),
    )
    source = np.append(own, np.full(len(key), NOWHERE))[order]
    return Landed(landed, source, position[len(own) + entry])


def staying(routes: Routes, node: IntArray, period: IntArray) -> Routes:
    """Return the routes that stay, and one that stays at each of some places at no cost."""
    stays = routes.first[:-1]
    begin, entry = slices_of(routes.row_first, stays)
    nothing, none = np.zeros(len(node)), np.zeros(len(node), dtype=np.int64)
    return Routes(
        first=np.arange(len(stays) + len(node) + 1),
        node=np.append(routes.node[stays], node),
        period=np.append(routes.period[stays], period),
        held=np.append(routes.held[stays], none),
        per_unit=np.append(routes.per_unit[stays], nothing),
        per_m3=np.append(routes.per_m3[stays], nothing),
        per_kg=np.append(routes.per_kg[stays], nothing),
        row_first=np.append(begin, np.full(len(node), begin[-1])),
        row=routes.row[entry],
        row_unit=routes.row_unit[entry],
        row_m3=routes.row_m3[entry],
        row_kg=routes.row_kg[entry],
    )
