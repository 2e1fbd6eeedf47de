"""Second opinion on ``routing.csv``: every cell ranked again, by service cost plus value.

Recomputed from the inputs' service costs, ``values.csv`` and the stock that the plan leaves.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from prepos.core.run import FORECAST_TOTAL, ROUTING, VALUES, RunFiles
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.core.verdict import Check
from prepos.plan.verify_book import Given, Rows, find_rows
from prepos.plan.verify_compare import Where, check_equal, check_holds
from prepos.plan.verify_demand import Areas
from prepos.plan.verify_stock import Flows

RANKS = 3
CELLS = 250_000  # that are expected to order most: others may be told nothing of
ROUNDED = 1e-6  # currency: prices are told with so many digits


def check_routing(run: RunFiles, given: Given, areas: Areas, flows: Flows) -> list[Check]:
    """Check that exactly the cells are told that are not served nearest first, rightly ranked."""
    axes = {"region_id": given.network.region_axis, "sku": given.skus}
    rows, checks = find_rows(run, ROUTING, axes | {"node_id": given.nodes}, given, key="sku")
    cells = most_wanted(find_rows(run, FORECAST_TOTAL, axes, given, key="sku")[0])
    value = np.zeros(given.shape[1:])
    worth, _ = find_rows(run, VALUES, {"node_id": given.nodes, "sku": given.skus}, given, key="sku")
    value[worth.at["node_id"], worth.at["sku"]] = worth["value"]
    came = flows.opening[0] + (flows.receipts + flows.transfers_in).sum(axis=0)
    expected = rank_cells(given, areas, value, came > 0, cells.at["region_id"], cells.at["sku"])
    region, sku, node = (rows.at[name] for name in ("region_id", "sku", "node_id"))
    found = np.stack([region, sku, rows["rank"], node])
    cost = given.network.service.ship_cost[node, region]
    told = rows.where("price", "sku", "region_id")
    return [
        *checks,
        _same_rows(given, found, expected),
        check_equal("routing", told, rows["service_cost"], cost),
        check_equal("routing", told, rows["value"], value[node, sku]),
        check_equal("routing", told, rows["price"], cost + value[node, sku], smallest=ROUNDED),
    ]


def most_wanted(cells: Rows) -> Rows:
    """Return the cells that are expected to order most, those alike with the last included."""
    mean = np.asarray(cells["mean"], dtype=np.float64)
    return cells.only(mean >= np.sort(mean)[max(len(mean) - CELLS, 0)]) if len(mean) else cells


def rank_cells(
    given: Given,
    areas: Areas,
    value: FloatArray,
    held: BoolArray,
    region: IntArray,
    sku: IntArray,
) -> IntArray:
    """Return (4, n) region, SKU, rank and node of every cell that is not served nearest first."""
    parts = [np.zeros((4, 0), dtype=np.int64)]
    for place in np.unique(region).tolist():
        cost = given.network.service.ship_cost[:, place]
        nodes = np.flatnonzero(areas.servers[areas.of_region[place]] & np.isfinite(cost))
        nodes = nodes[np.argsort(cost[nodes], kind="stable")]  # nearest first, then by id
        mine = sku[region == place]
        there = held[np.ix_(nodes, mine)]
        price = np.where(there, cost[nodes][:, None] + value[np.ix_(nodes, mine)], np.inf)
        best = np.argsort(price, axis=0, kind="stable")[:RANKS]
        near = np.argsort(~there, axis=0, kind="stable")[:RANKS]
        listed = np.arange(len(best))[:, None] < there.sum(axis=0)
        rank, cell = np.nonzero(listed & (listed & (best != near)).any(axis=0))
        at = np.full(len(cell), place)
        parts.append(np.stack([at, mine[cell], rank + 1, nodes[best[rank, cell]]]))
    return np.concatenate(parts, axis=1)


def _same_rows(given: Given, found: IntArray, expected: IntArray) -> Check:
    """Check that rows are those expected, none more and none fewer, in whatever order."""
    names = ("region", "sku", "rank", "node")
    told, due = (pd.DataFrame(dict(zip(names, rows, strict=True))) for rows in (found, expected))
    both = told.merge(due, how="outer", indicator=True)
    regions, kind = given.network.region_axis, both["_merge"].astype(str)
    return check_holds(
        "routing",
        Where(
            ROUTING,
            "rank",
            lambda i: f"{given.skus[both['sku'][i]]} for {regions[both['region'][i]]}",
        ),
        (both["_merge"] == "both").to_numpy() & ~both.duplicated().to_numpy(),
        found=lambda i: (
            f"rank {both['rank'][i]} {'told' if kind[i] != 'right_only' else 'missing'}"
        ),
        expected=lambda i: (
            f"{'no such row' if kind[i] == 'left_only' else 'one row'} of "
            f"{given.nodes[both['node'][i]]}"
        ),
    )
