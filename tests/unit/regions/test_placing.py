"""Orders' places on the map."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from prepos.core.placement import Placement
from prepos.regions import placing
from prepos.regions.placing import find_points, place_orders
from prepos.regions.points import read_points
from prepos.regions.postal_codes import read_postal_codes

MakePlaces = Callable[..., pd.DataFrame]
BOSTON = {"latitude": 42.36, "longitude": -71.06}
CHICAGO = {"latitude": 41.88, "longitude": -87.63}
KANSAS = {"latitude": 38.5, "longitude": -98.0}
CODES = read_postal_codes(
    pd.DataFrame(
        {
            "postal_code": ["02139", "60601", "67501"],
            "latitude": [42.36, 41.88, 38.06],
            "longitude": [-71.1, -87.62, -97.93],
        }
    )
)
CO, IL, MA, NOWHERE = 0, 1, 2, -1


@pytest.fixture
def place(region_table: pd.DataFrame) -> Callable[[pd.DataFrame], Placement]:
    """Return a placer onto the three regions."""
    areas = read_points(region_table, 100.0)
    return lambda places: place_orders(places, areas, CODES, "orders.csv")


Place = Callable[[pd.DataFrame], Placement]


def test_region_id_then_point_then_postal_code(make_places: MakePlaces, place: Place) -> None:
    """Each way places by itself, and the first of them wins."""
    places = make_places(
        {"region_id": "CO"},
        CHICAGO,
        {"postal_code": "02139"},
        {"region_id": "CO", **CHICAGO, "postal_code": "02139"},
        {**CHICAGO, "postal_code": "02139"},
    )
    np.testing.assert_array_equal(place(places).region_of_place, [CO, IL, MA, CO, IL])


def test_disagreements_are_counted_and_the_first_is_shown(
    make_places: MakePlaces, place: Place
) -> None:
    """Lines whose ways name two regions are counted, with the line that comes first as example."""
    placed = place(
        make_places(
            {**CHICAGO, "postal_code": "02139", "lines": 4, "first_line": 9},
            {"region_id": "CO", **CHICAGO, "lines": 3, "first_line": 5},
            {"region_id": "IL", **CHICAGO, "lines": 2},
            {"region_id": "MA", **KANSAS, "lines": 7},
        )
    )
    assert placed.disagreements == 7
    (notice,) = placed.findings.notices
    assert (notice.line, notice.code) == (5, "PP-PLACE-DISAGREE")
    assert notice.message == (
        "7 order lines name places that disagree, the first: region_id says CO but point says IL; "
        "taken in the order region_id, point, postal_code"
    )


def test_unknown_region_is_refused_once(make_places: MakePlaces, place: Place) -> None:
    """A region_id that is no region is a fault at its first line, whatever else the line says."""
    placed = place(
        make_places(
            {"region_id": "XX", **BOSTON, "first_line": 12},
            {"region_id": "XX", **CHICAGO, "first_line": 7},
            {"region_id": "IL"},
        )
    )
    (fault,) = placed.findings.faults
    assert str(fault) == (
        "orders.csv line 7: region_id is 'XX', expected one of 3 regions [PP-KEY-UNKNOWN]"
    )


def test_a_way_that_finds_nothing_gives_way_to_the_next(
    make_places: MakePlaces, place: Place
) -> None:
    """Null island with a good postal code is placed by the code, and that is no disagreement."""
    placed = place(make_places({"latitude": 0.0, "longitude": 0.0, "postal_code": "60601"}))
    np.testing.assert_array_equal(placed.region_of_place, [IL])
    assert placed.disagreements == 0


def test_what_falls_nowhere_is_listed_and_counted(make_places: MakePlaces, place: Place) -> None:
    """Each place says why, the most units first, and the sum has lines and units."""
    placed = place(
        make_places(
            {**KANSAS, "lines": 2, "units": 5.0, "first_line": 3},
            {"postal_code": "2139", "lines": 1, "units": 9.0, "first_line": 4},
            {"postal_code": "ABC", "lines": 1, "units": 2.0, "first_line": 6},
            {"postal_code": "67501", "lines": 1, "units": 4.0, "first_line": 7},
            {"lines": 1, "units": 1.0, "first_line": 8},
            {"region_id": "IL", "lines": 10, "units": 50.0},
        )
    )
    assert (placed.lines, placed.lines_nowhere, placed.units_nowhere) == (16, 6, 21.0)
    np.testing.assert_array_equal(placed.region_of_place, [-1, -1, -1, -1, -1, IL])
    assert [(notice.line, notice.message) for notice in placed.findings.notices] == [
        (
            4,
            lost(
                "postal_code is '2139', expected one of 3 in places; '02139' is one: "
                "were leading zeros lost",
                1,
                9,
            ),
        ),
        (3, lost("point 38.5, -98.0 is farther than 100 km from every region", 2, 5)),
        (7, lost("postal_code 67501: its point is farther than 100 km from every region", 1, 4)),
        (6, lost("postal_code is 'ABC', expected one of 3 in places", 1, 2)),
        (8, lost("no region_id, point or postal_code is given", 1, 1)),
        (0, "6 order lines with 21 units in 5 places fall in no region and are not planned for"),
    ]


def lost(why: str, lines: int, units: int) -> str:
    """Return the words for one place that falls nowhere."""
    return f"{why}; {lines} lines with {units} units fall in no region"


def test_a_long_list_is_cut_but_the_sum_is_whole(
    make_places: MakePlaces, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only so many places are told one by one; the sum is of all."""
    monkeypatch.setattr(placing, "LISTED", 2)
    placed = place(make_places(*({"postal_code": f"X{i}", "units": i} for i in range(5))))
    assert [notice.value for notice in placed.findings.notices] == ["X4", "X3", ""]
    assert placed.units_nowhere == 10.0


def test_zip_plus_4_is_placed_by_its_first_five_and_told(
    make_places: MakePlaces, place: Place
) -> None:
    """Lines placed by the short form are counted; those placed otherwise are not."""
    placed = place(
        make_places(
            {"postal_code": "02139-4307", "lines": 3},
            {"postal_code": "02139", "lines": 1},
            {"region_id": "MA", "postal_code": "02139-0001", "lines": 5},
        )
    )
    np.testing.assert_array_equal(placed.region_of_place, [MA, MA, MA])
    (notice,) = placed.findings.notices
    assert notice.code == "PP-PLACE-ZIP4"
    assert notice.message.startswith("3 order lines have a ZIP+4 that is not in places")


def test_no_places_place_nothing(make_places: MakePlaces, place: Place) -> None:
    """Without orders there is nothing to place and nothing to say."""
    placed = place(make_places())
    assert (len(placed.region_of_place), placed.lines, placed.findings.notices) == (0, 0, ())


def test_points_come_from_coordinates_or_postal_codes(make_places: MakePlaces) -> None:
    """Places with neither are left out, and half a point is none."""
    north, east = find_points(
        make_places(BOSTON, {"postal_code": "60601"}, {"region_id": "CO"}, {"latitude": 1.0}), CODES
    )
    np.testing.assert_array_equal(north, [42.36, 41.88])
    np.testing.assert_array_equal(east, [-71.06, -87.62])
