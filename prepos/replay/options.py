"""How past orders are served when a policy is tried on them: the configuration's ``[replay]``."""

from __future__ import annotations

import math
from dataclasses import dataclass

from prepos.errors import ConfigError

FULFILMENTS = ("value", "nearest", "own_and_two")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOptions:
    """The rules of service and of supply; money is in the run's currency."""

    fulfilment: str = "value"
    spillover: int | None = None  # cheapest forward nodes that may serve a region
    whole_orders: bool = False  # whether one node serves all of an order where one can
    unserved: str = "lost"
    backorder_cost: float = 0.5  # currency per unit and day waited
    opening: str = "table"
    supply: str = "none"
    supply_cover: float = 4.0  # periods of mean demand
    supply_days: int = 7  # from ordering to arrival
    stock_share: float = 1.0  # times what cover asks for
    review: int = 1  # periods between two decisions
    forward_nodes: int | None = None  # the busiest so many are kept; None = all

    def __post_init__(self) -> None:
        problems = [
            f"replay.{name} is {getattr(self, name)!r}, expected {expected}"
            for name, expected, holds in self._rules()
            if not holds
        ]
        if problems:
            raise ConfigError("; ".join(problems))

    def _rules(self) -> tuple[tuple[str, str, bool], ...]:
        """Return (key, expectation, whether it holds)."""
        known = self.fulfilment in FULFILMENTS
        return (
            ("fulfilment", f"one of {', '.join(FULFILMENTS)}", known),
            ("spillover", "0 or more", self.spillover is None or self.spillover >= 0),
            ("unserved", "lost or backordered", self.unserved in ("lost", "backordered")),
            ("backorder_cost", "0 or more", 0 <= self.backorder_cost < math.inf),
            ("opening", "table or cover", self.opening in ("table", "cover")),
            ("supply", "none or cover", self.supply in ("none", "cover")),
            ("supply_cover", "0 or more", 0 <= self.supply_cover < math.inf),
            ("supply_days", "0 or more", self.supply_days >= 0),
            ("stock_share", "0 or more", 0 <= self.stock_share < math.inf),
            ("review", "1 or more", self.review >= 1),
            (
                "forward_nodes",
                "0 or more",
                self.forward_nodes is None or self.forward_nodes >= 0,
            ),
        )
