"""Random transportation problems with shared rows, and what they cost by an ordinary program."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.random import Generator
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_matrix, lil_array

from prepos.core.spans import list_spans, span_number
from prepos.plan.transport.batch import NO_RANK, Flows, answer
from prepos.plan.transport.problem import (
    NO_ROW,
    Goods,
    Places,
    Ranks,
    Routes,
    Sources,
    TransportProblem,
    without_terms,
)
from prepos.plan.transport.purchases import Purchases, no_purchases


def make_world(
    rng: Generator,
    *,
    skus: int = 3,
    nodes: int = 4,
    zones: int = 3,
    periods: int = 1,
    vehicles: bool = False,
) -> TransportProblem:
    """Return a problem whose rows bind now and then: inbound, weight, budget, storage and fill.

    The fill is asked for of all SKUs, and of each of two groups of them. With ``vehicles`` what
    comes in needs vehicles, which the budget pays for. Some units come in lots with terms of their
    own.
    """
    forward = np.arange(nodes) >= 1 + nodes // 4
    sources, ranks = _draw_sources(rng, skus, nodes), _draw_ranks(rng, skus, zones, periods)
    inbound = np.where(forward, np.cumsum(forward) - 1, NO_ROW)
    rows = int(forward.sum())
    storage = np.full((nodes, periods), NO_ROW)
    storage[forward] = rows + np.arange(rows * periods).reshape(rows, periods)
    fill = rows * (1 + periods) + np.arange(3 * zones).reshape(zones, 3)
    budget, weight = fill[-1, -1] + 1, fill[-1, -1] + 2
    servers = [np.sort(rng.choice(nodes, rng.integers(1, nodes + 1), replace=False))] * zones
    wanted = np.array(
        [
            (ranks.width[a:b] * ranks.used[a:b, periods - 1]).sum()
            for a, b in pairwise(ranks.first.tolist())
        ]
    )
    volume = rng.uniform(0.1, 2.0, skus)
    room = (0.0, 0.0) if vehicles else (0.5, 6.0)
    limit = np.concatenate(
        [
            rng.uniform(*room, rows) * skus,
            rng.uniform(8.0, 20.0, rows * periods) * skus,
            -rng.uniform(0.0, 2.0, fill.size),
            [rng.uniform(4.0, 20.0) * skus, rng.uniform(2.0, 20.0) * skus],
        ]
    )
    routes = _draw_routes(rng, forward, periods, (inbound, budget, weight))
    return TransportProblem(
        periods=periods,
        sources=_draw_terms(sources, routes, int(ranks.width.sum())),
        ranks=ranks,
        goods=Goods(
            volume,
            rng.uniform(0.1, 2.0, skus),
            rng.uniform(5.0, 12.0, skus),
            rng.uniform(0.0, 0.4, skus),
            rng.choice([0.0, 0.7], skus),
            wanted,
            rng.integers(0, 3, skus),
            np.random.default_rng(skus).choice([0.0, -3.0], (skus, zones)),
            np.where(forward, 0.0, np.random.default_rng(zones).uniform(-2.0, 0.0, (skus, nodes))),
        ),
        routes=routes,
        places=Places(
            np.arange(nodes),
            np.zeros(nodes, dtype=np.int64),
            rng.random(nodes) < 0.3,
            np.append(0, np.cumsum([len(few) for few in servers])),
            np.concatenate(servers),
            rng.uniform(1.0, 6.0, (int(rng.choice([1, skus])), nodes, zones)),
            forward,
            storage,
            fill,
        ),
        limit=limit,
        ceiling=np.full(len(limit), 1000.0),
        constant=np.zeros(skus),
        purchases=_draw_purchases(rng, rows, len(limit), budget, skus if vehicles else 0),
    )


def make_scarce(rng: Generator, *, skus: int, share: float = 0.7) -> TransportProblem:
    """Return a problem that has a share of what its ways would be asked for if they were free.

    Storage holds all that is wanted of it, since what lies there may have nowhere to go; nothing
    is asked to be filled.
    """
    problem = make_world(rng, skus=skus, nodes=5)
    value = np.zeros(len(problem.sources.units))
    wanted = answer(problem, np.zeros(len(problem.limit)), value)[1].sum(axis=0)
    limit = np.maximum(share * wanted, 0.0)
    stored = np.unique(problem.places.storage_row[problem.places.storage_row != NO_ROW])
    limit[stored] = 1.2 * wanted[stored]
    return replace(problem, limit=limit)


def _draw_purchases(rng: Generator, rows: int, limits: int, budget: int, most: int) -> Purchases:
    """Return a kind of vehicle for each inbound row: none where ``most`` is 0."""
    if not most:
        return no_purchases(limits)
    cost = rng.uniform(0.5, 3.0, rows)
    take = np.zeros((limits, rows))
    take[np.arange(rows), np.arange(rows)] = -rng.uniform(2.0, 5.0, rows)
    take[budget] = cost
    implied = np.zeros(limits, dtype=np.bool_)
    return Purchases(cost, np.full(rows, float(most)), csc_matrix(take), implied)


def _draw_sources(rng: Generator, skus: int, nodes: int) -> Sources:
    """Return stock at some nodes."""
    where = [np.sort(rng.choice(nodes, rng.integers(0, nodes), replace=False)) for _ in range(skus)]
    first = np.append(0, np.cumsum([len(few) for few in where]))
    return without_terms(first, np.concatenate(where), rng.integers(0, 9, first[-1]))


def _draw_terms(sources: Sources, routes: Routes, seed: int) -> Sources:
    """Divide some units into lots, some of which pay more or less on a route, or may not take it.

    No fare falls below nothing: units would then move for the sake of moving.
    """
    rng = np.random.default_rng(seed)
    lots = rng.choice([1, 1, 2, 3], len(sources.units))
    source = np.repeat(np.arange(len(lots)), lots)
    part = np.concatenate([np.arange(count) for count in lots]) if len(lots) else lots
    units = (sources.units[source] + part) // np.maximum(lots[source], 1)
    first, route, cost = [0], [], []
    for at in source.tolist():
        begin, end = routes.first[sources.release[at] :][:2]
        own = begin + 1 + np.flatnonzero(rng.random(end - begin - 1) < 0.3)
        more = rng.choice([0.7, 2.5, np.inf, -0.5], len(own))
        route += own.tolist()
        cost += np.maximum(more, -routes.per_unit[own]).tolist()
        first.append(len(route))
    return Sources(
        np.append(0, np.cumsum(lots))[sources.first],
        sources.release[source],
        units,
        np.array(first, dtype=np.int64),
        np.array(route, dtype=np.int64),
        np.array(cost, dtype=np.float64),
    )


def term_of(problem: TransportProblem, source: int, route: int) -> float:
    """Return what a unit of the source pays more on a route."""
    begin, end = problem.sources.term_first[source : source + 2]
    own = problem.sources.term_route[begin:end] == route
    return float(problem.sources.term_cost[begin:end][own].sum())


def _draw_ranks(rng: Generator, skus: int, zones: int, periods: int) -> Ranks:
    """Return ranks whose chances fall with the rank and rise with the time there is."""
    count = rng.integers(0, 5, (skus, zones))
    zone = np.repeat(np.tile(np.arange(zones), skus), count.ravel())
    spans = list_spans(periods)
    used = np.zeros((len(zone), len(spans[0])), dtype=np.float32)
    begin = np.append(0, np.cumsum(count.ravel()))
    for start, end in pairwise(begin.tolist()):
        level = np.sort(rng.random(end - start))[::-1]
        for since in range(periods):
            for until in range(since, periods):
                share = (until - since + 1) / periods
                used[start:end, span_number(since, until, periods)] = level * share
    first = np.append(0, np.cumsum(count.sum(axis=1)))
    return Ranks(first, zone, rng.integers(1, 5, len(zone)), used)


def _draw_routes(
    rng: Generator, forward: np.ndarray, periods: int, rows: tuple[np.ndarray, int, int]
) -> Routes:
    """Return staying, and one way from every node to each forward one, perhaps a period later."""
    inbound, budget, weight = rows
    first, entries = [0], []
    for node in range(len(forward)):
        entries.append((node, 0, 0, 0.0, 0.0, 0.0, []))
        for other in np.flatnonzero(forward):
            if other == node:
                continue
            late, fare = int(rng.integers(0, periods + 1)), float(rng.uniform(0.1, 1.0))
            takes = [(int(inbound[other]), 0.0, 1.0, 0.0), (budget, fare, 0.0, 0.0)]
            takes.append((weight, 0.0, 0.0, 1.0))
            held = int(late > 0 and bool(forward[node]))
            terms = (fare, float(rng.uniform(0.0, 0.4)), float(rng.uniform(0.0, 0.2)))
            entries.append((int(other), late, held, *terms, takes))
        first.append(len(entries))
    columns = list(zip(*entries, strict=True))
    taken = [take for entry in entries for take in entry[6]]
    return Routes(
        np.array(first),
        *(np.array(column, dtype=np.int64) for column in columns[:3]),
        *(np.array(column, dtype=np.float64) for column in columns[3:6]),
        np.append(0, np.cumsum([len(entry[6]) for entry in entries])),
        np.array([take[0] for take in taken], dtype=np.int64),
        *(np.array([take[i] for take in taken], dtype=np.float64) for i in (1, 2, 3)),
    )


def list_columns(problem: TransportProblem) -> list[tuple[int, int, int, int, float, np.ndarray]]:
    """Return all (SKU, source, rank, route, cost, use) beyond idling, read off the definition."""
    found = []
    for sku, (start, end) in enumerate(pairwise(problem.sources.first.tolist())):
        for source in range(start, end):
            release = int(problem.sources.release[source])
            idle = idle_cost(problem, sku, release), idle_use(problem, sku, release)
            for route in range(*problem.routes.first[release : release + 2]):
                more = term_of(problem, source, route)
                if problem.routes.period[route] >= problem.periods or more == np.inf:
                    continue
                for rank in range(*problem.ranks.first[sku : sku + 2]):
                    if may_serve(problem, route, rank):
                        cost, use = serve(problem, sku, release, route, rank)
                        cost += more - idle[0]
                        found.append((sku, source, rank, route, cost, use - idle[1]))
    return found


def may_serve(problem: TransportProblem, route: int, rank: int) -> bool:
    """Return whether the node at the route's end may serve the rank's catchment."""
    begin, end = problem.places.server_first[problem.ranks.catchment[rank] :][:2]
    return bool(problem.routes.node[route] in problem.places.server[begin:end])


def idle_cost(problem: TransportProblem, sku: int, release: int) -> float:
    """Return what a unit costs that lies where it is until the window's end."""
    goods, places = problem.goods, problem.places
    left = problem.periods - int(places.release_period[release])
    lies = goods.holding_cost[sku] * left + goods.return_cost[sku] * places.release_moved[release]
    node = places.release_node[release]
    return float(lies * places.is_forward[node] + goods.spare[sku, node] * (left > 0))


