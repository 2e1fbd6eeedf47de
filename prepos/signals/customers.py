"""Visits of the customers who agreed to be looked at one by one, as arrays.

A visit is what one customer ordered in one order on one day. Stands on ``Snapshot.consented``;
lines of anyone else, and anonymous ones, never enter. An origin is a day on which only the visits
before it are known, so one set of arrays serves every origin. Assumes that origins start days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray, IntArray
from prepos.signals.grouping import group_order, group_starts, run_starts

DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True, eq=False)
class Customers:
    """V visits sorted by (customer, time) and the M lines in them; U customers.

    Attributes
    ----------
    number : (U,) int
        Position of each on the orders' axis of customers, rising.
    start : (U + 1,) int
        First visit of each, and V.
    visit_customer, visit_region : (V,) int
        The region is that of the visit's last line.
    visit_day : (V,) float
        Days from the cutoff, negative.
    line_visit, line_sku : (M,) int
    line_units : (M,) float
    """

    number: IntArray
    start: IntArray
    visit_customer: IntArray
    visit_region: IntArray
    visit_day: FloatArray
    line_visit: IntArray
    line_sku: IntArray
    line_units: FloatArray

    def __len__(self) -> int:
        return len(self.number)

    def known(self, origin_day: float) -> IntArray:
        """Return (U,) how many visits each made before a day (counted from the cutoff)."""
        return np.bincount(self.visit_customer[self.visit_day < origin_day], minlength=len(self))

    def homes(self, known: IntArray) -> IntArray:
        """Return (U,) the region of each one's last known visit, of the first where none is."""
        return self.visit_region[self.start[:-1] + np.maximum(known, 1) - 1]


def read_customers(snapshot: Snapshot, window: int) -> Customers:
    """Return the visits of consented customers in the last ``window`` periods."""
    orders, periods = snapshot.orders, snapshot.periods
    known = (orders.customer >= 0) & (periods.periods_of(orders.at) >= -window)
    known[known] = snapshot.consented[orders.customer[known]]
    lines = np.flatnonzero(known)  # in time order
    lines = lines[group_order(orders.customer[lines], len(orders.customers))]
    owner, order = orders.customer[lines], orders.order[lines]
    seconds = (orders.at[lines] - np.datetime64(periods.cutoff, "s")).astype(np.int64)
    is_first = run_starts(owner) | run_starts(order) | run_starts(seconds // DAY_SECONDS)
    first = np.flatnonzero(is_first)
    last = np.append(first[1:], len(lines))[: len(first)] - 1
    new_owner = run_starts(owner)
    customer = (np.cumsum(new_owner) - 1)[first]
    return Customers(
        number=owner[new_owner],
        start=group_starts(customer, int(new_owner.sum())),
        visit_customer=customer,
        visit_region=orders.region[lines[last]],
        visit_day=seconds[first] / DAY_SECONDS,
        line_visit=np.cumsum(is_first) - 1,
        line_sku=orders.sku[lines],
        line_units=orders.quantity[lines].astype(np.float64),
    )
