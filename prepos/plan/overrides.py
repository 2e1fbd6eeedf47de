"""The planner's word: forbid, pin, at most, at least."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One rule on what one SKU (or each, ``*``) moves from one node to another over the window."""

    sku: str
    origin: str
    destination: str
    rule: str  # forbid, pin, max, min
    quantity: float  # units

    def __str__(self) -> str:
        moves = f"{self.sku} {self.origin} -> {self.destination}"
        return f"override {self.rule}: {moves} {self.quantity:g} units"

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
