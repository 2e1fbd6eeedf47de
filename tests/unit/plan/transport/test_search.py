"""Prices, bound and whole answers against ordinary programs, on random worlds."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.plan.transport.asked import answer_each
from prepos.plan.transport.batch import answer
from prepos.plan.transport.cuts import Cuts
from prepos.plan.transport.prices import find_prices
from prepos.plan.transport.samples import sample_of
from prepos.plan.transport.slices import slices_of
from tests.unit.plan.transport.worlds import make_world, solve_world

SEEDS = range(10)


@pytest.mark.parametrize("seed", SEEDS)
def test_bound_is_near_the_linear_program(seed: int) -> None:
    """The prices prove the linear program's cost to the precision asked for, never more."""
    rng = np.random.default_rng(seed)
    problem = make_world(rng, skus=12, periods=1 + seed % 2, vehicles=seed % 3 == 2)
    found = find_prices(problem, solver="highs", precision=1e-6)
    exact = solve_world(problem)
    assert found.bound <= exact + 1e-6 * abs(exact)
    assert found.bound == pytest.approx(exact, rel=1e-4)


def test_any_prices_prove_a_bound() -> None:
    """Weak duality: whatever the prices, what they prove is no more than the program's cost."""
    rng = np.random.default_rng(8)
    problem = make_world(rng, skus=10)
    exact = solve_world(problem)
    for _ in range(20):
        prices = rng.uniform(0.0, 3.0, len(problem.limit))
        cost, _ = answer(problem, prices, np.zeros(len(problem.sources.units)))
        assert cost.sum() - prices @ problem.limit + problem.shortage <= exact + 1e-6


def test_cuts_lie_above_what_they_cut() -> None:
    """A cut holds everywhere, and touches where it was made."""
    rng = np.random.default_rng(2)
    problem = make_world(rng, skus=80)
    value = np.zeros(len(problem.sources.units))
    cuts = Cuts(problem)
    for _ in range(6):
        prices = rng.uniform(0.0, 1.0, len(problem.limit))
        cost, use = answer(problem, prices, value)
        cuts.add(prices, cost, use)
        _, touched = cuts.highest(prices, prices, "highs")
        assert touched == pytest.approx(cost.sum() - prices @ problem.limit, rel=1e-7)
    elsewhere = rng.uniform(0.0, 1.0, len(problem.limit))
    _, allowed = cuts.highest(elsewhere, elsewhere, "highs")
    cost, _ = answer(problem, elsewhere, value)
    assert allowed >= cost.sum() - elsewhere @ problem.limit - 1e-6


def test_sample_is_the_skus_chosen() -> None:
    """A sample answers as its SKUs do in the whole, and has their part of each limit."""
    problem = make_world(np.random.default_rng(4), skus=20)
    chosen = np.array([0, 3, 7, 19])
    part, sources = sample_of(problem, chosen)
    prices = np.full(len(problem.limit), 0.3)
    value = np.zeros(len(problem.sources.units))
    whole, _ = answer_each(problem, prices, value, chosen)
    alone, _ = answer_each(part, prices, value[sources], np.arange(4))
    np.testing.assert_allclose(alone, whole, atol=1e-9)
    size = problem.goods.wanted * problem.goods.volume_m3
    np.testing.assert_allclose(part.limit, problem.limit * size[chosen].sum() / size.sum())


def test_slices_follow_each_other() -> None:
    """Slices of some are laid end to end."""
    begin, position = slices_of(np.array([0, 2, 2, 5]), np.array([0, 2]))
    assert begin.tolist() == [0, 2, 5]
    assert position.tolist() == [0, 1, 2, 3, 4]
