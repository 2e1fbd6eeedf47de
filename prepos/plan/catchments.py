"""Regions summed to the catchments that the plan decides for.

Tranches by single region lose the pooling of risk and do worse than planning on the mean, so
demand is summed to catchments first: the regions with one cheapest node and one set of servers.
"""

from __future__ import annotations

import numpy as np

from prepos.core.axes import Axis
from prepos.core.demand import Forecast
from prepos.core.network import Network
from prepos.core.transfer import Catchments
from prepos.core.types import BoolArray, FloatArray, IntArray

UNSERVED = "unserved"


def make_catchments(network: Network, forecast: Forecast, near: int) -> Catchments:
    """Group the regions and say who serves each group, at what cost.

    Parameters
    ----------
    network : Network
    forecast : Forecast
        By region; its total mean weighs the regions of a catchment.
    near : int
        How many of the cheapest nodes may serve a catchment, besides the origins that can.

    Returns
    -------
    Catchments
        Z groups, sorted by id: the cheapest node's, `#2` and on where its regions differ in who can
        serve them at all, and `unserved` where nobody can.
    """
    names = catchment_names(network)
    axis = Axis("catchment_id", tuple(sorted(set(names))))
    of_region = axis.positions(names)
    cost = weighted_mean(network.service.ship_cost, forecast.total_mean, of_region, len(axis))
    distance = weighted_mean(network.service.distance_km, forecast.total_mean, of_region, len(axis))
    origins = ~network.is_forward
    servers = np.stack(
        [
            choose_servers(network.service.ship_cost[:, of_region == z].mean(axis=1), origins, near)
            for z in range(len(axis))
        ]
    )
    return Catchments(
        axis=axis,
        of_region=of_region,
        servers=servers,
        service_cost=np.where(servers.T[:, :, None], cost, np.inf),
        distance_km=distance,
    )


def catchment_names(network: Network) -> list[str]:
    """Return the catchment of each region."""
    cost = network.service.ship_cost
    seen: dict[tuple[int, bytes], str] = {}
    counts: dict[int, int] = {}
    names = []
    for r in range(cost.shape[1]):
        can_serve = np.isfinite(cost[:, r])
        if not can_serve.any():
            names.append(UNSERVED)
            continue
        cheapest = int(np.argmin(cost[:, r]))
        key = (cheapest, can_serve.tobytes())
        if key not in seen:
            counts[cheapest] = counts.get(cheapest, 0) + 1
            suffix = f"#{counts[cheapest]}" if counts[cheapest] > 1 else ""
            seen[key] = network.nodes[cheapest].node_id + suffix
        names.append(seen[key])
    return names


def choose_servers(mean_cost: FloatArray, origins: BoolArray, near: int) -> BoolArray:
    """Return which nodes may serve: the nearest few by cost (N,), and every origin that can."""
    possible = np.isfinite(mean_cost)
    chosen = possible & origins
    chosen[np.argsort(mean_cost, kind="stable")[:near]] = True
    return np.asarray(chosen & possible)


def weighted_mean(
    by_region: FloatArray, weight: FloatArray, of_region: IntArray, groups: int
) -> FloatArray:
    """Return (N, Z, K): the mean over a group's regions of (N, R) weighted by (R, K).

    Where a SKU has no forecast in the group, the plain mean.
    """
    means = np.empty((by_region.shape[0], groups, weight.shape[1]))
    for z in range(groups):
        members = of_region == z
        share = weight[members] + 1e-12
        means[:, z, :] = by_region[:, members] @ (share / share.sum(axis=0))
    return means
