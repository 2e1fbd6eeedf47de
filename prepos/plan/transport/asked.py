"""SKUs asked one by one, each at its own of some prices, in one compiled batch on all cores.

What each costs and takes is told apart, and its flows are listed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepos.core.kernels import each, kernel, serial_kernel
from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.batch import BLOCKS, NO_RANK, Flows, assign_sku
from prepos.plan.transport.costs import Market, Sides, best_place, make_sides
from prepos.plan.transport.problem import (
    Goods,
    Places,
    Priced,
    Ranks,
    Routes,
    Sources,
    TransportProblem,
    at_prices,
)
from prepos.plan.transport.rows import take_rows


def answer_each(
    problem: TransportProblem,
    prices: FloatArray,
    value: FloatArray,
    skus: IntArray,
    which: IntArray | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Return what each of some SKUs costs, prices left out, and what it takes of the shared rows.

    Parameters
    ----------
    prices : (S,) or (N, S) float
        For all of them, or N for which each is asked by its own.
    value : (M,) float
        Where the search starts; it is left as it is.
    skus : (J,) int
        Rising.
    which : (J,) int, optional
        The prices that each SKU is asked at.

    Returns
    -------
    cost : (J,) float
    use : (J, S) float
    """
    asked = make_asked(prices, skus, which)
    no_flows = np.zeros((5, 0), dtype=np.int64)
    cost, use, _ = _ask_skus(problem, asked, value, np.zeros_like(skus), no_flows)
    return cost - (use * asked.prices[asked.which]).sum(axis=1), use


def read_flows(
    problem: TransportProblem,
    prices: FloatArray,
    value: FloatArray,
    skus: IntArray,
    which: IntArray | None = None,
) -> Flows:
    """Return the flows of some SKUs (J,) at prices: those that ``answer_each`` tells of."""
    asked = make_asked(prices, skus, which)
    no_flows = np.zeros((5, 0), dtype=np.int64)
    count = _ask_skus(problem, asked, value, np.zeros_like(skus), no_flows)[2]
    found = np.empty((5, int(count.sum())), dtype=np.int64)
    _ask_skus(problem, asked, value, np.cumsum(count) - count, found)
    return tell_nobody(
        problem, Flows(found[0], found[1], found[2], found[3], found[4].astype(np.float64))
    )


class Asked(NamedTuple):
    """SKUs (J,), rising, and which of the prices (N, S) each is asked at."""

    prices: FloatArray
    skus: IntArray
    which: IntArray


def make_asked(prices: FloatArray, skus: IntArray, which: IntArray | None) -> Asked:
    """Return what is asked; where no prices are told apart, all SKUs are asked at the same."""
    return Asked(np.atleast_2d(prices), skus, np.zeros_like(skus) if which is None else which)


def tell_nobody(problem: TransportProblem, flows: Flows) -> Flows:
    """Return the flows, those to ranks that are never used as serving nobody."""
    never = ~problem.ranks.used[flows.rank].any(axis=1)
    release = problem.sources.release[flows.source]
    stays = flows.route == problem.routes.first[release]
    whole = flows._replace(rank=np.where(never, NO_RANK, flows.rank))
    return Flows(*(column[~(never & stays)] for column in whole))


def _ask_skus(
    problem: TransportProblem, asked: Asked, value: FloatArray, start: IntArray, found: IntArray
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Return cost (J,), prices included, use (J, S) and number of flows (J,) of what is asked.

    SKUs that are asked at the same prices are answered in the same blocks.
    """
    order = np.argsort(asked.which, kind="stable")
    cost, use = np.zeros(len(order)), np.zeros((len(order), asked.prices.shape[1]))
    count = np.zeros(len(order), dtype=np.int64)
    if not len(order):
        return cost, use, count
    given, first = np.unique(asked.which[order], return_index=True)
    edges, number = _share_out(np.append(first, len(order)))
    priced = [at_prices(problem, prices) for prices in asked.prices[given]]
    _answer_skus(
        problem.periods,
        problem.sources,
        problem.ranks,
        problem.goods,
        problem.routes,
        problem.places,
        Priced(*(np.stack(column) for column in zip(*priced, strict=True))),
        asked.skus[order],
        edges,
        number,
        value.copy(),
        cost,
        use,
        count,
        start[order],
        found,
    )
    back = np.argsort(order, kind="stable")
    return cost[back], use[back], count[back]


def _share_out(first: IntArray) -> tuple[IntArray, IntArray]:
    """Return where blocks begin and end (B + 1,), and the group that each is of.

    ``first`` tells where the groups begin, and the last ends; none is empty.
    """
    blocks = np.maximum(BLOCKS * np.diff(first) // max(int(first[-1]), 1), 1)
    blocks = np.minimum(blocks, np.diff(first))
    parts = [
        np.linspace(start, end, count + 1)[:-1].astype(np.int64)
        for start, end, count in zip(first[:-1], first[1:], blocks.tolist(), strict=True)
    ]
    return np.concatenate([*parts, first[-1:]]), np.repeat(np.arange(len(blocks)), blocks)


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
    number: IntArray,
    value: FloatArray,
    cost: FloatArray,
    use: FloatArray,
    count: IntArray,
    start: IntArray,
    found: IntArray,
) -> None:
    """Solve some SKUs, block by block: note what each costs and takes, and how many flows it has.

    The costs (N, ...) are those of N prices, of which each block has its own. The flows are listed
    in ``found`` (5, F) from ``start`` (J,) on, where it has any columns.
    """
    for block in each(len(edges) - 1):
        mine = Priced(
            priced.per_unit[number[block]],
            priced.per_m3[number[block]],
            priced.per_kg[number[block]],
            priced.storage[number[block]],
            priced.fill[number[block]],
        )
        market = Market(periods, sources, ranks, goods, routes, places, mine)
        first, last = edges[block], edges[block + 1]
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
