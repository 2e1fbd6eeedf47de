"""Answers exchanged: limits come to hold and stay so, and no two other answers cost less."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from prepos.plan.transport.exchange import exchange

ANSWERS, SKUS, ROWS = 3, 6, 2
FREE = np.full(ROWS, 1e9)  # ceilings that no sum comes near


def draw(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return cost and use of answers, the first taking nothing, and room for half of the others."""
    rng = np.random.default_rng(seed)
    use = rng.uniform(0.0, 4.0, (ANSWERS, SKUS, ROWS))
    use[0] = 0.0
    cost = -use.sum(axis=2) * rng.uniform(0.5, 1.5, (ANSWERS, SKUS))
    return cost, use, use.max(axis=0).sum(axis=0) / 2.0


def tell(
    cost: np.ndarray, use: np.ndarray, given: tuple[int, ...] | np.ndarray
) -> tuple[float, np.ndarray]:
    """Return what answers cost and take together."""
    of = np.asarray(given), np.arange(SKUS)
    return float(cost[of].sum()), use[of].sum(axis=0)


@pytest.mark.parametrize("seed", range(20))
def test_neither_one_other_answer_nor_two_are_better(seed: int) -> None:
    """From where nothing is taken: the limits hold, and every change of two SKUs was tried."""
    cost, use, room = draw(seed)
    found = exchange(cost, use, np.zeros(SKUS, dtype=np.int64), room, np.full(ROWS, 50.0), FREE)
    paid, taken = tell(cost, use, found)
    assert (taken <= room + 1e-6).all()
    for pair in combinations(range(SKUS), 2):
        for answers in product(range(ANSWERS), repeat=2):
            other = found.copy()
            other[list(pair)] = answers
            spent, takes = tell(cost, use, other)
            assert spent >= paid - 1e-6 or (takes > room).any()


@pytest.mark.parametrize("seed", range(20))
def test_near_the_best_of_all(seed: int) -> None:
    """From where all want too much; of all 729 ways the best that fits is not far."""
    cost, use, room = draw(seed)
    ways = (tell(cost, use, way) for way in product(range(ANSWERS), repeat=SKUS))
    best = min(spent for spent, takes in ways if (takes <= room).all())
    found = exchange(cost, use, cost.argmin(axis=0), room, np.ones(ROWS), FREE)
    paid, taken = tell(cost, use, found)
    assert (taken <= room + 1e-6).all()
    assert best - 1e-9 <= paid <= 0.8 * best


def test_what_costs_less_than_its_ceiling_is_broken() -> None:
    """A limit that may be broken cheaply is: no answer pays more than its ceiling for it."""
    cost, use = np.array([[0.0], [-5.0]]), np.array([[[0.0]], [[2.0]]])
    start, room = np.zeros(1, dtype=np.int64), np.zeros(1)
    for ceiling, answer in ((2.0, 1), (3.0, 0)):
        found = exchange(cost, use, start, room, np.array([1e3]), np.array([ceiling]))
        assert found.tolist() == [answer]
