"""How many vehicles a lane may fill, and when the last one is not worth its cost."""

from __future__ import annotations

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.replay.policies.routes import Routes

ROUNDING = 1e-9  # of a vehicle


def load_room(vehicles: FloatArray, largest: FloatArray) -> FloatArray:
    """Return the vehicles' worth (M,) of cases that surely can be packed, however they come.

    A case of share s that no vehicle takes finds all of them fuller than 1 - s, so cases up to
    n - (n - 1) s fit n vehicles; and so do cases up to n / 2, as at most one vehicle is less than
    half full where each takes what it can.

    Parameters
    ----------
    vehicles : (M,) float
        How many there are; infinite where nothing limits them.
    largest : (M,) float
        Share of a vehicle that the largest case takes, 0 to 1.
    """
    endless = np.isinf(vehicles)
    count = np.where(endless, 0.0, vehicles)
    packed = np.maximum(count - np.maximum(count - 1.0, 0.0) * largest, count / 2.0)
    return np.where(endless, np.inf, packed)


def enough_vehicles(
    vehicles: FloatArray, routes: Routes, sent: IntArray, worth: FloatArray
) -> FloatArray:
    """Return how many vehicles (M,) each lane may fill, once the last one has to pay for itself.

    It does where its share of what the lane's goods save, against their next best way or staying,
    is its cost.

    Parameters
    ----------
    sent : (M, K) int
        Units.
    worth : (N, K) float
        Currency that a unit at a node is expected to save.
    """
    load = (sent * routes.unit_share).sum(axis=1)
    used = np.maximum(np.ceil(load - ROUNDING), sent.any(axis=1))
    cost = routes.full_cost
    gain = np.zeros(len(sent))
    for route in np.flatnonzero((used > 0) & (routes.vehicle_cost > 0)):
        others = (routes.node == routes.node[route]) & (np.arange(len(sent)) != route)
        otherwise = cost[others].min(axis=0, initial=np.inf)
        best = np.minimum(otherwise, worth[routes.node[route]])
        gain[route] = sent[route] @ (best - routes.unit_cost[route])
    last = np.where(used > 1, (load - used + 1) / np.where(load > 0, load, 1.0), 1.0)
    pays = gain * last >= routes.vehicle_cost
    idle = (used == 0) | (routes.vehicle_cost == 0)
    return np.where(idle | pays, vehicles, used - 1)
