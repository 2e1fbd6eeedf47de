"""Stock in transit: taken off at a hub where that pays, told, proven, and found where it is not so.

One truck of ten units comes by DC on Wednesday and would be at A on Friday.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from prepos.core.network import Lane
from prepos.core.run import (
    ALLOCATION,
    CERTIFICATE,
    KPIS,
    REDIRECTS,
    SUPPLY,
    TARGETS,
    TRANSFERS,
    RunFiles,
)
from prepos.core.transfer import Plan, Transfer
from prepos.core.verdict import Verdict
from prepos.plan import Frozen
from prepos.plan.transport.build import as_transport
from prepos.plan.verification import verify_plan
from tests.instances import (
    Case,
    day,
    forward,
    framed,
    in_transit,
    lane,
    make_case,
    moved,
    origin,
    published,
    random_case,
)
from tests.judged import files_of, given_of
from tests.unit.plan.transport.programs import relaxed_cost

METHODS = ("exact", "decompose")
TRUCK = ((2, "DC"), (4, "A"), "S", 10)
SURE = 1000.0  # units wanted, of which ten are wanted for certain
SEEDS = range(16)


def two_ends(*, a: float = 0.0, b: float = SURE, **columns: float) -> Case:
    """Return what is wanted in the second week at A and at B; a truck of ten is on its way to A.

    From DC a unit goes to either for 1; a unit short costs 10, serving 2.
    """
    return make_case(
        [origin("DC"), forward("A"), forward("B")],
        [lane("DC>A", 1, cost_per_unit=1.0), lane("DC>B", 1, cost_per_unit=1.0)],
        {"A": [2.0, np.inf], "B": [np.inf, 2.0], "DC": [np.inf, np.inf]},
        {"S": [[0.0, 0.0], [a, b]]},
        on_hand={},
        **{"holding_cost": 0.0, "return_cost": 0.0, **columns},
    ).with_transit(TRUCK)


def verdict_of(case: Case, plan: Plan, **terms: Any) -> Verdict:
    """Return the second opinion of a case's plan."""
    return verify_plan(files_of(case, plan, **terms), given_of(case), "P")


def cells(plan: Plan, case: Case, name: str) -> dict[tuple[str, int], float]:
    """Return what is not zero of the first SKU's targets, by node and period."""
    found = getattr(plan.targets, name)[:, :, 0]
    return {
        (case.network.node_axis[node], period): float(found[period, node])
        for period, node in np.argwhere(found)
    }


@pytest.mark.parametrize("method", METHODS)
def test_units_are_redirected_to_where_they_are_wanted(method: str) -> None:
    """All ten leave DC for B the day after they came: serving saves 10 * (10 - 2 - 1), nearly."""
    case = two_ends()
    plan = case.plan(method=method)
    (off,) = plan.redirects
    assert (off.sku, off.quantity, off.node_id, off.hub_node_id) == ("S", 10, "A", "DC")
    assert (off.arrives_on, off.at_hub_on) == (day(4), day(2))
    assert off.saving == plan.redirect_saving == pytest.approx(70.0, abs=0.1)
    assert off.reason == ("10 to B by DC>B on 2025-03-06; saves 69.98 against going on")
    assert moved(plan) == {("S", "DC", "B"): 10}
    (line,) = plan.transfers
    assert line.ship_date == day(3)
    assert line.reason.startswith("10 redirected that were on their way to A; saves 79.98")
    assert plan.costs.total_cost == pytest.approx(plan.nothing.total_cost - 70.0, abs=0.1)
    assert cells(plan, case, "receipts") == {("DC", 0): 10.0}
    verdict = verdict_of(case, plan)
    assert verdict.passed, [str(fault) for fault in verdict.faults]


