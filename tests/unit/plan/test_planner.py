"""The planner as a whole: bad sense is named, methods and solvers agree, the calendar is kept."""

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from prepos.core.transfer import Plan
from prepos.errors import InfeasibleError, SolverError
from prepos.plan import Frozen, deciding, exact, make_plan
from prepos.plan.decision import Decision
from prepos.plan.loads import Packing
from tests.instances import (
    Case,
    day,
    forward,
    lane,
    make_case,
    moved,
    one_lane,
    origin,
    published,
    random_case,
)

METHODS = ["exact", "decompose"]
both = pytest.mark.parametrize("method", METHODS)


def two_stops(**terms: float) -> Case:
    """Return DC > HUB > END: only END serves, two weeks ahead; each lane takes a day."""
    return make_case(
        [origin("DC"), forward("END"), forward("HUB")],
        [
            lane("DC>HUB", 1, cost_per_unit=1.0, **terms),
            lane("HUB>END", 1, cost_per_unit=1.0, on="thu", **terms),
        ],
        {"DC": [np.inf], "END": [1.0], "HUB": [np.inf]},
        {"S": [[0.0], [4.0]]},
        on_hand={("DC", "S"): 20},
    )


class TestBadSense:
    """What cannot be is refused by name and quantity; what is merely hopeless is an empty plan."""

    @both
    def test_storage_below_what_lies_there(self, method: str) -> None:
        """The message names limit, place and quantity."""
        case = one_lane(3.0, 5).with_stock(A=7).with_nodes(storage_m3=4.0)
        with pytest.raises(InfeasibleError, match=r"storage_m3 of A 2025-03-03: 3 m3 over"):
            case.plan(method=method)

    @both
    def test_inbound_below_what_is_in_transit(self, method: str) -> None:
        """Receipts count against the inbound limit of their period."""
        case = make_case(
            [origin("DC"), forward("A", inbound_m3=5.0)],
            [lane("DC>A")],
            {"A": [1.0], "DC": [np.inf]},
            {"S": [[2.0]]},
            on_hand={("DC", "S"): 4},
            receipts=[(2, "A", "S", 8)],
        )
        with pytest.raises(InfeasibleError, match=r"inbound_m3 of A 2025-03-03: 3 m3 over"):
            case.plan(method=method)

    @both
    def test_no_stock_anywhere(self, method: str) -> None:
        """Nothing to move: an empty plan that costs what doing nothing costs."""
        plan = one_lane(3.0, 0).plan(method=method)
        assert plan.transfers == ()
        assert plan.costs == plan.nothing
        assert plan.status == "optimal"

    @both
    def test_lead_time_beyond_the_window(self, method: str) -> None:
        """Stock that would come too late stays: on day 11, after the second week's middle."""
        case = one_lane(3.0, 9, periods=2)
        assert case.with_lanes(lead_time_days=11).plan(method=method).transfers == ()
        assert case.with_lanes(lead_time_days=10).plan(method=method).transfers

    @both
    def test_case_pack_above_every_stock(self, method: str) -> None:
        """No whole case can be made up."""
        assert one_lane(3.0, 9, case_pack=10).plan(method=method).transfers == ()

    @both
    def test_minimum_lot_above_every_stock(self, method: str) -> None:
        """No departure may take so few."""
        assert one_lane(3.0, 9, minimum_lot=10).plan(method=method).transfers == ()

    @both
    @pytest.mark.parametrize(
        ("lot", "pack", "back", "units"),
        [
            (8, 1, 1.0, 8),  # more than is wanted, and still worth it
            (7, 4, 1.0, 8),  # in whole cases
            (8, 1, 20.0, 0),  # too much would come back
        ],
    )
    def test_a_departure_takes_a_lot_or_nothing(
        self, method: str, lot: int, pack: int, back: float, units: int
    ) -> None:
        """Three are wanted for sure or nearly, nine are there."""
        case = one_lane(3.0, 9, minimum_lot=lot, case_pack=pack, return_cost=back)
        assert sum(line.quantity for line in case.plan(method=method).transfers) == units

    @both
    def test_frozen_lines_are_no_lots(self, method: str) -> None:
        """What was published stands, however little; the rest keeps the lot."""
        line = published("S", 2, "DC>A", ships=0)
        frozen = Frozen(before=day(1), transfers=(line,))
        plan = one_lane(3.0, 9, minimum_lot=8).plan(method=method, frozen=frozen)
        assert [line.quantity for line in plan.transfers] == [2]

    @both
    def test_a_rule_asks_for_a_lot(self, method: str) -> None:
        """At least two is five where fewer cannot move; exactly two cannot be."""
        case = one_lane(0.1, 9, minimum_lot=5)
        (line,) = case.plan(("S", "DC", "A", "min", 2.0), method=method).transfers
        assert line.quantity == 5
        with pytest.raises(InfeasibleError, match=r"pin: S DC -> A 2 units: 2 units missing"):
            case.plan(("S", "DC", "A", "pin", 2.0), method=method)

    @both
    def test_no_lanes(self, method: str) -> None:
        """Without a way there is no move."""
        case = make_case(
            [origin("DC"), forward("A")],
            [],
            {"A": [1.0], "DC": [5.0]},
            {"S": [[2.0]]},
            on_hand={("DC", "S"): 4},
        )
        plan = case.plan(method=method)
        assert plan.transfers == ()
        assert plan.costs.service_cost > 0

    @both
    def test_overrides_that_contradict(self, method: str) -> None:
        """A pin above a maximum is named, with what is missing or over."""
        rules = [("S", "DC", "A", "pin", 5.0), ("S", "DC", "A", "max", 3.0)]
        with pytest.raises(InfeasibleError, match="S DC -> A") as caught:
            one_lane(3.0, 9).plan(*rules, method=method)
        off = re.findall(r"(\d) units (?:missing|over)", str(caught.value))
        assert sum(map(int, off)) == 2

    @both
    def test_override_beyond_the_stock(self, method: str) -> None:
        """A minimum that the stock cannot fill."""
        with pytest.raises(InfeasibleError, match="min: S DC -> A 12 units: 3 units missing"):
            one_lane(3.0, 9).plan(("S", "DC", "A", "min", 12.0), method=method)

    @both
    def test_override_on_a_pair_without_a_lane(self, method: str) -> None:
        """What has no way cannot be asked for."""
        with pytest.raises(InfeasibleError, match="pin: S A -> DC 2 units: 2 units missing"):
            one_lane(3.0, 9).plan(("S", "A", "DC", "pin", 2.0), method=method)

    @both
    def test_frozen_line_beyond_the_stock(self, method: str) -> None:
        """A published line whose stock is gone is named."""
        frozen = Frozen(before=day(1), transfers=(published("S", 6, "DC>A", ships=0),))
        with pytest.raises(InfeasibleError, match="frozen line: S DC -> A 6 units: 2 units"):
            one_lane(3.0, 4).plan(frozen=frozen, method=method)

    @both
    def test_frozen_line_beyond_the_room(self, method: str) -> None:
        """The storage that no longer takes a published line is named with what is over."""
        frozen = Frozen(before=day(1), transfers=(published("S", 6, "DC>A", ships=0),))
        case = one_lane(3.0, 9).with_nodes(storage_m3=4.0)
        with pytest.raises(InfeasibleError, match="storage_m3 of A 2025-03-03: 2 m3 over"):
            case.plan(frozen=frozen, method=method)

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            (published("S", 1, "DC>A", ships=0, name="gone"), "lane_id is 'gone'"),
            (published("X", 1, "DC>A", ships=0), "sku is 'X'"),
            (published("S", 1, "DC>A", ships=-1), "ship_date is 2025-03-02, expected 2025-03-03"),
            (published("S", 1, "DC>A", ships=7), "ship_date is 2025-03-10"),
        ],
    )
    def test_frozen_line_that_has_no_place(self, line: object, words: str) -> None:
        """A line of another network, assortment or time is told, not dropped."""
        with pytest.raises(InfeasibleError, match=f"frozen line T0: {words}"):
            one_lane(3.0, 9).plan(frozen=Frozen(before=day(1), transfers=(line,)))

    @pytest.mark.parametrize(
        ("case", "words"),
        [
            (
                one_lane(3.0, 9).with_lanes(ship_weekdays=("tue", "fri")),
                "ship_date is Mon 2025-03-03, expected tue, fri",
            ),
            (one_lane(3.0, 9, case_pack=4), "quantity is 6, expected whole case packs of 4"),
        ],
    )
    def test_frozen_line_that_can_no_longer_ship_so(self, case: Case, words: str) -> None:
        """A calendar or a case pack that changed is told: half a case is not left behind."""
        frozen = Frozen(before=day(1), transfers=(published("S", 6, "DC>A", ships=0),))
        with pytest.raises(InfeasibleError, match=f"frozen line T0: {words}"):
            case.plan(frozen=frozen)

    @both
    def test_no_budget(self, method: str) -> None:
        """With a budget of 0 only free moves remain."""
        case = one_lane(3.0, 9)
        assert case.plan(budget=0.0, method=method).transfers == ()
        assert case.with_lanes(cost_per_unit=0.0).plan(budget=0.0, method=method).transfers

    @both
    def test_minimum_fill_out_of_reach(self, method: str) -> None:
        """The plan stands, and its slack says what is missing."""
        plan = one_lane(6.0, 3).plan(min_fill=0.95, method=method)
        (slack,) = plan.slacks
        assert (slack.limit, slack.place, slack.unit) == ("min_fill", "A", "units")
        assert slack.quantity == pytest.approx(0.95 * 6.0 - 6.0 * plan.costs.fill_rate)
        assert plan.objective == pytest.approx(plan.costs.total_cost + slack.penalty)
        assert plan.costs.units == 3

    @both
    def test_minimum_fill_makes_it_move_more(self, method: str) -> None:
        """A wish within reach is kept although it does not pay."""
        case = one_lane(3.0, 20, shortage_cost=4.0)
        assert case.plan(method=method).costs.fill_rate < 0.95
        plan = case.plan(min_fill=0.95, method=method)
        assert plan.slacks == ()
        assert plan.costs.fill_rate >= 0.95 - 1e-6

    @both
    def test_doing_nothing_is_kept_where_moving_gains_nothing(self, method: str) -> None:
        """A move at exactly the price of leaving it is not made."""
        case = make_case(
            [origin("DC"), forward("A")],
            [lane("DC>A")],
            {"A": [2.0], "DC": [2.0]},
            {"S": [[3.0]]},
            on_hand={("DC", "S"): 4},
            holding_cost=0.0,
            return_cost=0.0,
        )
        assert case.plan(method=method).transfers == ()


