"""What stock is put aside for: whose demand, from when on, how it is used, who steps in before."""

from __future__ import annotations

import numpy as np

from prepos.core.spans import span_number
from prepos.core.transfer import Allocation
from prepos.core.types import FloatArray, IntArray
from prepos.plan.relief import NOBODY
from prepos.plan.transport.batch import NO_RANK, Flows
from prepos.plan.transport.build import Transport


def make_allocation(transport: Transport, flows: Flows) -> Allocation:
    """Return what is put aside, in the order of SKU, node, catchment, period, moved and rank."""
    arrays = transport.problem
    serving = np.flatnonzero(flows.rank != NO_RANK)
    rank, route = flows.rank[serving], flows.route[serving]
    release = arrays.sources.release[flows.source[serving]]
    moved = (route != arrays.routes.first[release]) | arrays.places.release_moved[release]
    where = (
        flows.sku[serving],
        arrays.routes.node[route],
        arrays.ranks.catchment[rank],
        arrays.routes.period[route],
        moved,
        rank,
    )
    order = np.lexsort(where[::-1])
    sorted_by = np.stack([column[order] for column in where])
    fresh = np.append(True, (np.diff(sorted_by, axis=1) != 0).any(axis=0))[: len(order)]
    begin = np.flatnonzero(fresh)
    units = np.add.reduceat(flows.units[serving][order], begin) if len(begin) else np.zeros(0)
    sku, node, catchment, period, was_moved, of_rank = sorted_by[:, begin]
    high, low = rank_ends(transport)
    use = use_by_period(transport, period, of_rank)
    asked = arrays.ranks.used[of_rank, arrays.periods - 1].astype(np.float64)
    missed = np.maximum(asked - use.sum(axis=1), 0.0)
    relief = transport.relief
    origin = relief.node[catchment, sku]
    return Allocation(
        sku=sku,
        node=node,
        catchment=catchment,
        period=period,
        moved=was_moved.astype(np.bool_),
        rank_from=low[of_rank],
        rank_to=high[of_rank],
        units=units,
        use=units[:, None] * use,
        relieved=np.where(origin == NOBODY, 0.0, units * missed * relief.share[sku]),
    )


def rank_ends(transport: Transport) -> tuple[IntArray, IntArray]:
    """Return (rank_to, rank_from) (L,) of every rank, counted within its SKU and catchment."""
    arrays = transport.problem
    ranks = arrays.ranks
    sku = np.repeat(np.arange(len(arrays)), np.diff(ranks.first))
    fresh = np.append(True, (np.diff(sku) != 0) | (np.diff(ranks.catchment) != 0))[: len(sku)]
    upto = np.cumsum(ranks.width)
    begin = np.maximum.accumulate(np.where(fresh, upto - ranks.width, 0))
    return upto - begin, upto - ranks.width - begin


def use_by_period(transport: Transport, period: IntArray, rank: IntArray) -> FloatArray:
    """Return (A, T) the chance that a unit there from a period on is used in each."""
    arrays = transport.problem
    periods = arrays.periods
    by_end = np.zeros((len(rank), periods))
    for since in range(periods):
        mine = np.flatnonzero(period == since)
        for until in range(since, periods):
            column = span_number(since, until, periods)
            by_end[mine, until] = arrays.ranks.used[rank[mine], column]
    return np.diff(by_end, axis=1, prepend=0.0)
