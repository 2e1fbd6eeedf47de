"""Habits: which customer bought which SKU, and when.

Stands on the visits of customers who may be used one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.signals.customers import Customers


@dataclass(frozen=True, slots=True, eq=False)
class Habits:
    """P pairs of customer and SKU bought before, and the M purchases sorted by (pair, day).

    ``start`` (P,) is each pair's first purchase; ``pair``, ``day`` and ``units`` are (M,).
    """

    customer: IntArray
    sku: IntArray
    start: IntArray
    pair: IntArray
    day: FloatArray
    units: FloatArray

    def __len__(self) -> int:
        return len(self.start)


def read_habits(customers: Customers, skus: int) -> Habits:
    """Return every pair of customer and SKU that was bought, with its purchases."""
    owner = customers.visit_customer[customers.line_visit]
    key = owner * skus + customers.line_sku
    order = np.argsort(key, kind="stable")  # lines are in time order
    is_first = np.diff(key[order], prepend=-1) != 0
    start = np.flatnonzero(is_first)
    return Habits(
        customer=owner[order][start],
        sku=customers.line_sku[order][start],
        start=start,
        pair=np.cumsum(is_first) - 1,
        day=customers.visit_day[customers.line_visit][order],
        units=customers.line_units[order],
    )