@pytest.mark.parametrize("method", METHODS)
def test_part_goes_on(method: str) -> None:
    """A wants six units in the mean and B four: so the truck is divided, and six cost nothing."""
    case = two_ends(a=6.0, b=4.0)
    plan = case.plan(method=method)
    assert moved(plan) == {("S", "DC", "B"): 4}
    assert [off.quantity for off in plan.redirects] == [4]
    assert cells(plan, case, "receipts") == {("A", 0): 6.0, ("DC", 0): 4.0}
    assert cells(plan, case, "closing_without_plan")["A", 0] == 10.0
    assert verdict_of(case, plan).passed


@pytest.mark.parametrize("method", METHODS)
def test_cases_stay_whole(method: str) -> None:
    """Of cases of three, three units more do not pay for one more case."""
    case = two_ends(a=6.0, b=4.0, case_pack=3)
    plan = case.plan(method=method)
    assert [off.quantity for off in plan.redirects] == [3]
    assert verdict_of(case, plan).passed


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "case",
    [
        two_ends(a=SURE, b=0.0),
        two_ends(a=SURE, b=SURE),
        two_ends(b=0.0),
        two_ends().going_on(),
        two_ends().with_lanes(cost_per_unit=9.0),
        two_ends().with_lanes(lead_time_days=2, ship_weekdays=("wed",)),
    ],
    ids=["wanted there", "as well there", "wanted nowhere", "passed", "too dear", "too late"],
)
def test_what_gains_nothing_goes_on(case: Case, method: str) -> None:
    """No redirect, no transfer, and the run says that it saved nothing.

    Too late: what comes to DC on Wednesday leaves a week later, and is at B on day 11, a Friday.
    """
    plan = case.plan(method=method)
    assert (plan.redirects, plan.transfers, plan.redirect_saving) == ((), (), 0.0)
    assert cells(plan, case, "receipts") == {("A", 0): 10.0}
    assert verdict_of(case, plan).passed


@pytest.mark.parametrize("method", METHODS)
def test_units_stay_at_a_hub_that_serves(method: str) -> None:
    """At a forward hub they are put aside, and none moves; what is left there is returned."""
    case = make_case(
        [forward("A"), forward("H")],
        [],
        {"A": [8.0], "H": [1.0]},
        {"S": [[4.0], [4.0]]},
        on_hand={},
        dispersion=0.4,
        return_cost=20.0,
    ).with_transit(((0, "H"), (1, "A"), "S", 10))
    plan = case.plan(method=method)
    (off,) = plan.redirects
    assert off.reason.startswith(f"{off.quantity} stay at H; saves ")
    assert 0 < off.quantity < 10
    assert plan.transfers == ()
    assert plan.costs.return_cost > 0.0
    assert plan.objective < plan.nothing.total_cost
    verdict = verdict_of(case, plan)
    assert verdict.passed, [str(fault) for fault in verdict.faults]


@pytest.mark.parametrize("method", METHODS)
def test_what_comes_after_the_window_may_be_taken_off_in_it(method: str) -> None:
    """A truck that is at its node too late for anybody is at its hub in time."""
    case = two_ends(a=SURE, b=0.0).going_on()
    late = replace(case, stock=replace(case.stock, receipts=()))
    late = late.with_transit(((2, "DC"), (30, "A"), "S", 10))
    plan = late.plan(method=method)
    assert moved(plan) == {("S", "DC", "A"): 10}
    assert plan.redirect_saving == pytest.approx(70.0, abs=0.1)
    assert verdict_of(late, plan).passed


@pytest.mark.parametrize("method", METHODS)
def test_room_is_taken_where_units_come_in(method: str) -> None:
    """Where A takes in no more, three of ten stop; at a hub that takes in two, eight go on."""
    full = two_ends(a=SURE, b=SURE).with_nodes(inbound_m3=7.0)
    plan = full.plan(method=method)
    assert sum(off.quantity for off in plan.redirects) >= 3
    assert verdict_of(full, plan).passed
    case = two_ends()
    nodes = (replace(n, inbound_m3=2.0) if n.kind == "origin" else n for n in case.network.nodes)
    case = replace(case, network=replace(case.network, nodes=tuple(nodes)))
    plan = case.plan(method=method)
    assert [off.quantity for off in plan.redirects] == [2]
    assert verdict_of(case, plan).passed


