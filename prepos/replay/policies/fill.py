"""From what is to lie at each node to what is sent: within stock, lots, lanes, room, vehicles."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from prepos.core.policy import Dispatch
from prepos.core.types import FloatArray, IntArray
from prepos.replay.policies.expected import Expected
from prepos.replay.policies.loading import NO_ROUTE, Left, Ways, load_entries
from prepos.replay.policies.rooms import rooms_left, rooms_of_routes
from prepos.replay.policies.routes import Routes, list_routes
from prepos.replay.policies.shares import cut_cases, expected_worth, in_order, mean_worth
from prepos.replay.policies.situation import Situation
from prepos.replay.policies.vehicles import enough_vehicles, load_room

TRIES = 5  # of loading anew without the vehicles that did not pay


def fill(situation: Situation, level: FloatArray, expected: Expected) -> Dispatch:
    """Return what brings positions nearest to their levels, the room filled to the last case.

    Parameters
    ----------
    level : (N, K) float
        Units that are to lie at each forward node or be under way to it, and that are to stay at
        each origin; need not be whole.
    expected : Expected
        By node. None travels on a route that costs as much as a unit used there saves.
    """
    products = situation.snapshot.products
    pack, lot = products.case_pack, products.least_sent // products.case_pack
    volume = products.unit_volume_m3 * pack
    size = size_of(volume)
    routes = list_routes(situation)
    ways = make_ways(routes, rooms_of_routes(routes, situation), expected.saving, pack)
    cost = routes.cheapest_to(len(level))
    comes = cost < expected.saving
    cases = np.where(comes, np.maximum(level - situation.position, 0.0) / pack, 0.0)
    stocked = spare_cases(situation, level)
    slices = cut_cases(cases, lot)
    worth = expected_worth(slices, pack, situation.position, expected)
    gain = (worth - cost[slices.node, slices.sku]) * pack[slices.sku]
    entries = in_order(slices, gain / size[slices.sku])
    largest = np.where(cases[routes.node] > 0, ways.share, 0.0).max(axis=1, initial=0.0)
    allowance, rooms = cases @ size, rooms_left(situation)
    vehicles = routes.vehicles
    for _ in range(TRIES):
        left = Left(stocked.copy(), rooms.flatten(), load_room(vehicles, largest), allowance.copy())
        used = ways._replace(choice=np.where(vehicles[ways.choice] > 0, ways.choice, NO_ROUTE))
        sent = load_entries(entries, used, left, volume, size, lot) * pack
        fewer = enough_vehicles(vehicles, routes, sent, mean_worth(slices, worth, cost.shape))
        if (fewer == vehicles).all():
            break
        vehicles = fewer
    return write_dispatch(routes, sent)


def make_ways(
    routes: Routes, taken_from: IntArray, saving: FloatArray, case_pack: IntArray
) -> Ways:
    """Return each node's routes by SKU, the cheapest first; none that saves nothing."""
    cost = routes.full_cost
    first = np.searchsorted(routes.node, np.arange(len(saving) + 1))
    choice = np.full(cost.shape, NO_ROUTE, dtype=np.int64)
    for node, (begin, end) in enumerate(pairwise(first.tolist())):
        order = np.argsort(cost[begin:end], axis=0, kind="stable")
        pays = np.take_along_axis(cost[begin:end], order, axis=0) < saving[node]
        choice[begin:end] = np.where(pays, order + begin, NO_ROUTE)
    return Ways(first, choice, routes.origin, taken_from, routes.unit_share * case_pack)


def spare_cases(situation: Situation, level: FloatArray) -> IntArray:
    """Return (N, K) whole cases at the origins beyond what is to stay there."""
    kept = np.rint(level).astype(np.int64)
    spare = np.maximum(situation.on_hand - kept, 0) // situation.snapshot.products.case_pack
    return np.where(situation.snapshot.network.is_forward[:, None], 0, spare)


def size_of(volume: FloatArray) -> FloatArray:
    """Return (K,) what a case counts in a node's share: its volume, the mean where it has none."""
    solid = volume > 0
    return np.where(solid, volume, volume[solid].mean() if solid.any() else 1.0)


def write_dispatch(routes: Routes, sent: IntArray) -> Dispatch:
    """Return units (M, K) as lines, by lane and SKU."""
    route, sku = np.nonzero(sent)
    order = np.lexsort((sku, routes.lane[route]))
    route, sku = route[order], sku[order]
    return Dispatch(
        lane=routes.lane[route],
        sku=sku,
        ships_on=routes.ships_on[route],
        quantity=sent[route, sku],
    )
