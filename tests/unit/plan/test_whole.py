"""What whole vehicles can bring into a room."""

from __future__ import annotations

import math

import numpy as np
import pytest

from prepos.plan.frame import make_frame
from prepos.plan.shared import WHOLE, list_shared_rows
from prepos.plan.transport.build import as_transport
from prepos.plan.transport.cases import make_cases
from prepos.plan.whole import round_room
from tests.instances import forward, framed, in_transit, lane, make_case, origin, random_case
from tests.unit.plan.transport.programs import relaxed_cost, solve_transport


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


@pytest.mark.parametrize("seed", range(24))
def test_no_plan_is_cut_off(seed: int) -> None:
    """With and without what whole vehicles keep, redirects and all, the best plan costs the same.

    In parts of vehicles it costs no less, and often more.
    """
    rng = np.random.default_rng(seed)
    case = random_case(
        rng,
        skus=3,
        forwards=2,
        origins=2,
        periods=2,
        limits=True,
        vehicles=True,
        hubs=seed % 3 == 0,
    )
    problem = in_transit(case, rng).problem()
    shared = list_shared_rows(problem)
    known, unknown = (
        as_transport(problem, make_frame(problem, rows)).problem
        for rows in (shared, tuple(row for row in shared if not row.is_implied))
    )
    cases = make_cases(problem.products.case_pack, problem.products.minimum_lot)
    best, same = (solve_transport(each, cases, solver="highs") for each in (known, unknown))
    assert best.objective == pytest.approx(same.objective, rel=1e-6)
    tight, loose = (relaxed_cost(each, "highs") for each in (known, unknown))
    assert loose - 1e-6 <= tight <= best.objective + 1e-6 * (1.0 + abs(best.objective))


def test_the_proof_is_nearer() -> None:
    """Of random cases many cost more in parts of vehicles than without knowing of whole ones."""
    nearer = 0
    for seed in range(24):
        case = random_case(
            np.random.default_rng(seed), skus=8, origins=2, limits=True, vehicles=True
        )
        problem = case.problem()
        shared = list_shared_rows(problem)
        tight, loose = (
            relaxed_cost(as_transport(problem, make_frame(problem, rows)).problem, "highs")
            for rows in (shared, tuple(row for row in shared if not row.is_implied))
        )
        nearer += tight > loose * (1.0 + 1e-5)
    assert nearer >= 3
