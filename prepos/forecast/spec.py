"""A model as text: what ``models/<name>/spec.toml`` may say.

A spec holds modelling choices only; money, capacities and dates belong to the configuration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches

from prepos.errors import ConfigError
from prepos.signals.names import OWN_SIGNALS, SIGNAL_NAMES
from prepos.signals.options import SignalOptions

GRAIN = "region x sku x period"
SEASONS = ("auto", "none")
FAMILIES = ("poisson", "negative_binomial")
VARIANTS = ("croston", "sba", "tsb", "imapa")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """One model's choices; a kind reads those that concern it."""

    kind: str = "pooled"
    grain: str = GRAIN
    season: str = "auto"  # learnt where it foretells better; "none" learns none
    signals: tuple[str, ...] = OWN_SIGNALS
    window_weeks: int = 157  # weeks of history that are read
    origins: int = 12  # past origins that weights and widths are fitted on
    half_life_weeks: tuple[float, ...] = (1.5, 4.0, 12.0, 40.0)
    shrinkage: bool = True  # of regions' shares; False: each region's is that of its own units
    neighbours: str = "map"  # or "customers": regions that share customers are neighbours
    average_periods: int = 8  # moving_average: periods averaged
    series: int = 100  # smoothing: densest series that are fitted one by one
    family: str = "poisson"  # counts: poisson or negative_binomial
    variant: str = "tsb"  # intermittent: croston, sba, tsb or imapa
    rates: tuple[float, ...] = (0.02, 0.05, 0.1, 0.2, 0.3)  # intermittent: tried for both levels

    def __post_init__(self) -> None:
        unknown = [name for name in self.signals if name not in SIGNAL_NAMES]
        rules = (
            ("grain", repr(GRAIN), self.grain == GRAIN),
            ("season", f"one of {', '.join(SEASONS)}", self.season in SEASONS),
            ("signals", f"one or more of {', '.join(SIGNAL_NAMES)}", self.signals and not unknown),
            ("origins", "1 or more", self.origins >= 1),
            ("average_periods", "1 or more", self.average_periods >= 1),
            ("series", "1 or more", self.series >= 1),
            ("family", f"one of {', '.join(FAMILIES)}", self.family in FAMILIES),
            ("variant", f"one of {', '.join(VARIANTS)}", self.variant in VARIANTS),
            ("rates", "numbers above 0, up to 1", self.rates and _all_rates(self.rates)),
        )
        problems = [
            f"spec {name} is {getattr(self, name)!r}, expected {expected}"
            for name, expected, holds in rules
            if not holds
        ]
        if problems:
            raise ConfigError("; ".join(problems))
        self.signal_options()

    def leaving_out(self, signals: tuple[str, ...], *, shrinkage: bool = True) -> ModelSpec:
        """Return the spec without these signals, and without shrinkage where that is left out.

        Raises ConfigError where it has no such signal.
        """
        strange = [name for name in signals if name not in self.signals]
        if strange or (signals and len(set(signals)) == len(self.signals)):
            raise ConfigError(
                f"forecast.without is {list(signals)}, expected some, not all, of the signals of "
                f"the model: {', '.join(self.signals)}"
            )
        kept = tuple(name for name in self.signals if name not in signals)
        return replace(self, signals=kept, shrinkage=self.shrinkage and shrinkage)

    def signal_options(self) -> SignalOptions:
        """Return what the signals need to know of the spec."""
        return SignalOptions(
            half_life_weeks=self.half_life_weeks,
            window_weeks=self.window_weeks,
            neighbours=self.neighbours,
            shrinkage=self.shrinkage,
            season=self.season == "auto",
        )


def _all_rates(values: tuple[float, ...]) -> bool:
    """Return whether all are within (0, 1]."""
    return all(0 < value <= 1 for value in values)


def parse_spec(mapping: Mapping[str, object]) -> ModelSpec:
    """Return the spec that a mapping (read from TOML) spells.

    Raises
    ------
    ConfigError
        With every key that is unknown (and the nearest known one) or of another type.
    """
    known = {field.name: field.default for field in fields(ModelSpec)}
    problems = [_unknown(key, list(known)) for key in mapping if key not in known]
    values: dict[str, object] = {}
    for key in mapping.keys() & known.keys():
        value = mapping[key]
        fitted = _fit(value, known[key])
        if fitted is None:
            wanted = "a list" if isinstance(known[key], tuple) else type(known[key]).__name__
            problems.append(f"spec {key} is {value!r}, expected {wanted}")
        else:
            values[key] = fitted
    if problems:
        raise ConfigError("; ".join(sorted(problems)))
    return ModelSpec(**values)  # type: ignore[arg-type]


def _unknown(key: str, known: list[str]) -> str:
    """Say that a key is unknown and which one is nearest."""
    near = get_close_matches(key, known, n=1, cutoff=0.0)
    return f"spec has no key {key!r}, the nearest is {near[0]!r}"


def _fit(value: object, like: object) -> object | None:
    """Return the value in the type of the default, or None where it is of another."""
    if isinstance(like, tuple):
        return _fit_list(value, like)
    if isinstance(value, bool) or isinstance(like, bool):
        return value if isinstance(value, bool) and isinstance(like, bool) else None
    if not isinstance(value, int | float | str):
        return None
    if isinstance(like, float) and isinstance(value, int | float):
        return float(value)
    return value if isinstance(value, type(like)) else None


def _fit_list(value: object, like: tuple[object, ...]) -> object | None:
    """Return a list as a tuple of the default's item type, or None."""
    if not isinstance(value, list | tuple):
        return None
    items = tuple(_fit(item, like[0]) for item in value)
    return None if any(item is None for item in items) else items
