"""Whoever decides: a rule from what is known to a plan."""

from __future__ import annotations

from typing import Protocol

from prepos.core.snapshot import Snapshot
from prepos.core.stock import Stock
from prepos.core.transfer import Plan


class Policy(Protocol):
    """Decide from a snapshot and the stock; nothing later is in reach."""

    def decide(self, snapshot: Snapshot, stock: Stock) -> Plan:
        """Return the plan for the periods after the snapshot's cutoff."""
        ...
