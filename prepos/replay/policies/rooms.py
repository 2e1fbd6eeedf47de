"""What room there is: storage, inbound and outbound volume, each a limit that cases take from."""

from __future__ import annotations

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.replay.policies.routes import Routes
from prepos.replay.policies.situation import Situation


def rooms_left(situation: Situation) -> FloatArray:
    """Return m3 left (1 + 2 W, N): storage, then inbound and outbound by period of the window.

    Storage is judged on all that lies there and is under way, as if none of it was used: what is
    sent then fits whatever is ordered.
    """
    nodes = situation.snapshot.network.nodes
    storage, inbound, outbound = np.array(
        [(n.storage_m3, n.inbound_m3, n.outbound_m3) for n in nodes]
    ).T
    taken = situation.position @ situation.snapshot.products.unit_volume_m3
    out = np.broadcast_to(outbound, situation.coming_m3.shape)
    rooms = np.concatenate([(storage - taken)[None], inbound - situation.coming_m3, out])
    return np.asarray(np.maximum(rooms, 0.0))


def rooms_of_routes(routes: Routes, situation: Situation) -> IntArray:
    """Return (M, 3) the rooms a route takes from: storage, inbound, outbound; rows of the above."""
    zero = np.zeros_like(routes.node)
    inbound, outbound = 1 + routes.arrival_period, 1 + situation.window.horizon + routes.ship_period
    rows = np.stack([zero, inbound, outbound], axis=1)
    places = np.stack([routes.node, routes.node, routes.origin], axis=1)
    return np.asarray(rows * len(situation.on_hand) + places)
