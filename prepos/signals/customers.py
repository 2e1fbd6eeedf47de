"""Visits of the customers who agreed to be looked at one by one, as arrays.

A visit is one order of one customer. Stands on ``Snapshot.consented``; lines of anyone else, and
anonymous ones, never enter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Customers:
    """V visits sorted by (customer, day, order) and the M lines in them; U customers.

    Attributes
    ----------
    home : (U,) int
        Region of each customer's latest line.
    visit_customer : (V,) int
    visit_day : (V,) float
        Days from the cutoff, negative.
    line_visit, line_sku : (M,) int
    line_units : (M,) float
    """

    home: IntArray
    visit_customer: IntArray
    visit_day: FloatArray
    line_visit: IntArray
    line_sku: IntArray
    line_units: FloatArray

    def __len__(self) -> int:
        return len(self.home)

    def last_visit(self, before: float) -> FloatArray:
        """Return (U,) the day of each customer's last visit before a day; of the first if none."""
        start = np.searchsorted(self.visit_customer, np.arange(len(self)))
        so_far = np.bincount(self.visit_customer[self.visit_day < before], minlength=len(self))
        return self.visit_day[start + np.maximum(so_far, 1) - 1]


def read_customers(snapshot: Snapshot, window: int) -> Customers:
    """Return the visits of consented customers in the last ``window`` periods."""
    orders, periods = snapshot.orders, snapshot.periods
    known = (orders.customer >= 0) & (periods.periods_of(orders.at) >= -window)
    known[known] = snapshot.consented[orders.customer[known]]
    customer_of_line, region = orders.customer[known], orders.region[known]
    present, customer = np.unique(customer_of_line, return_inverse=True)
    home = np.zeros(len(present), dtype=np.int64)
    home[customer] = region  # lines are in time order, so the latest stays
    cutoff = np.datetime64(periods.cutoff, "s")
    day = (orders.at[known] - cutoff).astype(np.float64) / 86_400.0
    # An order that names two customers was a visit of each.
    pair = orders.order[known] * max(len(present), 1) + customer
    _, first, order = np.unique(pair, return_index=True, return_inverse=True)
    visit = np.lexsort((first, day[first], customer[first]))
    rank = np.empty(len(visit), dtype=np.int64)
    rank[visit] = np.arange(len(visit))
    return Customers(
        home=home,
        visit_customer=customer[first][visit].astype(np.int64),
        visit_day=day[first][visit],
        line_visit=rank[order],
        line_sku=orders.sku[known],
        line_units=orders.quantity[known].astype(np.float64),
    )
