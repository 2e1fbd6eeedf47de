"""The exact program of a transportation problem, beside one written from the definition."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.plan.transport.cases import make_cases
from prepos.plan.transport.choice import choose_flows
from prepos.plan.transport.prices import find_prices
from prepos.plan.transport.sent import Sent, answer_sent
from tests.unit.plan.transport.programs import penalty, relaxed_cost, solve_transport
from tests.unit.plan.transport.worlds import make_world, solve_world

SEEDS = range(8)


@pytest.mark.parametrize("seed", SEEDS)
def test_relaxation_is_the_program_by_source_and_rank(seed: int) -> None:
    """Units that come together at a place cost what they cost one by one."""
    rng = np.random.default_rng(seed)
    problem = make_world(rng, skus=5, periods=1 + seed % 3, vehicles=seed % 4 == 3)
    assert relaxed_cost(problem, "highs") == pytest.approx(solve_world(problem), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_single_units_lie_between_the_relaxation_and_whole_flows(seed: int) -> None:
    """Whole units are sent, yet put aside in parts where a limit on stock asks for it."""
    problem = make_world(np.random.default_rng(seed), skus=4, vehicles=seed % 2 == 1)
    found = solve_transport(
        problem, make_cases(np.ones(4, dtype=np.int64)), solver="highs"
    ).objective
    tolerance = 1e-5 * abs(found)
    assert relaxed_cost(problem, "highs") <= found + tolerance
    assert found <= solve_world(problem, whole=True) + tolerance


@pytest.mark.parametrize("seed", SEEDS)
def test_bound_exact_heuristic(seed: int) -> None:
    """Prices prove no more than the relaxation, and what is chosen costs no less than the exact."""
    problem = make_world(np.random.default_rng(seed), skus=8, periods=1 + seed % 2)
    ones = np.ones(8, dtype=np.int64)
    exact = solve_transport(problem, make_cases(ones), solver="highs")
    search = find_prices(problem, solver="highs", precision=1e-7)
    assert search.bound <= exact.objective + 1e-5 * abs(exact.objective)
    choice = choose_flows(problem, search, ones, ones, solver="highs", precision=1e-4)
    if not choice.over.any() and not (penalty(problem, exact) > 1e-7).any():
        assert exact.objective <= choice.cost + 1e-5 * abs(choice.cost)


@pytest.mark.parametrize("pack", [2, 5])
def test_cases_are_whole_and_cost_no_less(pack: int) -> None:
    """Larger cases never make a plan cheaper, and what moves is a whole number of them."""
    problem = make_world(np.random.default_rng(pack), skus=4)
    ones = np.ones(4, dtype=np.int64)
    single = solve_transport(problem, make_cases(ones), solver="highs")
    cases = solve_transport(problem, make_cases(pack * ones), solver="highs")
    assert cases.objective >= single.objective - 1e-6 * abs(single.objective)
    assert cases.optimal


def test_a_lot_is_large_enough_or_none() -> None:
    """Larger lots never make a plan cheaper; one that no source holds stops all that moves."""
    problem = make_world(np.random.default_rng(3), skus=4)
    ones = np.ones(4, dtype=np.int64)
    found = [
        solve_transport(problem, make_cases(ones, lot * ones), solver="highs").objective
        for lot in (1, 3, 6, 99)
    ]
    assert found == sorted(found)
    stays, nothing = Sent(*np.zeros((4, 0), dtype=np.int64)), np.zeros(len(problem.limit))
    cost, use = answer_sent(problem, nothing, np.arange(4), stays)
    broken = np.maximum(use.sum(axis=0) - problem.limit, 0.0) @ problem.ceiling
    assert found[-1] == pytest.approx(cost.sum() + problem.shortage + broken)
