"""What a unit of each SKU is worth at each node now, wherever any lies, at given prices.

Of stock that lies there it is the value that proves the bound: what the plan would lose without a
unit. Where none lies it is what one more would save. For that, every rank is asked what it gains by
giving its unit back to whoever serves it; the best way from the node to a rank then tells. All of
it counts from a unit that lies idle at the node, and what that serves as spare is added.
"""

from __future__ import annotations

import numpy as np

from prepos.core.kernels import each, kernel, serial_kernel
from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.balance import free_units
from prepos.plan.transport.batch import assign_sku, blocks_of
from prepos.plan.transport.costs import (
    Market,
    Sides,
    cost_place,
    idle_cost,
    make_market,
    make_sides,
    route_cost,
)
from prepos.plan.transport.problem import (
    Goods,
    Places,
    Priced,
    Ranks,
    Routes,
    Sources,
    TransportProblem,
)


def value_everywhere(
    problem: TransportProblem, prices: FloatArray, value: FloatArray
) -> FloatArray:
    """Return (N, K) currency that a unit of each SKU is worth at each node now, 0 or more.

    Parameters
    ----------
    prices : (S,) float
        Currency per unit of each shared row, 0 or more.
    value : (M,) float
        What a unit of each source is worth at these prices; of several that lie at one node now,
        the least is told.
    """
    nodes = len(problem.places.is_forward)
    worth = np.zeros((nodes, len(problem)))
    _value_blocks(*make_market(problem, prices), blocks_of(len(problem)), value.copy(), worth)
    sources = problem.sources
    sku = np.repeat(np.arange(len(problem)), np.diff(sources.first))
    now = np.flatnonzero((sources.release < nodes) & (sources.units > 0))
    where = sources.release[now], sku[now]
    worth[where] = np.inf
    np.minimum.at(worth, where, value[now])
    return worth - problem.goods.spare.T


@kernel
def _value_blocks(
    periods: int,
    sources: Sources,
    ranks: Ranks,
    goods: Goods,
    routes: Routes,
    places: Places,
    priced: Priced,
    edges: IntArray,
    value: FloatArray,
    worth: FloatArray,
) -> None:
    """Fill in what one more unit of the SKUs of every block is worth at each node, (N, K)."""
    for block in each(len(edges) - 1):
        market = Market(periods, sources, ranks, goods, routes, places, priced)
        sides = make_sides(market, edges[block], edges[block + 1])
        come = np.empty(len(worth) * periods)
        stay = np.empty(len(worth) * periods)
        for sku in range(edges[block], edges[block + 1]):
            assign_sku(market, sku, sides, value)
            _open_places(market, sku, sides, come, stay)
            for node in range(len(worth)):
                worth[node, sku] = _one_more(market, sku, node, come, stay)


@serial_kernel
def _open_places(
    market: Market, sku: int, sides: Sides, come: FloatArray, stay: FloatArray
) -> None:
    """Set what one more unit costs at best at each place: of what came there, and what was there.

    A rank's present server, its own unit freed, gains what that is worth to it.
    """
    first, last = market.ranks.first[sku], market.ranks.first[sku + 1]
    sources = market.sources.first[sku + 1] - market.sources.first[sku]
    free_units(sides, sources, last - first)
    come[:] = np.inf
    stay[:] = np.inf
    begin = first
    while begin < last:
        zone = market.ranks.catchment[begin]
        stop = begin + 1
        while stop < last and market.ranks.catchment[stop] == zone:
            stop += 1
        for entry in range(market.places.server_first[zone], market.places.server_first[zone + 1]):
            for period in range(market.periods):
                place = market.places.server[entry] * market.periods + period
                cost_place(market, sku, place, begin, stop, sides)
                for rank in range(stop - begin):
                    freed = _freed(sides, sources, begin - first + rank)
                    come[place] = min(come[place], sides.at[rank] + freed)
                    stay[place] = min(stay[place], sides.own[rank] + freed)
        begin = stop


@serial_kernel
def _freed(sides: Sides, sources: int, rank: int) -> float:
    """Return what it costs, 0 or less where it saves, that whoever serves a rank gets a unit back.

    The best of those who serve it counts; nobody, the last, has nothing to gain.
    """
    least = np.inf
    for source in range(sources + 1):
        if sides.held[source, rank]:
            least = min(least, sides.reach[source] - sides.cost[source, rank])
    return least


@serial_kernel
def _one_more(market: Market, sku: int, node: int, come: FloatArray, stay: FloatArray) -> float:
    """Return what one more unit saves that lies at a node now, beyond lying idle."""
    routes, stays, least = market.routes, market.routes.first[node], np.inf
    for route in range(stays, routes.first[node + 1]):
        if routes.period[route] < market.periods:
            place = routes.node[route] * market.periods + routes.period[route]
            own = route == stays and not market.places.release_moved[node]
            least = min(least, route_cost(market, sku, route) + (stay if own else come)[place])
    return max(idle_cost(market, sku, node) - least, 0.0)