class TestTime:
    """Too little time gives no plan, or one that does not claim to be proven."""

    def test_status_is_never_optimal_unless_proven(self) -> None:
        """Optimal means that the bound is within the gap; else the plan is called feasible."""
        case = random_case(
            np.random.default_rng(3), skus=12, forwards=3, origins=2, periods=3, vehicles=True
        )
        for method in METHODS:
            try:
                plan = case.plan(method=method, time_limit_s=0.01, gap=1e-6)
            except SolverError:
                continue
            assert (plan.status == "optimal") == (plan.gap <= 1e-6 + 1e-9)
            assert plan.bound <= plan.objective

    def test_no_plan_in_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What never fits the vehicles ends in an error that says so."""
        monkeypatch.setattr(
            deciding, "pack_vehicles", lambda *_: Packing((), {("vehicle_m3", 0): 1.0})
        )
        with pytest.raises(SolverError, match="whole cases do not fit the vehicles after 6 tries"):
            one_lane(3.0, 9).with_lanes(vehicle_cost=1.0, vehicle_m3=5.0).plan()


class TestSolvers:
    """Both solvers and both methods answer alike."""

    @pytest.mark.parametrize("seed", range(4))
    def test_cbc_finds_what_highs_finds(self, seed: int) -> None:
        """Within the gap asked for."""
        case = random_case(np.random.default_rng(seed), limits=True, vehicles=seed % 2 == 0)
        highs, cbc = (case.plan(solver=name, method="exact") for name in ("highs", "cbc"))
        assert (highs.solver, cbc.solver) == ("highs", "cbc")
        assert cbc.objective == pytest.approx(highs.objective, rel=1e-5)
        assert cbc.bound <= highs.objective * (1 + 1e-6)

    def test_the_contested_rest_is_proven_to_the_whole_plans_gap(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A quarter of the gap, of what the whole plan costs: not of the rest's own cost."""
        asked, repair = [], deciding.repair

        def noted(*words: object, **terms: float) -> Decision:
            asked.append(terms["enough"])
            return repair(*words, **terms)

        monkeypatch.setattr(deciding, "repair", noted)
        case = random_case(np.random.default_rng(2), limits=True)
        plan = case.plan(method="decompose", gap=1e-4)
        assert asked[0] == pytest.approx(2.5e-5 * plan.objective, rel=0.05)

    @pytest.mark.parametrize(("pack", "programs"), [(1, 0), (3, 1)])
    def test_a_program_decides_anew_where_cases_are_large(
        self, monkeypatch: pytest.MonkeyPatch, pack: int, programs: int
    ) -> None:
        """Single units are chosen one by one, near the bound without it."""
        asked, repair = [], deciding.repair

        def noted(*words: object, **terms: float) -> Decision:
            asked.append(terms["enough"])
            return repair(*words, **terms)

        monkeypatch.setattr(deciding, "repair", noted)
        case = random_case(np.random.default_rng(2), skus=40, forwards=5, origins=2, limits=True)
        plan = case.with_products(case_pack=pack, minimum_lot=1).plan(method="decompose", gap=1e-6)
        assert len(asked) == programs
        assert plan.bound <= plan.objective <= (1.0 + 1e-3 * pack**3) * plan.bound

    def test_cbc_prices_too(self) -> None:
        """The way at scale works without HiGHS."""
        case = random_case(np.random.default_rng(2), limits=True)
        exact, priced = case.plan(method="exact"), case.plan(method="decompose", solver="cbc")
        assert priced.bound <= exact.objective * (1 + 1e-6)
        assert exact.objective <= priced.objective * (1 + 1e-6)

    def test_cbc_with_no_stock_at_all(self) -> None:
        """A program without columns."""
        assert one_lane(3.0, 0).plan(solver="cbc", method="decompose").transfers == ()

    def test_size_chooses_the_method(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Small problems are solved whole, large ones by prices."""
        case = one_lane(3.0, 9)
        assert case.plan().method == "exact"
        monkeypatch.setattr(exact, "LARGEST", 1)
        assert case.plan().method == "decompose"

    def test_a_sample_finds_the_first_prices(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """With more SKUs than two samples the prices of a sample start the search."""
        monkeypatch.setattr("prepos.plan.transport.prices.SAMPLE", 4)
        case = random_case(np.random.default_rng(11), skus=14, limits=True)
        whole, priced = case.plan(method="exact"), case.plan(method="decompose", gap=1e-4)
        assert priced.bound <= whole.objective * (1 + 1e-6)
        assert whole.objective <= priced.objective * (1 + 1e-6)
        assert priced.objective <= whole.objective * 1.005


class TestVehicles:
    """Whole vehicles, by volume and by weight, within the fleet."""

    @both
    def test_fleet_limits_what_leaves(self, method: str) -> None:
        """One vehicle of two m3: two units go, although more would pay."""
        case = one_lane(6.0, 20).with_lanes(vehicle_cost=1.0, vehicle_m3=2.0, vehicles=1.0)
        plan = case.plan(method=method)
        assert plan.costs.units == 2
        assert [load.fill for load in plan.loads] == [1.0]

    @both
    def test_weight_limits_too(self, method: str) -> None:
        """Three units of 2 kg in a vehicle of 7 kg, whatever its volume."""
        case = one_lane(6.0, 20, unit_weight_kg=2.0)
        plan = case.with_lanes(vehicle_m3=100.0, vehicle_kg=7.0, vehicles=1.0).plan(method=method)
        assert plan.costs.units == 3

    @both
    def test_vehicle_dearer_than_what_it_saves(self, method: str) -> None:
        """Nothing leaves."""
        plan = one_lane(3.0, 9).with_lanes(vehicle_cost=100.0, vehicle_m3=5.0).plan(method=method)
        assert plan.transfers == ()
        assert plan.loads == ()

    @both
    @pytest.mark.parametrize("volume", [0.0, 1e-7, 1e-3])
    def test_tiny_units_need_a_vehicle_too(self, method: str, volume: float) -> None:
        """What takes hardly any room travels in one vehicle, and pays for it."""
        case = one_lane(3.0, 9, unit_volume_m3=volume).with_lanes(vehicle_cost=5.0, vehicle_m3=80.0)
        plan = case.plan(method=method)
        assert len(plan.loads) == 1
        assert sum(line.quantity for line in plan.transfers) == plan.costs.units > 0

    def test_vehicle_without_size_takes_all(self) -> None:
        """A lane with a cost per vehicle alone needs one."""
        plan = one_lane(3.0, 9).with_lanes(vehicle_cost=2.0).plan()
        assert plan.costs.loads == 1
        assert plan.costs.vehicle_cost == 2.0

    def test_whole_cases_that_do_not_fit_are_decided_again(self) -> None:
        """Five cases of 2 m3 do not fit two vehicles of 5 m3, though 10 m3 would."""
        case = one_lane(8.0, 20, unit_volume_m3=2.0)
        plan = case.with_lanes(vehicle_cost=0.5, vehicle_m3=5.0, vehicles=2.0).plan()
        assert plan.costs.units == 4
        assert all(load.volume_m3 <= 5.0 for load in plan.loads)


class TestCalendar:
    """Lead times, weekdays, hubs, and stock that comes in the midst of a period."""

    @both
    def test_stock_goes_on_from_a_hub(self, method: str) -> None:
        """It leaves DC on Monday, lies at HUB on Tuesday, goes on on Thursday."""
        plan = two_stops().plan(method=method)
        first, second = plan.transfers
        assert (first.origin, first.ship_date, first.arrival_date) == ("DC", day(0), day(1))
        assert (second.origin, second.ship_date, second.arrival_date) == ("HUB", day(3), day(4))
        assert first.quantity == second.quantity > 0

    @both
    def test_what_comes_on_a_day_leaves_on_the_next(self, method: str) -> None:
        """A receipt on Wednesday goes out on Thursday, and comes in time for the next week.

        What left on Monday would come on Saturday, after that week's middle.
        """
        case = make_case(
            [origin("DC"), forward("A")],
            [lane("DC>A", 5)],
            {"A": [1.0], "DC": [np.inf]},
            {"S": [[0.0], [4.0]]},
            on_hand={},
            receipts=[(2, "DC", "S", 5)],
        )
        (line,) = case.plan(method=method).transfers
        assert (line.ship_date, line.arrival_date) == (day(3), day(8))

    @both
    def test_a_receipt_of_the_first_day_serves_though_the_lane_leaves_that_day(
        self, method: str
    ) -> None:
        """What comes to an origin on Monday may be put aside there, though it cannot leave."""
        case = make_case(
            [origin("DC"), forward("A")],
            [lane("DC>A", cost_per_unit=100.0)],
            {"A": [1.0], "DC": [2.0]},
            {"S": [[4.0]]},
            on_hand={},
            receipts=[(0, "DC", "S", 9)],
        )
        plan = case.plan(method=method)
        assert plan.costs.fill_rate > 0.99
        assert plan.costs.total_cost == pytest.approx(plan.nothing.total_cost)

    @both
    def test_receipts_overdue_leave_at_once(self, method: str) -> None:
        """Dated before the cutoff, they are there on it."""
        case = make_case(
            [origin("DC"), forward("A")],
            [lane("DC>A")],
            {"A": [1.0], "DC": [np.inf]},
            {"S": [[4.0]]},
            on_hand={},
            receipts=[(-3, "DC", "S", 3)],
        )
        (line,) = case.plan(method=method).transfers
        assert (line.quantity, line.ship_date) == (3, day(0))

    @both
    def test_days_as_periods(self, method: str) -> None:
        """With day periods and a lead time of two days, the third day's demand is served."""
        case = make_case(
            [origin("DC"), forward("A")],
            [lane("DC>A", 2)],
            {"A": [1.0], "DC": [np.inf]},
            {"S": [[2.0], [2.0], [2.0]]},
            on_hand={("DC", "S"): 9},
            days=1,
        )
        plan = case.plan(method=method)
        assert {line.ship_date for line in plan.transfers} == {day(0)}
        assert plan.targets.expected_use[:2].sum() == 0
        assert plan.targets.expected_use[2].sum() > 1.5

    @both
    @pytest.mark.parametrize(("lead_time", "in_time"), [(3, True), (4, False)])
    def test_what_comes_by_the_middle_of_a_week_serves_it(
        self, method: str, lead_time: int, in_time: bool
    ) -> None:
        """From Monday to Thursday is in time for this week's demand, to Friday for the next's."""
        case = one_lane(3.0, 20, periods=2).with_lanes(lead_time_days=lead_time)
        plan = case.plan(method=method)
        first, second = plan.targets.expected_use.sum(axis=(1, 2))
        assert first > 2.0 if in_time else first == 0.0
        assert second > 2.0
        assert plan.targets.closing.min() >= 0.0

    @both
    def test_the_cheaper_of_two_lanes(self, method: str) -> None:
        """Several lanes of one pair: the slow cheap one where it is in time, else the express."""
        case = one_lane(0.0, 9, periods=2)
        case = make_case(
            case.network.nodes,
            [
                lane("DC>A", 5, cost_per_unit=0.5),
                lane("DC>A", 0, name="express", cost_per_unit=2.0),
            ],
            {"A": [1.0], "DC": [np.inf]},
            {"S": [[2.0], [3.0]]},
            on_hand={("DC", "S"): 9},
        )
        plan = case.plan(method=method)
        by_lane = {line.lane_id for line in plan.transfers}
        assert by_lane == {"express", "DC>A"}

    @both
    def test_weekdays(self, method: str) -> None:
        """A lane that leaves on Fridays only."""
        case = one_lane(3.0, 9, periods=2).with_lanes(ship_weekdays=("fri",))
        (line,) = case.plan(method=method).transfers
        assert line.ship_date == day(4)


class TestOverrides:
    """The planner's word is kept."""

    @both
    @pytest.mark.parametrize(
        ("rule", "quantity", "units"),
        [("forbid", 0, 0), ("pin", 2, 2), ("max", 1, 1), ("min", 8, 8)],
    )
    def test_rule(self, method: str, rule: str, quantity: float, units: int) -> None:
        """Forbid, pin, at most, at least."""
        plan = one_lane(3.0, 9).plan(("S", "DC", "A", rule, quantity), method=method)
        assert plan.costs.units == units

    def test_star_means_each(self) -> None:
        """A rule for `*` holds for every SKU by itself."""
        case = make_case(
            [origin("DC"), forward("A")],
            [lane("DC>A")],
            {"A": [1.0], "DC": [np.inf]},
            {"S": [[3.0]], "U": [[3.0]]},
            on_hand={("DC", "S"): 9, ("DC", "U"): 9},
        )
        plan = case.plan(("*", "DC", "A", "max", 2.0))
        assert moved(plan) == {("S", "DC", "A"): 2, ("U", "DC", "A"): 2}

    @both
    def test_frozen_time_takes_nothing_new(self, method: str) -> None:
        """Before the frozen day only published lines leave; after it the plan is free."""
        frozen = Frozen(before=day(7), transfers=(published("S", 1, "DC>A", ships=2),))
        plan = one_lane(3.0, 9, periods=2).plan(frozen=frozen, method=method)
        early = [line for line in plan.transfers if line.ship_date < day(7)]
        assert [(line.quantity, line.ship_date) for line in early] == [(1, day(2))]
        assert any(line.ship_date == day(7) for line in plan.transfers)
        assert "frozen" in early[0].reason


@both
def test_plan_on_the_mean_moves_the_mean(method: str) -> None:
    """Without tranches just what is expected is moved, however much demand scatters."""
    case = one_lane(7.0, 20, dispersion=2.0, return_cost=0.1)
    assert moved(case.plan(method=method, tranches=False)) == {("S", "DC", "A"): 7}
    assert moved(case.plan(method=method)) != {("S", "DC", "A"): 7}


class TestKnownPrices:
    """A plan that knows the last one's prices is as good, and found sooner."""

    @staticmethod
    def plan(case: Case, prices: Mapping[tuple[str, str], float]) -> tuple[Plan, int]:
        """Return the plan by prices, and how many passes the search took."""
        passes: list[None] = []
        question = replace(case.question(method="decompose", gap=1e-2), prices=prices)
        plan = make_plan(question, plan_id="P", tick=lambda: passes.append(None))
        return plan, len(passes)

    @pytest.mark.parametrize(("periods", "year"), [(2, "2025"), (1, "2025"), (1, "2024")])
    def test_as_good_and_sooner(self, periods: int, year: str) -> None:
        """For the same days; and where each place has one limit, whatever day it was told for."""
        for seed in range(3):
            rng = np.random.default_rng(seed)
            case = random_case(rng, skus=60, forwards=4, periods=periods)
            case = case.with_nodes(inbound_m3=10.0).with_lanes(lead_time_days=0)
            cold, passes = self.plan(case, {})
            told = cold.certificate
            assert (told.prices > 0).any()
            places = [place.replace("2025", year) for place in told.places]
            ways = zip(told.limits, places, strict=True)
            warm, fewer = self.plan(case, dict(zip(ways, told.prices.tolist(), strict=True)))
            assert fewer < passes
            allowed = 1e-2 * cold.costs.total_cost
            assert warm.costs.total_cost <= cold.costs.total_cost + allowed
            assert warm.bound == pytest.approx(cold.bound, abs=allowed)
            assert warm.bound <= cold.costs.total_cost * (1 + 1e-9)

    def test_prices_of_other_limits_are_left_alone(self) -> None:
        """What the published plan had and this one has not does not show in the plan."""
        case = random_case(np.random.default_rng(0), skus=6, limits=True)
        strange = {("inbound_m3", "NOWHERE 2025-03-03"): 5.0}
        assert self.plan(case, strange)[0].transfers == self.plan(case, {})[0].transfers
