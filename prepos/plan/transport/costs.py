"""What a unit of each source costs on each rank of one SKU's demand, at given prices.

Compiled loops over the arrays of a ``TransportProblem``. For every source the cheapest route to
each place (a node, and the period from which it serves there) is found first; a rank then takes the
best of the places that may serve it. All costs count from a unit that lies idle where it is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepos.core.kernels import serial_kernel
from prepos.core.spans import span_number
from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.problem import (
    NO_ROUTE,
    Goods,
    Places,
    Priced,
    Ranks,
    Routes,
    Sources,
    TransportProblem,
    at_prices,
)

NOWHERE = -1


class Market(NamedTuple):
    """The arrays of a problem and its costs at some prices, as the loops read them."""

    periods: int
    sources: Sources
    ranks: Ranks
    goods: Goods
    routes: Routes
    places: Places
    priced: Priced


class Sides(NamedTuple):
    """Room to work in for one SKU with S sources and R ranks, on N x T places.

    Attributes
    ----------
    way : (S, N T) float
        Cost of the cheapest route to each place.
    by : (S, N T) int
        That route.
    idle : (S,) float
        What a unit costs that lies where it is.
    home : (S,) int
        The place where it stays and is not returned, though others there are; -1 where there is
        none.
    at, own : (R,) float
    rate : (T,) float
        Room for the costs at one place: of what came there, and of what was there.
    cost : (S + 1, R) float
        Of a unit of each source on each rank, beyond lying idle; the last row is of nobody.
    held : (S + 1, R) int
        Units of each source that serve each rank; the last row is what nobody serves.
    total : (S + 1,) int
        The sums of ``held``.
    arc : (S + 1, S + 1) float
        What it costs at least to let another source serve a unit that a source serves.
    over : (S + 1, S + 1) int
        The rank of that unit.
    reach : (S + 1,) float
    back : (S + 1,) int
        Room for shortest paths: how far each source is, and by way of which.
    """

    way: FloatArray
    by: IntArray
    idle: FloatArray
    home: IntArray
    at: FloatArray
    own: FloatArray
    rate: FloatArray
    cost: FloatArray
    held: IntArray
    total: IntArray
    arc: FloatArray
    over: IntArray
    reach: FloatArray
    back: IntArray


def make_market(problem: TransportProblem, prices: FloatArray) -> Market:
    """Return the problem's arrays with its costs at prices (S,)."""
    return Market(
        problem.periods,
        problem.sources,
        problem.ranks,
        problem.goods,
        problem.routes,
        problem.places,
        at_prices(problem, prices),
    )


@serial_kernel
def make_sides(market: Market, first: int, last: int) -> Sides:
    """Return room for any SKU of a slice."""
    sources, ranks = 0, 0
    for sku in range(first, last):
        sources = max(sources, market.sources.first[sku + 1] - market.sources.first[sku])
        ranks = max(ranks, market.ranks.first[sku + 1] - market.ranks.first[sku])
    places, nodes = market.places.service.shape[1] * market.periods, sources + 1
    return Sides(
        np.empty((sources, places)),
        np.empty((sources, places), dtype=np.int64),
        np.empty(sources),
        np.empty(sources, dtype=np.int64),
        np.empty(ranks),
        np.empty(ranks),
        np.empty(market.periods),
        np.zeros((nodes, ranks)),
        np.zeros((nodes, ranks), dtype=np.int64),
        np.empty(nodes, dtype=np.int64),
        np.empty((nodes, nodes)),
        np.empty((nodes, nodes), dtype=np.int64),
        np.empty(nodes),
        np.empty(nodes, dtype=np.int64),
    )


@serial_kernel
def idle_cost(market: Market, sku: int, release: int) -> float:
    """Return what a unit costs that lies where it is to the window's end."""
    places, goods = market.places, market.goods
    node, since = places.release_node[release], places.release_period[release]
    idle = 0.0
    if places.is_forward[node]:
        idle += goods.holding_cost[sku] * (market.periods - since)
        if places.release_moved[release]:
            idle += goods.return_cost[sku]
    if since < market.periods:
        idle += goods.spare[sku, node]
    for period in range(since, market.periods):
        idle += goods.volume_m3[sku] * market.priced.storage[node, period]
    return idle


@serial_kernel
def route_cost(market: Market, sku: int, route: int) -> float:
    """Return what a unit costs on a route, up to where it can serve."""
    priced, goods = market.priced, market.goods
    cost = priced.per_unit[route] + priced.per_m3[route] * goods.volume_m3[sku]
    cost += priced.per_kg[route] * goods.weight_kg[sku]
    cost += goods.holding_cost[sku] * market.routes.held[route]
    return float(cost)


