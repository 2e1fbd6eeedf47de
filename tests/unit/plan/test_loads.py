"""Vehicles filled with whole cases."""

import numpy as np
import pytest

from prepos.plan.loads import cases_that_fit, load_id, make_loads, pack_vehicles, vehicles_used
from prepos.plan.moves import Moves
from tests.instances import Case, forward, lane, make_case, origin


def truck(**terms: float) -> Case:
    """Return a lane with one departure and three SKUs of 3, 2 and 1 m3, in cases of one."""
    return make_case(
        [origin("DC"), forward("A")],
        [lane("DC>A", **terms)],
        {"A": [1.0], "DC": [9.0]},
        {"a": [[5.0]], "b": [[5.0]], "c": [[5.0]]},
        on_hand={("DC", sku): 20 for sku in "abc"},
        unit_volume_m3=[3.0, 2.0, 1.0],
        unit_weight_kg=[1.0, 1.0, 4.0],
    )


def moves_of(units: list[list[float]]) -> Moves:
    """Return what leaves, from units by departure and SKU."""
    table = np.array(units)
    departure, sku = np.nonzero(table)
    return Moves(departure, sku, table[departure, sku].astype(np.int64))


def test_large_cases_first_then_small_ones_fill_the_gaps() -> None:
    """3 + 2 in the first vehicle of 5, 3 + 1 + 1 in the second."""
    problem = truck(vehicle_m3=5.0).problem()
    packing = pack_vehicles(problem, moves_of([[2.0, 1.0, 2.0]]), np.array([2]))
    assert packing.missing == {}
    assert [(line.sku, line.vehicle, line.units) for line in packing.lines] == [
        (0, 0, 1),
        (0, 1, 1),
        (1, 0, 1),
        (2, 1, 2),
    ]
    assert vehicles_used(packing, 1).tolist() == [2]
    first, second = make_loads(problem, packing.lines)
    assert (first.volume_m3, first.weight_kg, first.fill) == (5.0, 2.0, 1.0)
    assert second.load_id == "DC>A@2025-03-03/2"


def test_weight_fills_a_vehicle_too() -> None:
    """Three units of 4 kg do not go into 10 kg."""
    problem = truck(vehicle_m3=50.0, vehicle_kg=10.0).problem()
    packing = pack_vehicles(problem, moves_of([[0.0, 0.0, 3.0]]), np.array([1]))
    assert packing.missing == {("vehicle_m3", 0): 1.0, ("vehicle_kg", 0): 4.0}
    (load,) = make_loads(problem, packing.lines)
    assert load.fill == pytest.approx(0.8)


def test_lanes_without_vehicles_need_no_packing() -> None:
    """One line a SKU, no vehicle, no load."""
    problem = truck().problem()
    packing = pack_vehicles(problem, moves_of([[1.0, 0.0, 2.0]]), np.array([0]))
    assert [(line.sku, line.vehicle) for line in packing.lines] == [(0, -1), (2, -1)]
    assert load_id(problem, packing.lines[0]) == ""
    assert make_loads(problem, packing.lines) == ()
    assert vehicles_used(packing, 1).tolist() == [0]


@pytest.mark.parametrize(
    ("room", "case", "wanted", "fit"),
    [
        ((5.0, 100.0), (1.0, 1.0), 9, 5),
        ((100.0, 5.0), (1.0, 2.0), 9, 2),
        ((0.3, np.inf), (0.1, 1.0), 9, 3),  # 0.3 // 0.1 is 2 in floating point
        ((1.0, 1.0), (0.0, 0.0), 9, 9),
        ((0.5, 1.0), (1.0, 0.0), 9, 0),
    ],
)
def test_cases_that_fit(
    room: tuple[float, float], case: tuple[float, float], wanted: int, fit: int
) -> None:
    """By volume and weight; rounding does not cost a case; what has no size always fits."""
    assert cases_that_fit(np.array(room), np.array(case), wanted) == fit
