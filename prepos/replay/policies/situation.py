"""What lies where at a decision, and what is under way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from prepos.core.periods import Periods
from prepos.core.snapshot import Snapshot
from prepos.core.stock import Stock
from prepos.core.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Situation:
    """Stock as it is known at the cutoff, for one decision.

    Attributes
    ----------
    window : Periods
        The cutoff, and the W periods that stock is held for.
    review : int
        Periods from this decision to the next: what leaves, leaves within them.
    on_hand : (N, K) int
        Usable at the cutoff, receipts dated earlier included.
    coming : (N, K) int
        Receipts from the cutoff to the window's end.
    coming_m3 : (W, N) float
        The same by period of arrival.
    """

    snapshot: Snapshot
    window: Periods
    review: int
    on_hand: IntArray
    coming: IntArray
    coming_m3: FloatArray

    @property
    def position(self) -> IntArray:
        """(N, K) units on hand and under way."""
        return self.on_hand + self.coming

    @property
    def last_departure(self) -> date:
        """The last day before the next decision."""
        return self.window.end(self.review - 1)


def see_stock(snapshot: Snapshot, stock: Stock, *, window: int, review: int) -> Situation:
    """Return what lies where and what is under way, over a window of so many periods."""
    periods = replace(snapshot.periods, horizon=window)
    rows = [(r.arrives_on.toordinal(), r.node, r.sku, r.quantity) for r in stock.receipts]
    day, node, sku, units = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    period = (day - periods.cutoff.toordinal()) // periods.days
    overdue, due = period < 0, (period >= 0) & (period < window)
    on_hand, coming = stock.on_hand.copy(), np.zeros_like(stock.on_hand)
    np.add.at(on_hand, (node[overdue], sku[overdue]), units[overdue])
    np.add.at(coming, (node[due], sku[due]), units[due])
    coming_m3 = np.zeros((window, len(on_hand)))
    volume = units * snapshot.products.unit_volume_m3[sku]
    np.add.at(coming_m3, (period[due], node[due]), volume[due])
    return Situation(
        snapshot=snapshot,
        window=periods,
        review=review,
        on_hand=on_hand,
        coming=coming,
        coming_m3=coming_m3,
    )