@pytest.mark.parametrize("method", METHODS)
def test_the_hub_is_paid_for_taking_off(method: str) -> None:
    """Handling at the hub is charged, and counts for the budget: it pays lane and hub for six."""
    case = two_ends()
    nodes = (replace(n, handling_cost=0.5) for n in case.network.nodes)
    case = replace(case, network=replace(case.network, nodes=tuple(nodes)))
    plan = case.plan(method=method)
    assert plan.costs.handling_cost == pytest.approx(10 * (0.5 + 0.5))
    assert plan.redirect_saving == pytest.approx(60.0, abs=0.1)
    assert verdict_of(case, plan).passed
    plan = case.plan(method=method, budget=12.0)
    assert [off.quantity for off in plan.redirects] == [6]
    assert verify_plan(files_of(case, plan), given_of(case, budget=12.0), "P").passed
    dear = (replace(n, handling_cost=4.0) for n in case.network.nodes)
    dear_case = replace(case, network=replace(case.network, nodes=tuple(dear)))
    assert dear_case.plan(method=method).redirects == ()


@pytest.mark.parametrize("method", METHODS)
def test_a_lane_under_a_rule_takes_nothing_that_comes_by(method: str) -> None:
    """A rule speaks of what lies at its origin: redirects leave its lane alone."""
    case = two_ends()
    rule = ("S", "DC", "B", "max", 4.0)
    plan = case.plan(rule, method=method)
    assert plan.redirects == ()
    assert verify_plan(files_of(case, plan), given_of(case, rule), "P").passed


def standing(line: Transfer, before: int = 7) -> Frozen:
    """Return that one line stands."""
    return Frozen(before=day(before), transfers=(line,), published=())


@pytest.mark.parametrize("method", METHODS)
def test_a_frozen_line_is_supplied_by_what_comes_by(method: str) -> None:
    """Its origin holds two: eight are taken off, whole cases of four, so two are left there."""
    case = two_ends(a=SURE, b=0.0, case_pack=4).with_stock(DC=2)
    line = published("S", 8, "DC>B", ships=3)
    plan = case.plan(frozen=standing(line), method=method)
    assert moved(plan)["S", "DC", "B"] == 8
    (off,) = plan.redirects
    assert (off.quantity, off.reason) == (
        8,
        "8 to B by DC>B on 2025-03-06; saves nothing at the plan's prices",
    )
    (sent,) = [t for t in plan.transfers if t.destination == "B"]
    assert "8 redirected that were on their way to A" in sent.reason
    files = files_of(case, plan, [line])
    verdict = verify_plan(files, given_of(case, frozen=1), "P")
    assert verdict.passed, [str(fault) for fault in verdict.faults]


@pytest.mark.parametrize("method", METHODS)
def test_a_published_redirect_is_followed_where_deviating_costs(method: str) -> None:
    """Either end wants them as much: what was published to B goes to B again, else it goes on."""
    case = two_ends(a=SURE, b=SURE)
    line = published("S", 10, "DC>B", ships=3)
    frozen = Frozen(before=day(0), transfers=(), published=(line,))
    plan = case.plan(frozen=frozen, stability_cost=2.0, method=method)
    assert moved(plan) == {("S", "DC", "B"): 10}
    assert plan.costs.stability_cost == 0.0
    plan = case.plan(frozen=frozen, stability_cost=0.5, method=method)
    assert plan.redirects == ()
    assert plan.costs.stability_cost == pytest.approx(5.0)


# --- a family of random cases


