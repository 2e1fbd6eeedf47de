"""Prices, bound and whole answers against ordinary programs, on random worlds."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.plan.transport import prices as prices_module
from prepos.plan.transport.asked import answer_each
from prepos.plan.transport.batch import answer
from prepos.plan.transport.climb import Search, prove
from prepos.plan.transport.cuts import Cuts
from prepos.plan.transport.prices import ROUNDS, SMOOTH_FROM, Effort, find_prices
from prepos.plan.transport.samples import corrected, sample_of
from prepos.plan.transport.slices import slices_of
from tests.unit.plan.transport.worlds import make_scarce, make_world, solve_world

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


@pytest.mark.parametrize(("seed", "periods"), [(1, 1), (2, 2), (3, 1)])
def test_slope_comes_as_near_as_cuts(seed: int, periods: int) -> None:
    """Where SKUs are many, prices by the bound's slope prove as much as cuts do to the end."""
    problem = make_world(np.random.default_rng(seed), skus=SMOOTH_FROM, periods=periods)
    found = find_prices(problem, solver="highs", precision=1e-4)
    rows, sources = len(problem.limit), len(problem.sources.units)
    begun = Search(np.zeros(rows), np.zeros(rows), np.zeros(sources))
    effort = Effort(solver="highs", precision=1e-6, tick=lambda: None, deadline=np.inf)
    best = effort.climb(problem, begun, 1.0)
    assert best.bound * (1.0 - 2e-4) <= found.bound <= best.bound * (1.0 + 1e-6)
    cost, _ = answer(problem, found.prices, np.zeros(sources))
    assert prove(problem, found.prices, cost) == pytest.approx(found.bound)


@pytest.mark.parametrize("known", [False, True])
def test_sample_comes_near_with_few_passes(known: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sample, corrected by all SKUs, comes within 0.1 % of what they find, asking them little."""
    problem = make_scarce(np.random.default_rng(5), skus=1500)
    whole = find_prices(problem, solver="highs", precision=1e-4)
    monkeypatch.setattr(prices_module, "SAMPLE", 400)
    start = 0.8 * whole.prices if known else None
    found = find_prices(problem, solver="highs", precision=1e-4, start=start)
    assert found.bound == pytest.approx(whole.bound, rel=1e-3)
    assert len(found.passes) <= ROUNDS < len(whole.passes)


def test_sample_that_foretells_badly_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where what a sample foretells does not come, all SKUs are asked."""
    problem = make_scarce(np.random.default_rng(5), skus=900)
    whole = find_prices(problem, solver="highs", precision=1e-4)
    monkeypatch.setattr(prices_module, "SAMPLE", 3)
    found = find_prices(problem, solver="highs", precision=1e-4)
    assert found.bound == pytest.approx(whole.bound, rel=2e-4)


def test_corrected_sample_has_the_slope_of_all() -> None:
    """At the prices asked, what a sample takes beyond its limits is a share of what all do."""
    problem = make_world(np.random.default_rng(6), skus=200)
    part, mine = sample_of(problem, np.arange(0, 200, 4))
    prices = np.random.default_rng(7).uniform(0.0, 2.0, len(problem.limit))
    value = np.zeros(len(problem.sources.units))
    use, taken = (
        answer(each, prices, known)[1].sum(axis=0)
        for each, known in ((problem, value), (part, value[mine]))
    )
    anew = corrected(problem, part, use, taken)
    beyond, all_beyond = taken - anew.limit, use - problem.limit
    both = use * taken > 0
    scale = taken[both] / use[both]
    np.testing.assert_allclose(beyond[both], all_beyond[both] * scale, atol=1e-9)
    assert (np.sign(beyond) == np.sign(all_beyond)).all()


def test_deadline_ends_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deadline that has passed leaves what the first passes proved, by any way."""
    for skus, sample in ((20, 2000), (600, 2000), (600, 50)):
        monkeypatch.setattr(prices_module, "SAMPLE", sample)
        problem = make_world(np.random.default_rng(8), skus=skus)
        found = find_prices(problem, solver="highs", precision=1e-7, deadline=0.0)
        assert 1 <= len(found.passes) <= 4
        assert np.isfinite(found.bound)


def test_slices_follow_each_other() -> None:
    """Slices of some are laid end to end."""
    begin, position = slices_of(np.array([0, 2, 2, 5]), np.array([0, 2]))
    assert begin.tolist() == [0, 2, 5]
    assert position.tolist() == [0, 1, 2, 3, 4]
