"""Second opinion on the bound: proved again from prices and values alone, by weak duality.

Whatever prices (from 0 on) are put on the limits that SKUs share, and whatever values on a unit of
each source, no plan costs less than: all demand short; what every unit costs that idles where it
is, less its value, which is no less than what it saves by idling elsewhere; for each rank of demand
the best that serving it can save, value and prices paid; less the limits at their prices; and what
vehicles can save at these prices. A rank's best is the least over sources, ways and places: each is
looked at once, nothing is optimised.

References
----------
Bertsimas and Tsitsiklis (1997), Introduction to Linear Optimization, theorem 4.3: weak duality.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from prepos.core.run import CERTIFICATE, RunFiles
from prepos.core.types import FloatArray, IntArray
from prepos.core.verdict import Check
from prepos.plan.verify_book import Given
from prepos.plan.verify_compare import Where, check_equal
from prepos.plan.verify_costs import SINGLE, number
from prepos.plan.verify_demand import Areas
from prepos.plan.verify_limits import Limit, find_prices, list_limits
from prepos.plan.verify_ranks import LEAST_MEAN, Cells, chances, cut_cells
from prepos.plan.verify_relief import NOBODY
from prepos.plan.verify_supply import Supply, find_supply
from prepos.plan.verify_tariff import Tariff, gain_of_vehicles, make_tariff, price_ways
from prepos.plan.verify_ways import Ways, find_departures

CHUNK = 40_000  # pairs of catchment and SKU that are worked on at a time


@dataclass(frozen=True, eq=False)
class Slice:
    """Ranks (R,) of some SKUs: their demand, and each one's cell, catchment, SKU and ends.

    ``skus`` (K,) are the SKUs; ``sku`` counts among them.
    """

    skus: IntArray
    cells: Cells
    cell: IntArray
    catchment: IntArray
    sku: IntArray
    low: IntArray
    high: IntArray


def check_proof(run: RunFiles, given: Given, areas: Areas) -> tuple[float, list[Check]]:
    """Return the bound that the run's prices and values prove, and the checks of them."""
    departures = find_departures(given)
    limits = list_limits(given, areas, departures)
    told, checks = find_prices(run, limits)
    supply, found = find_supply(run, given)
    tariff = make_tariff(given, areas, departures, limits, told)
    proven = prove(areas, tariff, supply) - paid(limits, told)
    short = float(given.products.shortage_cost @ areas.mean.sum(axis=(0, 1)))
    where = Where(CERTIFICATE, "bound", lambda _: CERTIFICATE)
    bound = [number(run.certificate.get("bound"))]
    same = check_equal("proof", where, bound, [proven], smallest=SINGLE * (1.0 + short))
    return proven, [*checks, *found, same]


def paid(limits: Mapping[str, Limit], told: Mapping[str, FloatArray]) -> float:
    """Return currency: every limit at its price."""
    total = 0.0
    for name, limit in limits.items():
        priced = told[name] > 0
        total += float(told[name][priced] @ limit.most[priced])
    return total


