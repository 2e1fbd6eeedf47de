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
    best_place,
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


def answer_each(
    problem: TransportProblem, prices: FloatArray, value: FloatArray, skus: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return what each of some SKUs costs, prices left out, and what it takes of the shared rows.

    Parameters
    ----------
    value : (M,) float
        Where the search starts; it is left as it is.
    skus : (J,) int
        Rising.

    Returns
    -------
    cost : (J,) float
    use : (J, S) float
    """
    no_flows = np.zeros((5, 0), dtype=np.int64)
    cost, use, _ = _ask_skus(problem, prices, value, skus, np.zeros_like(skus), no_flows)
    return cost - (use * prices).sum(axis=1), use


def read_flows(
    problem: TransportProblem, prices: FloatArray, value: FloatArray, skus: IntArray
) -> Flows:
    """Return the flows of some SKUs (J,) at these prices: those that ``answer_each`` tells of."""
    no_flows = np.zeros((5, 0), dtype=np.int64)
    count = _ask_skus(problem, prices, value, skus, np.zeros_like(skus), no_flows)[2]
    found = np.empty((5, int(count.sum())), dtype=np.int64)
    _ask_skus(problem, prices, value, skus, np.cumsum(count) - count, found)
    return tell_nobody(
        problem, Flows(found[0], found[1], found[2], found[3], found[4].astype(np.float64))
    )


def tell_nobody(problem: TransportProblem, flows: Flows) -> Flows:
    """Return the flows, those to ranks that are never used as serving nobody."""
    never = ~problem.ranks.used[flows.rank].any(axis=1)
    release = problem.sources.release[flows.source]
    stays = flows.route == problem.routes.first[release]
    whole = flows._replace(rank=np.where(never, NO_RANK, flows.rank))
    return Flows(*(column[~(never & stays)] for column in whole))


def _ask_skus(
    problem: TransportProblem,
    prices: FloatArray,
    value: FloatArray,
    skus: IntArray,
    start: IntArray,
    found: IntArray,
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return cost (J,), prices included, use (J, S) and number of flows (J,) of some SKUs."""
    cost, use = np.zeros(len(skus)), np.zeros((len(skus), len(prices)))
    count = np.zeros(len(skus), dtype=np.int64)
    market, edges = make_market(problem, prices), blocks_of(len(skus))
    _answer_skus(*market, skus, edges, value.copy(), cost, use, count, start, found)
    return cost, use, count


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


@kernel
def _answer_skus(
    periods: int,
    sources: Sources,
    ranks: Ranks,
    goods: Goods,
    routes: Routes,
    places: Places,
    priced: Priced,
    skus: IntArray,
    edges: IntArray,
    value: FloatArray,
    cost: FloatArray,
    use: FloatArray,
    count: IntArray,
    start: IntArray,
    found: IntArray,
) -> None:
    """Solve some SKUs, block by block: note what each costs and takes, and how many flows it has.

    The flows are listed in ``found`` (5, F) from ``start`` (J,) on, where it has any columns.
    """
    for block in each(len(edges) - 1):
        market = Market(periods, sources, ranks, goods, routes, places, priced)
        first, last = edges[block], edges[block + 1]
        if first == last:
            continue
        sides = make_sides(market, skus[first], skus[last - 1] + 1)
        for entry in range(first, last):
            cost[entry] = assign_sku(market, skus[entry], sides, value)
            take_rows(market, skus[entry], sides, use[entry])
            count[entry] = _list_flows(market, skus[entry], sides, start[entry], found)


@serial_kernel
def _list_flows(market: Market, sku: int, sides: Sides, start: int, found: IntArray) -> int:
    """Write one SKU's flows from a column of ``found`` (5, F) on; return how many there are."""
    source_first, rank_first = market.sources.first[sku], market.ranks.first[sku]
    held, count = sides.held, 0
    for source in range(market.sources.first[sku + 1] - source_first):
        for rank in range(market.ranks.first[sku + 1] - rank_first):
            if held[source, rank]:
                if found.shape[1]:
                    place = best_place(market, sku, source, rank, sides)
                    column = found[:, start + count]
                    column[0], column[1] = sku, source_first + source
                    column[2], column[3] = rank_first + rank, sides.by[source, place]
                    column[4] = held[source, rank]
                count += 1
    return count
