"""Minimum fill by category: kept where it can be, told where not, proven and checked as all is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from prepos.core.transfer import Plan
from prepos.plan.model_file import draft_model
from prepos.plan.transport.build import as_transport
from prepos.plan.verification import verify_plan
from tests.instances import (
    Case,
    forward,
    framed,
    lane,
    make_case,
    origin,
    random_case,
)
from tests.judged import files_of, given_of
from tests.unit.plan.transport.programs import relaxed_cost
from tests.unit.plan.transport.worlds import solve_world

METHODS = ["exact", "decompose"]
both = pytest.mark.parametrize("method", METHODS)
FILLS = {"dairy": 0.9, "dry": 0.6}
SEEDS = range(6)


def shop(stock: int = 9) -> Case:
    """Return milk and nails, both wanted at A, of which neither pays to be moved."""
    return make_case(
        [origin("DC"), forward("A")],
        [lane("DC>A", cost_per_unit=20.0)],
        {"A": [2.0], "DC": [np.inf]},
        {"milk": [[4.0]], "nails": [[6.0]]},
        on_hand={("DC", "milk"): stock, ("DC", "nails"): stock},
    ).with_categories("dairy", "tools")


def drawn(seed: int, **terms: bool) -> Case:
    """Return a random case of five SKUs in two categories and none."""
    rng = np.random.default_rng(seed)
    periods = 1 + seed % 3
    case = random_case(rng, skus=5, forwards=3, origins=2, periods=periods, limits=True, **terms)
    case = case.with_products(shortage_cost=rng.uniform(1.0, 4.0, 5))
    return case.with_categories("dairy", "dry", "", "dairy", "dry")


def lacking(case: Case, plan: Plan) -> dict[str, float]:
    """Return units that each category's fill lacks, or has to spare, by catchment and category."""
    axis, found = plan.catchments.axis, {}
    wanted = case.grouped(plan.catchments).mean.sum(axis=0)
    for name, share in FILLS.items():
        mine = np.array([category == name for category in case.products.category])
        use = plan.allocation.expected_use * mine[plan.allocation.sku]
        got = np.bincount(plan.allocation.catchment, use, minlength=len(axis))
        least = share * wanted[:, mine].sum(axis=1)
        found |= {f"{z} {name}": float(units) for z, units in zip(axis, least - got, strict=True)}
    return found


@both
def test_a_category_is_filled_and_no_other(method: str) -> None:
    """Three of four units of milk come though they do not pay; nails stay."""
    assert shop().plan(method=method).transfers == ()
    plan = shop().plan(method=method, category_min_fill={"dairy": 0.6})
    assert {line.sku: line.quantity for line in plan.transfers} == {"milk": 3}
    assert plan.slacks == ()


@both
def test_a_fill_out_of_reach_is_told(method: str) -> None:
    """Two units of each for a wish of 3.6 units of milk and of 8 in all: both slacks stand."""
    case = shop(2).with_lanes(cost_per_unit=0.0)
    plan = case.plan(method=method, category_min_fill={"dairy": 0.9}, min_fill=0.8)
    told = {slack.place: slack for slack in plan.slacks}
    assert set(told) == {"A", "A dairy"}
    assert told["A"].quantity == pytest.approx(8.0 - plan.allocation.expected_use.sum())
    milk = plan.allocation.expected_use[plan.allocation.sku == 0].sum()
    assert told["A dairy"].quantity == pytest.approx(3.6 - milk)
    each = [slack.penalty / slack.quantity for slack in plan.slacks]
    assert each[0] == pytest.approx(each[1])
    assert plan.objective == pytest.approx(
        plan.costs.total_cost + sum(slack.penalty for slack in plan.slacks)
    )
    assert "A dairy" in plan.certificate.places


