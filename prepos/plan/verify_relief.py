"""Second opinion on relief: who serves the orders that stock on its way comes too late for.

The cheapest origin that has the SKU on hand, where it serves for less than falling short costs; and
by the chance that all stock suffices for all demand, in closed form. Knows nothing of any model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.plan.verify_book import Given
from prepos.plan.verify_ranks import chance_at_most
from prepos.plan.verify_receipts import list_receipts

NOBODY = -1


@dataclass(frozen=True, eq=False)
class Relief:
    """Who steps in for each catchment and SKU.

    Attributes
    ----------
    by : (Z, K) int
        The origin; ``NOBODY`` where none does.
    cost : (Z, K) float
        Currency per unit that it serves.
    share : (K,) float
        Of what comes too early, what is served so where somebody steps in.
    """

    by: IntArray
    cost: FloatArray
    share: FloatArray


def find_relief(
    given: Given, servers: BoolArray, cost: FloatArray, mean: FloatArray, dispersion: FloatArray
) -> Relief:
    """Return who steps in.

    Parameters
    ----------
    servers : (Z, N) bool
    cost : (S + 1, K) float
        Currency per unit of each pair of catchment and server, in the order of ``servers``.
    mean : (T, Z, K) float
    dispersion : (P, Z, K) float
        The first T are of the periods from the first on.
    """
    coming, on_hand = list_receipts(given)
    by = np.full(mean.shape[1:], NOBODY)
    least = np.broadcast_to(given.products.shortage_cost, by.shape).copy()
    for pair, (zone, node) in enumerate(np.argwhere(servers).tolist()):
        if not given.network.is_forward[node]:
            better = (on_hand[node] > 0) & (cost[pair] < least[zone])
            by[zone, better], least[zone, better] = node, cost[pair, better]
    coming = coming[coming["day"] < given.window.horizon * given.periods.days]
    came = np.bincount(coming["sku"], coming["quantity"], minlength=on_hand.shape[1])
    stock = on_hand.sum(axis=0) + came
    wanted = mean.sum(axis=0)
    total, scattered = wanted.sum(axis=0), np.maximum(dispersion[len(mean) - 1], 0.0) * wanted**2
    some = total > 0
    spread = np.divide(scattered.sum(axis=0), total**2, out=np.zeros(len(total)), where=some)
    units = np.rint(stock).astype(np.int64)
    share = np.where(some, chance_at_most(total, spread, units), 1.0)
    return Relief(by, least, share if given.options.tranches else np.zeros_like(share))
