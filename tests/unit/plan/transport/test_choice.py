"""Whole answers from the passes of a price search."""

from __future__ import annotations

from dataclasses import replace

import numba
import numpy as np
import pytest

from prepos.plan.transport.cases import make_cases
from prepos.plan.transport.choice import Chosen, choose_flows
from prepos.plan.transport.mix import Answers, mix_answers
from prepos.plan.transport.prices import find_prices
from prepos.plan.transport.problem import TransportProblem
from prepos.plan.transport.samples import sample_of
from prepos.plan.transport.settle import offered
from prepos.plan.transport.shares import spread_passes
from tests.unit.plan.transport.programs import penalty, solve_transport
from tests.unit.plan.transport.worlds import make_world, sent_units, solve_world, tell_flows

SEEDS = range(10)


def choose(problem: TransportProblem, packs: object = 1, lots: object = 1) -> tuple[float, Chosen]:
    """Return the bound and what is chosen for cases of so many units, and lots."""
    ones = np.ones(len(problem), dtype=np.int64)
    search = find_prices(problem, solver="highs", precision=1e-5)
    chosen = choose_flows(
        problem, search, ones * packs, ones * lots, solver="highs", precision=1e-4
    )
    return search.bound, chosen


def check(problem: TransportProblem, chosen: Chosen) -> None:
    """See that what is told of the flows is what they cost and take, and that nothing is broken."""
    cost, use = tell_flows(problem, chosen.flows)
    cost = cost.sum() + problem.purchases.cost @ chosen.bought + problem.shortage
    assert chosen.cost == pytest.approx(cost)
    np.testing.assert_allclose(chosen.use, use.sum(axis=0), atol=1e-6)
    np.testing.assert_array_equal(chosen.bought, np.rint(chosen.bought))
    over = chosen.use + problem.purchases.take @ chosen.bought - problem.limit
    np.testing.assert_allclose(chosen.over, np.maximum(over, 0.0), atol=1e-6)
    order = np.lexsort(tuple(chosen.flows[3::-1]))
    np.testing.assert_array_equal(order, np.arange(len(order)))


@pytest.mark.parametrize("seed", SEEDS)
def test_answers_are_whole_and_keep_the_limits(seed: int) -> None:
    """Bound <= exact <= chosen, and nothing that is chosen breaks a limit which can be kept."""
    problem = make_world(np.random.default_rng(seed), skus=30, vehicles=seed % 3 == 2)
    bound, chosen = choose(problem)
    check(problem, chosen)
    exact = solve_world(problem, whole=True)
    assert bound <= exact + 1e-6 * abs(exact)
    if not chosen.over.any():
        assert chosen.cost >= exact - 1e-6 * abs(exact)
        assert chosen.cost <= bound + 0.05 * abs(bound)


@pytest.mark.parametrize("vehicles", [False, True])
def test_many_skus_are_chosen_for_at_little_loss(vehicles: bool) -> None:
    """With hundreds of SKUs whole answers cost hardly more than the bound, and limits hold."""
    problem = make_world(np.random.default_rng(3), skus=400, nodes=5, vehicles=vehicles)
    bound, chosen = choose(problem)
    check(problem, chosen)
    assert not chosen.over.any()
    assert bound <= chosen.cost <= bound + 0.002 * abs(bound)


@pytest.mark.parametrize("vehicles", [False, True])
def test_cases_and_lots_lie_near_the_exact_program(vehicles: bool) -> None:
    """Bound <= exact <= chosen; cases are whole, lots are large enough, limits hold; 0.3 % lost."""
    lost = []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        problem = make_world(rng, skus=16, periods=1 + seed % 3, vehicles=vehicles)
        packs, lots = rng.choice([1, 2, 3, 4], 16), rng.choice([1, 1, 5], 16)
        bound, chosen = choose(problem, packs, lots)
        check(problem, chosen)
        sku, units = sent_units(problem, chosen.flows)
        assert (units % packs[sku] == 0).all()
        assert (units >= lots[sku]).all()
        exact = solve_transport(problem, make_cases(packs, lots), solver="highs", gap=1e-6)
        if penalty(problem, exact).max() > 1e-7:
            continue
        assert not chosen.over[problem.limit >= 0.0].any()
        if chosen.over.any():  # a fill is asked for below 0, and only wished
            continue
        assert bound <= exact.objective + 1e-5 * abs(exact.objective)
        lost.append((chosen.cost - exact.objective) / abs(exact.objective))
    assert len(lost) > len(SEEDS) // 2
    assert min(lost) >= -1e-5
    assert np.mean(lost) <= 0.003


