"""What origins serve of the orders that stock in front comes too late for.

A unit that can serve only from a later period on leaves the orders before it to the origins. They
serve them from what they hold, at the cost of the cheapest that has the SKU, wherever that is less
than falling short. Where all stock is scarce, what an origin serves now is missed later: relief
counts by the chance that all stock suffices for all demand, which is taken as negative binomial
with the catchments' variances added up. Where a plan is made as if demand were certain, each order
has a unit of its own, and nobody steps in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import nbinom, poisson

from prepos.core.types import FloatArray, IntArray
from prepos.plan.problem import Problem
from prepos.plan.tranches import POISSON_BELOW

NOBODY = -1


@dataclass(frozen=True, slots=True, eq=False)
class Relief:
    """Who serves the orders of each catchment that come too early for what is on its way.

    Attributes
    ----------
    node : (Z, K) int
        The origin; ``NOBODY`` where none has the SKU and serves for less than falling short costs.
    saving : (Z, K) float
        Currency per unit ordered too early, 0 or less: what serving it so costs, less what falling
        short would, by the chance that there is stock for it.
    share : (K,) float
        That chance.
    """

    node: IntArray
    saving: FloatArray
    share: FloatArray


def find_relief(problem: Problem) -> Relief:
    """Return what the origins of a problem can serve."""
    origin = np.flatnonzero(~problem.network.is_forward)
    shape, share = problem.demand_mean.shape[1:], chance_to_suffice(problem)
    if not len(origin):
        return Relief(np.full(shape, NOBODY), np.zeros(shape), share)
    cost = np.where(
        (problem.on_hand[origin] > 0)[:, None], problem.catchments.service_cost[origin], np.inf
    )
    best = cost.argmin(axis=0)
    cost = np.take_along_axis(cost, best[None], axis=0)[0]
    saving = np.minimum(cost - problem.products.shortage_cost, 0.0)
    return Relief(np.where(saving < 0, origin[best], NOBODY), share * saving, share)


def chance_to_suffice(problem: Problem) -> FloatArray:
    """Return (K,) the chance that all stock, on hand and to come, suffices for all demand.

    0 as if demand were certain.
    """
    spread = problem.dispersion[problem.periods.horizon - 1]
    if (spread < 0).any():
        return np.zeros(len(problem.products))
    stock = problem.on_hand.sum(axis=0).astype(np.float64)
    for receipt in problem.receipts:
        if problem.periods.period_of(receipt.arrives_on) < problem.periods.horizon:
            stock[receipt.sku] += receipt.quantity
    by_catchment = problem.demand_mean.sum(axis=0)
    mean = by_catchment.sum(axis=0)
    extra = (spread * by_catchment**2).sum(axis=0)  # of the variance, beyond Poisson's
    scattered = extra > POISSON_BELOW * mean
    size = mean**2 / np.where(scattered, extra, 1.0)
    size = np.where(scattered, size, 1.0)
    chance = nbinom.cdf(stock, size, size / (size + mean))
    return np.asarray(np.where(scattered, chance, poisson.cdf(stock, mean)))
