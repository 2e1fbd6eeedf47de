"""How far the signals look back, and how much they share."""

from __future__ import annotations

from dataclasses import dataclass

from prepos.errors import ConfigError

NEIGHBOURS = ("map", "customers")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalOptions:
    """Modelling choices of the signals; a model's spec sets them.

    ``half_life_weeks`` are the speeds at which own sales are forgotten, fastest first; the last and
    slowest also weighs levels and shares.
    """

    half_life_weeks: tuple[float, ...] = (1.5, 4.0, 12.0, 40.0)
    window_weeks: int = 157  # weeks of history that are read: three years
    neighbours: str = "map"  # whose neighbours: those of the map, or of shared "customers"
    shrinkage: bool = True  # of regions' shares; False: each region's is that of its own units
    season: bool = True  # whether seasons of the week and the year are learnt
    pairs: int = 300_000  # pairs of lines within orders that co-purchase is learnt from

    def __post_init__(self) -> None:
        rules = (
            (
                "half_life_weeks",
                "one or more numbers above 0, rising",
                len(self.half_life_weeks) > 0
                and self.half_life_weeks[0] > 0
                and all(
                    a < b
                    for a, b in zip(self.half_life_weeks, self.half_life_weeks[1:], strict=False)
                ),
            ),
            ("window_weeks", "1 or more", self.window_weeks >= 1),
            ("neighbours", f"one of {', '.join(NEIGHBOURS)}", self.neighbours in NEIGHBOURS),
            ("pairs", "1 or more", self.pairs >= 1),
        )
        problems = [
            f"{name} is {getattr(self, name)!r}, expected {expected}"
            for name, expected, holds in rules
            if not holds
        ]
        if problems:
            raise ConfigError("; ".join(problems))

    def window(self, days: int) -> int:
        """Return how many periods of so many days are read."""
        return max(1, self.window_weeks * 7 // days)
