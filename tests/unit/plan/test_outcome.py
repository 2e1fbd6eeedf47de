"""What a plan means, and how it is told: stock, costs, reasons, ids."""

import hashlib

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tests.instances import Case, day, forward, lane, make_case, moved, one_lane, origin


def two_nodes(**columns: float) -> Case:
    """Return one origin and two forward nodes, each with its own region and one out of reach."""
    return make_case(
        [origin("DC"), forward("A", handling_cost=0.5), forward("B")],
        [lane("DC>A", cost_per_unit=1.0), lane("DC>B", cost_per_unit=1.0)],
        {"A": [1, 4, np.inf], "B": [4, 1, np.inf], "DC": [8, 8, np.inf]},
        {"S": [[3.0, 2.0, 1.0]]},
        on_hand={("DC", "S"): 30},
        **columns,
    )


class TestOutcome:
    """Stock and costs."""

    def test_costs_add_up(self) -> None:
        """Fill, local share and distance are those of what is served."""
        plan = two_nodes().plan()
        costs, kept = plan.costs, plan.allocation
        served = kept.expected_use.sum()
        assert costs.fill_rate == pytest.approx(served / 6.0)
        local = kept.node == np.array([0, 1, -1])[kept.catchment]
        assert costs.local_share == pytest.approx(kept.expected_use[local].sum() / 6.0)
        at_a = sum(line.quantity for line in plan.transfers if line.destination == "A")
        assert costs.handling_cost == pytest.approx(0.5 * at_a)
        assert costs.volume_m3 == costs.units == sum(line.quantity for line in plan.transfers)
        assert 10 <= costs.mean_distance_km <= 80

    def test_fill_rate_is_of_a_nodes_own_catchments(self) -> None:
        """1 where a node has none."""
        plan = two_nodes().plan()
        a, b, dc = plan.targets.fill_rate[0, :, 0]
        assert dc == 1.0
        assert 0.5 < a < 1
        assert 0.5 < b < 1

    def test_return_is_paid_for_what_was_moved_in_vain(self) -> None:
        """Not for A's own stock, which nobody moved, however much of it is left."""
        case = two_nodes(return_cost=3.0).with_stock(A=9)
        plan = case.plan()
        assert plan.objective == pytest.approx(plan.bound)
        assert plan.nothing.return_cost == 0.0
        at_b = plan.targets.closing[-1, 1, 0]
        assert at_b > 0
        assert plan.costs.return_cost == pytest.approx(3.0 * at_b)

    @pytest.mark.parametrize("method", ["exact", "decompose"])
    def test_carbon_is_charged_like_a_cost_per_kg(self, method: str) -> None:
        """The same plan at the same cost, told apart from what the lanes charge."""
        case = two_nodes(unit_weight_kg=4.0)
        dear = case.with_lanes(cost_per_kg=0.3).plan(method=method)
        plan = case.with_lanes(co2e_kg_per_kg=0.2).plan(method=method, carbon_price=1.5)
        free = case.with_lanes(co2e_kg_per_kg=0.2).plan(method=method)
        assert moved(plan) == moved(dear) != moved(free)
        assert plan.objective == pytest.approx(dear.objective)
        assert plan.bound == pytest.approx(dear.bound)
        kg = 4.0 * plan.costs.units
        assert plan.costs.co2e_kg == pytest.approx(0.2 * kg)
        assert plan.costs.carbon_cost == pytest.approx(0.3 * kg)
        assert dear.costs.transport_cost == pytest.approx(plan.costs.transport_cost + 0.3 * kg)
        assert plan.costs.transport_cost == sum(line.transport_cost for line in plan.transfers)
        assert (plan.nothing.co2e_kg, plan.nothing.carbon_cost, free.costs.carbon_cost) == (0, 0, 0)
        saved = plan.nothing.total_cost - plan.costs.total_cost
        lines = sum(line.expected_saving for line in plan.transfers)
        assert lines == pytest.approx(saved, abs=1e-5)

    @pytest.mark.parametrize("method", ["exact", "decompose"])
    def test_no_budget_pays_carbon(self, method: str) -> None:
        """A lane that costs nothing but carbon is open to a plan without money."""
        case = one_lane(3.0, 9).with_lanes(cost_per_unit=0.0, co2e_kg_per_kg=0.1)
        plan = case.plan(method=method, carbon_price=2.0, budget=0.0)
        assert plan.costs.units > 0
        assert plan.costs.carbon_cost == pytest.approx(0.2 * plan.costs.units)

    def test_nothing_at_all_is_filled_in_full(self) -> None:
        """Without demand every share is 1 and nothing is NaN."""
        costs = one_lane(0.0, 5).plan().costs
        assert (costs.fill_rate, costs.local_share, costs.mean_distance_km) == (1.0, 1.0, 0.0)


