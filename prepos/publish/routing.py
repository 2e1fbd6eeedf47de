"""``routing.csv``: in which order nodes serve a region's orders of a SKU, where not nearest first.

The rule is that of ``core.routing``, worked out for a shop's order routing: who takes the first
listed node that has the units serves from where service cost plus value is least. Cells that are
served nearest first stand in no row, nor do those beyond so many that are expected to order most:
for them a shop has ``values.csv``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from prepos.core.axes import Axis
from prepos.core.network import Network
from prepos.core.transfer import Plan
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.publish.plan_frames import VALUE_DIGITS, pick_ids

RANKS = 3  # nodes that are listed for a cell, at most
CELLS = 250_000  # pairs of region and SKU that are looked at: those expected to order most


def routing_frame(plan: Plan, network: Network, skus: Axis, mean: FloatArray) -> pd.DataFrame:
    """Return the ranked nodes of every cell that orders and is not served nearest first.

    Nodes are those that may serve the region's catchment and hold the SKU in the window.

    Parameters
    ----------
    mean : (R, K) float
        Units expected over the horizon; 0 where the forecast's files tell none.
    """
    value, held = np.round(plan.values, VALUE_DIGITS), held_somewhen(plan)
    least = np.partition(mean, -CELLS, axis=None)[-CELLS] if mean.size > CELLS else 0.0
    asked = (mean >= least) & (mean > 0)
    parts = []
    for region, zone in enumerate(plan.catchments.of_region.tolist()):
        cost = network.service.ship_cost[:, region]
        nodes = np.flatnonzero(plan.catchments.servers[zone] & np.isfinite(cost))
        near = nodes[np.argsort(cost[nodes], kind="stable")]
        cells = np.flatnonzero(asked[region] & (held[near].sum(axis=0) > 1))
        ranked = rank_nodes(cost[near], value[near][:, cells], held[near][:, cells])
        cell, rank = np.nonzero(ranked.T >= 0)
        parts.append((np.full(len(cell), region), cells[cell], rank, near[ranked[rank, cell]]))
    of_region, sku, rank, node = (np.concatenate(column) for column in zip(*parts, strict=True))
    cost, worth = network.service.ship_cost[node, of_region], value[node, sku]
    return pd.DataFrame(
        {
            "region_id": pick_ids(network.region_axis, of_region),
            "sku": pick_ids(skus, sku),
            "rank": rank + 1,
            "node_id": pick_ids(network.node_axis, node),
            "service_cost": cost,
            "value": worth,
            "price": np.round(cost + worth, VALUE_DIGITS),
        }
    )


def held_somewhen(plan: Plan) -> BoolArray:
    """Return (N, K) where stock of each SKU lies or comes within the window."""
    stock = plan.targets
    came = stock.opening[0] + (stock.receipts + stock.transfers_in).sum(axis=0)
    return np.asarray(came > 0, dtype=np.bool_)


def rank_nodes(cost: FloatArray, value: FloatArray, held: BoolArray) -> IntArray:
    """Return (RANKS, K) the nodes by cost plus value, -1 where there is none or nearest is first.

    ``cost`` (N,) rises; ``value`` and ``held`` are (N, K).
    """
    price = np.where(held, cost[:, None] + value, np.inf)
    left, every = held.copy(), np.arange(price.shape[1])
    ranked, nearest = (np.full((RANKS, len(every)), -1, dtype=np.int64) for _ in range(2))
    for rank in range(min(RANKS, len(cost))):
        best, near = price.argmin(axis=0), left.argmax(axis=0)
        some = np.isfinite(price[best, every])
        ranked[rank], nearest[rank] = np.where(some, best, -1), np.where(some, near, -1)
        price[best, every], left[near, every] = np.inf, False
    ranked[:, (ranked == nearest).all(axis=0)] = -1
    return ranked
