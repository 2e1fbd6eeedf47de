"""What it costs to serve a region from a node: the user's table, else bands of distance."""

from __future__ import annotations

import numpy as np
import pandas as pd

from prepos.core.axes import make_axis
from prepos.core.network import Node, Region, Service
from prepos.core.types import FloatArray
from prepos.regions.columns import read_numbers, read_texts
from prepos.regions.options import ServiceOptions
from prepos.regions.sphere import great_circle_km


def make_service(
    nodes: tuple[Node, ...],
    regions: tuple[Region, ...],
    table: pd.DataFrame | None,
    options: ServiceOptions,
) -> Service:
    """Return cost, days and distance of every pair (N, R).

    With a ``service`` table a pair that is not in it cannot serve: its cost and days are infinite.
    Rows of unknown nodes or regions are passed over (they are refused elsewhere).
    """
    distance_km = great_circle_km(
        np.array([node.latitude for node in nodes]),
        np.array([node.longitude for node in nodes]),
        np.array([region.latitude for region in regions]),
        np.array([region.longitude for region in regions]),
    )
    if table is None:
        return _by_distance(distance_km, options)
    cost, days = np.full_like(distance_km, np.inf), np.full_like(distance_km, np.inf)
    node = make_axis("node_id", (n.node_id for n in nodes)).positions(read_texts(table, "node_id"))
    region = make_axis("region_id", (r.region_id for r in regions)).positions(
        read_texts(table, "region_id")
    )
    known = (node >= 0) & (region >= 0)
    cost[node[known], region[known]] = read_numbers(table, "ship_cost")[known]
    days[node[known], region[known]] = read_numbers(table, "transit_days", empty=0.0)[known]
    return Service(cost, days, distance_km)


def _by_distance(distance_km: FloatArray, options: ServiceOptions) -> Service:
    """Return each pair's cost and days by its distance; infinite beyond the last band."""
    limits, costs, days = (
        np.array(column, dtype=np.float64) for column in zip(*options.bands, strict=True)
    )
    band = np.searchsorted(limits, distance_km, side="left")
    beyond = np.inf
    return Service(np.append(costs, beyond)[band], np.append(days, beyond)[band], distance_km)
