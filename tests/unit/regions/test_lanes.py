"""Lanes given and lanes made."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from prepos.core.network import WEEKDAYS, Lane, Node
from prepos.regions.lanes import fill_emissions, make_lanes, read_lanes
from prepos.regions.options import LaneOptions
from prepos.regions.sphere import EARTH_RADIUS_KM

DEGREE_KM = EARTH_RADIUS_KM * math.pi / 180


def table(**columns: list[object]) -> pd.DataFrame:
    """Return a lanes table whose other columns are empty."""
    size = len(next(iter(columns.values())))
    empty = {"lane_id": None, "ship_weekdays": None, "cost_per_unit": np.nan, "vehicles": np.nan}
    return pd.DataFrame({**{name: [cell] * size for name, cell in empty.items()}, **columns})


def test_lanes_are_made_from_origins_to_forward_nodes(nodes: tuple[Node, ...]) -> None:
    """Every origin gets a lane to every forward node, and no other pair has one."""
    lanes = make_lanes(nodes, LaneOptions())
    assert [lane.lane_id for lane in lanes] == ["ORD>BOS", "ORD>DEN"]


def test_made_lane_costs_by_its_road() -> None:
    """Ten degrees of equator at factor 1.2: lead time is rounded up, money is per km of road."""
    ends = (
        Node(node_id="A", kind="origin", latitude=0.0, longitude=175.0),
        Node(node_id="B", kind="forward", latitude=0.0, longitude=-175.0),
    )
    options = LaneOptions(
        km_per_day=700, cost_per_m3_km=0.1, vehicle_cost_per_km=2.0, vehicle_m3=60, road_factor=1.2
    )
    (lane,) = make_lanes(ends, options)
    road_km = 1.2 * 10 * DEGREE_KM
    assert road_km == pytest.approx(1334.34, abs=0.01)
    assert lane.lead_time_days == 2
    assert lane.cost_per_m3 == pytest.approx(0.1 * road_km)
    assert lane.vehicle_cost == pytest.approx(2.0 * road_km)
    assert lane.vehicle_m3 == 60
    assert lane.co2e_kg_per_kg == pytest.approx(0.1 * road_km / 1000)


def test_emissions_that_are_not_told_follow_from_the_road() -> None:
    """What the table tells stays; a lane to a node that is not known is left to its fault."""
    nodes = (
        Node(node_id="A", kind="origin", latitude=0.0, longitude=0.0),
        Node(node_id="B", kind="forward", latitude=0.0, longitude=10.0),
    )
    told = table(
        origin=["A", "B", "A"],
        destination=["B", "A", "C"],
        lead_time_days=[1.0] * 3,
        co2e_kg_per_kg=[np.nan, 0.25, np.nan],
    )
    lanes, _ = read_lanes(told)
    options = LaneOptions(road_factor=1.0, co2e_kg_per_tonne_km=0.05)
    filled = {lane.lane_id: lane.co2e_kg_per_kg for lane in fill_emissions(lanes, nodes, options)}
    assert filled["A>B"] == pytest.approx(0.05 * 10 * DEGREE_KM / 1000)
    assert filled["B>A"] == 0.25
    assert math.isnan(filled["A>C"])


@pytest.mark.parametrize(
    ("degrees", "days"),
    [(0.0, 1), (1.0, 1), (2.0, 2), (2.001, 3)],
    ids=["same spot", "one day to the km", "two days to the km", "a bit more"],
)
def test_made_lead_time_is_at_least_a_day(degrees: float, days: int) -> None:
    """Days of driving are rounded up; a drive of whole days takes just these."""
    ends = (
        Node(node_id="A", kind="origin", latitude=0.0, longitude=0.0),
        Node(node_id="B", kind="forward", latitude=0.0, longitude=degrees),
    )
    (lane,) = make_lanes(ends, LaneOptions(km_per_day=DEGREE_KM, road_factor=1.0))
    assert lane.lead_time_days == days


def test_no_origin_makes_no_lanes(nodes: tuple[Node, ...]) -> None:
    """Forward nodes alone have no lanes."""
    assert make_lanes(nodes[1:], LaneOptions()) == ()


def test_empty_cells_of_a_lane_take_their_meaning() -> None:
    """An empty lane_id is the pair, an empty cost 0, an empty limit none, empty weekdays all."""
    lanes, findings = read_lanes(table(origin=["A"], destination=["B"], lead_time_days=[0.0]))
    assert math.isnan(lanes[0].co2e_kg_per_kg)
    told = replace(lanes[0], co2e_kg_per_kg=0.0)
    assert told == Lane(lane_id="A>B", origin="A", destination="B", lead_time_days=0)
    assert (lanes[0].vehicles, lanes[0].ship_weekdays) == (math.inf, WEEKDAYS)
    assert findings.faults == ()


def test_weekdays_are_read_in_the_weeks_order() -> None:
    """Case, blanks, order and repetition of weekdays do not matter."""
    lanes, _ = read_lanes(
        table(origin=["A"], destination=["B"], lead_time_days=[1], ship_weekdays=["Thu, mon,THU"])
    )
    assert lanes[0].ship_weekdays == ("mon", "thu")


def test_two_modes_of_one_pair_need_a_lane_id() -> None:
    """Two lanes of one pair stand beside each other when each has an id."""
    lanes, findings = read_lanes(
        table(
            lane_id=["rail", None],
            origin=["A", "A"],
            destination=["B", "B"],
            lead_time_days=[5, 1],
        )
    )
    assert [lane.lane_id for lane in lanes] == ["A>B", "rail"]
    assert findings.faults == ()


BAD = [
    # the same pair twice without ids
    (
        {"origin": ["A", "A"], "destination": ["B", "B"], "lead_time_days": [1, 2]},
        "lane A -> B and lane A -> B both have lane_id 'A>B', expected a lane_id for each",
        "PP-LANE-TWICE",
    ),
    # one id for two pairs
    (
        {
            "lane_id": ["x", "x"],
            "origin": ["A", "A"],
            "destination": ["B", "C"],
            "lead_time_days": [1, 2],
        },
        "lane A -> C and lane A -> B both have lane_id 'x', expected a lane_id for each",
        "PP-LANE-TWICE",
    ),
    # a day in full
    (
        {
            "origin": ["A"],
            "destination": ["B"],
            "lead_time_days": [1],
            "ship_weekdays": ["monday,tue"],
        },
        "lane A -> B: ship_weekdays is 'monday,tue', expected days of mon, tue",
        "PP-LANE-FAULTY",
    ),
    # a lane to itself
    (
        {"origin": ["A"], "destination": ["A"], "lead_time_days": [1]},
        "lane A -> A: destination is its origin, expected another node",
        "PP-LANE-FAULTY",
    ),
]


@pytest.mark.parametrize(("columns", "message", "code"), BAD)
def test_refused_lanes_are_named(columns: dict[str, list[object]], message: str, code: str) -> None:
    """A refused lane names both ends, what it holds and what is expected."""
    _, findings = read_lanes(table(**columns), "lanes.csv")
    (fault,) = findings.faults
    assert (fault.file, fault.code) == ("lanes.csv", code)
    assert fault.message.startswith(message)
