"""Second opinion on the published plan: sound plans pass, each thing tampered with is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from prepos.core.run import KPIS, PUBLISHED, TRANSFERS, RunFiles
from prepos.core.transfer import Plan, Transfer
from prepos.core.verdict import Verdict
from prepos.plan import Frozen
from prepos.plan.verification import verify_plan
from tests.instances import Case, day, lane, one_lane, published, random_case
from tests.judged import files_of, given_of

METHODS = ["exact", "decompose"]
CHARGE = 0.7  # currency per unit that deviates


def stand_on(lines: tuple[Transfer, ...], weeks: int) -> Frozen:
    """Return the published plan whose first weeks stand."""
    before = day(7 * weeks)
    return Frozen(
        before=before,
        transfers=tuple(line for line in lines if line.ship_date < before),
        published=tuple(line for line in lines if line.ship_date >= before),
    )


def judged(case: Case, plan: Plan, lines: tuple[Transfer, ...], weeks: int, **options) -> Verdict:
    """Return the second opinion on a plan that stands on published lines."""
    files = files_of(case, plan, lines, **options)
    return verify_plan(files, given_of(case, frozen=weeks, **options), "P")


def told(verdict: Verdict) -> list[str]:
    """Return the first fault of each check that fails."""
    return [check.faults[0].message for check in verdict.checks if not check.passed]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("weeks", [0, 1])
@pytest.mark.parametrize("charge", [0.0, CHARGE, 50.0])
@pytest.mark.parametrize("seed", range(4))
def test_a_plan_that_stands_on_another_passes(
    seed: int, charge: float, weeks: int, method: str
) -> None:
    """Demand fell since: frozen lines, cost, departures, certificate and bound are agreed on."""
    random = np.random.default_rng(seed)
    case = random_case(random, skus=4, hubs=seed % 2 == 1, vehicles=seed % 3 == 0)
    lines = case.plan(method="exact").transfers
    fell = replace(case, demand=replace(case.demand, mean=0.5 * case.demand.mean))
    options = {"stability_cost": charge, "gap": 1e-3}
    plan = fell.plan(method=method, frozen=stand_on(lines, weeks), **options)
    assert told(judged(fell, plan, lines, weeks, **options)) == []


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(4))
def test_lots_and_carbon_came_after_the_published_plan(seed: int, method: str) -> None:
    """Its frozen lines stand, however little they take; all others take a lot, none is free."""
    random = np.random.default_rng(seed)
    case = random_case(random, skus=4, hubs=seed % 2 == 1, vehicles=seed % 3 == 0)
    lines = case.plan(method="exact").transfers
    now = case.with_products(minimum_lot=7).with_lanes(co2e_kg_per_kg=0.3)
    options = {"stability_cost": CHARGE, "carbon_price": 0.5, "gap": 1e-3}
    plan = now.plan(method=method, frozen=stand_on(lines, 1), **options)
    assert told(judged(now, plan, lines, 1, **options)) == []
    assert plan.costs.carbon_cost == pytest.approx(
        0.5 * 0.3 * sum(line.weight_kg for line in plan.transfers)
    )


def test_a_frozen_line_is_no_lot() -> None:
    """Two units of the frozen week pass; once that week is free they are too few."""
    case = one_lane(3.0, 20, periods=2, minimum_lot=5)
    lines = (published("S", 2, "DC>A", ships=0),)
    plan = case.plan(frozen=stand_on(lines, 1))
    run = files_of(case, plan, lines)
    assert told(verify_plan(run, given_of(case, frozen=1), "P")) == []
    free = verify_plan(run, given_of(case, frozen=0), "P")
    assert not free.check("minimum_lot").passed


def test_published_departures_that_there_would_not_be_are_known() -> None:
    """One on the week's fourth day, with vehicles, one too late to serve; a wish that is missed."""
    case = one_lane(9.0, 20, periods=3).with_lanes(
        lane("DC>A", 10, name="slow", vehicle_cost=1.0, vehicle_m3=5.0),
        vehicle_cost=2.0,
        vehicle_m3=4.0,
    )
    lines = (
        published("S", 3, "DC>A", ships=3),
        published("S", 2, "DC>A", ships=10),
        published("S", 1, "DC>A", ships=11, name="slow"),
    )
    for weeks in range(3):
        for method in METHODS:
            options = {"stability_cost": 2.0, "min_fill": 0.95, "method": method}
            plan = case.plan(frozen=stand_on(lines, weeks), **options)
            assert told(judged(case, plan, lines, weeks, **options)) == []