def drawn(seed: int) -> Case:
    """Return a random case with receipts whose hubs are ahead of them."""
    rng = np.random.default_rng(seed)
    case = random_case(
        rng,
        skus=int(rng.integers(1, 5)),
        forwards=int(rng.integers(1, 4)),
        origins=int(rng.integers(1, 3)),
        periods=int(rng.integers(1, 4)),
        limits=bool(seed % 2),
        vehicles=seed % 3 == 0,
        hubs=seed % 5 < 2,
    )
    return in_transit(case, rng)


@pytest.mark.parametrize("seed", SEEDS)
def test_being_able_to_redirect_never_costs_more(seed: int) -> None:
    """Bound <= exact <= heuristic; the choice never raises the optimum; every plan passes."""
    case = drawn(seed)
    exact, heuristic = (case.plan(method=method) for method in METHODS)
    gone = case.going_on().plan(method="exact")
    slack = 1e-6 * (1.0 + abs(gone.objective))
    assert exact.bound <= exact.objective + slack
    assert heuristic.bound <= exact.objective + slack
    assert exact.objective <= heuristic.objective + slack
    assert exact.objective <= gone.objective + slack
    for plan in (exact, heuristic):
        verdict = verdict_of(case, plan)
        assert verdict.passed, [str(fault) for fault in verdict.faults]
        assert plan.nothing.total_cost == pytest.approx(gone.nothing.total_cost)


def test_the_family_redirects_often() -> None:
    """Else it would test little."""
    plans = [drawn(seed).plan(method="decompose", gap=0.01) for seed in SEEDS]
    assert sum(bool(plan.redirects) for plan in plans) >= len(SEEDS) // 3
    assert any("stay at" in off.reason for plan in plans for off in plan.redirects)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_more_is_told_to_be_saved_than_is(seed: int) -> None:
    """No more than the relaxation loses without the choice; where nothing is shared, just that."""
    case = drawn(seed).with_products(case_pack=1)
    plan, problem = case.plan(method="exact"), case.problem()
    gone = tuple(receipt.gone_on() for receipt in problem.receipts)
    costs = [
        relaxed_cost(as_transport(each, framed(each)).problem, "highs")
        for each in (problem, replace(problem, receipts=gone))
    ]
    lost = costs[1] - costs[0]
    assert -1e-6 <= plan.redirect_saving <= lost + 1e-5 * (1.0 + abs(costs[0]))
    if not framed(problem).shared:
        assert plan.redirect_saving == pytest.approx(lost, abs=1e-4)


@pytest.mark.parametrize("seed", range(8))
def test_the_order_of_nodes_and_of_receipts_does_not_matter(seed: int) -> None:
    """Receipts come sorted; split into single units they are worth the same."""
    case = drawn(seed)
    parts = tuple(
        replace(receipt, quantity=1)
        for receipt in case.stock.receipts
        for _ in range(receipt.quantity)
    )
    split = replace(case, stock=replace(case.stock, receipts=parts))
    plans = [each.plan(method="exact") for each in (case, split)]
    assert plans[1].objective == pytest.approx(plans[0].objective)
    assert plans[1].redirects == plans[0].redirects


# --- what is not so is found

Change = Callable[[RunFiles], RunFiles]


def cell(file: str, column: str, value: Any, row: int = 0) -> Change:
    """Return what changes a cell; a function changes what stands there."""

    def change(run: RunFiles) -> RunFiles:
        frame = run.frames[file].copy()
        old = frame[column].iloc[row]
        frame.loc[row, column] = value(old) if callable(value) else value
        return replace(run, frames={**run.frames, file: frame})

    return change


def no_rows(run: RunFiles) -> RunFiles:
    """Return the run without its redirects."""
    kpis = {**run.kpis, "redirect_saving": 0.0}
    frames = {**run.frames, REDIRECTS: run.frames[REDIRECTS].head(0)}
    return replace(run, frames=frames, kpis=kpis)


def twice(run: RunFiles) -> RunFiles:
    """Return the run with its redirect in two rows."""
    frame = pd.concat([run.frames[REDIRECTS]] * 2, ignore_index=True)
    return replace(run, frames={**run.frames, REDIRECTS: frame})