def prove(areas: Areas, tariff: Tariff, supply: Supply) -> float:
    """Return what no plan costs less than, the limits' prices paid on top."""
    bound = gain_of_vehicles(tariff)
    count, step = areas.mean.shape[2], max(1, CHUNK // len(areas.axis))
    for first in range(0, count, step):
        skus = np.arange(first, min(first + step, count))
        bound += prove_slice(areas, tariff, supply.of_skus(skus), skus)
    return bound


def prove_slice(areas: Areas, tariff: Tariff, supply: Supply, skus: IntArray) -> float:
    """Return the part of some SKUs."""
    ways = price_ways(tariff, skus, areas.spare.saved)
    wanted = areas.mean[:, :, skus].sum(axis=(0, 1))
    bound = float(tariff.given.products.shortage_cost[skus] @ wanted)
    for start, stop, at in supply.by_place():
        sku, idle = supply.sku[at], ways.idle(*start, supply.sku[at])
        reached, stays = ways.reach(*start, sku), np.full(len(at), np.inf)
        if stop != start:
            stays = price_stop(tariff, start, stop, skus[sku])
            for number, cost in ways.reach(*stop, sku).items():
                reached[number] = np.minimum(reached.get(number, np.inf), cost + stays)
        rest = np.minimum(ways.rest(sku, reached), ways.left(*stop, sku) + stays)
        worth = np.maximum(supply.value[at], idle - rest)
        bound += float(supply.units[at] @ (idle - worth))
        ways.open_source(*start, sku, reached=reached, start=worth - idle)
        ways.lie(ways.moved, *stop, sku, worth - idle + stays)
    ranks = cut_slice(areas, skus)
    best = np.zeros(len(ranks.cell))
    for since in range(len(areas.mean)):
        best = np.minimum(best, serve_from(areas, tariff, ways, ranks, since=since))
    return bound + float((ranks.high - ranks.low) @ best)


def price_stop(
    tariff: Tariff, start: tuple[int, int], stop: tuple[int, int], skus: IntArray
) -> FloatArray:
    """Return what units cost that come in at their hub instead of where they were to go.

    Both are a node and a day; what comes after the window comes in at no price.
    """
    (node, day), (hub, hub_day) = start, stop
    days, horizon = tariff.departures.days, tariff.departures.periods
    priced = tariff.inbound[node] + tariff.whole_inbound[node]
    spared = priced[day // days] if 0 <= day // days < horizon else 0.0
    put_away = tariff.given.of_nodes("handling_cost")[hub] * (1.0 + tariff.budget)
    taken = tariff.inbound[hub, hub_day // days] - spared
    return np.asarray(put_away + tariff.volume[skus] * taken)


def cut_slice(areas: Areas, skus: IntArray) -> Slice:
    """Return the ranks of some SKUs' demand."""
    sku, catchment = np.nonzero(areas.mean[:, :, skus].sum(axis=0).T > LEAST_MEAN)
    cells = areas.cells(catchment, skus[sku])
    cell, low, high = cut_cells(cells)
    return Slice(skus, cells, cell, catchment[cell], sku[cell], low, high)


def serve_from(areas: Areas, tariff: Tariff, ways: Ways, ranks: Slice, *, since: int) -> FloatArray:
    """Return (R,) the least that a unit costs, beyond idling, that serves each rank from then on.

    What it costs: coming there; lying until it is used, before each period's use in storage and
    after it in holding; being returned where it was moved in vain; and where it is used service,
    less the shortage and the price of the fill; what an origin serves in its stead, alike; and what
    it serves as spare where it is left at an origin.
    """
    products, forward = tariff.given.products, tariff.given.network.is_forward
    used = chances(ranks.cells, ranks.cell, ranks.low, ranks.high, since)[:, since:]
    asked = chances(ranks.cells, ranks.cell, ranks.low, ranks.high, 0)[:, -1]
    relieved = relief_of(areas, tariff, ranks) * (asked - used[:, -1])
    best = np.full(len(used), np.inf)
    for node in range(len(forward)):
        moved, stayed = ways.moved[node, since], ways.stayed[node, since]
        reached = np.isfinite(np.minimum(moved, stayed))
        mine = np.flatnonzero(areas.servers[ranks.catchment, node] & reached[ranks.sku])
        sku, z, left = ranks.sku[mine], ranks.catchment[mine], 1.0 - used[mine]
        k, storage = ranks.skus[sku], tariff.storage[node, since:]
        gain = areas.cost[areas.pair[z, node], k] - products.shortage_cost[k]
        gain = gain - tariff.served[z, tariff.group[k]]
        there = gain * used[mine, -1] + tariff.volume[k] * (storage[0] + left[:, :-1] @ storage[1:])
        there = there + forward[node] * products.holding_cost[k] * left.sum(axis=1)
        there = there + areas.spare.saved[node, k] * left[:, -1]
        returned = ways.returned[node, sku] * left[:, -1]
        come = np.minimum(moved[sku] + returned, stayed[sku])
        best[mine] = np.minimum(best[mine], come + there + relieved[mine])
    return best


def relief_of(areas: Areas, tariff: Tariff, ranks: Slice) -> FloatArray:
    """Return (R,) currency, 0 or less, per unit of each rank that stock comes too late for."""
    z, k, relief = ranks.catchment, ranks.skus[ranks.sku], areas.relief
    saved = relief.cost[z, k] - tariff.given.products.shortage_cost[k]
    return np.where(relief.by[z, k] == NOBODY, 0.0, relief.share[k] * saved)
