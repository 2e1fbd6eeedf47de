"""What the configuration's ``[forecast]`` steers."""

from __future__ import annotations

from dataclasses import dataclass

from prepos.errors import ConfigError

SOURCES = ("own", "given", "blend")
QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastOptions:
    """Which forecast to use and what of it to write."""

    source: str = "own"
    model: str = "pooled"
    floor: float = 0.001  # units per period; smaller means are left out of the files
    shrinkage: bool = True  # of regions' shares of a SKU to those of everything
    without: tuple[str, ...] = ()  # signals of the model that are left out
    quantiles: tuple[float, ...] = QUANTILES

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in zip(self.quantiles, self.quantiles[1:], strict=False))
        inside = all(0 < q < 1 for q in self.quantiles)
        rules = (
            ("source", f"one of {', '.join(SOURCES)}", self.source in SOURCES),
            ("floor", "0 or more", self.floor >= 0),
            ("quantiles", "numbers between 0 and 1, rising", rising and inside),
        )
        problems = [
            f"forecast.{name} is {getattr(self, name)!r}, expected {expected}"
            for name, expected, holds in rules
            if not holds
        ]
        if problems:
            raise ConfigError("; ".join(problems))