def told(run: RunFiles) -> RunFiles:
    """Return the run with another figure of what redirecting saved."""
    return replace(run, kpis={**run.kpis, "redirect_saving": 71.0})


TAMPERED: tuple[tuple[Change, str, str], ...] = (
    (cell(REDIRECTS, "quantity", 11), "redirect", REDIRECTS),
    (cell(REDIRECTS, "quantity", 0), "redirect", REDIRECTS),
    (cell(REDIRECTS, "quantity", 9), "on_hand", ALLOCATION),
    (cell(REDIRECTS, "quantity", 9), "targets", TARGETS),
    (cell(REDIRECTS, "at_hub_on", pd.Timestamp(day(1))), "redirect", REDIRECTS),
    (cell(REDIRECTS, "at_hub_on", pd.Timestamp(day(3))), "on_hand", ALLOCATION),
    (cell(REDIRECTS, "arrives_on", pd.Timestamp(day(5))), "redirect", REDIRECTS),
    (cell(REDIRECTS, "hub_node_id", "B"), "on_hand", ALLOCATION),
    (cell(REDIRECTS, "node_id", "B"), "redirect", REDIRECTS),
    (cell(REDIRECTS, "node_id", "DC"), "redirect", REDIRECTS),
    (cell(REDIRECTS, "sku", "T"), "known_ids", REDIRECTS),
    (cell(REDIRECTS, "saving", -1.0), "redirect", REDIRECTS),
    (cell(REDIRECTS, "saving", 71.0), "redirect", KPIS),
    (cell(TARGETS, "receipts", lambda units: units + 1.0), "targets", TARGETS),
    (cell(TRANSFERS, "ship_date", pd.Timestamp(day(2))), "on_hand", ALLOCATION),
    (cell(SUPPLY, "hub_node_id", "A"), "supply", SUPPLY),
    (cell(SUPPLY, "hub_node_id", "B"), "supply", SUPPLY),
    (cell(SUPPLY, "at_hub_on", pd.Timestamp(day(3))), "supply", SUPPLY),
    (cell(SUPPLY, "value", 1.0), "proof", CERTIFICATE),
    (no_rows, "on_hand", ALLOCATION),
    (twice, "redirect", REDIRECTS),
    (told, "redirect", KPIS),
)


@pytest.mark.parametrize(("change", "check", "file"), TAMPERED)
def test_a_tampered_redirect_is_found(change: Change, check: str, file: str) -> None:
    """Every way to tell another redirect fails a check that names the file."""
    case = two_ends()
    plan = case.plan(method="exact")
    verdict = verify_plan(change(files_of(case, plan)), given_of(case), "P")
    assert not verdict.check(check).passed, [str(fault) for fault in verdict.faults]
    assert file in {fault.file for fault in verdict.check(check).faults}


def test_redirecting_what_has_passed_is_found() -> None:
    """A receipt whose hub lies before the cutoff cannot be taken off there."""
    case = two_ends()
    run = files_of(case, case.plan(method="exact"))
    verdict = verify_plan(run, given_of(case.going_on()), "P")
    assert not verdict.check("redirect").passed
    assert not verdict.check("supply").passed


def test_lanes_open_for_what_comes_to_a_hub() -> None:
    """A lane leaves on the first day after the truck came by, though not the week's first."""
    case = two_ends()
    days = {(d.lane, d.ship_date) for d in case.problem().departures}
    lanes: list[Lane] = list(case.network.lanes)
    assert {(at, day(3)) for at in range(len(lanes))} <= days
    assert not any(ships == day(3) for _, ships in days_of(case.going_on()) if ships != day(5))


def days_of(case: Case) -> set[tuple[int, Any]]:
    """Return lane and ship date of a case's departures."""
    return {(d.lane, d.ship_date) for d in case.problem().departures}
