"""Giants: order lines of so many units that they drown all others.

One line of a million units, a slip of the keyboard or a deal that never comes again, would make its
region the whole market and its ghost would outweigh whatever is sold for a year. So signals count
at most a large multiple of a large line; what widths are fitted on counts it whole.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prepos.core.orders import Orders

LARGE = 0.99  # share of lines that are smaller than a large one
TIMES = 8  # large lines that a line may be worth


def most_units(orders: Orders) -> int:
    """Return how many units of a line are counted; where there are few lines it bounds the last."""
    if not len(orders):
        return 1
    return TIMES * int(np.quantile(orders.quantity, LARGE, method="lower"))


def without_giants(orders: Orders, most: int) -> Orders:
    """Return the orders with no line above so many units."""
    if not len(orders) or int(orders.quantity.max()) <= most:
        return orders
    return replace(orders, quantity=np.minimum(orders.quantity, most))
