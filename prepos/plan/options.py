"""How to plan: what the configuration's ``[plan]`` steers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from prepos.errors import ConfigError

METHODS = ("auto", "exact", "decompose")
SOLVERS = ("auto", "highs", "cbc")
LEAST_SAVING = 0.01  # share of what doing nothing costs, that the guard asks a plan to save


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """Choices of the planner; money is in the run's currency."""

    method: str = "auto"
    solver: str = "auto"
    gap: float = 0.001  # share of the cost that may remain unproven
    time_limit_s: float = 600.0
    tranches: bool = True  # False: plan on the mean, as if demand were certain
    near: int = 3  # nodes that may serve a catchment, besides the origins
    cover: int | None = None  # periods of demand that stock is held for; None = lead time + review
    min_fill: float = 0.0  # share of each catchment's expected demand
    # The same of one product category's: by its name.
    category_min_fill: Mapping[str, float] = field(default_factory=dict, hash=False)
    budget: float | None = None  # currency for lanes, vehicles and handling; None = no limit
    stability_cost: float = 0.0  # currency per unit that deviates from the published plan
    carbon_price: float = 0.0  # currency per kg CO2e
    approval: str = "auto"
    guard: bool = True  # hold back moves that together save less than LEAST_SAVING

    def __post_init__(self) -> None:
        problems = [
            f"plan.{name} is {getattr(self, name)!r}, expected {expected}"
            for name, expected, holds in self._rules()
            if not holds
        ]
        problems += [
            f"plan.category_min_fill.{category} is {share!r}, expected 0 to 1, of a named category"
            for category, share in self.category_min_fill.items()
            if not (0 <= share <= 1 and category)
        ]
        if problems:
            raise ConfigError("; ".join(problems))

    def _rules(self) -> tuple[tuple[str, str, bool], ...]:
        """Return (key, expectation, whether it holds)."""
        return (
            ("method", f"one of {', '.join(METHODS)}", self.method in METHODS),
            ("solver", f"one of {', '.join(SOLVERS)}", self.solver in SOLVERS),
            ("gap", "0 or more and below 1", 0 <= self.gap < 1),
            ("time_limit_s", "above 0", self.time_limit_s > 0),
            ("near", "1 or more", self.near >= 1),
            ("cover", "1 or more", self.cover is None or self.cover >= 1),
            ("min_fill", "0 to 1", 0 <= self.min_fill <= 1),
            ("budget", "0 or more", self.budget is None or self.budget >= 0),
            ("stability_cost", "0 or more", self.stability_cost >= 0),
            ("carbon_price", "0 or more", self.carbon_price >= 0),
            ("approval", "auto or manual", self.approval in ("auto", "manual")),
        )
