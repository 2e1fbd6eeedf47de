"""Second opinion on what is on hand and to come: the receipts of the window, and where they are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from prepos.core.types import FloatArray
from prepos.plan.verify_book import Given

SOURCE = ["sku", "node", "day", "hub", "hub_day"]


def list_receipts(given: Given) -> tuple[pd.DataFrame, FloatArray]:
    """Return the receipts of the window, and stock on hand with those that are overdue.

    A receipt is told with the hub that is still ahead of it, else with its own node as hub; it is
    of the window where it comes to the hub in it.
    """
    on_hand = given.stock.on_hand.astype(np.float64)
    rows = []
    for receipt in given.stock.receipts:
        node, sku, day = receipt.node, receipt.sku, (receipt.arrives_on - given.periods.cutoff).days
        hub_day = (receipt.at_hub_on - given.periods.cutoff).days
        hub, since = (node, day) if hub_day < 0 else (receipt.hub, hub_day)
        if day < 0:
            on_hand[node, sku] += receipt.quantity
        elif since < given.window.horizon * given.periods.days:
            rows.append((sku, node, day, hub, since, receipt.quantity))
    table = np.array(rows, dtype=np.int64).reshape(-1, 6)
    return pd.DataFrame(table, columns=[*SOURCE, "quantity"]), on_hand
