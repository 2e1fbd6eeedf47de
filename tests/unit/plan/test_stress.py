"""What a plan comes to in harder times: its moves stand, the rest is worked out anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from prepos.core.transfer import Plan, Stress
from prepos.plan import Frozen, planner
from prepos.plan import stress as station
from prepos.plan.stress import Way, lay_down, stand
from tests.instances import (
    Case,
    day,
    forward,
    in_transit,
    lane,
    make_case,
    moved,
    one_lane,
    origin,
    published,
    random_case,
)


def told(plan: Plan, demand: float, lead_time: float = 1.0) -> Stress:
    """Return one of a plan's stresses."""
    found = {(each.demand, each.lead_time): each for each in plan.stress}
    return found[demand, lead_time]


def served(mean: float, units: int) -> float:
    """Return how many of so many units a Poisson demand is expected to use."""
    return float(poisson.sf(np.arange(units), mean).sum())


def near_and_far(days: int = 0, *, weeks: int = 1) -> Case:
    """Return a case in which DC serves eight units of the last week at 5, and A at 1."""
    return make_case(
        [origin("DC"), forward("A")],
        [lane("DC>A", days, cost_per_unit=0.5)],
        {"A": [1.0], "DC": [5.0]},
        {"S": [*([[0.0]] * (weeks - 1)), [8.0]]},
        on_hand={("DC", "S"): 8},
        holding_cost=0.5,
        return_cost=1.0,
        shortage_cost=20.0,
    )


@pytest.mark.parametrize("demand", [0.25, 0.5])
def test_demand_that_stays_away_strands_what_was_moved(demand: float) -> None:
    """Eight came to A: what is not used is held and returned; DC had served at 5, and kept it.

    To a hundredth, as no tranche is cut for the rarest demand.
    """
    plan = near_and_far().plan()
    assert moved(plan) == {("S", "DC", "A"): 8}
    wanted, used = 8.0 * demand, served(8.0 * demand, 8)
    short = 20.0 * (wanted - used)
    assert told(plan, demand).nothing == pytest.approx(5.0 * used + short, rel=0.01)
    stranded = (8.0 - used) * (0.5 + 1.0)
    with_plan = 8 * 0.5 + 1.0 * used + stranded + short
    assert told(plan, demand).plan == pytest.approx(with_plan, rel=0.01)


def test_stock_that_comes_after_the_window_serves_nobody() -> None:
    """A week would have been in time, two are not: paid for, and all demand is short."""
    plan = near_and_far(7, weeks=2).plan()
    assert moved(plan) == {("S", "DC", "A"): 8}
    late = told(plan, 1.0, 2.0)
    assert late.nothing == pytest.approx(plan.nothing.total_cost)
    assert late.plan == pytest.approx(8 * 0.5 + 8 * 20.0)


def test_stock_that_comes_late_but_by_the_middle_serves_that_week() -> None:
    """Five days late is day 10, the second week's middle: nothing lost, and a week less held."""
    plan = near_and_far(5, weeks=2).plan()
    assert moved(plan) == {("S", "DC", "A"): 8}
    assert told(plan, 1.0, 2.0).plan == pytest.approx(plan.costs.total_cost - 8 * 0.5)


def test_stock_that_comes_late_after_the_middle_serves_nobody_in_the_last_week() -> None:
    """Six days late is day 12: paid for, held at the week's end and returned; all is short."""
    plan = near_and_far(6, weeks=2).plan()
    assert moved(plan) == {("S", "DC", "A"): 8}
    assert told(plan, 1.0, 2.0).plan == pytest.approx(8 * (0.5 + 0.5 + 1.0 + 20.0))


def test_stock_that_comes_late_serves_from_then_on() -> None:
    """Of three weeks alike, what comes in the second serves two, and late the last alone."""
    case = near_and_far(7, weeks=3)
    case = replace(case, demand=replace(case.demand, mean=np.full_like(case.demand.mean, 4.0)))
    plan = case.plan()
    assert moved(plan)
    late = told(plan, 1.0, 2.0)
    assert plan.costs.total_cost < late.plan < plan.costs.total_cost + 20.0 * 8


def test_late_lanes_that_take_no_time_change_nothing() -> None:
    """Twice nothing is nothing."""
    plan = near_and_far().plan()
    assert told(plan, 1.0, 2.0).plan == pytest.approx(plan.costs.total_cost)


def test_a_late_leg_takes_the_next_departure(monkeypatch: pytest.MonkeyPatch) -> None:
    """To H in two days, on by Thursday's van; late it comes on Friday, and waits for Wednesday's.

    It leaves on the second Monday: by Thursday, that week's middle, it is at A.
    """
    case = make_case(
        [origin("DC"), forward("H"), forward("A")],
        [lane("DC>H", 2, on="mon"), lane("H>A", 0, on="wed,thu")],
        {"A": [1.0], "DC": [np.inf], "H": [np.inf]},
        {"S": [[0.0], [6.0], [0.0]]},
        on_hand={("DC", "S"): 6},
    )
    came: dict[int, list[int]] = {}
    find = station.late_routes

    def spy(*words: Any) -> Any:
        found = find(*words)
        came[words[-1]] = [place.day for place in found.values()]
        return found

    monkeypatch.setattr(station, "late_routes", spy)
    plan = case.plan()
    assert moved(plan) == {("S", "DC", "H"): 6, ("S", "H", "A"): 6}
    monday = min(line.ship_date for line in plan.transfers).toordinal()
    assert came[1] == [max(line.arrival_date for line in plan.transfers).toordinal()]
    assert came[2] == [monday + 9]


def test_frozen_lines_come_late_too() -> None:
    """A published line of a week is a week late, and then after the window."""
    line = published("S", 8, "DC>A", ships=0)
    frozen = Frozen(before=day(1), transfers=(line,), published=())
    plan = near_and_far(7, weeks=2).plan(frozen=frozen)
    assert moved(plan) == {("S", "DC", "A"): 8}
    assert told(plan, 1.0, 2.0).plan == pytest.approx(8 * 0.5 + 8 * 20.0)


def test_a_plan_that_moves_nothing_costs_what_doing_nothing_does() -> None:
    """No move, no stress."""
    plan = one_lane(0.0, 5).plan()
    assert plan.transfers == ()
    assert all(each.saving == pytest.approx(0.0, abs=1e-9) for each in plan.stress)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_unstressed_it_is_the_plan(seed: int) -> None:
    """With demand and lead times as planned for, all that stands costs what the plan says, or less.

    Less by no more than the plan may be off the best: its units may serve others than they could.
    """
    rng = np.random.default_rng(seed)
    case = random_case(rng, periods=3, vehicles=seed % 2 == 0)
    case = in_transit(case, rng) if seed % 3 else case
    seen: list[tuple[float, float]] = []

    def spy(problem: Any, frame: Any, *ways: Way) -> tuple[Stress, ...]:
        for way in ways:
            costs, rest = way.costs, lay_down(problem, frame, way, 1)
            moving = costs.transport_cost + costs.vehicle_cost + costs.handling_cost
            seen.append((costs.total_cost, moving + stand(rest)))
        return ()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planner, "stress_plan", spy)
        case.plan(gap=0.01)
    (idle, stays), (whole, goes) = seen
    assert stays == pytest.approx(idle)
    assert 0.98 * whole <= goes <= whole + 1e-6 * whole
