"""New buyers: someone here will buy it for the first time.

The units that customers took of a SKU for the first time per order of those who had not bought it,
times the orders that are expected of the region's customers who still have not.
"""

from __future__ import annotations

import numpy as np

from prepos.core.kernels import Float32Array, serial_kernel
from prepos.core.types import FloatArray, IntArray
from prepos.signals.asked import Asked
from prepos.signals.customers import Customers
from prepos.signals.due import orders_of, places_of
from prepos.signals.evidence import Evidence
from prepos.signals.habits import Habits

RECENT_DAYS = 56.0  # first purchases that the rate is read from


def new_buyers(evidence: Evidence) -> Float32Array:
    """Return (1, H, R, K) units per period ahead."""
    if not len(evidence.customers):
        return np.zeros((1, 1, *evidence.shape), dtype=np.float32)
    units = new_buyer_units(
        evidence.customers,
        evidence.habits,
        evidence.once(orders_of),
        shape=evidence.record.shape,
        origin_day=evidence.origin_day,
        asked=evidence.asked,
    )
    return evidence.from_now(units)


def new_buyer_units(
    customers: Customers,
    habits: Habits,
    orders: FloatArray,
    *,
    shape: tuple[int, int],
    origin_day: float = 0.0,
    asked: Asked | None = None,
) -> Float32Array:
    """Return (1, H, R, K) units per period from an origin on, by what is known before it.

    Where cells are listed they are told as (1, H, 1, N).

    Parameters
    ----------
    orders : (U, H) float
        Expected of each customer in each period.
    shape : (R, K)
    origin_day : float
        Days from the cutoff, 0 or less.
    asked : Asked, optional
        The cells that are listed.
    """
    known = customers.known(origin_day)
    earlier = customers.known(origin_day - RECENT_DAYS)
    home = customers.homes(known)
    of_region = np.zeros((orders.shape[1], shape[0]))
    for step, count in enumerate(orders.T):
        of_region[step] = np.bincount(home, count, minlength=shape[0])
    count = shape[0] * shape[1] if asked is None else len(asked)
    owners = np.zeros((len(of_region), count))
    place = places_of(habits, home, shape[1], asked)
    taken, later = _first_purchases(habits, known, earlier, orders, place, shape[1], owners)
    rate = taken / np.maximum((known - earlier).sum() - later, 1.0)
    if asked is None:
        left, by_sku = of_region[:, :, None] - owners.reshape(len(owners), *shape), rate
    else:
        left, by_sku = (of_region[:, asked.region] - owners)[:, None], rate[asked.sku]
    return np.asarray(np.maximum(left, 0.0) * by_sku, dtype=np.float32)[None]


@serial_kernel
def _first_purchases(
    habits: Habits,
    known: IntArray,
    earlier: IntArray,
    orders: FloatArray,
    place: IntArray,
    skus: int,
    owners: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Add the owners' orders to ``owners`` (H, flat), and count first purchases by SKU.

    These are (K,) the units first taken since ``earlier``, and the orders of owners after that.
    """
    taken, later = np.zeros(skus), np.zeros(skus)
    for customer in range(len(known)):
        visits, before = known[customer], earlier[customer]
        if visits == 0:
            continue
        for pair in range(habits.of_customer[customer], habits.of_customer[customer + 1]):
            first, sku = habits.start[pair], habits.sku[pair]
            rank = habits.rank[first]
            if rank >= visits:
                continue
            if rank >= before:
                taken[sku] += habits.units[first]
            later[sku] += visits - max(rank + 1, before)
            if place[pair] >= 0:
                for step in range(orders.shape[1]):
                    owners[step, place[pair]] += orders[customer, step]
    return taken, later
