"""Habits: which customer bought which SKU, and when.

Stands on the visits of customers who may be used one by one. What a habit weighs lately is counted
on the customer's own clock, which ticks once a visit: a purchase weighs ``FAST`` or ``SLOW`` to the
power of the visits since. Each purchase holds the weights as they stood with it, so that any origin
finds them without a second pass.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepos.core.kernels import serial_kernel
from prepos.core.types import FloatArray, IntArray
from prepos.signals.customers import Customers
from prepos.signals.grouping import group_order, group_starts, run_starts

FAST, SLOW = 0.8, 0.95  # what is left of a purchase's weight one visit later


class Habits(NamedTuple):
    """P pairs of customer and SKU, sorted by both, and their M purchases sorted by (pair, time).

    Attributes
    ----------
    customer, sku : (P,) int
    of_customer : (U + 1,) int
        First pair of each customer, and P.
    start : (P + 1,) int
        First purchase of each pair, and M.
    rank : (M,) int
        Which of the customer's visits it was, from 0.
    day, units : (M,) float
    bought : (M,) float
        Units of the pair up to and with the purchase.
    fast, slow : (M,) float
        Purchases of the pair up to and with this one, weighed as of its visit.
    """

    customer: IntArray
    sku: IntArray
    of_customer: IntArray
    start: IntArray
    rank: IntArray
    day: FloatArray
    units: FloatArray
    bought: FloatArray
    fast: FloatArray
    slow: FloatArray


def read_habits(customers: Customers, skus: int) -> Habits:
    """Return every pair of customer and SKU that was bought, with its purchases."""
    by_sku = group_order(customers.line_sku, skus)
    owner = customers.visit_customer[customers.line_visit]
    lines = by_sku[group_order(owner[by_sku], len(customers))]
    visit, pair_key = customers.line_visit[lines], owner[lines] * skus + customers.line_sku[lines]
    # A SKU that stands twice in one visit was bought once.
    is_purchase = run_starts(pair_key) | run_starts(visit)
    purchase = np.flatnonzero(is_purchase)
    units = np.bincount(np.cumsum(is_purchase) - 1, customers.line_units[lines]).astype(np.float64)
    is_first = run_starts(pair_key[purchase])
    pair = np.cumsum(is_first) - 1
    first = lines[purchase[is_first]]
    rank = visit[purchase] - customers.start[owner[lines[purchase]]]
    start = group_starts(pair, len(first))
    bought, fast, slow = _weigh(start, rank, units)
    return Habits(
        customer=owner[first],
        sku=customers.line_sku[first],
        of_customer=group_starts(owner[first], len(customers)),
        start=start,
        rank=rank,
        day=customers.visit_day[visit[purchase]],
        units=units,
        bought=bought,
        fast=fast,
        slow=slow,
    )


@serial_kernel
def _weigh(
    start: IntArray, rank: IntArray, units: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return each purchase's running units and running weights, (M,) each."""
    bought, fast, slow = np.empty(len(rank)), np.empty(len(rank)), np.empty(len(rank))
    for pair in range(len(start) - 1):
        total, quick, steady = 0.0, 0.0, 0.0
        for purchase in range(start[pair], start[pair + 1]):
            if purchase > start[pair]:
                visits = rank[purchase] - rank[purchase - 1]
                quick, steady = quick * FAST**visits, steady * SLOW**visits
            total, quick, steady = total + units[purchase], quick + 1.0, steady + 1.0
            bought[purchase], fast[purchase], slow[purchase] = total, quick, steady
    return bought, fast, slow
