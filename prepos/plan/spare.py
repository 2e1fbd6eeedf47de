"""What a unit left at an origin is good for: orders that stock put aside elsewhere falls short of.

A unit is put aside for one rank of one catchment's demand, and at an origin it can serve others as
well. Where all stock falls short of all demand, what its own rank does not ask for somebody else
may; forward nodes reach few catchments, and their rest is taken as lost. A unit left at an origin
thus serves, by a share of the chance that all stock falls short, the catchments it reaches, each by
its part of the demand and by the chance that it was put aside for another. Where a plan is made as
if demand were certain, nobody is left out.

The share was chosen on made-up worlds of one period, beside programs of 30 scenarios: at 0 too much
is sent of what is scarce, at 1 too little, as what is left at forward nodes finds orders too;
between a half and one it hardly matters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.types import FloatArray
from prepos.plan.problem import Problem

SERVES = 0.75  # of the chance that all stock falls short


@dataclass(frozen=True, slots=True, eq=False)
class Spare:
    """What units that are left at each node at the window's end serve besides.

    Attributes
    ----------
    units : (N, K) float
        Expected, of each unit that is left; 0 at forward nodes.
    cost, distance_km : (N, K) float
        Currency and km for each unit that serves.
    """

    units: FloatArray
    cost: FloatArray
    distance_km: FloatArray

    def saving(self, shortage_cost: FloatArray) -> FloatArray:
        """Return (N, K) currency, 0 or less, of each unit that is left."""
        return np.minimum(self.units * (self.cost - shortage_cost), 0.0)


def find_spare(problem: Problem, suffices: FloatArray) -> Spare:
    """Return what is left at a problem's origins serves, all stock sufficing by chance (K,)."""
    wanted = problem.demand_mean.sum(axis=0)
    total = np.maximum(wanted.sum(axis=0), np.finfo(np.float64).tiny)
    short = (1.0 - suffices) * (SERVES if problem.options.tranches else 0.0)
    units, cost, km = (np.zeros(problem.on_hand.shape) for _ in range(3))
    for node in np.flatnonzero(~problem.network.is_forward).tolist():
        service = problem.catchments.service_cost[node]
        part = wanted / total
        part = np.where(service < problem.products.shortage_cost, part * (1.0 - part), 0.0)
        reached = part.sum(axis=0)
        share = np.divide(part, reached, out=np.zeros_like(part), where=reached > 0)
        units[node] = short * reached
        cost[node] = (share * np.where(share > 0, service, 0.0)).sum(axis=0)
        distance = problem.catchments.distance_km[node]
        km[node] = (share * np.where(share > 0, distance, 0.0)).sum(axis=0)
    return Spare(units, cost, km)