def standing_run() -> tuple[Case, RunFiles]:
    """Return a case and its plan: of 3 frozen and 8 published units, 3 and as many as pay."""
    case = one_lane(3.0, 20, periods=3)
    lines = (published("S", 3, "DC>A", ships=0), published("S", 8, "DC>A", ships=7))
    plan = case.plan(frozen=stand_on(lines, 1), stability_cost=CHARGE)
    return case, files_of(case, plan, lines, stability_cost=CHARGE)


def verdict_of(case: Case, run: RunFiles) -> Verdict:
    """Return the second opinion, with the first week frozen."""
    return verify_plan(run, given_of(case, frozen=1, stability_cost=CHARGE), "P")


def test_what_deviates_is_worked_out_by_hand() -> None:
    """Nothing moved deviates by all that may be changed: 8 units; frozen ones are no deviation."""
    case, run = standing_run()
    assert told(verdict_of(case, run)) == []
    later = run.frames[TRANSFERS].query("ship_date >= '2025-03-10'").groupby("ship_date")
    units = later["quantity"].sum().to_dict()
    off = abs(8 - units.pop(pd.Timestamp(day(7)), 0)) + sum(units.values())
    assert run.kpis["plan"]["stability_cost"] == pytest.approx(CHARGE * off)
    assert run.kpis["nothing"]["stability_cost"] == pytest.approx(CHARGE * 8)


def with_cell(file: str, row: int, column: str, value: object) -> Callable[[RunFiles], RunFiles]:
    """Return what changes one cell of a file."""

    def change(run: RunFiles) -> RunFiles:
        frame = run.frames[file].copy()
        frame.iloc[row, frame.columns.get_loc(column)] = value
        return replace(run, frames={**run.frames, file: frame})

    return change


def with_cost(way: str) -> Callable[[RunFiles], RunFiles]:
    """Return what leaves out that one way deviates."""
    return lambda run: replace(
        run, kpis={**run.kpis, way: {**run.kpis[way], "stability_cost": 0.25}}
    )


def without_published(run: RunFiles) -> RunFiles:
    """Return the run without what it stands on."""
    return replace(run, frames={k: v for k, v in run.frames.items() if k != PUBLISHED})


TAMPERED = [
    (with_cell(PUBLISHED, 0, "quantity", 4), "frozen", "S on DC>A 2025-03-03: quantity is 3"),
    (with_cell(TRANSFERS, 0, "quantity", 2), "frozen", "quantity is 2, expected 3"),
    (with_cell(PUBLISHED, 1, "ship_date", pd.Timestamp(day(4))), "frozen", "is 0, expected 8"),
    (with_cell(PUBLISHED, 0, "ship_date", pd.Timestamp(day(9))), "frozen", "is 3, expected 0"),
    (with_cell(PUBLISHED, 1, "quantity", 80), "cost", "nothing.stability_cost is 5.6, expected 56"),
    (with_cell(PUBLISHED, 0, "sku", "X"), "known_ids", "sku is X"),
    (with_cell(PUBLISHED, 0, "lane_id", "X"), "known_ids", "lane_id is X"),
    (with_cell(PUBLISHED, 0, "ship_date", pd.Timestamp(day(-1))), "ship_date", "is 2025-03-02"),
    (with_cell(PUBLISHED, 0, "ship_date", pd.Timestamp(day(21))), "ship_date", "is 2025-03-24"),
    (with_cost("plan"), "cost", "plan.stability_cost is 0.25"),
    (with_cost("nothing"), "cost", "nothing.stability_cost is 0.25, expected 5.6"),
    (without_published, "cost", "nothing.stability_cost is 5.6, expected 0"),
]


@pytest.mark.parametrize(("change", "check", "words"), TAMPERED)
def test_what_is_tampered_with_is_found(
    change: Callable[[RunFiles], RunFiles], check: str, words: str
) -> None:
    """In what stands, in what moves, and in what deviating costs."""
    case, run = standing_run()
    found = verdict_of(case, change(run)).check(check)
    assert words in " | ".join(fault.message for fault in found.faults)


def test_a_plan_that_stays_is_not_asked_to_beat_doing_nothing() -> None:
    """Frozen units nobody wants cost more than nothing moved; that is no fault of the plan's."""
    case = one_lane(0.0, 20, periods=2)
    lines = (published("S", 9, "DC>A", ships=0),)
    plan = case.plan(frozen=stand_on(lines, 1))
    assert plan.objective > plan.nothing.total_cost
    assert told(judged(case, plan, lines, 1)) == []
    assert KPIS in judged(case, plan, (), 1).check("bound").faults[0].file