@pytest.mark.parametrize("vehicles", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_bound_exact_and_chosen_keep_their_order(seed: int, vehicles: bool) -> None:
    """Bound <= exact <= at scale; what a fill lacks stands as a slack; verification passes."""
    case = drawn(seed, vehicles=vehicles)
    options = {"category_min_fill": FILLS, "min_fill": (0.0, 0.5)[seed % 2], "gap": 1e-4}
    plans = {method: case.plan(method=method, **options) for method in METHODS}
    exact, scale = plans["exact"], plans["decompose"]
    room = 1e-4 * abs(exact.objective) + 1e-6
    assert scale.bound <= exact.objective + room
    assert exact.bound <= exact.objective <= scale.objective + room
    for method, plan in plans.items():
        lacks = {slack.place: slack.quantity for slack in plan.slacks}
        for place, missing in lacking(case, plan).items():
            assert missing <= lacks.get(place, 0.0) + 1e-6
        chosen = {"method": method, **options}
        verdict = verify_plan(files_of(case, plan, **chosen), given_of(case, **chosen), "P")
        assert [str(fault) for fault in verdict.faults] == []


def test_fills_bind_on_what_is_drawn() -> None:
    """On most random cases the fills change the plan; on some they cannot be reached."""
    dearer, told = 0, []
    for seed in SEEDS:
        free = drawn(seed).plan(method="exact")
        asked = drawn(seed).plan(method="exact", category_min_fill=FILLS)
        dearer += asked.costs.total_cost > free.costs.total_cost + 1e-6
        told.append(bool(asked.slacks))
        assert asked.objective >= free.objective - 1e-6
    assert dearer > len(SEEDS) // 2
    assert any(told)
    assert not all(told)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_exact_program_is_the_one_read_off_the_definition(seed: int) -> None:
    """Another build of the same problem, by another solver's interface, costs the same."""
    problem = drawn(seed).problem(category_min_fill=FILLS, min_fill=0.4)
    arrays = as_transport(problem, framed(problem)).problem
    assert relaxed_cost(arrays, "highs") == pytest.approx(solve_world(arrays), rel=1e-6)


def test_a_tampered_category_is_found() -> None:
    """A share raised, a slack made smaller, a price made dear or left out: each is named."""
    case, options = shop(2), {"category_min_fill": {"dairy": 0.9}, "method": "exact"}
    plan = case.plan(**options)
    run, given = files_of(case, plan, **options), given_of(case, **options)
    assert verify_plan(run, given, "P").passed

    def told(check: str, **changes: object) -> str:
        """Return what a check says of the run with some of its documents changed."""
        return str(verify_plan(replace(run, **changes), given, "P").check(check).faults)

    more = replace(given, options=replace(given.options, category_min_fill={"dairy": 0.95}))
    assert "fill of A dairy" in str(verify_plan(run, more, "P").check("min_fill").faults)
    other = replace(given, options=replace(given.options, category_min_fill={"tools": 0.9}))
    assert "A tools" in str(verify_plan(run, other, "P").check("prices").faults)
    moved = replace(given, products=replace(given.products, category=("tools", "dairy")))
    assert "fill of A dairy" in str(verify_plan(run, moved, "P").check("min_fill").faults)
    (slack,) = run.kpis["slacks"]
    less = {**run.kpis, "slacks": [{**slack, "quantity": slack["quantity"] - 0.5}]}
    assert "fill of A dairy" in told("min_fill", kpis=less)
    (row,) = run.certificate["rows"]
    other = {**run.certificate, "rows": [{**row, "price": row["price"] + 1.0}]}
    assert "bound is" in told("proof", certificate=other)
    dear = {**run.certificate, "rows": [{**row, "price": 1e6}]}
    assert "min_fill A dairy: rows is 1000000.0" in told("prices", certificate=dear)
    assert "A dairy" in told("prices", certificate={**run.certificate, "rows": []})


def test_the_model_file_names_the_fill_of_a_category(tmp_path: object) -> None:
    """Both the limit and its slack are told with catchment and category."""
    path = tmp_path / "model.lp"
    draft_model(shop().question(category_min_fill={"dairy": 0.7}))(path)
    text = path.read_text()
    assert "limit_0_min_fill_A_dairy" in text
    assert "over_0_min_fill_A_dairy" in text
