"""New buyers: someone here will buy it for the first time.

The units that customers took of a SKU for the first time per order of those who had not bought it,
times the orders that are expected of the region's customers who still have not.
"""

from __future__ import annotations

import numpy as np

from prepos.core.kernels import Float32Array, serial_kernel
from prepos.core.types import FloatArray, IntArray
from prepos.signals.customers import Customers
from prepos.signals.due import orders_of
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
        place=evidence.place,
    )
    return evidence.from_now(units)


def new_buyer_units(
    customers: Customers,
    habits: Habits,
    orders: FloatArray,
    *,
    shape: tuple[int, int],
    origin_day: float = 0.0,
    place: IntArray | None = None,
) -> Float32Array:
    """Return (1, H, R, K) units per period from an origin on, by what is known before it.

    Parameters
    ----------
    orders : (U, H) float
        Expected of each customer in each period.
    shape : (R, K)
    origin_day : float
        Days from the cutoff, 0 or less.
    place : (K,) int, optional
        Of each SKU in what is returned, -1 where it is left out.
    """
    if place is None:
        place = np.arange(shape[1])
    known = customers.known(origin_day)
    earlier = customers.known(origin_day - RECENT_DAYS)
    home = customers.homes(known)
    of_region = np.zeros((orders.shape[1], shape[0]))
    for step, count in enumerate(orders.T):
        of_region[step] = np.bincount(home, count, minlength=shape[0])
    owners = np.zeros((*of_region.shape, place.max(initial=-1) + 1))
    taken, later = _first_purchases(habits, known, earlier, orders, home, place, owners)
    asked = (known - earlier).sum() - later
    units = np.empty((1, *owners.shape), dtype=np.float32)
    _write(of_region, owners, taken / np.maximum(asked, 1.0), units[0])
    return units


@serial_kernel
def _first_purchases(
    habits: Habits,
    known: IntArray,
    earlier: IntArray,
    orders: FloatArray,
    home: IntArray,
    place: IntArray,
    owners: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Add the owners' orders to ``owners`` (H, R, K), and count first purchases by SKU.

    These are (K,) the units first taken since ``earlier``, and the orders of owners after that.
    """
    skus = owners.shape[2]
    taken, later = np.zeros(skus), np.zeros(skus)
    for customer in range(len(known)):
        visits, before, region = known[customer], earlier[customer], home[customer]
        if visits == 0:
            continue
        for pair in range(habits.of_customer[customer], habits.of_customer[customer + 1]):
            first, sku = habits.start[pair], place[habits.sku[pair]]
            rank = habits.rank[first]
            if sku < 0 or rank >= visits:
                continue
            if rank >= before:
                taken[sku] += habits.units[first]
            later[sku] += visits - max(rank + 1, before)
            for step in range(orders.shape[1]):
                owners[step, region, sku] += orders[customer, step]
    return taken, later


@serial_kernel
def _write(
    of_region: FloatArray, owners: FloatArray, rate: FloatArray, units: Float32Array
) -> None:
    """Write what the orders of those who own it not yet come to at the rate of each SKU."""
    for step in range(owners.shape[0]):
        for region in range(owners.shape[1]):
            orders = of_region[step, region]
            for sku in range(owners.shape[2]):
                units[step, region, sku] = max(orders - owners[step, region, sku], 0.0) * rate[sku]
