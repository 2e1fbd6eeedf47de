"""The family of plans that the plan's benchmarks are run on, as arrays.

A catchment may be served from its three nearest forward nodes and from every origin; less may come
into a forward node than would be sent there. ``country.py`` draws nodes, regions and SKUs;
``family_tables.py`` writes the same as input tables.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from country import FORWARDS, NODES, ORIGINS, REGIONS, Block, Country, draw_blocks, make_country
from scipy.sparse import csc_matrix

from prepos.core.types import FloatArray, IntArray
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
from prepos.plan.transport.ranks import make_ranks
from prepos.plan.whole import round_room

DRIFT = 0.2  # by which demand has changed, of its logarithm, after a period
NEAR = 3  # forward nodes that may serve a catchment
DISPERSION = 0.4  # of a catchment's demand
CEILING = 1e9  # currency per m3 beyond the room
VEHICLES_A_LANE, FILLED = 2, 0.8  # that the room asks for; share at which one costs as by volume
PACKS = (1, 2, 4, 6, 12)  # units a case


def make_family(
    skus: int, seed: int = 0, *, periods: int = 1, vehicles: bool = False, later: bool = False
) -> TransportProblem:
    """Return the problem of so many SKUs.

    Over several periods the same is wanted in all as else in one. With vehicles the lanes' cost by
    volume is that of whole vehicles, few on each lane at any number of SKUs. ``later`` is after
    a period: each catchment wants more or less of every SKU.
    """
    country = make_country(seed)
    sources: list[Sources] = []
    ranks: list[Ranks] = []
    goods: list[Goods] = []
    wanted_m3 = np.zeros(FORWARDS)
    dispersion = np.full((periods * (periods + 1) // 2, FORWARDS, 1), DISPERSION)
    for drawn in draw_blocks(country, skus, seed):
        block = change_demand(drawn, seed) if later else drawn
        mean = np.tile(block.mean.T / periods, (periods, 1, 1))
        sources.append(make_sources(block.units))
        ranks.append(make_ranks(mean, dispersion.repeat(len(block.mean), axis=2)))
        goods.append(make_goods(country, block))
        wanted_m3 += block.volume_m3 @ block.mean
    room = np.tile(country.room * wanted_m3 / periods, periods)
    vehicle_m3 = float(room.sum()) / (VEHICLES_A_LANE * ORIGINS * FORWARDS * periods)
    limit, rests = room, np.zeros(0)
    if vehicles:
        wholes, rests = np.array([round_room(each, vehicle_m3) for each in room]).T
        limit = np.concatenate([room, np.zeros(ORIGINS * len(room)), wholes])
    return TransportProblem(
        periods=periods,
        sources=without_terms(*list(chain(sources))[:3]),
        ranks=Ranks(*chain(ranks)),
        goods=Goods(*(np.concatenate(column) for column in zip(*goods, strict=True))),
        routes=make_routes(country, periods, vehicles=vehicles),
        places=make_places(country, periods),
        limit=limit,
        ceiling=np.full(len(limit), CEILING),
        purchases=make_purchases(country, periods, vehicle_m3, rests)
        if vehicles
        else no_purchases(len(limit)),
        constant=np.zeros(skus),
    )


def change_demand(block: Block, seed: int) -> Block:
    """Return the block with every mean changed by chance."""
    change = np.random.default_rng([seed, len(block.mean)]).normal(0.0, DRIFT, block.mean.shape)
    return block._replace(mean=block.mean * np.exp(change))


def make_packs(skus: int, seed: int = 0) -> IntArray:
    """Draw units a case (K,)."""
    return np.random.default_rng([seed, 0]).choice(PACKS, skus)


def chain(parts: list[Sources] | list[Ranks]) -> Iterator[np.ndarray]:
    """Yield the blocks' columns as one each; the first marks slices and counts on."""
    length = np.concatenate([np.diff(part.first) for part in parts])
    yield np.append(0, np.cumsum(length))
    for column in range(1, len(parts[0])):
        yield np.concatenate([part[column] for part in parts])


def make_sources(units: IntArray) -> Sources:
    """Return what lies at nodes (K, N); a release is a node here."""
    sku, node = np.nonzero(units)
    return without_terms(np.searchsorted(sku, np.arange(len(units) + 1)), node, units[sku, node])


