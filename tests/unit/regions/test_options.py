"""Options refuse what cannot be, and name it."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from prepos.errors import ConfigError
from prepos.regions.options import (
    PARCEL_BANDS,
    Band,
    LaneOptions,
    RegionOptions,
    ServiceOptions,
)

BAD = [
    (lambda: RegionOptions(max_km=0), "regions.max_km is 0, expected above 0"),
    (lambda: RegionOptions(max_km=math.nan), "regions.max_km is nan, expected above 0"),
    (lambda: RegionOptions(cells="h3:16"), "regions.cells is 'h3:16', expected h3:0 to h3:15"),
    (lambda: RegionOptions(cells="s2:5"), "regions.cells is 's2:5', expected h3:0 to h3:15"),
    (lambda: RegionOptions(neighbours=0), "regions.neighbours is 0, expected 1 or more"),
    (lambda: ServiceOptions(bands=()), "service.bands is [], expected at least one band"),
    (
        lambda: ServiceOptions(bands=(Band(500, 1, 1), Band(200, 2, 2))),
        "service.bands up_to_km is [500, 200], expected above 0 and rising",
    ),
    (
        lambda: ServiceOptions(bands=(Band(500, -1, 1),)),
        "service.bands cost_per_unit is -1, expected 0 or more and finite",
    ),
    (
        lambda: ServiceOptions(bands=(Band(500, 1, math.inf),)),
        "service.bands days is inf, expected 0 or more and finite",
    ),
    (lambda: LaneOptions(km_per_day=0), "lanes.km_per_day is 0, expected above 0"),
    (lambda: LaneOptions(vehicle_m3=0), "lanes.vehicle_m3 is 0, expected above 0"),
    (lambda: LaneOptions(road_factor=0.9), "lanes.road_factor is 0.9, expected 1 or more"),
    (lambda: LaneOptions(cost_per_m3_km=-1), "lanes.cost_per_m3_km is -1, expected 0 or more"),
    (
        lambda: LaneOptions(vehicle_cost_per_km=math.inf),
        "lanes.vehicle_cost_per_km is inf, expected 0 or more and finite",
    ),
]


@pytest.mark.parametrize(("make", "message"), BAD)
def test_options_name_what_they_refuse(make: Callable[[], object], message: str) -> None:
    """A refused option tells key, value and expectation."""
    with pytest.raises(ConfigError) as refused:
        make()
    assert message in str(refused.value)


def test_all_refusals_are_told_at_once() -> None:
    """Two wrong values make one error with two sentences."""
    with pytest.raises(ConfigError, match=r"max_km is -1.*; regions.neighbours is 0"):
        RegionOptions(max_km=-1, neighbours=0)


def test_resolution_is_read_from_cells() -> None:
    """``h3:5`` is resolution 5; without cells there is none."""
    assert RegionOptions(cells="h3:5").resolution == 5
    assert RegionOptions().resolution is None


def test_bands_are_taken_as_plain_tuples() -> None:
    """A band may be given as a tuple, as a configuration does."""
    options = ServiceOptions(bands=((100.0, 3.0, 1.0),))  # type: ignore[arg-type]
    assert options.bands == (Band(up_to_km=100.0, cost_per_unit=3.0, days=1.0),)


def test_default_bands_reach_everywhere() -> None:
    """Without a word from the user every node can serve every region."""
    assert PARCEL_BANDS[-1].up_to_km == math.inf
