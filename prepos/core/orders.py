"""Order lines as arrays, sorted by time: who reads them goes through a snapshot."""

from __future__ import annotations

from dataclasses import dataclass

from prepos.core.axes import Axis
from prepos.core.types import IntArray, TimeArray
from prepos.errors import TableError


@dataclass(frozen=True, slots=True, eq=False)
class Orders:
    """Placed order lines, one row each, sorted by (at, order, sku); one row per order and SKU.

    Attributes
    ----------
    order : (L,) int
        Number of the order, by sorted order_id; lines of one order share it.
    customer : (L,) int
        Position on ``customers``, -1 where anonymous.
    region, sku : (L,) int
        Positions on ``regions`` and ``skus``.
    at : (L,) datetime64[s]
        Local time of the order in the run's time zone.
    quantity : (L,) int
        Units, at least 1.
    """

    customers: Axis
    regions: Axis
    skus: Axis
    order: IntArray
    customer: IntArray
    region: IntArray
    sku: IntArray
    at: TimeArray
    quantity: IntArray

    def __post_init__(self) -> None:
        sizes = {
            len(a)
            for a in (self.order, self.customer, self.region, self.sku, self.at, self.quantity)
        }
        if len(sizes) > 1:
            raise TableError(f"orders: columns have {sorted(sizes)} rows, expected one length")

    def __len__(self) -> int:
        return len(self.order)
