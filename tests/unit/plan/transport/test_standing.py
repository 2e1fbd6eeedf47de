"""Frozen lines and the charge on deviations, beside programs in which each is a row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from prepos.core.transfer import Transfer
from prepos.plan import Frozen
from prepos.plan.problem import Problem
from prepos.plan.stability import deviation
from tests.instances import Case, day, published, random_case
from tests.unit.plan.transport.programs import relaxed_cost
from tests.unit.plan.transport.rulings import as_lots, decide, exact_cost, stood_cost


def standing_problem(seed: int, *, hubs: bool, frozen: bool, **options: float) -> Problem:
    """Return a random case of single units, with published lines on departures that are in time.

    All stock is there now and returns cost nothing, so that it does not matter which units move.
    """
    rng = np.random.default_rng(seed)
    case = random_case(rng, skus=3, forwards=3, origins=2, hubs=hubs, limits=True, periods=2)
    on_hand = case.stock.on_hand + rng.integers(4, 9, case.stock.on_hand.shape)
    stock = replace(case.stock, on_hand=on_hand, receipts=())
    room = {"storage_m3": 400.0, "inbound_m3": 60.0, "outbound_m3": 60.0}
    case = replace(case, stock=stock).with_nodes(**room).with_lanes(lead_time_days=2)
    case = case.with_products(case_pack=1, return_cost=0.0)
    departures = case.problem().departures
    before = day(1 + seed % 3) if frozen else None
    lines = [
        draw_line(rng, case, departures[number].lane, departures[number].ship_date)
        for number in rng.integers(len(departures), size=5)
    ]
    early = tuple(line for line in lines if before is not None and line.ship_date < before)
    late = tuple(line for line in lines if before is None or line.ship_date >= before)
    return case.problem(frozen=Frozen(before=before, transfers=early, published=late), **options)


def draw_line(rng: np.random.Generator, case: Case, lane: int, ships: date) -> Transfer:
    """Return a published line of some SKU on a lane."""
    way = case.network.lanes[lane]
    sku = str(rng.choice(list(case.products.skus)))
    units = int(rng.integers(1, 4))
    line = published(sku, units, f"{way.origin}>{way.destination}", ships=0)
    return replace(line, lane_id=way.lane_id, ship_date=ships)


@pytest.mark.parametrize("hubs", [False, True])
@pytest.mark.parametrize("seed", range(7))
def test_frozen_lines_cost_what_their_rows_cost(seed: int, hubs: bool) -> None:
    """Known movements come to the same as movements that are asked for.

    With hubs they may cost less: what a frozen line brought may go back, as no other route does.
    """
    problem = standing_problem(seed, hubs=hubs, frozen=True)
    transport = as_lots(problem)
    expected, found = stood_cost(problem), relaxed_cost(transport.problem, "highs")
    assert found <= expected * (1 + 1e-6)
    assert found >= expected * (1 - (0.002 if hubs else 1e-6))


@pytest.mark.parametrize("seed", range(7))
@pytest.mark.parametrize("charge", [0.3, 50.0])
def test_deviation_costs_what_its_rows_cost(seed: int, charge: float) -> None:
    """Lots pay for each leg that is not published, and for what is published and not moves."""
    frozen = seed % 2 == 1
    problem = standing_problem(seed, hubs=False, frozen=frozen, stability_cost=charge)
    transport = as_lots(problem)
    expected = stood_cost(problem)
    assert relaxed_cost(transport.problem, "highs") == pytest.approx(expected, rel=1e-6, abs=1e-5)


@pytest.mark.parametrize("seed", range(8))
def test_with_hubs_deviation_is_never_counted_too_low(seed: int) -> None:
    """Which units a line moves is settled beforehand; that may cost more than the rows say."""
    problem = standing_problem(seed, hubs=True, frozen=False, stability_cost=0.4)
    transport = as_lots(problem)
    least = stood_cost(problem)
    found = relaxed_cost(transport.problem, "highs")
    assert least - 1e-5 <= found <= least + 0.02 * abs(least)


@pytest.mark.parametrize("seed", range(8))
def test_a_high_charge_keeps_the_published_plan(seed: int) -> None:
    """What is published is shipped, nothing else; what nobody decides on costs nothing."""
    problem = standing_problem(seed, hubs=seed % 2 == 1, frozen=False, stability_cost=1000.0)
    transport = as_lots(problem)
    found = decide(transport)
    assert deviation(problem, found.moves) == 0.0
    exact = exact_cost(transport)
    assert found.bound <= exact + 1e-4
    assert found.cost == pytest.approx(exact, rel=1e-4)


def test_without_a_charge_or_a_published_plan_nothing_changes() -> None:
    """The arrays are the same to the letter."""
    first = random_case(np.random.default_rng(3), hubs=True)
    lines = (published(first.products.skus[0], 2, "O0>F0", ships=0),)
    plain = as_lots(first.problem()).problem
    none = first.problem(stability_cost=5.0)
    for problem in (none, first.problem(frozen=Frozen(published=lines))):
        told = as_lots(problem).problem
        assert not len(told.sources.term_route)
        assert not told.constant.any()
        np.testing.assert_array_equal(told.routes.per_unit, plain.routes.per_unit)
        np.testing.assert_array_equal(told.sources.units, plain.sources.units)
    assert deviation(none, decide(as_lots(none)).moves) == 0.0
