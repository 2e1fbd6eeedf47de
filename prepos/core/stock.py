"""What lies where, and what is already on its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from prepos.core.types import IntArray


@dataclass(frozen=True, slots=True, order=True)
class Receipt:
    """Units in transit that will arrive whatever is decided."""

    arrives_on: date
    node: int  # position
    sku: int  # position
    quantity: int


@dataclass(frozen=True, slots=True, eq=False)
class Stock:
    """Stock at the cutoff.

    Attributes
    ----------
    on_hand : (N, K) int
        Usable units now.
    receipts : tuple of Receipt
        Sorted; those before the cutoff's day count as arrived on it.
    """

    on_hand: IntArray
    receipts: tuple[Receipt, ...] = ()
