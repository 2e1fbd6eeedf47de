"""Rules, frozen lines and the published plan, from the planner to the second opinion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from prepos.core.transfer import Plan
from prepos.plan import Frozen
from prepos.plan.verification import verify_plan
from tests.instances import Case, day, one_lane, published, random_case
from tests.judged import files_of, given_of

METHODS = ["exact", "decompose"]


def units_of(plan: Plan) -> dict[tuple[str, str, object], int]:
    """Return units by SKU, lane and ship date."""
    units: dict[tuple[str, str, object], int] = {}
    for line in plan.transfers:
        key = (line.sku, line.lane_id, line.ship_date)
        units[key] = units.get(key, 0) + line.quantity
    return units


def single_units(seed: int, **size: object) -> Case:
    """Return a random case of single units."""
    return random_case(np.random.default_rng(seed), skus=4, **size).with_products(case_pack=1)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(4))
def test_a_high_charge_keeps_the_plan_a_low_one_does_not(seed: int, method: str) -> None:
    """With demand that fell, a plan is kept where deviating is dear; each cost is told."""
    case = single_units(seed, hubs=seed % 2 == 1)
    first = case.plan(method=method)
    fell = replace(case, demand=replace(case.demand, mean=0.3 * case.demand.mean))
    frozen = Frozen(published=first.transfers)
    kept = fell.plan(method=method, frozen=frozen, stability_cost=500.0)
    free = fell.plan(method=method, frozen=frozen, stability_cost=0.0)
    assert units_of(kept) == units_of(first)
    assert kept.costs.stability_cost == 0.0
    assert free.costs.stability_cost == 0.0
    assert units_of(free) == units_of(fell.plan(method=method))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("charge", [0.2, 2.0])
def test_deviation_is_paid_by_the_unit(charge: float, method: str) -> None:
    """The cost told is the charge times units fewer and more, and the plan is proved with it."""
    case = single_units(0)
    first = case.plan(method="exact")
    fell = case.with_products(shortage_cost=0.6 * case.products.shortage_cost)
    plan = fell.plan(
        method=method, frozen=Frozen(published=first.transfers), stability_cost=charge, gap=1e-4
    )
    now, before = units_of(plan), units_of(first)
    off = sum(abs(now.get(key, 0) - before.get(key, 0)) for key in now.keys() | before.keys())
    assert plan.costs.stability_cost == pytest.approx(charge * off)
    assert plan.bound <= plan.objective
    assert plan.gap <= 0.02
    nothing = charge * sum(before.values())
    assert plan.nothing.stability_cost == pytest.approx(nothing)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", [0, 1, 3, 4])
def test_frozen_lines_stand_and_are_paid(seed: int, method: str) -> None:
    """They come back as they were, vehicles and all, and the cost told is the bound's."""
    case = single_units(seed, hubs=seed % 2 == 1, vehicles=seed % 3 == 0)
    first = case.plan(method="exact")
    until = day(1 + seed)
    kept = tuple(line for line in first.transfers if line.ship_date < until)
    plan = case.plan(method=method, frozen=Frozen(before=until, transfers=kept))
    early = {key: units for key, units in units_of(plan).items() if key[2] < until}
    assert early == units_of(replace(first, transfers=kept))
    assert plan.bound <= plan.objective * (1 + 1e-6)
    if method == "exact":
        assert plan.objective == pytest.approx(plan.bound, rel=1e-5)
        assert plan.objective >= first.objective * (1 - 1e-6)
    loads = {line.load_id for line in kept if line.load_id}
    assert len([load for load in plan.loads if load.ship_date < until]) <= len(loads)


@pytest.mark.parametrize("method", METHODS)
def test_frozen_units_count_for_a_rule(method: str) -> None:
    """A maximum of five, of which three are frozen, leaves two; forbidding them contradicts."""
    frozen = Frozen(before=day(1), transfers=(published("S", 3, "DC>A", ships=0),))
    case = one_lane(9.0, 20, periods=2)
    plan = case.plan(("S", "DC", "A", "max", 5.0), frozen=frozen, method=method)
    assert plan.costs.units == 5
    with pytest.raises(Exception, match="override forbid: S DC -> A 0 units: 3 units over"):
        case.plan(("*", "DC", "A", "forbid", 0.0), frozen=frozen, method=method)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(4))
def test_the_second_opinion_shares_it(seed: int, method: str) -> None:
    """A plan with rules is verified: transfers, costs, and a bound proved without the rules."""
    case = single_units(seed)
    way = case.network.lanes[0]
    sku = case.products.skus[0]
    at = case.network.node_axis.position(way.origin)
    on_hand = case.stock.on_hand.copy()
    on_hand[at] += 6
    case = replace(case, stock=replace(case.stock, on_hand=on_hand))
    rules = (
        (sku, way.origin, way.destination, "pin", 3.0),
        ("*", way.origin, way.destination, "max", 4.0),
    )
    plan = case.plan(*rules, method=method, gap=1e-3)
    verdict = verify_plan(files_of(case, plan, gap=1e-3), given_of(case, *rules, gap=1e-3), "P")
    faults = [check for check in verdict.checks if not check.passed]
    assert [f"{check.name}: {check.faults[0].message}" for check in faults] == []


@pytest.mark.parametrize("seed", range(6))
def test_rules_hold_in_whole_cases(seed: int) -> None:
    """With cases of four a pin is kept, and so is a maximum of seven: one case; both methods."""
    case = random_case(np.random.default_rng(seed), skus=3, limits=seed % 2 == 1)
    case = case.with_products(case_pack=4, unit_volume_m3=0.1)
    case = replace(case, stock=replace(case.stock, on_hand=case.stock.on_hand + 9))
    (pinned, bound, _), way = case.products.skus, case.network.lanes[0]
    rules = (
        (pinned, way.origin, way.destination, "pin", 8.0),
        (bound, way.origin, way.destination, "max", 7.0),
    )
    whole, priced = (case.plan(*rules, method=method) for method in METHODS)
    for plan in (whole, priced):
        moved: dict[str, int] = {}
        for line in plan.transfers:
            assert line.quantity % 4 == 0
            if line.lane_id == way.lane_id:
                moved[line.sku] = moved.get(line.sku, 0) + line.quantity
        assert moved[pinned] == 8
        assert moved.get(bound, 0) <= 4
        assert plan.bound <= whole.objective * (1 + 1e-6)
    assert whole.objective <= priced.objective * (1 + 1e-6)
