"""What whole vehicles can bring into a room."""

from __future__ import annotations

import math

import numpy as np
import pytest

from prepos.plan.shared import WHOLE, list_shared_rows
from prepos.plan.transport.build import as_transport
from prepos.plan.whole import round_room
from tests.instances import forward, framed, lane, make_case, origin


def test_by_hand() -> None:
    """Vehicles of 2 m3 into 9: the fifth brings 1 m3, and each one fewer costs that much."""
    limit, rest = round_room(9.0, 2.0)
    assert rest == pytest.approx(1.0)
    assert [limit + rest * vehicles for vehicles in (3, 4, 5)] == pytest.approx([7.0, 8.0, 9.0])


@pytest.mark.parametrize("room", [0.0, -3.0, 6.0, 6.0 + 1e-12, 6.0 - 1e-12])
def test_a_room_that_whole_vehicles_fill_is_what_it_was(room: float) -> None:
    """Nor does one that has no room know of vehicles."""
    assert round_room(room, 2.0) == (room, 0.0)


@pytest.mark.parametrize("seed", range(20))
def test_whole_vehicles_keep_it_and_parts_break_it(seed: int) -> None:
    """Vehicles of several sizes, as full as the room allows, never break the limit."""
    rng = np.random.default_rng(seed)
    sizes = rng.uniform(0.3, 4.0, 3)
    room = float(rng.uniform(0.5, 20.0))
    limit, rest = round_room(room, float(sizes.max()))
    counted = np.minimum(rest, sizes)
    for _ in range(200):
        vehicles = rng.integers(0, 9, 3)
        brought = min(float(sizes @ vehicles), room)
        assert brought - counted @ vehicles <= limit + 1e-9
    parts = room / float(sizes.max())
    assert room - rest * parts > limit + 1e-6
    assert math.ceil(parts) * rest + limit == pytest.approx(room)


def test_rows_are_of_rooms_that_vehicles_come_into() -> None:
    """The largest vehicle tells; a lane without any, or bound by weight alone, does not count."""
    case = make_case(
        [origin("DC"), origin("EC"), forward("A", inbound_m3=9.0), forward("B", inbound_m3=9.0)],
        [
            lane("DC>A", vehicle_m3=2.0, vehicle_cost=1.0),
            lane("EC>A", vehicle_m3=0.4, vehicle_cost=1.0),
            lane("DC>B", vehicle_kg=2.0, vehicle_cost=1.0),
            lane("EC>B"),
        ],
        {"A": [1.0, 5.0], "B": [5.0, 1.0], "DC": [9.0, 9.0], "EC": [9.0, 9.0]},
        {"S": [[2.0, 1.0]]},
        on_hand={},
    )
    problem = case.problem()
    (row,) = (row for row in list_shared_rows(problem) if row.name == WHOLE)
    assert row.place.startswith("A ")
    assert row.is_implied
    assert (row.limit, row.rest_m3) == pytest.approx((4.0, 1.0))
    frame = framed(problem)
    transport = as_transport(problem, frame)
    kinds, at = transport.problem.purchases, frame.shared.index(row)
    counted = {"DC>A": 1.0, "EC>A": 0.4, "DC>B": 0.0}
    lanes = [problem.network.lanes[problem.departures[each].lane] for each in transport.kinds]
    told = [counted[each.lane_id] for each in lanes]
    np.testing.assert_allclose(-kinds.take.toarray()[at], told)
    np.testing.assert_array_equal(np.flatnonzero(kinds.implied), [at])
    entries = transport.problem.routes.row == at
    route = np.repeat(np.arange(len(transport.legs)), np.diff(transport.problem.routes.row_first))
    taken = {transport.legs[each] for each in route[entries].tolist()}
    bring = {"DC>A", "EC>A"}
    own = [problem.network.lanes[each.lane].lane_id in bring for each in problem.departures]
    assert taken == {(number,) for number in np.flatnonzero(own).tolist()}
