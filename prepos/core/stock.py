"""What lies where, and what is already on its way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from prepos.core.types import IntArray

NO_HUB = -1


@dataclass(frozen=True, slots=True, order=True)
class Receipt:
    """Units in transit: they arrive unless they are redirected at a hub that they come by."""

    arrives_on: date
    node: int  # position
    sku: int  # position
    quantity: int
    hub: int = NO_HUB  # position
    at_hub_on: date = date.min  # of no meaning without a hub

    def may_stop(self, cutoff: date) -> bool:
        """Return whether it has a hub still ahead of it."""
        return self.hub != NO_HUB and self.at_hub_on >= cutoff

    def gone_on(self) -> Receipt:
        """Return the receipt with no hub ahead of it."""
        return replace(self, hub=NO_HUB, at_hub_on=date.min)


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

    def gone_on(self) -> Stock:
        """Return the stock with nothing in transit that may be redirected."""
        return replace(self, receipts=tuple(sorted(each.gone_on() for each in self.receipts)))