def idle_use(problem: TransportProblem, sku: int, release: int) -> np.ndarray:
    """Return what it takes: storage in every period."""
    use = np.zeros(len(problem.limit))
    node = problem.places.release_node[release]
    for row in problem.places.storage_row[node, problem.places.release_period[release] :]:
        if row != NO_ROW:
            use[row] += problem.goods.volume_m3[sku]
    return use


def serve(
    problem: TransportProblem, sku: int, release: int, route: int, rank: int
) -> tuple[float, np.ndarray]:
    """Return what a unit costs and takes that serves a rank by a route."""
    goods, places, routes = problem.goods, problem.places, problem.routes
    volume, weight = goods.volume_m3[sku], goods.weight_kg[sku]
    use = np.zeros(len(problem.limit))
    cost = routes.per_unit[route] + routes.per_m3[route] * volume + routes.per_kg[route] * weight
    cost += goods.holding_cost[sku] * routes.held[route]
    moved = route != routes.first[release] or places.release_moved[release]
    for entry in range(*routes.row_first[route : route + 2]):
        amount = routes.row_unit[entry] + routes.row_m3[entry] * volume
        use[routes.row[entry]] += amount + routes.row_kg[entry] * weight
    node, since = int(routes.node[route]), int(routes.period[route])
    zone, left = int(problem.ranks.catchment[rank]), 1.0
    for until in range(since, problem.periods):
        row = places.storage_row[node, until]
        if row != NO_ROW:
            use[row] += volume * left
        left = 1.0 - float(problem.ranks.used[rank, span_number(since, until, problem.periods)])
        if places.is_forward[node]:
            cost += goods.holding_cost[sku] * left
    if places.is_forward[node]:
        cost += goods.return_cost[sku] * left * moved
    cost += goods.spare[sku, node] * left
    cost += (1.0 - left) * (
        places.service[sku % len(places.service), node, zone] - goods.shortage_cost[sku]
    )
    asked = float(problem.ranks.used[rank, problem.periods - 1])
    cost += goods.relief[sku, zone] * (asked - (1.0 - left))
    for row in places.fill_row[zone, np.unique([0, goods.group[sku]])]:
        if row != NO_ROW:
            use[row] -= 1.0 - left
    return float(cost), use


