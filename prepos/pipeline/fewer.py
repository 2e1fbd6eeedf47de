"""The same map with fewer forward nodes: what one more of them is worth is found by taking it away.

Kept are those whose nearest regions ordered most; what lay at the others, or was under way to them,
is left out, and what came by them as their hub goes on.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prepos.core.network import Network, Service
from prepos.core.orders import Orders
from prepos.core.stock import NO_HUB, Stock
from prepos.core.types import IntArray


def busiest_nodes(network: Network, past: Orders, count: int) -> IntArray:
    """Return the positions of all origins and of ``count`` forward nodes, rising.

    Those are kept whose own regions (served cheapest by them) ordered most units in the past.
    """
    units = np.bincount(past.region, past.quantity, minlength=len(network.regions))
    own = np.argmin(network.service.ship_cost, axis=0)
    of_node = np.bincount(own, units, minlength=len(network.nodes))
    forward = np.flatnonzero(network.is_forward)
    chosen = forward[np.argsort(-of_node[forward], kind="stable")[:count]]
    return np.sort(np.concatenate([np.flatnonzero(~network.is_forward), chosen]))


def keep_nodes(network: Network, stock: Stock, kept: IntArray) -> tuple[Network, Stock]:
    """Return map and stock with these nodes (positions, rising) alone."""
    names = {network.nodes[node].node_id for node in kept}
    service = network.service
    fewer = replace(
        network,
        nodes=tuple(network.nodes[node] for node in kept),
        lanes=tuple(lane for lane in network.lanes if {lane.origin, lane.destination} <= names),
        service=Service(
            ship_cost=service.ship_cost[kept],
            transit_days=service.transit_days[kept],
            distance_km=service.distance_km[kept],
        ),
    )
    number = {int(node): place for place, node in enumerate(kept)}
    staying = [
        each if each.hub in number else each.gone_on()
        for each in stock.receipts
        if each.node in number
    ]
    receipts = tuple(
        replace(each, node=number[each.node], hub=number.get(each.hub, NO_HUB)) for each in staying
    )
    return fewer, replace(stock, on_hand=stock.on_hand[kept], receipts=receipts)
