"""The limits that all SKUs share."""

import pytest

from prepos.plan.shared import list_shared_rows, total_stock, vehicle_room
from tests.instances import forward, lane, make_case, one_lane, origin


def test_no_limits_no_rows() -> None:
    """Only what is given is a row."""
    assert list_shared_rows(one_lane(3.0, 5).problem()) == ()


def test_every_limit_by_place_and_period() -> None:
    """Storage, throughput, vehicles, fleet, budget and fill."""
    case = (
        one_lane(3.0, 5, periods=2)
        .with_nodes(storage_m3=9.0, inbound_m3=8.0, outbound_m3=7.0)
        .with_lanes(vehicle_m3=4.0, vehicle_kg=6.0, vehicles=2.0)
    )
    rows = list_shared_rows(case.problem(budget=50.0, min_fill=0.5))
    found = [(row.name, row.place, row.limit) for row in rows]
    first, second = "2025-03-03", "2025-03-10"
    assert found == [
        ("storage_m3", f"A {first}", 9.0),
        ("storage_m3", f"A {second}", 9.0),
        ("inbound_m3", f"A {first}", 8.0),
        ("inbound_m3", f"A {second}", 8.0),
        ("outbound_m3", f"A {first}", 7.0),
        ("outbound_m3", f"A {second}", 7.0),
        ("vehicle_m3", f"DC>A {first}", 0.0),
        ("vehicle_kg", f"DC>A {first}", 0.0),
        ("vehicle_m3", f"DC>A {second}", 0.0),
        ("vehicle_kg", f"DC>A {second}", 0.0),
        ("vehicles", f"DC>A {first}", 2.0),
        ("vehicles", f"DC>A {second}", 2.0),
        ("whole_inbound_m3", f"A {first}", 8.0),
        ("whole_inbound_m3", f"A {second}", 8.0),
        ("budget", "", 50.0),
        ("min_fill", "A", -3.0),
    ]
    assert [row.name for row in rows if row.is_wish] == ["min_fill"]


def test_fill_of_categories_beside_that_of_all() -> None:
    """Each catchment has a row of all SKUs, then of each category that is wanted there."""
    case = make_case(
        [origin("DC"), forward("A"), forward("B")],
        [lane("DC>A"), lane("DC>B")],
        {"A": [1.0, 5.0], "B": [5.0, 1.0], "DC": [9.0, 9.0]},
        {"cheese": [[2.0, 1.0]], "milk": [[4.0, 0.0]], "nails": [[0.0, 8.0]], "rope": [[1.0, 1.0]]},
        on_hand={},
    ).with_categories("dairy", "dairy", "tools", "")
    shares = {"dairy": 0.9, "tools": 0.25, "toys": 0.5, "paper": 0.0}
    problem = case.problem(min_fill=0.5, category_min_fill=shares)
    assert problem.fill_group.tolist() == [1, 1, 2, 0]
    rows = list_shared_rows(problem)
    assert [(row.place, row.limit, row.key[1:]) for row in rows] == [
        ("A", -3.5, (0, 0)),
        ("B", -5.0, (1, 0)),
        ("A dairy", pytest.approx(-5.4), (0, 1)),
        ("B dairy", pytest.approx(-0.9), (1, 1)),
        ("B tools", -2.0, (1, 2)),
    ]
    assert all(row.is_wish for row in rows)


def test_receipts_take_of_the_inbound_limit() -> None:
    """What comes anyway leaves less room."""
    case = make_case(
        [origin("DC"), forward("A", inbound_m3=10.0)],
        [lane("DC>A")],
        {"A": [1.0], "DC": [1.0]},
        {"S": [[1.0]]},
        on_hand={},
        receipts=[(3, "A", "S", 4)],
        unit_volume_m3=2.0,
    )
    (row,) = list_shared_rows(case.problem())
    assert row.limit == 2.0


def test_penalties_weigh_alike_in_every_unit() -> None:
    """A m3 holds two units of half a m3: its penalty is that of two units."""
    case = one_lane(3.0, 5, unit_volume_m3=0.5).with_nodes(storage_m3=9.0)
    storage, budget = list_shared_rows(case.problem(budget=1.0))
    assert storage.penalty == pytest.approx(2 * budget.penalty)
    weightless = case.with_products(unit_volume_m3=0.0)
    assert list_shared_rows(weightless.problem())[0].penalty == pytest.approx(budget.penalty)


def test_a_vehicle_without_size_holds_all_stock() -> None:
    """All that lies or comes anywhere, by volume."""
    problem = one_lane(3.0, 5, unit_volume_m3=2.0).with_lanes(vehicle_cost=1.0).problem()
    assert total_stock(problem) == (10.0, 5.0)
    assert vehicle_room(problem, problem.network.lanes[0]) == (10.0, float("inf"))