def make_goods(country: Country, block: Block) -> Goods:
    """Return what a unit of each SKU is and costs; origins serve what comes too early in front."""
    saving = service_cost(country)[:ORIGINS].min(axis=0) - block.shortage_cost[:, None]
    return Goods(
        volume_m3=block.volume_m3,
        weight_kg=block.weight_kg,
        shortage_cost=block.shortage_cost,
        holding_cost=block.holding_cost,
        return_cost=block.return_cost,
        wanted=block.mean.sum(axis=1),
        group=np.zeros(len(block.mean), dtype=np.int64),
        relief=np.minimum(saving, 0.0),
        spare=np.zeros((len(block.mean), NODES)),
    )


def make_routes(country: Country, periods: int, *, vehicles: bool) -> Routes:
    """Return the ways from each node: to stay, and from an origin to all forward nodes each period.

    What is sent serves from the period in which it leaves.
    """
    sent_ways = FORWARDS * periods
    ways = np.repeat([1 + sent_ways, 1], [ORIGINS, FORWARDS])
    first = np.append(0, np.cumsum(ways))
    node, period = np.repeat(np.arange(NODES), ways), np.zeros(first[-1], dtype=np.int64)
    sent = np.full(len(node), True)
    sent[first[:-1]] = False
    node[sent] = np.tile(np.arange(ORIGINS, NODES), ORIGINS * periods)
    period[sent] = np.tile(np.repeat(np.arange(periods), FORWARDS), ORIGINS)
    per_unit, per_m3 = np.zeros((2, len(node)))
    per_unit[sent] = country.lane_per_unit.repeat(periods, axis=0).ravel()
    per_m3[sent] = 0.0 if vehicles else country.lane_per_m3.repeat(periods, axis=0).ravel()
    row = node[sent] - ORIGINS + FORWARDS * period[sent]  # what comes in takes the node's room
    if vehicles:
        rooms, lanes = FORWARDS * periods, len(row)
        row = np.stack([row, rooms + np.arange(lanes), rooms + lanes + row], axis=1).ravel()
    return Routes(
        first=first,
        node=node,
        period=period,
        held=np.zeros_like(node),
        per_unit=per_unit,
        per_m3=per_m3,
        per_kg=np.zeros(len(node)),
        row_first=np.append(0, np.cumsum(sent * (1 + 2 * vehicles))),
        row=row,
        row_unit=np.zeros(len(row)),
        row_m3=np.ones(len(row)),
        row_kg=np.zeros(len(row)),
    )


def make_purchases(
    country: Country, periods: int, vehicle_m3: float, rests: FloatArray
) -> Purchases:
    """Return the vehicles of every lane and period: at most as much as comes in anywhere.

    Of what whole ones bring into each room they are counted for its rest.
    """
    cost = FILLED * vehicle_m3 * country.lane_per_m3.repeat(periods, axis=0).ravel()
    rows = FORWARDS * periods
    counted = np.tile(-np.diag(rests), ORIGINS)
    own = -vehicle_m3 * np.eye(len(cost))
    take = csc_matrix(np.vstack([np.zeros((rows, len(cost))), own, counted]))
    most = np.full(len(cost), float(VEHICLES_A_LANE * ORIGINS * rows))
    implied = np.arange(take.shape[0]) >= rows + len(cost)
    return Purchases(cost, most, take, implied)


def service_cost(country: Country) -> FloatArray:
    """Return currency per unit (N, Z), regions weighted by their people."""
    weight = np.zeros((REGIONS, FORWARDS))
    weight[np.arange(REGIONS), country.catchment] = country.population
    return np.ascontiguousarray(country.ship_cost @ weight / weight.sum(axis=0))


def make_places(country: Country, periods: int) -> Places:
    """Return who serves whom."""
    service = service_cost(country)
    near = np.sort(service[ORIGINS:].argsort(axis=0, kind="stable")[:NEAR], axis=0)
    server = np.vstack([np.tile(np.arange(ORIGINS), (FORWARDS, 1)).T, ORIGINS + near])
    return Places(
        release_node=np.arange(NODES),
        release_period=np.zeros(NODES, dtype=np.int64),
        release_moved=np.zeros(NODES, dtype=np.bool_),
        server_first=np.arange(FORWARDS + 1) * len(server),
        server=server.T.ravel(),
        service=service[None],
        is_forward=np.arange(NODES) >= ORIGINS,
        storage_row=np.full((NODES, periods), NO_ROW),
        fill_row=np.full((FORWARDS, 1), NO_ROW),
    )
