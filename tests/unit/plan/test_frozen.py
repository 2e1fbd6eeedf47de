"""Published lines that stand, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.core.transfer import Transfer
from prepos.errors import InfeasibleError
from prepos.plan import Frozen
from prepos.plan.frozen import Settled, settle_frozen
from tests.instances import Case, day, forward, framed, lane, make_case, one_lane, origin, published


def settled(case: Case, *lines: Transfer, before: int = 7, **options: float) -> Settled:
    """Return what lines come to that ship before a day."""
    problem = case.problem(frozen=Frozen(before=day(before), transfers=lines), **options)
    return settle_frozen(problem, framed(problem))


def through_hub(**terms: float) -> Case:
    """Return DC > HUB > END over two weeks, HUB with three units now and five on day 2."""
    return make_case(
        [origin("DC"), forward("END", storage_m3=50.0), forward("HUB", **terms)],
        [lane("DC>HUB", 1, cost_per_unit=1.0), lane("HUB>END", 1, cost_per_unit=2.0)],
        {"DC": [np.inf], "END": [1.0], "HUB": [2.0]},
        {"S": [[2.0], [4.0]]},
        on_hand={("DC", "S"): 20, ("HUB", "S"): 3},
        receipts=[(2, "HUB", "S", 5)],
        holding_cost=0.5,
    )


def taken(found: Settled) -> list[tuple[int, int, bool, int]]:
    """Return (node, day after the cutoff, whether moved, units) of all changes."""
    first = day(0).toordinal()
    return [(r.node, r.day - first, r.moved, units) for _, r, units in found.changes]


def test_nothing_frozen_changes_nothing() -> None:
    """No lines, no costs, nothing of any limit."""
    found = settled(through_hub(storage_m3=9.0), before=0)
    assert found.changes == ()
    assert found.cost.tolist() == [0.0]
    assert found.use.tolist() == [0.0, 0.0, 0.0, 0.0]


def test_a_line_takes_what_came_first() -> None:
    """On hand first, then receipts of the days before; it arrives as stock that was moved."""
    found = settled(through_hub(), published("S", 7, "HUB>END", ships=4))
    end, hub = 1, 2
    assert taken(found) == [(hub, -1, False, -3), (hub, 2, False, -4), (end, 5, True, 7)]
    assert found.cost.tolist() == [14.0]
    assert found.moves.units.tolist() == [7]


def test_a_frozen_line_pays_its_carbon() -> None:
    """Seven units of two kg, beside the fare, which alone is the budget's."""
    case = through_hub().with_lanes(co2e_kg_per_kg=0.5).with_products(unit_weight_kg=2.0)
    line = published("S", 7, "HUB>END", ships=4)
    found = settled(case, line, carbon_price=3.0, budget=20.0)
    assert found.cost.tolist() == [14.0 + 7 * 2.0 * 0.5 * 3.0]
    assert 14.0 in found.use.tolist()
    assert found.use.max() == 14.0


def test_a_frozen_line_takes_on_what_another_brought() -> None:
    """Over the end of a week: ten units lie at the hub meanwhile, and take its storage."""
    lines = (published("S", 4, "DC>HUB", ships=3), published("S", 10, "HUB>END", ships=8))
    found = settled(through_hub(storage_m3=30.0), *lines, before=9)
    dc, end, hub = range(3)
    assert taken(found) == [
        (dc, -1, False, -4),
        (hub, 4, True, 4),
        (hub, -1, False, -3),
        (hub, 2, False, -5),
        (hub, 4, True, -2),
        (end, 9, True, 10),
    ]
    # Fares 4 and 20; ten units at the hub on the first week's end.
    assert found.cost.tolist() == [4.0 + 20.0 + 10 * 0.5]
    assert found.use.tolist() == [0.0, 0.0, 10.0, 0.0]


def test_what_comes_the_same_day_is_too_late() -> None:
    """A line takes what came before its day; what is missing is named."""
    words = "frozen line: S HUB -> END 4 units: 1 units missing$"
    with pytest.raises(InfeasibleError, match=words):
        settled(through_hub(), published("S", 4, "HUB>END", ships=2))


def test_lines_of_one_departure_add_up() -> None:
    """Two vehicles of one departure ship together."""
    lines = [published("S", units, "DC>A", ships=1) for units in (2, 3)]
    found = settled(one_lane(3.0, 9), *lines)
    assert found.moves.units.tolist() == [5.0]


def test_throughput_and_budget_are_taken() -> None:
    """What the lines take of inbound, outbound and money."""
    case = make_case(
        [origin("DC", outbound_m3=30.0), forward("A", inbound_m3=20.0, handling_cost=0.5)],
        [lane("DC>A", 8, cost_per_unit=1.0)],
        {"A": [2.0], "DC": [np.inf]},
        {"S": [[3.0], [3.0], [3.0]]},
        on_hand={("DC", "S"): 9},
        unit_volume_m3=2.0,
    )
    found = settled(case, published("S", 4, "DC>A", ships=1), budget=100.0)
    assert found.use.tolist() == [0.0, 8.0, 0.0, 8.0, 0.0, 0.0, 6.0]
    assert found.cost.tolist() == [6.0]


def test_what_comes_after_the_window_is_gone() -> None:
    """It costs its fare and is no stock of the plan's."""
    found = settled(
        one_lane(3.0, 9).with_lanes(lead_time_days=30), published("S", 4, "DC>A", ships=1)
    )
    assert [units for _, _, units in found.changes] == [-4]
    assert found.cost.tolist() == [4.0]


def test_vehicles_are_packed_paid_and_counted() -> None:
    """Seven units of 1 m3 in vehicles of 3 m3: three of the fleet's four."""
    case = one_lane(3.0, 9).with_lanes(vehicle_cost=5.0, vehicle_m3=3.0, vehicles=4.0)
    found = settled(case, published("S", 7, "DC>A", ships=1), budget=50.0)
    assert found.vehicles.sum() == 3
    assert found.cost.tolist() == [7.0 + 15.0]
    assert found.use[-2:].tolist() == [3.0, 22.0]  # fleet and budget


@pytest.mark.parametrize(
    ("case", "options", "words"),
    [
        (one_lane(3.0, 9).with_nodes(inbound_m3=4.0), {}, r"inbound_m3 of A 2025-03-03: 2 m3 over"),
        (one_lane(3.0, 9), {"budget": 2.5}, r"budget of the plan: 3.5 currency over"),
        (
            one_lane(3.0, 9).with_lanes(vehicle_cost=1.0, vehicle_m3=2.0, vehicles=2.0),
            {},
            r"vehicles of DC>A 2025-03-03: 1 vehicles over",
        ),
        (
            one_lane(3.0, 9, unit_volume_m3=3.0).with_lanes(vehicle_cost=1.0, vehicle_m3=2.0),
            {},
            r"vehicle_m3 of DC>A 2025-03-04: 18 over by frozen lines",
        ),
        (one_lane(3.0, 4), {}, r"frozen line: S DC -> A 6 units: 2 units missing"),
    ],
)
def test_what_cannot_stand_is_named(case: Case, options: dict[str, float], words: str) -> None:
    """Limits and stock below what is frozen, with the quantity."""
    with pytest.raises(InfeasibleError, match=words):
        settled(case, published("S", 6, "DC>A", ships=1), **options)