def lie(problem: TransportProblem, sku: int, route: int) -> tuple[float, np.ndarray]:
    """Return what a unit costs and takes that moves by a route and then serves nobody."""
    goods, places, routes = problem.goods, problem.places, problem.routes
    volume, weight = goods.volume_m3[sku], goods.weight_kg[sku]
    use = np.zeros(len(problem.limit))
    cost = routes.per_unit[route] + routes.per_m3[route] * volume + routes.per_kg[route] * weight
    cost += goods.holding_cost[sku] * routes.held[route]
    for entry in range(*routes.row_first[route : route + 2]):
        amount = routes.row_unit[entry] + routes.row_m3[entry] * volume
        use[routes.row[entry]] += amount + routes.row_kg[entry] * weight
    node, since = int(routes.node[route]), int(routes.period[route])
    if places.is_forward[node]:
        cost += goods.holding_cost[sku] * (problem.periods - since) + goods.return_cost[sku]
    cost += goods.spare[sku, node] * (since < problem.periods)
    for row in places.storage_row[node, since:]:
        if row != NO_ROW:
            use[row] += volume
    return float(cost), use


def tell_flows(problem: TransportProblem, flows: Flows) -> tuple[np.ndarray, np.ndarray]:
    """Return what every SKU's flows cost (K,) and take (K, S), read off the definition."""
    count = len(problem.sources.units)
    left = problem.sources.units - np.bincount(flows.source, flows.units, count)
    spent, taken = np.zeros(len(problem)), np.zeros((len(problem), len(problem.limit)))
    for sku in range(len(problem)):
        for source in range(*problem.sources.first[sku : sku + 2]):
            release = int(problem.sources.release[source])
            spent[sku] += left[source] * idle_cost(problem, sku, release)
            taken[sku] += left[source] * idle_use(problem, sku, release)
    for sku, source, rank, route, units in zip(*flows, strict=True):
        release = int(problem.sources.release[source])
        served = rank != NO_RANK
        one, takes = (
            serve(problem, sku, release, route, rank) if served else lie(problem, sku, route)
        )
        spent[sku] += units * (one + term_of(problem, source, route))
        taken[sku] += units * takes
    return spent, taken


