"""Second opinion on spare units: what is left at origins at the window's end serves besides.

Three quarters of the chance that all stock falls short of all demand count, for each catchment that
the origin serves for less than falling short costs: by its part of the demand, and by the part that
is not its own, as the unit was put aside for somebody else. Knows nothing of any model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.types import BoolArray, FloatArray
from prepos.plan.verify_book import Given

SERVES = 0.75  # of the chance that all stock falls short


@dataclass(frozen=True, eq=False)
class Spare:
    """What a unit left at each node is expected to serve, arrays (N, K).

    ``units`` are served of each one left, at ``cost`` (currency) over ``distance`` (km) each;
    ``saved`` is currency, 0 or less, of each one left.
    """

    units: FloatArray
    cost: FloatArray
    distance: FloatArray
    saved: FloatArray


def find_spare(
    given: Given,
    servers: BoolArray,
    cost: FloatArray,
    distance: FloatArray,
    mean: FloatArray,
    enough: FloatArray,
) -> Spare:
    """Return what is left at origins serves.

    Parameters
    ----------
    servers : (Z, N) bool
    cost, distance : (S + 1, K) float
        Of each pair of catchment and server, in the order of ``servers``.
    mean : (T, Z, K) float
    enough : (K,) float
        The chance that all stock suffices for all demand.
    """
    wanted, lost = mean.sum(axis=0), given.products.shortage_cost
    total = np.maximum(wanted.sum(axis=0), np.finfo(np.float64).tiny)
    units, paid, km = (np.zeros(given.shape[1:]) for _ in range(3))
    for pair, (zone, node) in enumerate(np.argwhere(servers).tolist()):
        if not given.network.is_forward[node]:
            part = wanted[zone] / total
            met = np.where(cost[pair] < lost, part * (1.0 - part), 0.0)
            units[node] += met
            paid[node] += met * cost[pair]
            km[node] += met * distance[pair]
    some = np.maximum(units, np.finfo(np.float64).tiny)
    share = SERVES * (1.0 - enough) * given.options.tranches
    each, cost_each = share * units, paid / some
    return Spare(each, cost_each, km / some, each * (cost_each - lost))
