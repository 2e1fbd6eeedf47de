"""What adds up over a replay, period by period, under names.

Costs, in currency: transport_cost, vehicle_cost, handling_cost, service_cost, holding_cost,
return_cost, shortage_cost, backorder_cost; stranded_cost is the part of return_cost that comes at
the end, expired_cost that of units past their shelf life. Units: ordered, lost, backordered (those
that had to wait), moved, moved_twice, turned_away, stranded, expired, planned and replanned (see
`replay.churn`). Orders: orders, split_orders.
Vehicles: vehicles; of those with a size measured_vehicles, and filled_vehicles, how many they fill
when packed without a gap. co2e_kg.
"""

from __future__ import annotations

import numpy as np

from prepos.core.types import FloatArray

COSTS = (
    "transport_cost",
    "vehicle_cost",
    "handling_cost",
    "service_cost",
    "holding_cost",
    "return_cost",
    "shortage_cost",
    "backorder_cost",
)
COUNTS = (
    *("ordered", "lost", "backordered", "moved", "moved_twice", "turned_away", "stranded"),
    *("stranded_cost", "expired", "expired_cost", "planned", "replanned", "orders", "split_orders"),
    *("vehicles", "measured_vehicles", "filled_vehicles", "co2e_kg"),
)


class Tally:
    """Amounts by name and period."""

    def __init__(self, periods: int) -> None:
        self.amounts: dict[str, FloatArray] = {name: np.zeros(periods) for name in COSTS + COUNTS}

    def add(self, period: int, **amounts: float) -> None:
        """Add amounts to those of a period."""
        for name, amount in amounts.items():
            self.amounts[name][period] += amount

    def add_all(self, **amounts: FloatArray) -> None:
        """Add amounts (P,) to those of every period."""
        for name, each in amounts.items():
            self.amounts[name] += each
