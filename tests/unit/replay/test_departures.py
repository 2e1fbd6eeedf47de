"""What leaves is cut to stock, room and vehicles; what it costs."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.core.replayed import Course
from tests.instances import forward, lane, origin
from tests.replays import Sent, make_stretch, measured, run


def stretch(*, here=None, there=None, way=None, days=0, **terms) -> Course:
    """Return a stretch in which DC sends to A and B, and A to B; nobody orders."""
    terms = {"on_hand": {("DC", "S"): 20, ("DC", "T"): 20}} | terms
    return make_stretch(
        [origin("DC", **(here or {})), forward("A", **(there or {})), forward("B")],
        [lane("DC>A", days, **(way or {})), lane("DC>B"), lane("A>B")],
        {"A": [1.0], "B": [1.0], "DC": [1.0]},
        [],
        **({"skus": ("S", "T")} | terms),
    )


def units_moved(course: Course, *lines: Sent) -> float:
    """Return the units that leave of what is sent on the first day."""
    return measured(course, {0: lines}).moved


TEN = (0, "DC>A", "S", 10)
CUTS = (  # what limits, units that leave of 10
    ({}, 10),
    ({"on_hand": {("DC", "S"): 7}}, 7),
    ({"on_hand": {("DC", "S"): 7}, "case_pack": 3}, 6),
    ({"on_hand": {("DC", "S"): 7}, "minimum_lot": 8}, 0),
    ({"minimum_lot": 12}, 10),  # uncut it stands
    ({"here": {"outbound_m3": 4.5}}, 4),
    ({"there": {"inbound_m3": 8.1}}, 8),
    ({"there": {"inbound_m3": 8.1}, "receipts": [(3, "A", "T", 2)]}, 6),
    ({"there": {"inbound_m3": 8.1}, "receipts": [(7, "A", "T", 2)], "periods": 2}, 8),
    ({"way": {"vehicle_m3": 4.0, "vehicles": 2.0}}, 8),
    ({"way": {"vehicle_kg": 4.0, "vehicles": 1.0}}, 4),
    ({"way": {"vehicle_kg": 4.0, "vehicles": 1.0}, "unit_weight_kg": 0.0}, 10),
    ({"way": {"vehicles": 0.0}}, 0),
    ({"way": {"vehicles": 1.0}}, 10),  # a vehicle of no size holds all
    ({"here": {"outbound_m3": 1.1}, "unit_volume_m3": 0.11}, 10),  # 10 times .11 is a bit more
)


@pytest.mark.parametrize(("limits", "units"), CUTS)
def test_dispatch_is_cut(limits: dict[str, object], units: int) -> None:
    """To what lies there, whole cases, minimum lots, throughput and vehicles."""
    assert units_moved(stretch(**limits), TEN) == units


def test_room_is_shared_in_the_order_of_lanes_and_skus() -> None:
    """8 m3 may leave: 5 of S to A, 3 of T to A, and nothing to B."""
    course = stretch(here={"outbound_m3": 8.0})
    replayed = run(course, {0: [(0, "DC>B", "S", 5), (0, "DC>A", "T", 5), (0, "DC>A", "S", 5)]})
    assert replayed.amounts["moved"].tolist() == [8]
    assert replayed.amounts["stranded"].tolist() == [8]


def test_room_is_that_of_a_period() -> None:
    """What Monday took is gone on Tuesday, and back the next week; vehicles too."""
    lines = {0: [(0, "DC>A", "S", 3), (1, "DC>A", "S", 9)], 7: [(7, "DC>A", "S", 9)]}
    outbound = run(stretch(here={"outbound_m3": 4.0}, periods=2), lines)
    assert outbound.amounts["moved"].tolist() == [4, 4]
    fleet = run(stretch(way={"vehicle_m3": 2.0, "vehicles": 3.0}, periods=2), lines)
    assert fleet.amounts["moved"].tolist() == [5, 6]  # 3 units take two vehicles of three


def test_inbound_counts_in_the_period_of_arrival() -> None:
    """What is on the road for a week takes next week's room."""
    course = stretch(days=7, there={"inbound_m3": 4.0}, periods=2)
    replayed = run(course, {0: [(0, "DC>A", "S", 3)], 7: [(7, "DC>A", "S", 9)]})
    assert replayed.amounts["moved"].tolist() == [3, 4]


def test_what_arrives_leaves_the_next_day() -> None:
    """Not on the day; the day after, and then it has moved twice."""
    today = run(stretch(), {0: [(0, "DC>A", "S", 5), (0, "A>B", "S", 5)]})
    assert today.amounts["moved"].tolist() == [5]
    lines = [(0, "DC>A", "S", 5), (1, "A>B", "S", 4)]
    tomorrow = run(stretch(), {0: lines})
    assert (tomorrow.amounts["moved"], tomorrow.amounts["moved_twice"]) == (9, 4)


def test_older_stock_is_sent_on_first() -> None:
    """Of 5 brought and 3 that lay there 4 are sent on, then 2: 1 and 2 of them a second time."""
    course = stretch(on_hand={("DC", "S"): 20, ("A", "S"): 3})
    lines = [(0, "DC>A", "S", 5), (1, "A>B", "S", 4), (2, "A>B", "S", 2)]
    assert measured(course, {0: lines}).moved_twice == 3


def test_sent_on_is_no_longer_brought_although_more_comes_that_day() -> None:
    """5 are brought and sent on; a receipt of 5 that comes that day was brought by nobody."""
    course = stretch(receipts=[(1, "A", "S", 5)])
    measures = measured(course, {0: [(0, "DC>A", "S", 5), (1, "A>B", "S", 5)]})
    assert (measures.moved_twice, measures.stranded) == (5, 5)  # those at B


def test_costs_of_the_road() -> None:
    """By unit, m3 and kg; a vehicle for each full one begun; kg CO2e by weight."""
    way = {"cost_per_unit": 1.0, "cost_per_m3": 0.5, "cost_per_kg": 0.25, "co2e_kg_per_kg": 0.1}
    vehicle = {"vehicle_cost": 7.0, "vehicle_m3": 6.0, "vehicle_kg": 100.0}
    course = stretch(way=way | vehicle, unit_volume_m3=2.0, unit_weight_kg=4.0)
    measures = measured(course, {0: [TEN]})
    assert measures.transport_cost == pytest.approx(10 * (1.0 + 2 * 0.5 + 4 * 0.25))
    assert (measures.vehicles, measures.vehicle_cost) == (4, 28.0)  # 20 m3 by 6
    assert measures.vehicle_fill == pytest.approx(20 / 24)
    assert measures.co2e_kg == pytest.approx(4.0)


def test_weight_may_ask_for_more_vehicles_than_volume() -> None:
    """40 kg by 9."""
    way = {"vehicle_cost": 1.0, "vehicle_m3": 100.0, "vehicle_kg": 9.0}
    measures = measured(stretch(way=way, unit_weight_kg=4.0), {0: [TEN]})
    assert (measures.vehicles, measures.vehicle_fill) == (5, pytest.approx(40 / 45))


def test_lane_without_vehicles_costs_none() -> None:
    """Nor has it a fill."""
    measures = measured(stretch(), {0: [TEN]})
    assert (measures.vehicles, measures.vehicle_cost) == (0, 0)
    assert np.isnan(measures.vehicle_fill)
