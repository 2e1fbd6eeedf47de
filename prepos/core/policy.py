"""Whoever decides: a rule from what is known to what is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from prepos.core.snapshot import Snapshot
from prepos.core.stock import Stock
from prepos.core.types import FloatArray, IntArray, TimeArray
from prepos.errors import ConfigError


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Dispatch:
    """What is to be sent when, M lines, and what a unit is held to be worth where.

    Attributes
    ----------
    lane, sku : (M,) int
        Positions on the network's lanes and the products.
    ships_on : (M,) datetime64[D]
    quantity : (M,) int
        Units, at least 1.
    values : (N, K) float or None
        Currency that one more unit at a node is worth now; None where nobody says.
    """

    lane: IntArray
    sku: IntArray
    ships_on: TimeArray
    quantity: IntArray
    values: FloatArray | None = None

    def __post_init__(self) -> None:
        sizes = {len(a) for a in (self.lane, self.sku, self.ships_on, self.quantity)}
        if len(sizes) > 1:
            raise ConfigError(f"dispatch: columns have {sorted(sizes)} rows, expected one length")
        if len(self) and self.quantity.min() < 1:
            raise ConfigError(
                f"dispatch: quantity is {self.quantity.min()} in one line, expected 1 or more"
            )

    def __len__(self) -> int:
        return len(self.lane)


class Policy(Protocol):
    """Decide from a snapshot and the stock; nothing later is in reach."""

    def decide(self, snapshot: Snapshot, stock: Stock) -> Dispatch:
        """Return what to send from the snapshot's cutoff on; ``stock`` is that at the cutoff."""
        ...
