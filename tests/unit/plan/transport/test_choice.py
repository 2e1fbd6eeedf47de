"""Whole answers from the passes of a price search."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from prepos.plan.transport.choice import choose_answers, chosen_answers, offered, spread_passes
from prepos.plan.transport.mix import Answers, mix_answers
from prepos.plan.transport.prices import find_prices, sample_of
from tests.unit.plan.transport.worlds import make_world


@pytest.mark.parametrize("vehicles", [False, True])
def test_many_skus_are_chosen_for_at_little_loss(vehicles: bool) -> None:
    """With hundreds of SKUs whole answers cost hardly more than the bound, and limits hold."""
    problem = make_world(np.random.default_rng(3), skus=400, nodes=5, vehicles=vehicles)
    search = find_prices(problem, solver="highs", precision=1e-4)
    choice = choose_answers(problem, search, solver="highs", precision=1e-4)
    assert not choice.over.any()
    assert search.bound <= choice.cost <= search.bound + 0.002 * abs(search.bound)
    np.testing.assert_array_equal(choice.bought, np.rint(choice.bought))
    cost, use = chosen_answers(problem, search, choice.number)
    bought = problem.purchases.cost @ choice.bought
    assert cost + bought + problem.shortage == pytest.approx(choice.cost)
    np.testing.assert_allclose(use, choice.use)


def test_without_skus_there_is_nothing_to_choose() -> None:
    """No SKU costs nothing; a fill that is asked for all the same is told as missing."""
    whole = make_world(np.random.default_rng(0), skus=3)
    none, _ = sample_of(whole, np.zeros(0, dtype=np.int64))
    problem = replace(none, limit=whole.limit)
    search = find_prices(problem, solver="highs", precision=1e-4)
    choice = choose_answers(problem, search, solver="highs", precision=1e-4)
    assert choice.cost == 0.0
    assert len(choice.number) == 0
    np.testing.assert_allclose(choice.over, np.maximum(-whole.limit, 0.0))


def test_same_problem_same_choice() -> None:
    """Made twice, a choice is the same to the letter."""
    problem = make_world(np.random.default_rng(5), skus=120)
    told = []
    for _ in range(2):
        search = find_prices(problem, solver="highs", precision=1e-4)
        told.append(choose_answers(problem, search, solver="highs", precision=1e-4))
    np.testing.assert_array_equal(told[0].number, told[1].number)
    assert told[0].cost == told[1].cost


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
    """The given answer comes first, then the best of the others, each once."""
    cost = np.array([5.0, 4.0, 4.0, 7.0])
    assert offered(cost, np.array([2.0, 1.0, 1.0, 3.0]), 3) == [3, 1, 0]
