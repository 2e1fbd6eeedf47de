"""One SKU's program: columns, rows, costs, and its use of what is shared; worked by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from prepos.plan.block_solver import make_block_solver
from prepos.plan.blocks import Block, make_block
from prepos.plan.frame import CASE_SHARE
from tests.instances import Case, day, forward, framed, lane, make_case, one_lane, origin


def block_of(case: Case, *rules: object, moves: bool = True, **options: object) -> Block:
    """Return the block of the first SKU."""
    problem = case.problem(*rules, **options)
    closing = np.zeros(len(case.network.nodes)) if moves else None
    return make_block(problem, framed(problem), 0, closing)


def test_columns_of_the_newsvendor() -> None:
    """One departure, stock at two nodes, one return, the tranches, no slack."""
    layout = block_of(one_lane(1.0, 5)).layout
    assert (len(layout.departure), len(layout.nodes), len(layout.returned)) == (1, 2, 1)
    assert layout.put_at == 4
    assert layout.columns == layout.put_at + len(layout.put_tranche)
    assert set(layout.put_node.tolist()) == {0}  # DC cannot serve


def test_costs_of_the_newsvendor() -> None:
    """A case of 4 costs 4 on the lane; holding and return at A alone; service less shortage."""
    block = block_of(one_lane(1.0, 5, case_pack=4).with_nodes(handling_cost=0.5))
    cost, layout = block.program.cost, block.layout
    assert_allclose(cost[:4], [4 * 1.5, 0.1, 0.0, 1.0])
    first_unit = 1 - np.exp(-1.0)
    assert cost[layout.put_at] == pytest.approx(first_unit * (2.0 - 10.0))
    assert block.program.constant == pytest.approx(10.0)
    assert block.program.integer.tolist() == [True] + [False] * (layout.columns - 1)


def test_what_is_sent_takes_of_the_shared_rows() -> None:
    """Storage counts stock and use, inbound the case, the vehicle the case, the budget its cost."""
    case = one_lane(1.0, 5, case_pack=4, unit_volume_m3=0.5, unit_weight_kg=2.0)
    case = case.with_nodes(storage_m3=9.0, inbound_m3=9.0)
    case = case.with_lanes(vehicle_m3=10.0, vehicle_kg=20.0)
    block = block_of(case, budget=99.0, min_fill=0.5)
    names = [row.name for row in framed(case.problem(budget=99.0, min_fill=0.5)).shared]
    use = dict(zip(names, block.use.toarray(), strict=True))
    put = block.layout.put_at
    assert use["storage_m3"][1] == 0.5
    assert use["storage_m3"][put] == pytest.approx(0.5 * (1 - np.exp(-1.0)))
    assert [use[name][0] for name in ("inbound_m3", "vehicle_m3")] == [2.0, 2.0]
    assert use["vehicle_kg"][0] == 8.0
    assert use["budget"][0] == 4.0
    assert use["min_fill"][put] == pytest.approx(-(1 - np.exp(-1.0)))


def test_what_has_no_size_takes_a_trifle_of_a_vehicle() -> None:
    """So that it never leaves without one."""
    case = one_lane(1.0, 5, unit_volume_m3=0.0).with_lanes(vehicle_m3=10.0)
    assert block_of(case).use.toarray()[0, 0] == pytest.approx(10.0 * CASE_SHARE)


def test_nothing_moves_without_demand_or_rule() -> None:
    """No departure is offered; a rule brings them back."""
    case = one_lane(0.0, 5)
    assert len(block_of(case).layout.departure) == 0
    assert len(block_of(case, ("S", "DC", "A", "pin", 1.0)).layout.departure) == 1
    assert len(block_of(one_lane(2.0, 5), moves=False).layout.departure) == 0


def test_departures_are_those_that_stock_could_reach() -> None:
    """From DC and then from HUB, never from a node where nothing lies or comes."""
    case = make_case(
        [origin("DC"), forward("END"), forward("HUB"), origin("EMPTY")],
        [lane("DC>HUB"), lane("HUB>END"), lane("EMPTY>END")],
        {"DC": [9], "END": [1], "HUB": [3], "EMPTY": [9]},
        {"S": [[1.0], [1.0]]},
        on_hand={("DC", "S"): 3},
    )
    block = block_of(case)
    lanes = {case.problem().departures[d].lane for d in block.layout.departure}
    assert [case.network.lanes[i].lane_id for i in sorted(lanes)] == ["DC>HUB", "HUB>END"]


def test_forbidden_and_frozen_departures_are_closed() -> None:
    """Their columns can only be 0."""
    assert block_of(one_lane(2.0, 5), ("S", "DC", "A", "forbid", 0.0)).program.upper[0] == 0


def shipped_by_hand(case: Case, cases: list[float]) -> float | None:
    """Return what the block costs with these cases shipped, None where they cannot be."""
    block = block_of(case)
    lower, upper = block.program.lower.copy(), block.program.upper.copy()
    lower[: len(cases)] = upper[: len(cases)] = cases
    free = np.zeros(block.use.shape[0])
    answer = make_block_solver([block], "highs").solve_within(0, free, lower, upper)
    return None if answer is None else answer.objective + block.program.constant


@pytest.mark.parametrize("units", range(6))
def test_value_of_a_shipment_is_the_newsvendors(units: int) -> None:
    """Lane 1, service 2, shortage 10, holding .1, return 1; Poisson demand of mean 1.5."""
    chance = np.exp(-1.5) * np.cumprod([1.0, *(1.5 / np.arange(1, 60))])
    sold = chance @ np.minimum(np.arange(60), units)
    expected = units + 2 * sold + 10 * (1.5 - sold) + 1.1 * (units - sold)
    assert shipped_by_hand(one_lane(1.5, 5), [float(units)]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("comes", "units", "stands"), [(None, 3, True), (None, 4, False), (2, 4, False), (-1, 4, True)]
)
def test_only_what_was_there_the_day_before_leaves(
    comes: int | None, units: int, stands: bool
) -> None:
    """Three units lie at DC, the lane leaves on Monday; Wednesday's receipt is too late."""
    receipts = [] if comes is None else [(comes, "DC", "S", 2)]
    case = make_case(
        [origin("DC"), forward("A")],
        [lane("DC>A", on="mon")],
        {"A": [1.0], "DC": [np.inf]},
        {"S": [[5.0]]},
        on_hand={("DC", "S"): 3},
        receipts=receipts,
    )
    assert (shipped_by_hand(case, [float(units)]) is not None) == stands


def test_later_arrivals_serve_from_the_next_period() -> None:
    """With lead time 1, Monday's shipment serves nobody in its own week."""
    case = make_case(
        [origin("DC"), forward("A")],
        [lane("DC>A", 1)],
        {"A": [1.0], "DC": [np.inf]},
        {"S": [[3.0], [0.0]]},
        on_hand={("DC", "S"): 3},
        holding_cost=0.1,
        return_cost=1.0,
    )
    cost = shipped_by_hand(case, [2.0])
    assert cost == pytest.approx(10 * 3.0 + 2 * 0.1 * 2 + 2 * 1.0)
    assert case.problem().departures[0].arrival_date == day(1)
