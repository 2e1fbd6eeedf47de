"""Stock-outs on real orders: some sales are deleted, and said to have been out of stock.

What the shelves would have sold is then known: a forecast that reads the table of stock-outs ought
to be near the one that saw all orders, and far from the one that takes the gap for want of demand.
Stands on nothing but a snapshot. Assumes that spans of whole weeks, chosen without looking at what
sold in them, are as good as any.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from prepos.core.demand import Forecast
from prepos.core.snapshot import Snapshot
from prepos.core.types import BoolArray, FloatArray, IntArray

LONGEST = 6  # weeks of a span; the shortest has two
OLDEST = 16  # weeks before the cutoff within which spans lie
LATE_SHARE = 0.5  # of the spans last until the cutoff
EVERYWHERE = 0.5  # share of the SKUs hidden that are so in all regions, else in some
REGION_SHARE = 0.3  # of the regions where a SKU is hidden in some


class Hidden(NamedTuple):
    """Orders with sales taken out.

    Attributes
    ----------
    told, untold : Snapshot
        With the table of stock-outs, and without.
    cells : (R, K) bool
        Where sales were taken out, or could have been.
    units : float
        Units taken out.
    """

    told: Snapshot
    untold: Snapshot
    cells: BoolArray
    units: float


def hide_sales(snapshot: Snapshot, share: float, generator: np.random.Generator) -> Hidden:
    """Return the snapshot with spans of a share of the SKUs out of stock, in all regions or some.

    Nothing at or after the cutoff is touched.
    """
    orders = snapshot.orders
    shape = len(orders.regions), len(orders.skus)
    first, end = draw_spans(shape, share, generator)
    period = snapshot.periods.periods_of(orders.at)
    gone = (period >= first[orders.region, orders.sku]) & (period < end[orders.region, orders.sku])
    kept = replace(
        orders,
        **{
            name: getattr(orders, name)[~gone]
            for name in ("order", "customer", "region", "sku", "at", "quantity")
        },
    )
    region, sku = np.nonzero(end > first)
    table = pd.DataFrame(
        {
            "node_id": "",
            "region_id": [orders.regions[r] for r in region.tolist()],
            "sku": [orders.skus[k] for k in sku.tolist()],
            "from": [snapshot.periods.start(int(week)) for week in first[region, sku]],
            "to": [
                snapshot.periods.start(int(week)) - timedelta(days=1) for week in end[region, sku]
            ],
        }
    )
    return Hidden(
        told=replace(snapshot, orders=kept, tables={**snapshot.tables, "stockouts": table}),
        untold=replace(snapshot, orders=kept),
        cells=end > first,
        units=float(orders.quantity[gone].sum()),
    )


def draw_spans(
    shape: tuple[int, int], share: float, generator: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Return first week and end (R, K) of each cell's span, from the cutoff; 0, 0 for none."""
    regions, skus = shape
    chosen = generator.random(skus) < share
    length = generator.integers(2, LONGEST + 1, skus)
    is_late = generator.random(skus) < LATE_SHARE
    end = np.where(is_late, 0, -generator.integers(0, OLDEST - LONGEST, skus))
    everywhere = generator.random(skus) < EVERYWHERE
    here = everywhere | (generator.random((regions, skus)) < REGION_SHARE)
    hidden = chosen & here
    return np.where(hidden, end - length, 0), np.where(hidden, end, 0)


def distance(forecast: Forecast, whole: Forecast, cells: BoolArray) -> FloatArray:
    """Return how far expected units of cells lie from the other's: bias, and mean distance.

    Both are shares of what the other expects.
    """
    mine, other = forecast.total_mean[cells], whole.total_mean[cells]
    return np.array([mine.sum() - other.sum(), np.abs(mine - other).sum()]) / other.sum()