class TestExplanation:
    """What a line saves, and why."""

    def test_savings_of_single_lines_sum_to_the_plans(self) -> None:
        """Where each SKU goes one way, and no limit is shared."""
        plan = one_lane(3.0, 9).plan()
        (line,) = plan.transfers
        saved = plan.nothing.total_cost - plan.costs.total_cost
        assert line.expected_saving == pytest.approx(saved, abs=1e-5)

    def test_vehicle_costs_are_shared_by_what_lines_fill(self) -> None:
        """The savings less the vehicle's cost are the plan's."""
        plan = one_lane(3.0, 9).with_lanes(vehicle_cost=4.0, vehicle_m3=50.0).plan()
        saved = plan.nothing.total_cost - plan.costs.total_cost
        assert sum(line.expected_saving for line in plan.transfers) == pytest.approx(
            saved, abs=1e-5
        )
        assert "and 4.00 vehicle" in plan.transfers[0].reason

    def test_each_of_two_lines_is_weighed_by_leaving_it_out(self) -> None:
        """Both save something; the chance of staying unused is a share."""
        lines = two_nodes().plan().transfers
        assert len(lines) == 2
        assert all(line.expected_saving > 0 for line in lines)
        assert all(0 < line.chance_unused < 1 for line in lines)

    def test_legs_over_a_hub_share_what_the_way_saves(self) -> None:
        """Neither leg can be left out by itself."""
        case = make_case(
            [origin("DC"), forward("END"), forward("HUB")],
            [lane("DC>HUB", 0, cost_per_unit=0.1), lane("HUB>END", 0, cost_per_unit=0.1)],
            {"DC": [np.inf], "END": [1.0], "HUB": [np.inf]},
            {"S": [[0.0], [4.0]]},
            on_hand={("DC", "S"): 20},
        )
        plan = case.plan()
        assert len(plan.transfers) == 2
        assert all(line.expected_saving > 0 for line in plan.transfers)

    def test_reason_names_money_chance_and_signals(self) -> None:
        """In words and numbers, the largest signal first."""
        (line,) = one_lane(3.0, 9).plan().transfers
        assert "saves" in line.reason
        assert f"for {line.quantity:.2f} lane" in line.reason
        assert f"{1 - line.chance_unused:.0%} expected used" in line.reason
        assert line.reason.endswith("demand from own 75%, pool 25%")

    def test_reason_without_signals(self) -> None:
        """A forecast that was given says nothing of signals."""
        case = one_lane(3.0, 9)
        case.demand.signals.clear()
        (line,) = case.plan().transfers
        assert line.reason.endswith("expected used")

    def test_reason_says_who_asked(self) -> None:
        """A minimum that the plan would not have moved by itself."""
        (line,) = one_lane(3.0, 20).plan(("S", "DC", "A", "min", 15.0)).transfers
        assert line.reason.startswith("asked for by an override or a frozen line; ")
        assert line.expected_saving < one_lane(3.0, 20).plan().transfers[0].expected_saving


class TestLines:
    """Ids, dates, sizes."""

    def test_id_is_that_of_the_decision(self) -> None:
        """T and twelve digits of SKU, lane and ship date, whatever the quantity."""
        (line,) = one_lane(3.0, 9).plan().transfers
        digest = hashlib.sha256(b"S|DC>A|2025-03-03").hexdigest()
        assert line.transfer_id == f"T{digest[:12]}"
        assert line.transfer_id == one_lane(2.0, 9).plan().transfers[0].transfer_id
        assert (line.ship_date, line.arrival_date, line.load_id) == (day(0), day(0), "")

    def test_sizes_and_cost_of_a_line(self) -> None:
        """By its units; without vehicles."""
        case = one_lane(3.0, 9, unit_volume_m3=0.5, unit_weight_kg=2.0)
        (line,) = case.with_lanes(vehicle_cost=1.0, vehicle_m3=50.0).plan().transfers
        assert_allclose(
            [line.volume_m3, line.weight_kg, line.transport_cost],
            np.array([0.5, 2.0, 1.0]) * line.quantity,
        )

    def test_a_transfer_over_two_vehicles_is_two_lines(self) -> None:
        """Each with its vehicle in the id; one that is whole in the second keeps the plain id."""
        case = one_lane(6.0, 20).with_lanes(vehicle_cost=0.1, vehicle_m3=4.0)
        lines = case.plan().transfers
        assert len(lines) >= 2
        for line in lines:
            key = f"S|DC>A|2025-03-03|{line.load_id}".encode()
            assert line.transfer_id == f"T{hashlib.sha256(key).hexdigest()[:12]}"
        assert len({line.transfer_id for line in lines}) == len(lines)

    def test_lines_are_sorted(self) -> None:
        """By ship date, origin, destination, SKU."""
        lines = two_nodes().plan().transfers
        keys = [(line.ship_date, line.origin, line.destination, line.sku) for line in lines]
        assert keys == sorted(keys)
