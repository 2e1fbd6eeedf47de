"""Who may serve a region, cheapest first: the rule of fulfilment as arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepos.core.network import Network
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.replay.options import ReplayOptions

OWN_AND_TWO = 3  # cheapest nodes


class Servers(NamedTuple):
    """For each region up to C nodes that may serve it, cheapest first, equals by position.

    ``node`` (R, C) holds positions and ``cost`` (R, C) currency per unit; ``places`` (R,) says
    how many of each row there are.
    """

    node: IntArray
    cost: FloatArray
    places: IntArray


def list_servers(network: Network, options: ReplayOptions) -> Servers:
    """Return who may serve each region under the options."""
    cost = np.where(may_serve(network, options), network.service.ship_cost, np.inf).T
    node = np.argsort(cost, axis=1, kind="stable")
    count = np.isfinite(cost).sum(axis=1)
    most = int(count.max(initial=0))
    sorted_cost = np.take_along_axis(cost, node, axis=1)
    return Servers(
        np.ascontiguousarray(node[:, :most]), np.ascontiguousarray(sorted_cost[:, :most]), count
    )


def may_serve(network: Network, options: ReplayOptions) -> BoolArray:
    """Return (N, R) which node may serve which region."""
    cost, forward = network.service.ship_cost, network.is_forward[:, None]
    allowed = np.isfinite(cost)
    if options.fulfilment == "own_and_two":
        allowed &= ~forward | (rank_nodes(cost) < OWN_AND_TWO)
    if options.spillover is not None:
        rank = rank_nodes(np.where(forward, cost, np.inf))
        allowed &= ~forward | (rank < options.spillover)
    return allowed


def rank_nodes(cost: FloatArray) -> IntArray:
    """Return (N, R) each node's rank by cost for each region, from 0 on; equals by position."""
    order = np.argsort(cost, axis=0, kind="stable")
    return np.asarray(np.argsort(order, axis=0, kind="stable"))
