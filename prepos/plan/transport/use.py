"""What given flows take of the rows that SKUs share, read off their definition."""

from __future__ import annotations

import numpy as np

from prepos.core.spans import span_number
from prepos.core.types import FloatArray, IntArray
from prepos.plan.transport.batch import NO_RANK, Flows
from prepos.plan.transport.problem import NO_ROW, TransportProblem


def use_of_flows(problem: TransportProblem, flows: Flows) -> FloatArray:
    """Return (K, S) what every SKU takes, what stays where it lies included."""
    use = np.zeros((len(problem), len(problem.limit)))
    _add_routes(problem, flows, use)
    serving = flows.rank != NO_RANK
    node, period = problem.routes.node[flows.route], problem.routes.period[flows.route]
    left = np.ones(len(flows.sku))
    for since in range(problem.periods):
        here = np.flatnonzero(period == since)
        for until in range(since, problem.periods):
            _store(problem, use, flows.sku[here], node[here], until, (flows.units * left)[here])
            aside = here[serving[here]]
            column = span_number(since, until, problem.periods)
            left[aside] = 1.0 - problem.ranks.used[flows.rank[aside], column]
    _add_fill(
        problem, use, flows.sku[serving], flows.rank[serving], (flows.units * (1.0 - left))[serving]
    )
    _add_idle(problem, flows, use)
    return use


def _add_fill(
    problem: TransportProblem, use: FloatArray, sku: IntArray, rank: IntArray, served: FloatArray
) -> None:
    """Add what units served give to the fill of their catchment, and to their group's there."""
    group, fill = problem.goods.group[sku], problem.places.fill_row[problem.ranks.catchment[rank]]
    for row, counts in ((fill[:, 0], True), (fill[np.arange(len(sku)), group], group > 0)):
        filled = (row != NO_ROW) & counts
        np.add.at(use, (sku[filled], row[filled]), -served[filled])


def _add_routes(problem: TransportProblem, flows: Flows, use: FloatArray) -> None:
    """Add what flows take on their routes."""
    routes, goods = problem.routes, problem.goods
    length = np.diff(routes.row_first)[flows.route]
    flow = np.repeat(np.arange(len(length)), length)
    entry = np.arange(len(flow)) - np.repeat(np.cumsum(length) - length, length)
    entry = entry + routes.row_first[flows.route][flow]
    sku = flows.sku[flow]
    amount = (
        routes.row_unit[entry]
        + routes.row_m3[entry] * goods.volume_m3[sku]
        + routes.row_kg[entry] * goods.weight_kg[sku]
    )
    np.add.at(use, (sku, routes.row[entry]), flows.units[flow] * amount)


def _add_idle(problem: TransportProblem, flows: Flows, use: FloatArray) -> None:
    """Add the storage of what stays and serves nobody."""
    sources, places = problem.sources, problem.places
    taken = np.bincount(flows.source, flows.units, minlength=len(sources.units))
    idle = sources.units - taken
    sku = np.repeat(np.arange(len(problem)), np.diff(sources.first))
    node = places.release_node[sources.release]
    since = places.release_period[sources.release]
    for until in range(problem.periods):
        here = np.flatnonzero(since <= until)
        _store(problem, use, sku[here], node[here], until, idle[here].astype(np.float64))


def _store(
    problem: TransportProblem,
    use: FloatArray,
    sku: IntArray,
    node: IntArray,
    period: int,
    units: FloatArray,
) -> None:
    """Add units that lie at nodes in a period to the use of storage."""
    row = problem.places.storage_row[node, period]
    kept = row != NO_ROW
    volume = problem.goods.volume_m3[sku[kept]]
    np.add.at(use, (sku[kept], row[kept]), units[kept] * volume)