def sent_units(problem: TransportProblem, flows: Flows) -> tuple[np.ndarray, np.ndarray]:
    """Return the SKU (E,) and units (E,) of every source and route that moves."""
    release = problem.sources.release[flows.source]
    moved = flows.route != problem.routes.first[release]
    keys = np.stack([flows.sku[moved], flows.source[moved], flows.route[moved]])
    found, entry = np.unique(keys, axis=1, return_inverse=True)
    return found[0], np.bincount(entry.ravel(), flows.units[moved], found.shape[1])


def solve_world(
    problem: TransportProblem, *, prices: np.ndarray | None = None, whole: bool = False
) -> float:
    """Return the least cost by scipy: with the shared rows, or paying ``prices`` for them instead.

    Every limit may be broken at its ceiling.
    """
    columns, rows = list_columns(problem), len(problem.limit)
    kinds, count = problem.purchases, len(problem.purchases.cost)
    units, width = problem.sources.units, problem.ranks.width
    rest_cost, rest_use = 0.0, np.zeros(rows)
    for sku, (start, end) in enumerate(pairwise(problem.sources.first.tolist())):
        for source in range(start, end):
            release = int(problem.sources.release[source])
            rest_cost += units[source] * idle_cost(problem, sku, release)
            rest_use += units[source] * idle_use(problem, sku, release)
    own = lil_array((len(units) + len(width), len(columns) + count + rows))
    shared = lil_array((rows, len(columns) + count + rows))
    cost = np.concatenate([[column[4] for column in columns], kinds.cost, problem.ceiling])
    for number, (_, source, rank, _, _, use) in enumerate(columns):
        own[source, number] = own[len(units) + rank, number] = 1.0
        shared[:, [number]] = use[:, None]
    shared[:, len(columns) : len(columns) + count] = kinds.take.toarray()
    shared[:, len(columns) + count :] = -np.eye(rows)
    constraints = [LinearConstraint(own.tocsc(), ub=np.concatenate([units, width]))]
    constant = rest_cost + problem.shortage
    upper = np.concatenate([np.full(len(columns), np.inf), kinds.most, np.full(rows, np.inf)])
    if prices is None:
        constraints.append(LinearConstraint(shared.tocsc(), ub=problem.limit - rest_use))
    else:
        cost = cost + shared.T @ prices
        cost[len(columns) + count :] = 0.0
        constant += float(prices @ (rest_use - problem.limit))
    found = milp(
        cost,
        integrality=np.repeat([int(whole), 0], [len(columns) + count, rows]),
        bounds=Bounds(0, upper),
        constraints=constraints,
        options={"mip_rel_gap": 0.0},
    )
    return float(found.fun) + constant
