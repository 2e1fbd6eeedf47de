"""How places become regions, distances, services and lanes: what the configuration steers.

Costs are in the run's currency. The defaults have the shape of published tariffs; their level is
made up, so a run that relies on them should be given the user's own figures.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from prepos.errors import ConfigError

CELLS = re.compile(r"h3:(\d|1[0-5])")


class Band(NamedTuple):
    """Service of a region by a node up to some distance."""

    up_to_km: float  # great-circle, included
    cost_per_unit: float  # currency
    days: float  # from order to door


# limits: zones 2 to 8 of United States parcel tariffs (150, 300, 600, 1000, 1400, 1800 miles)
PARCEL_BANDS = (
    Band(240.0, 4.0, 1),
    Band(480.0, 4.4, 2),
    Band(965.0, 5.0, 3),
    Band(1610.0, 5.8, 4),
    Band(2250.0, 6.6, 4),
    Band(2900.0, 7.4, 5),
    Band(math.inf, 8.2, 6),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionOptions:
    """Where regions end, and how many neighbours one has where none touch."""

    max_km: float = 100.0  # farther from every region's point than this is nowhere
    cells: str | None = None  # "h3:5": regions are the H3 cells of that resolution with orders
    neighbours: int = 6  # nearest regions taken where no polygon touches

    def __post_init__(self) -> None:
        _refuse(
            ("regions.max_km", self.max_km, "above 0", self.max_km > 0),
            (
                "regions.cells",
                self.cells,
                "h3:0 to h3:15, such as h3:5",
                self.cells is None or CELLS.fullmatch(self.cells) is not None,
            ),
            ("regions.neighbours", self.neighbours, "1 or more", self.neighbours >= 1),
        )

    @property
    def resolution(self) -> int | None:
        """The H3 resolution of ``cells``, None where regions are given."""
        return None if self.cells is None else int(self.cells.removeprefix("h3:"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOptions:
    """Distance bands, nearest first; beyond the last limit a node cannot serve.

    An infinite last limit (``inf`` in TOML) means that every node serves every region.
    """

    bands: tuple[Band, ...] = PARCEL_BANDS

    def __post_init__(self) -> None:
        object.__setattr__(self, "bands", tuple(Band(*band) for band in self.bands))
        limits = [band.up_to_km for band in self.bands]
        _refuse(
            ("service.bands", limits, "at least one band", bool(limits)),
            (
                "service.bands up_to_km",
                limits,
                "above 0 and rising",
                all(a < b for a, b in pairwise([0.0, *limits])),
            ),
            *(
                (f"service.bands {name}", value, "0 or more and finite", 0 <= value < math.inf)
                for band in self.bands
                for name, value in (("cost_per_unit", band.cost_per_unit), ("days", band.days))
            ),
        )


PER_KM = ("cost_per_m3_km", "vehicle_cost_per_km", "co2e_kg_per_tonne_km")


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneOptions:
    """Rates of the lanes that are made from distance where no table gives them, and emissions.

    ``road_factor`` is road over great-circle distance: 1.20 in the United States and 1.46 in
    Western Europe after Ballou, Rahardja and Sakai (2002), Transportation Research A 36, 843-848.
    """

    km_per_day: float = 800.0  # one driver's day
    cost_per_m3_km: float = 0.025  # currency; a trailer of 1.4 per km that is filled to 56 m3
    vehicle_cost_per_km: float = 0.0  # currency per vehicle; 0 = space is bought by the m3
    vehicle_m3: float = math.inf  # infinite = stock does not travel in whole vehicles
    road_factor: float = 1.3
    # About what the UK government's conversion factors tell of a lorry, average of sizes and loads.
    co2e_kg_per_tonne_km: float = 0.1

    def __post_init__(self) -> None:
        finite = {name: math.isfinite(getattr(self, name)) for name in (*PER_KM, "road_factor")}
        _refuse(
            ("lanes.km_per_day", self.km_per_day, "above 0", self.km_per_day > 0),
            ("lanes.vehicle_m3", self.vehicle_m3, "above 0", self.vehicle_m3 > 0),
            (
                "lanes.road_factor",
                self.road_factor,
                "1 or more and finite",
                self.road_factor >= 1 and finite["road_factor"],
            ),
            *(
                (
                    f"lanes.{name}",
                    getattr(self, name),
                    "0 or more and finite",
                    getattr(self, name) >= 0 and finite[name],
                )
                for name in PER_KM
            ),
        )


def _refuse(*rules: tuple[str, object, str, bool]) -> None:
    """Raise ConfigError naming each rule (key, value, expectation, does it hold) that fails."""
    problems = _problems(rules)
    if problems:
        raise ConfigError("; ".join(problems))


def _problems(rules: Iterable[tuple[str, object, str, bool]]) -> list[str]:
    """Return a sentence for each rule that does not hold."""
    return [
        f"{key} is {value!r}, expected {expected}"
        for key, value, expected, holds in rules
        if not holds
    ]
