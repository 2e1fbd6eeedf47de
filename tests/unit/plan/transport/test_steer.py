"""Blocks of SKUs asked at prices of their own, so that together they hardly miss the limits."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from prepos.plan.transport.batch import blocks_of
from prepos.plan.transport.cases import make_cases
from prepos.plan.transport.climb import Pass
from prepos.plan.transport.passes import ask_some
from prepos.plan.transport.prices import find_prices
from prepos.plan.transport.steer import (
    LEAST,
    MOST,
    elasticity,
    near_prices,
    signs_of,
    steer,
    sum_use,
)
from tests.unit.plan.transport.worlds import make_scarce


def test_any_two_priced_rows_are_told_apart() -> None:
    """No two priced rows move together in all of the signs, however many are free."""
    prices = np.where(np.arange(40) % 3 == 0, 0.0, 1.5)
    signs = signs_of(prices)[:, prices > 0]
    assert len(signs) == 5  # 26 priced rows
    assert len(np.unique(signs, axis=1).T) == signs.shape[1]


def test_elasticity_is_that_of_a_power_law() -> None:
    """What is taken as a power of each row's own price has that power, within bounds."""
    power = np.array([1.5, 4.0, 8.0, 0.02, 90.0])
    prices = np.array([1.0, 2.0, 0.5, 3.0, 1.0])
    use = np.stack([100.0 * (asked / prices) ** -power for asked in near_prices(prices, prices)])
    told = elasticity(prices, use)
    np.testing.assert_allclose(told[:3], power[:3], rtol=0.1)
    assert told[3] == LEAST
    assert LEAST < told[4] <= MOST


def test_elasticity_of_what_is_asked_for() -> None:
    """A row that asks for something is taken below 0: the dearer it is, the more of it is given."""
    prices = np.array([1.0, 2.0])
    use = np.stack([-100.0 * (asked / prices) ** 3.0 for asked in near_prices(prices, prices)])
    np.testing.assert_allclose(elasticity(prices, use), 3.0, rtol=0.1)


@pytest.mark.parametrize(
    ("seed", "pack", "share"), [(1, 1, 0.3), (2, 1, 0.3), (3, 1, 0.3), (2, 3, 0.85)]
)
def test_blocks_miss_less_than_one_price_does(seed: int, pack: int, share: float) -> None:
    """From prices that ask for too much, blocks at prices of their own miss a fraction of it.

    It is a larger one where cases are coarse beside what is missed.
    """
    problem = make_scarce(np.random.default_rng(seed), skus=1200)
    search = find_prices(problem, solver="highs", precision=1e-4)
    search = replace(search, prices=0.9 * search.prices)
    cases = make_cases(np.full(len(problem), pack), np.ones(len(problem), dtype=np.int64))
    ask = partial(ask_some, problem, search, cases)
    edges = blocks_of(len(problem)).tolist()
    blocks = [np.arange(*each) for each in pairwise(edges)]
    first = [ask(search.prices, block) for block in blocks]
    start = Pass(
        search.prices,
        np.concatenate([each.cost for each in first]),
        np.concatenate([each.use for each in first]),
    )
    passes = steer(problem, search, start, np.full(len(problem.limit), 4.0), ask, 0.0)
    assert len(passes) == len(blocks)
    for block, each in zip(blocks, passes, strict=True):
        again = ask(each.prices, block)
        np.testing.assert_allclose(each.use, again.use, atol=1e-6)
        np.testing.assert_allclose(each.cost, again.cost)
    before = search.prices @ np.abs(problem.limit - sum_use(first))
    after = search.prices @ np.abs(problem.limit - sum_use(passes))
    assert before > 0
    assert after <= share * before


def test_nothing_is_moved_where_nothing_is_missed() -> None:
    """Blocks that miss less than is told to matter keep what they answered."""
    problem = make_scarce(np.random.default_rng(3), skus=300)
    search = find_prices(problem, solver="highs", precision=1e-4)
    start = next(each for each in search.passes if (each.prices == search.prices).all())

    def refuse(prices: np.ndarray, skus: np.ndarray) -> Pass:
        raise AssertionError(f"{len(skus)} SKUs were asked at {prices}")

    elastic = np.ones(len(problem.limit))
    passes = steer(problem, search, start, elastic, refuse, np.inf)
    np.testing.assert_allclose(sum_use(passes), search.use)
