"""Order lines in the sequence in which they are served: by day, order by order.

An order is served when its first line of the day in a region was placed; what it has on other days
or in other regions is an order by itself.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepos.core.orders import Orders
from prepos.core.periods import Periods
from prepos.core.types import IntArray
from prepos.replay.moves import days_since, starts_anew


class Lines(NamedTuple):
    """Order lines (L,) in sequence.

    ``order`` numbers G orders from 0 on in their sequence. ``edges`` (D + 1,) is where the lines of
    each day begin and end.
    """

    order: IntArray
    region: IntArray
    sku: IntArray
    quantity: IntArray
    edges: IntArray


def sequence_lines(orders: Orders, periods: Periods) -> Lines:
    """Return the lines in sequence, whatever the order of the rows."""
    day = days_since(orders.at, periods)
    by_order = np.lexsort((orders.at, orders.region, orders.order, day))
    keys = (day[by_order], orders.order[by_order], orders.region[by_order])
    is_first = starts_anew(*keys)
    placed = np.empty(len(orders), dtype="datetime64[s]")  # of the order's first line
    placed[by_order] = orders.at[by_order][is_first][np.cumsum(is_first) - 1]
    rows = np.lexsort((orders.sku, orders.region, orders.order, placed, day))
    is_first = starts_anew(day[rows], orders.order[rows], orders.region[rows])
    return Lines(
        order=np.cumsum(is_first) - 1,
        region=orders.region[rows],
        sku=orders.sku[rows],
        quantity=orders.quantity[rows],
        edges=np.searchsorted(day[rows], np.arange(periods.horizon * periods.days + 1)),
    )