@serial_kernel
def find_ways(market: Market, sku: int, source: int, sides: Sides) -> None:
    """Find the cheapest route from a source to each place and period, and what lying idle costs."""
    routes, places = market.routes, market.places
    at = market.sources.first[sku] + source
    release = market.sources.release[at]
    node = places.release_node[release]
    sides.idle[source] = idle_cost(market, sku, release)
    sides.home[source] = NOWHERE
    stays = routes.period[routes.first[release]]
    if places.is_forward[node] and not places.release_moved[release] and stays < market.periods:
        sides.home[source] = node * market.periods + stays
    sides.way[source, :] = np.inf
    sides.by[source, :] = NO_ROUTE
    term, last_term = market.sources.term_first[at], market.sources.term_first[at + 1]
    for route in range(routes.first[release], routes.first[release + 1]):
        extra = 0.0
        if term < last_term and market.sources.term_route[term] == route:
            extra, term = market.sources.term_cost[term], term + 1
        if routes.period[route] >= market.periods:
            continue
        cost = route_cost(market, sku, route) + extra
        place = routes.node[route] * market.periods + routes.period[route]
        if cost < sides.way[source, place]:
            sides.way[source, place], sides.by[source, place] = cost, route


@serial_kernel
def cost_ranks(market: Market, sku: int, sources: int, sides: Sides) -> None:
    """Fill in what a unit of each source costs on each rank, beyond lying idle."""
    first, last = market.ranks.first[sku], market.ranks.first[sku + 1]
    catchment, periods = market.ranks.catchment, market.periods
    server_first, server = market.places.server_first, market.places.server
    way, idle, cost, at, own = sides.way, sides.idle, sides.cost, sides.at, sides.own
    cost[:sources, : last - first] = np.inf
    begin = first
    while begin < last:
        zone = catchment[begin]
        stop = begin + 1
        while stop < last and catchment[stop] == zone:
            stop += 1
        for entry in range(server_first[zone], server_first[zone + 1]):
            for period in range(periods):
                place, ready = server[entry] * periods + period, False
                for source in range(sources):
                    come = way[source, place] - idle[source]
                    if come == np.inf:
                        continue
                    if not ready:
                        cost_place(market, sku, place, begin, stop, sides)
                        ready = True
                    mine = cost[source]
                    there = own if sides.home[source] == place else at
                    for rank in range(stop - begin):
                        found = come + there[rank]
                        if found < mine[begin - first + rank]:
                            mine[begin - first + rank] = found
        begin = stop


@serial_kernel
def cost_place(market: Market, sku: int, place: int, begin: int, stop: int, sides: Sides) -> None:
    """Set ``sides.at`` and ``sides.own``: what a unit costs at a place that serves some ranks.

    The ranks are those of one catchment.
    """
    periods, used, rate = market.periods, market.ranks.used, sides.rate
    at, own = sides.at, sides.own
    node, period = divmod(place, periods)
    storage, zone = market.priced.storage[node], market.ranks.catchment[begin]
    volume, holding, returned = market.goods.volume_m3[sku], 0.0, 0.0
    if market.places.is_forward[node]:
        holding, returned = market.goods.holding_cost[sku], market.goods.return_cost[sku]
    for end in range(period, periods - 1):
        rate[end] = holding + volume * storage[end + 1]
    rate[periods - 1] = holding
    table = market.places.service
    service = table[sku if len(table) > 1 else 0, node, zone]
    fill = market.priced.fill[zone, market.goods.group[sku]]
    gain = service - market.goods.shortage_cost[sku] - fill
    relief, spare = market.goods.relief[sku, zone], market.goods.spare[sku, node]
    first, room = span_number(period, period, periods) - period, volume * storage[period]
    for rank in range(begin, stop):
        total, left = room, 1.0
        for end in range(period, periods):
            left = 1.0 - used[rank, first + end]
            total += rate[end] * left
        missed = used[rank, periods - 1] - (1.0 - left)  # asked for before anything came
        own[rank - begin] = total + gain * (1.0 - left) + relief * missed + spare * left
        at[rank - begin] = own[rank - begin] + returned * left


@serial_kernel
def best_place(market: Market, sku: int, source: int, rank: int, sides: Sides) -> int:
    """Return the place, node and period as one number, from which the source serves a rank."""
    position, periods = market.ranks.first[sku] + rank, market.periods
    zone, way = market.ranks.catchment[position], sides.way[source]
    server_first, server = market.places.server_first, market.places.server
    best, least = -1, np.inf
    for entry in range(server_first[zone], server_first[zone + 1]):
        for period in range(periods):
            place = server[entry] * periods + period
            if way[place] < np.inf:
                cost_place(market, sku, place, position, position + 1, sides)
                there = sides.own[0] if sides.home[source] == place else sides.at[0]
                if way[place] + there < least:
                    best, least = place, way[place] + there
    return best
