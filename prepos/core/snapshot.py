"""What was known strictly before a cutoff: the only door to past orders.

Signals, fits and policies are handed a snapshot, never the order table, so looking ahead is
impossible by construction: the later rows are not in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from prepos.core.demand import History
from prepos.core.network import Network
from prepos.core.orders import Orders
from prepos.core.periods import Periods
from prepos.core.products import Products


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """All known before ``periods.cutoff``: orders, products, network, and side tables.

    ``tables`` holds what else was known, by contract name (``intents``, ``calendar``,
    ``stockouts``, ``consents``, ``forecasts``), as text-id frames with the contract's columns;
    absent if not given.
    ``consented`` (C,) says which customers may be used one by one.
    """

    orders: Orders
    periods: Periods
    products: Products
    network: Network
    consented: np.ndarray[tuple[int], np.dtype[np.bool_]]
    tables: dict[str, pd.DataFrame]

    def __post_init__(self) -> None:
        object.__setattr__(self, "orders", orders_before(self.orders, self.periods))

    def history(self) -> History:
        """Return units by period and cell, over all whole periods before the cutoff.

        Shape (C, T) over the C cells that ever sold, oldest period first.
        """
        return History.count(self.orders, self.periods)

    def back_to(self, periods_back: int) -> Snapshot:
        """Return the snapshot as it was some periods earlier: what training origins see."""
        earlier = Periods(
            cutoff=self.periods.cutoff - timedelta(days=periods_back * self.periods.days),
            days=self.periods.days,
            horizon=self.periods.horizon,
        )
        return Snapshot(
            self.orders, earlier, self.products, self.network, self.consented, self.tables
        )


def orders_before(orders: Orders, periods: Periods) -> Orders:
    """Return the lines placed strictly before the cutoff's first instant."""
    end = int(np.searchsorted(orders.at, np.datetime64(periods.cutoff, "s"), side="left"))
    return Orders(
        orders.customers,
        orders.regions,
        orders.skus,
        order=orders.order[:end],
        customer=orders.customer[:end],
        region=orders.region[:end],
        sku=orders.sku[:end],
        at=orders.at[:end],
        quantity=orders.quantity[:end],
    )
