"""From the planning problem to one of transportation: its arrays, for the compiled loops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_matrix

from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.plan.frame import NO_ROW, Frame
from prepos.plan.frozen import Settled, settle_frozen
from prepos.plan.problem import Problem
from prepos.plan.program import Entries
from prepos.plan.relief import Relief, find_relief
from prepos.plan.rules import closed_departures, refuse
from prepos.plan.shared import total_stock, vehicle_room
from prepos.plan.spare import Spare, find_spare
from prepos.plan.stability import published_paths
from prepos.plan.transport.lots import divide, let_lie
from prepos.plan.transport.problem import (
    Goods,
    Places,
    Ranks,
    Routes,
    Sources,
    TransportProblem,
    without_terms,
)
from prepos.plan.transport.purchases import Purchases
from prepos.plan.transport.ranks import make_ranks
from prepos.plan.transport.routes import (
    NOWHERE,
    Release,
    RouteTable,
    lies_from,
    list_releases,
    list_routes,
    release_of,
)

CASE_SHARE = 1e-6  # of a vehicle, that a case takes at least: nothing travels without one


@dataclass(frozen=True, slots=True, eq=False)
class Transport:
    """The planning problem as one of transportation, and what its positions mean.

    Attributes
    ----------
    problem : TransportProblem
    settled : Settled
        The frozen lines, which are not decided on.
    relief : Relief
        What origins serve of what comes too early for stock on its way.
    spare : Spare
        What units serve that are left at origins.
    releases : tuple of Release
    legs : tuple of tuples
        The departures of each route.
    redirects : (Q,) bool
        Which routes take units in transit off at a hub.
    kinds : (V,) int
        The departure of each purchase.
    """

    problem: TransportProblem
    settled: Settled
    relief: Relief
    spare: Spare
    releases: tuple[Release, ...]
    legs: tuple[tuple[int, ...], ...]
    redirects: BoolArray
    kinds: IntArray


def as_transport(
    problem: Problem,
    frame: Frame,
    ranks: Ranks | None = None,
    tell: Callable[[list[tuple[float, str]]], None] = refuse,
) -> Transport:
    """Return the problem as one of transportation, shared rows and all; case packs are not in it.

    Parameters
    ----------
    ranks : Ranks, optional
        Of its demand, where they are known.
    tell : callable
        Called with what cannot be kept whatever is decided, by (how much, words).

    Raises
    ------
    InfeasibleError
        If a frozen line or a rule asks for more than there is.
    """
    settled, closed = settle_frozen(problem, frame, tell), closed_departures(problem, frame)
    releases = list_releases(problem, frame, (release for _, release, _ in settled.changes))
    table = list_routes(problem, frame, releases, closed)
    paths = published_paths(problem, frame, settled) if problem.stability_cost > 0 else {}
    stock = list_sources(problem, releases, settled)
    divided = divide(problem, frame, stock, releases, table, paths, settled.moves, tell)
    kinds = [
        number
        for number, departure in enumerate(problem.departures)
        if problem.network.lanes[departure.lane].has_vehicle and not closed[number]
    ]
    relief = find_relief(problem)
    spare = find_spare(problem, relief.share)
    arrays = TransportProblem(
        periods=problem.periods.horizon,
        sources=divided.sources,
        ranks=ranks or make_ranks(problem.demand_mean, problem.dispersion, problem.good_for),
        goods=list_goods(problem, relief, spare),
        routes=charge_moves(problem, table),
        places=list_places(problem, frame, releases),
        limit=np.array([row.limit for row in frame.shared], dtype=np.float64) - settled.use,
        ceiling=np.array([row.penalty for row in frame.shared], dtype=np.float64),
        purchases=list_purchases(problem, frame, kinds),
        constant=settled.cost + divided.constant,
    )
    leaving = may_leave(problem, frame, stock, arrays.goods.spare, releases)
    return Transport(
        let_lie(arrays, np.maximum(divided.drawn, leaving)),
        settled,
        relief,
        spare,
        tuple(releases),
        tuple(table.departures),
        np.array(table.redirects, dtype=np.bool_),
        np.array(kinds, dtype=np.int64),
    )


def may_leave(
    problem: Problem, frame: Frame, stock: Sources, spare: FloatArray, releases: list[Release]
) -> IntArray:
    """Return (K,) units that may be better off elsewhere though nobody wants them there.

    They lie where room is limited, or cost holding while lanes lead to where that is free, or are
    spare where they serve less than at an origin that lanes lead to; or are in transit with a hub
    ahead of them.
    """
    forward = problem.network.is_forward
    costly = (frame.storage_row != NO_ROW).any(axis=1)
    if not forward[frame.destination].all():
        costly = costly | forward
    back = np.unique(frame.destination[~forward[frame.destination]])
    better = spare[:, back].min(axis=1, initial=0.0)
    node = np.array([release.node for release in releases], dtype=np.int64)[stock.release]
    sku = np.repeat(np.arange(len(problem.products)), np.diff(stock.first))
    stops = np.array([release.hub != NOWHERE for release in releases])[stock.release]
    may_go = np.isin(node, frame.origin) & (costly[node] | (spare[sku, node] > better[sku]))
    units = np.where(may_go | stops, stock.units, 0)
    return np.bincount(sku, units, minlength=len(problem.products)).astype(np.int64)


def charge_moves(problem: Problem, table: RouteTable) -> Routes:
    """Return the routes, each leg charged as one that the published plan does not have."""
    routes = table.arrays()
    legs = np.array([len(departures) for departures in table.departures], dtype=np.float64)
    return routes._replace(per_unit=routes.per_unit + problem.stability_cost * legs)


def list_sources(problem: Problem, releases: list[Release], settled: Settled) -> Sources:
    """Return all stock on hand and to come by SKU and release, as the frozen lines leave it."""
    nodes, skus = problem.on_hand.shape
    place = {release: number for number, release in enumerate(releases)}
    units: IntArray = np.zeros((skus, len(releases)), dtype=np.int64)
    units[:, :nodes] = problem.on_hand.T
    for receipt in problem.receipts:
        units[receipt.sku, place[release_of(receipt)]] += receipt.quantity
    for number, where, change in settled.changes:
        units[number, place[where]] += change
    sku, release = np.nonzero(units)
    first = np.searchsorted(sku, np.arange(skus + 1))
    return without_terms(first, release, units[sku, release])


def list_goods(problem: Problem, relief: Relief, spare: Spare) -> Goods:
    """Return what a unit of each SKU is and costs; none is so small that it needs no vehicle.

    All is contiguous, as loops are compiled anew for every other layout.
    """
    products = problem.products
    lanes = [lane for lane in problem.network.lanes if lane.has_vehicle]
    smallest = min((vehicle_room(problem, lane)[0] for lane in lanes), default=0.0)
    least = CASE_SHARE * smallest / products.case_pack if np.isfinite(smallest) else 0.0
    return Goods(
        np.maximum(products.unit_volume_m3, least),
        np.ascontiguousarray(products.unit_weight_kg),
        np.ascontiguousarray(products.shortage_cost),
        np.ascontiguousarray(products.holding_cost),
        np.ascontiguousarray(products.return_cost),
        problem.demand_mean.sum(axis=(0, 1)),
        problem.fill_group,
        np.ascontiguousarray(relief.saving.T),
        np.ascontiguousarray(spare.saving(products.shortage_cost).T),
    )


def list_places(problem: Problem, frame: Frame, releases: list[Release]) -> Places:
    """Return who may serve whom, and where stock lies and is limited."""
    catchments = problem.catchments
    zone, server = np.nonzero(catchments.servers)
    return Places(
        np.array([release.node for release in releases], dtype=np.int64),
        np.array([lies_from(problem, frame, release.day) for release in releases], dtype=np.int64),
        np.array([release.moved for release in releases], dtype=np.bool_),
        np.searchsorted(zone, np.arange(len(catchments.axis) + 1)),
        np.ascontiguousarray(server),
        np.ascontiguousarray(catchments.service_cost.transpose(2, 0, 1)),
        problem.network.is_forward,
        frame.storage_row,
        frame.fill_row,
    )


def list_purchases(problem: Problem, frame: Frame, kinds: list[int]) -> Purchases:
    """Return the vehicles of some departures: each gives room, and takes from fleet and budget."""
    fleet = {
        row.key[1:]: position
        for position, row in enumerate(frame.shared)
        if row.key[0] == "vehicles"
    }
    entries, cost, most = Entries(), np.zeros(len(kinds)), np.zeros(len(kinds))
    for kind, number in enumerate(kinds):
        departure = problem.departures[number]
        lane = problem.network.lanes[departure.lane]
        cost[kind], most[kind] = lane.vehicle_cost, most_vehicles(problem, number)
        room_m3, room_kg = vehicle_room(problem, lane)
        whole, counted_m3 = frame.whole_of(number, room_m3)
        takes = [
            (int(frame.volume_row[number]), -room_m3),
            (int(frame.weight_row[number]), -room_kg),
            (whole, -counted_m3),
            (fleet.get((departure.lane, int(frame.ship_period[number])), NO_ROW), 1.0),
            (frame.budget_row, lane.vehicle_cost),
        ]
        for row, amount in takes:
            if row != NO_ROW and amount:
                entries.add(np.array([row]), np.array([kind]), amount)
    implied = np.array([row.is_implied for row in frame.shared], dtype=np.bool_)
    take = csc_matrix(entries.matrix(len(implied), len(kinds)))
    return Purchases(cost, most, take, implied)


def most_vehicles(problem: Problem, departure: int) -> float:
    """Return how many vehicles could ever be filled: a bound that keeps the proof finite."""
    lane = problem.network.lanes[problem.departures[departure].lane]
    volume, weight = total_stock(problem)
    room_m3, room_kg = vehicle_room(problem, lane)
    needed = max(volume / room_m3, weight / room_kg)
    return float(min(np.ceil(needed) + 1, lane.vehicles))
