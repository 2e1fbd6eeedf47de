"""The planner's word: forbid, pin, at most, at least; and the frozen lines of the last plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from prepos.core.transfer import Transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One rule on what one SKU (or each, ``*``) moves from one node to another over the window.

    With ``lane_id`` and ``ship_date`` it holds for that departure alone: a frozen line.
    """

    sku: str
    origin: str
    destination: str
    rule: str  # forbid, pin, max, min
    quantity: float  # units
    lane_id: str = ""
    ship_date: date | None = None

    def __str__(self) -> str:
        kind = "frozen line" if self.ship_date else f"override {self.rule}"
        return f"{kind}: {self.sku} {self.origin} -> {self.destination} {self.quantity:g} units"

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and most units moved."""
        return {
            "forbid": (0.0, 0.0),
            "pin": (self.quantity, self.quantity),
            "max": (0.0, self.quantity),
            "min": (self.quantity, float("inf")),
        }[self.rule]


def read_overrides(table: pd.DataFrame | None) -> tuple[Override, ...]:
    """Return the table's rules, sorted; that SKUs and lanes exist was checked on reading."""
    if table is None:
        return ()
    columns = ("sku", "origin", "destination", "rule")
    texts = zip(*(table[column].astype(str) for column in columns), strict=True)
    quantities = table["quantity"].fillna(0).astype(float)
    rules = [
        Override(sku=sku, origin=origin, destination=destination, rule=rule, quantity=quantity)
        for (sku, origin, destination, rule), quantity in zip(texts, quantities, strict=True)
    ]
    return tuple(sorted(rules, key=lambda o: (o.sku, o.origin, o.destination, o.rule, o.quantity)))


def frozen_as_overrides(frozen: Sequence[Transfer]) -> tuple[Override, ...]:
    """Return published lines that stand as pins on their own departures.

    Lines of one SKU in several vehicles of a departure add up.
    """
    units: dict[tuple[str, str, str, str, date], float] = {}
    for line in frozen:
        key = (line.sku, line.origin, line.destination, line.lane_id, line.ship_date)
        units[key] = units.get(key, 0.0) + line.quantity
    return tuple(
        Override(
            sku=sku,
            origin=origin,
            destination=destination,
            rule="pin",
            quantity=quantity,
            lane_id=lane_id,
            ship_date=ship_date,
        )
        for (sku, origin, destination, lane_id, ship_date), quantity in sorted(units.items())
    )
