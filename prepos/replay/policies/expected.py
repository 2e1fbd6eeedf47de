"""Expected demand by the node that serves it cheapest, and how much stock covers it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import nbinom, poisson

from prepos.core.network import Network
from prepos.core.outlook import Outlook
from prepos.core.products import Products
from prepos.core.spans import span_number
from prepos.core.types import FloatArray, IntArray
from prepos.replay.policies.saving import nearest_node, saved_at

LEAST_DISPERSION = 1e-9  # below it a negative binomial is as good as Poisson


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Expected:
    """Demand over the whole window, by node: every array is (N, K).

    Attributes
    ----------
    mean, dispersion : (N, K) float
        Units; variance = mean + dispersion * mean**2.
    saving : (N, K) float
        Currency that a unit used there saves, against an origin's service or a shortage.
    left_over : (K,) float
        Currency that a unit costs which is not used: holding over the window, and its return.
    """

    mean: FloatArray
    dispersion: FloatArray
    saving: FloatArray
    left_over: FloatArray


def expect(outlook: Outlook, network: Network, products: Products) -> Expected:
    """Sum the catchments of each node; what scatters in them is taken as independent."""
    window = outlook.window.horizon
    mean = outlook.demand.mean[:window].sum(axis=0)
    dispersion = outlook.dispersion[span_number(0, window - 1, window)]
    cost = outlook.catchments.service_cost
    own = nearest_node(cost.mean(axis=2), np.ones(len(cost), dtype=np.bool_))
    belongs = own == np.arange(len(cost))[:, None]  # (N, Z)
    total = belongs @ mean
    over = belongs @ (dispersion * mean**2)  # variance beyond a Poisson's
    return Expected(
        mean=total,
        dispersion=np.divide(over, total**2, out=np.zeros_like(over), where=total > 0),
        saving=saved_at(cost, own, mean, ~network.is_forward, products.shortage_cost),
        left_over=left_over_cost(products, window),
    )


def left_over_cost(products: Products, window: int) -> FloatArray:
    """Return (K,) currency that a unit costs which is not used within so many periods."""
    return products.holding_cost * window + products.return_cost


def quantile(mean: FloatArray, dispersion: FloatArray, chance: FloatArray | float) -> IntArray:
    """Return the least whole units that demand stays within at that chance; 0 where none is due.

    Demand is negative binomial: variance = mean + dispersion * mean**2; Poisson without dispersion.

    Parameters
    ----------
    mean, dispersion : (...) float
    chance : (...) float
        Below 1; 0 or less asks for no units.
    """
    units = np.zeros(mean.shape, dtype=np.int64)
    chance = np.broadcast_to(chance, mean.shape)
    scattered = dispersion > LEAST_DISPERSION
    asked = (mean > 0) & (chance > 0)
    some = asked & ~scattered
    units[some] = poisson.ppf(chance[some], mean[some])
    some = asked & scattered
    size = 1 / dispersion[some]
    units[some] = nbinom.ppf(chance[some], size, size / (size + mean[some]))
    return units


def chance_of_use(mean: FloatArray, dispersion: FloatArray, unit: IntArray) -> FloatArray:
    """Return the chance that demand takes the ``unit``-th unit, 1 being the first."""
    chance = np.zeros(mean.shape)
    scattered = dispersion > LEAST_DISPERSION
    some = (mean > 0) & ~scattered
    chance[some] = poisson.sf(unit[some] - 1, mean[some])
    some = (mean > 0) & scattered
    size = 1 / dispersion[some]
    chance[some] = nbinom.sf(unit[some] - 1, size, size / (size + mean[some]))
    return chance