def test_tight_limits_hold_with_few_skus_and_large_cases() -> None:
    """Where hardly anything fits, hard limits are broken no more than they must be."""
    for seed in SEEDS:
        problem = make_world(np.random.default_rng(seed), skus=6)
        inbound = np.arange(len(problem.limit)) < 2
        tight = replace(problem, limit=np.where(inbound, 0.1 * problem.limit, problem.limit))
        _, chosen = choose(tight, 3)
        check(tight, chosen)
        exact = solve_transport(tight, make_cases(np.full(6, 3)), solver="highs")
        hard = tight.limit >= 0.0  # a fill is asked for below 0, and only wished
        assert not (chosen.over[hard] > penalty(tight, exact)[hard] + 1e-6).any()


@pytest.mark.parametrize("vehicles", [False, True])
def test_same_problem_same_choice(vehicles: bool) -> None:
    """Made again, by one thread or two, a choice is the same to the letter."""
    problem = make_world(np.random.default_rng(5), skus=120, vehicles=vehicles)
    told = []
    for threads in (1, min(2, numba.config.NUMBA_NUM_THREADS)):
        numba.set_num_threads(threads)
        told.append(choose(problem, 1 + np.arange(120) % 3)[1])
    for one, other in zip(told[0].flows, told[1].flows, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(told[0].bought, told[1].bought)
    assert told[0].cost == told[1].cost


def test_without_skus_there_is_nothing_to_choose() -> None:
    """No SKU costs nothing; a fill that is asked for all the same is told as missing."""
    whole = make_world(np.random.default_rng(0), skus=3)
    none, _ = sample_of(whole, np.zeros(0, dtype=np.int64))
    problem = replace(none, limit=whole.limit)
    _, chosen = choose(problem)
    assert chosen.cost == 0.0
    assert len(chosen.flows.sku) == 0
    np.testing.assert_allclose(chosen.over, np.maximum(-whole.limit, 0.0))


def test_passes_are_given_by_their_shares() -> None:
    """In every block each pass is given about as often as its share says."""
    problem = make_world(np.random.default_rng(1), skus=6400)
    shares = np.zeros((3, 64))
    shares[0], shares[2] = 0.3, 0.7
    number = spread_passes(problem, shares)
    assert not (number == 1).any()
    for start in range(0, 6400, 100):
        assert abs((number[start : start + 100] == 0).sum() - 30) <= 2


def test_mix_keeps_the_limit_and_tells_its_price() -> None:
    """One row of room 4: the group that gains most gets it, at what the other one would pay."""
    problem = make_world(np.random.default_rng(0), skus=1)
    rows = len(problem.limit)
    use = np.zeros((4, rows))
    use[[1, 3], 0] = 4.0
    answers = Answers(np.array([0, 0, 1, 1]), np.array([0.0, -8.0, 0.0, -6.0]), use)
    room = np.full(rows, np.inf)
    room[0] = 4.0
    room[1:] = 1e9
    mixed = mix_answers(problem, answers, room, solver="highs")
    np.testing.assert_allclose(mixed.share, [0.0, 1.0, 1.0, 0.0], atol=1e-7)
    assert mixed.cost == pytest.approx(-8.0)
    assert 1.5 - 1e-7 <= mixed.prices[0] <= 2.0 + 1e-7
    whole = mix_answers(problem, answers, room, solver="cbc", whole=True)
    np.testing.assert_allclose(whole.share, [0.0, 1.0, 1.0, 0.0], atol=1e-7)


def test_mix_breaks_a_limit_only_where_none_is_kept() -> None:
    """Without an answer within the room the excess is told."""
    problem = make_world(np.random.default_rng(0), skus=1)
    rows = len(problem.limit)
    use = np.zeros((1, rows))
    use[0, 0] = 3.0
    room = np.full(rows, 1e9)
    room[0] = 1.0
    answers = Answers(np.zeros(1, dtype=np.int64), np.zeros(1), use)
    mixed = mix_answers(problem, answers, room, solver="highs", whole=True)
    assert mixed.over[0] == pytest.approx(2.0)
    assert not mixed.over[1:].any()


def test_answers_alike_are_offered_once() -> None:
    """The known answers come first, then the best of the others, each once."""
    cost = np.array([5.0, 4.0, 4.0, 7.0])
    assert offered(cost, np.array([2.0, 1.0, 1.0, 3.0]), [3]) == [3, 1, 0]
    assert offered(cost, np.array([2.0, 1.0, 1.0, 3.0]), [3, 0, 3]) == [3, 0, 1]
