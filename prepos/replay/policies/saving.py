"""Who is nearest to whom, and what a unit used at a node saves: dearer service, or a shortage."""

from __future__ import annotations

import numpy as np

from prepos.core.types import BoolArray, FloatArray, IntArray

NOWHERE = -1  # a region that no node can serve


def nearest_node(cost: FloatArray, among: BoolArray) -> IntArray:
    """Return (G,) the node among some that serves each group cheapest, ``NOWHERE`` if none can.

    Parameters
    ----------
    cost : (N, G) float
        Currency per unit; infinite where a node cannot serve.
    """
    of_those = np.where(among[:, None], cost, np.inf)
    served = np.isfinite(of_those).any(axis=0)
    return np.where(served, of_those.argmin(axis=0), NOWHERE)


def saved_at(
    cost: FloatArray, own: IntArray, weight: FloatArray, avoided: BoolArray, shortage: FloatArray
) -> FloatArray:
    """Return (N, K) currency that a unit used at each node saves: mean over its own groups.

    Against service from the cheapest of some other nodes; against a shortage where none can serve.

    Parameters
    ----------
    cost : (N, G, J) float
        Currency per unit, J either K or 1.
    own : (G,) int
        The node that each group belongs to, or ``NOWHERE``.
    weight : (G, J) float
        Demand; where a node's groups have none, all count alike.
    avoided : (N,) bool
        The nodes that would serve instead.
    shortage : (K,) float
        Currency per unit short.
    """
    total = np.zeros((len(cost), weight.shape[1]))
    gain = np.zeros((len(cost), len(shortage)))
    share = weight + np.finfo(np.float64).tiny
    for group in np.flatnonzero(own != NOWHERE):
        node = own[group]
        others = avoided & (np.arange(len(cost)) != node)
        instead = cost[others, group].min(axis=0, initial=np.inf)
        dearer = np.where(np.isfinite(instead), instead, shortage) - cost[node, group]
        gain[node] += share[group] * dearer
        total[node] += share[group]
    return np.divide(gain, total, out=np.zeros_like(gain), where=total > 0)
