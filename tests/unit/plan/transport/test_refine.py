"""Cases changed one by one within the limits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from prepos.plan.transport.asked import read_flows
from prepos.plan.transport.cases import Cases, make_cases
from prepos.plan.transport.choice import choose_flows
from prepos.plan.transport.prices import find_prices
from prepos.plan.transport.problem import TransportProblem
from prepos.plan.transport.refine import refine
from prepos.plan.transport.sent import Sent, answer_sent, sent_by
from tests.unit.plan.transport.programs import solve_transport
from tests.unit.plan.transport.worlds import make_world

SEEDS = range(8)
SKUS = 12


def start(
    seed: int, packs: np.ndarray
) -> tuple[TransportProblem, np.ndarray, np.ndarray, Sent, Cases]:
    """Return a world, its prices, what a row is about worth, and that nothing is sent."""
    problem = make_world(np.random.default_rng(seed), skus=SKUS, periods=1 + seed % 2)
    search = find_prices(problem, solver="highs", precision=1e-5)
    nobody = np.zeros(0, dtype=np.int64)
    felt = np.maximum(search.prices, search.scale)
    return problem, search.prices, felt, Sent(nobody, nobody, nobody, nobody), make_cases(packs)


def cost_of(problem: TransportProblem, prices: np.ndarray, sent: Sent) -> tuple[float, np.ndarray]:
    """Return what all SKUs cost, and how far beyond each limit they are."""
    cost, use = answer_sent(problem, prices, np.arange(SKUS), sent)
    return float(cost.sum()), np.maximum(use.sum(axis=0) - problem.limit, 0.0)


@pytest.mark.parametrize("seed", SEEDS)
def test_from_nothing_it_saves_and_breaks_no_limit_further(seed: int) -> None:
    """Cases stay whole, and no cost is below that of the exact program."""
    packs = np.random.default_rng(seed).choice([1, 2, 3], SKUS)
    problem, prices, felt, nothing, cases = start(seed, packs)
    before, over = cost_of(problem, prices, nothing)
    sent = refine(problem, prices, felt, nothing, cases, -np.inf)
    after, beyond = cost_of(problem, prices, sent)
    assert (beyond <= over + 1e-9).all()
    assert (sent.units % packs[sent.sku] == 0).all()
    exact = solve_transport(problem, cases, solver="highs").objective
    penalty = float(problem.ceiling @ beyond)
    least = exact - problem.shortage
    assert after + penalty >= least - 1e-6 * abs(least)
    assert after <= before


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_best_at_the_prices_without_limits_stays(seed: int) -> None:
    """Where nothing is scarce no change of one case, or of two, costs less."""
    problem, _, felt, _, cases = start(seed, np.ones(SKUS, dtype=np.int64))
    free = np.zeros_like(felt)
    wide = replace(problem, limit=np.full_like(problem.limit, 1e9))
    best = sent_by(wide, read_flows(wide, free, np.zeros(len(wide.sources.units)), np.arange(SKUS)))
    now, _ = cost_of(wide, free, best)
    after, _ = cost_of(wide, free, refine(wide, free, felt, best, cases, -np.inf))
    assert after == pytest.approx(now, rel=1e-9)


def test_what_is_near_enough_is_left() -> None:
    """Nothing is tried where the cost is no more than is asked for."""
    problem, prices, felt, nothing, cases = start(0, np.ones(SKUS, dtype=np.int64))
    left = refine(problem, prices, felt, nothing, cases, np.inf)
    assert not len(left.units)


def test_it_makes_better_of_what_passes_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where room is scarce less is lost beyond the bound over many small worlds, in none more."""

    def lost() -> np.ndarray:
        each = []
        for seed in range(12):
            rng = np.random.default_rng(seed)
            problem, packs = make_world(rng, skus=30, nodes=8), rng.choice([1, 1, 1, 2], 30)
            limit = np.where(np.arange(len(problem.limit)) < 5, 0.3 * problem.limit, 1e4)
            problem = replace(problem, limit=limit)
            search, ones = find_prices(problem, solver="highs", precision=1e-5), np.ones_like(packs)
            chosen = choose_flows(problem, search, packs, ones, solver="highs", precision=1e-4)
            each.append(chosen.cost + float(problem.ceiling @ chosen.over) - search.bound)
        return np.array(each)

    refined = lost()
    monkeypatch.setattr("prepos.plan.transport.choice.REFINED_UP_TO", (0, 0))
    plain = lost()
    assert (refined <= plain + 1e-9).all()
    assert refined.sum() < 0.9 * plain.sum()
