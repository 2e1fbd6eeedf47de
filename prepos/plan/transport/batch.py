"""All SKUs' transportation problems at given prices, in one compiled batch on all cores.

SKUs are shared out in blocks of their own order; each block adds up for itself, so neither the
number of threads nor their order shows in the sums.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepos.core.kernels import each, kernel, serial_kernel
from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.balance import balance
from prepos.plan.transport.costs import (
    Market,
    Sides,
    cost_ranks,
    find_ways,
    make_market,
    make_sides,
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
from prepos.plan.transport.rows import take_rows

BLOCKS = 64
NO_RANK = -1


class Flows(NamedTuple):
    """Units put aside: arrays of equal length, sorted by SKU, source and rank.

    ``route`` is how they come to where they serve; positions are those of the problem. What moves
    and serves nobody has ``NO_RANK``; what neither moves nor serves is not listed.
    """

    sku: IntArray
    source: IntArray
    rank: IntArray
    route: IntArray
    units: FloatArray


def blocks_of(count: int) -> IntArray:
    """Return (B + 1,) where each block of so many SKUs begins and ends."""
    return np.linspace(0, count, min(BLOCKS, max(count, 1)) + 1).astype(np.int64)


def answer(
    problem: TransportProblem, prices: FloatArray, value: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return what all SKUs cost at best at these prices, and what they then take.

    Parameters
    ----------
    prices : (S,) float
        Currency per unit of each shared row, 0 or more.
    value : (M,) float
        What a unit of each source is believed to be worth, 0 or more: where the search starts. Set
        to what it is worth at these prices.

    Returns
    -------
    cost : (B,) float
        By block of SKUs, the prices paid included; ``TransportProblem.shortage`` left out.
    use : (B, S) float
    """
    edges = blocks_of(len(problem))
    cost = np.zeros(len(edges) - 1)
    use = np.zeros((len(cost), len(prices)))
    _answer_blocks(*make_market(problem, prices), edges, value, cost, use)
    return cost, use


@serial_kernel
def assign_sku(market: Market, sku: int, sides: Sides, value: FloatArray) -> float:
    """Solve one SKU, leaving the flows in ``sides.held``; return its cost, prices included.

    ``value`` (M,) of its sources is where the search starts, and is set to what one more unit of
    each is worth.
    """
    start, end = market.sources.first[sku], market.sources.first[sku + 1]
    first, last = market.ranks.first[sku], market.ranks.first[sku + 1]
    total = 0.0
    for source in range(end - start):
        find_ways(market, sku, source, sides)
        total += sides.idle[source] * market.sources.units[start + source]
    cost_ranks(market, sku, end - start, sides)
    width, units = market.ranks.width[first:last], market.sources.units[start:end]
    balance(sides, width, units, value[start:end])
    cost, held = sides.cost, sides.held
    for source in range(end - start):
        for rank in range(last - first):
            if held[source, rank]:
                total += cost[source, rank] * held[source, rank]
    return total


@kernel
def _answer_blocks(
    periods: int,
    sources: Sources,
    ranks: Ranks,
    goods: Goods,
    routes: Routes,
    places: Places,
    priced: Priced,
    edges: IntArray,
    value: FloatArray,
    cost: FloatArray,
    use: FloatArray,
) -> None:
    """Solve the SKUs of every block and add up their costs and use."""
    for block in each(len(cost)):
        market = Market(periods, sources, ranks, goods, routes, places, priced)
        sides = make_sides(market, edges[block], edges[block + 1])
        for sku in range(edges[block], edges[block + 1]):
            cost[block] += assign_sku(market, sku, sides, value)
            take_rows(market, sku, sides, use[block])
