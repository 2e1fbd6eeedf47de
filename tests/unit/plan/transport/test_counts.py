"""Parts of vehicles made whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csc_matrix

from prepos.core.types import FloatArray
from prepos.plan.transport.batch import answer
from prepos.plan.transport.choice import choose_flows
from prepos.plan.transport.climb import prove
from prepos.plan.transport.counts import count_vehicles, dear_prices, hold, shut
from prepos.plan.transport.mix import Mixed
from prepos.plan.transport.prices import find_prices
from prepos.plan.transport.problem import TransportProblem
from prepos.plan.transport.purchases import Purchases
from tests.unit.plan.transport.worlds import make_world

ROOMS, FLEET, BROUGHT = 3, 3, 4  # rows: room of three vehicles, a fleet's limit, what they bring


def make_counted(fleet: float = 100.0) -> TransportProblem:
    """Return a problem with three kinds of vehicles of 2 m3 into one room of 5."""
    rooms = np.hstack([-2.0 * np.eye(ROOMS), np.zeros((ROOMS, 2))]).T
    rooms[FLEET], rooms[BROUGHT] = 1.0, -1.0
    problem = make_world(np.random.default_rng(1), skus=5)
    return replace(
        problem,
        limit=np.array([0.0, 0.0, 0.0, fleet, 2.0]),
        ceiling=np.full(5, 1e6),
        purchases=Purchases(
            np.full(ROOMS, 10.0),
            np.full(ROOMS, 9.0),
            csc_matrix(rooms),
            np.arange(5) == BROUGHT,
        ),
    )


def count(problem: TransportProblem, bought: list[float], forced: FloatArray) -> list[float]:
    """Return the whole numbers that a mix of so many is rounded to; all its rows are full."""
    mixed = Mixed(
        share=np.ones(1),
        prices=np.array([5.0, 5.0, 5.0, 0.0, 5.0]),
        cost=0.0,
        over=np.zeros(5),
        bought=np.array(bought),
    )
    use = problem.limit - problem.purchases.take @ mixed.bought
    use[FLEET] = 0.0
    return count_vehicles(problem, mixed, use, forced, solver="highs").tolist()


NOTHING = np.zeros(5)


@pytest.mark.parametrize(
    ("bought", "found"),
    [
        ([1.4, 0.4, 1.2], [2.0, 0.0, 1.0]),  # three fill the room; more is lost where few go
        ([0.4, 0.4, 1.2], [0.0, 1.0, 1.0]),  # either of two
        ([1.6, 1.6, 0.8], [2.0, 1.0, 1.0]),  # four, though each by itself is nearer to one more
        ([2.0, 0.0, 1.0 - 1e-9], [2.0, 0.0, 1.0]),
    ],
)
def test_what_comes_into_a_room_is_kept(bought: list[float], found: list[float]) -> None:
    """Neither a room that the mix fills is left empty, nor is a vehicle bought in vain."""
    told = count(make_counted(), bought, NOTHING)
    assert sum(told) == sum(found)
    assert all(abs(each - part) < 1.0 for each, part in zip(told, bought, strict=True))


def test_a_fleet_is_not_overdrawn() -> None:
    """Of three that would be rounded up, the fleet has two."""
    assert sum(count(make_counted(fleet=2.0), [0.7, 0.7, 0.6], NOTHING)) == 2.0


def test_what_must_be_sent_has_its_vehicles() -> None:
    """However little of one a mix asks for: where units must go, and where room is missing."""
    problem = make_counted()
    forced = np.array([0.0, 2.5, 0.0, 0.0, 0.0])
    assert count(problem, [0.1, 1.25, 0.0], forced)[1] == 2.0
    missing = replace(problem, limit=problem.limit - np.array([0.3, 0.0, 0.0, 0.0, 0.0]))
    assert count(missing, [0.15, 1.0, 1.0], NOTHING)[0] == 1.0


def test_dear_room_is_the_vehicles_own() -> None:
    """Neither a fleet's nor what many bring is dear."""
    dear = dear_prices(make_counted(), np.full(5, 7.0))
    np.testing.assert_allclose(dear, [1e4, 1e4, 1e4, 7.0, 7.0])


def test_held_rooms_are_what_vehicles_give() -> None:
    """None can be bought; what whole ones keep by themselves is never reached."""
    problem = make_counted(fleet=5.0)
    held = hold(problem, np.array([2.0, 0.0, 1.0]))
    np.testing.assert_allclose(held.limit[:BROUGHT], [4.0, 0.0, 2.0, 2.0])
    assert held.limit[BROUGHT] >= 5.0
    assert not len(held.purchases.cost)


@pytest.mark.parametrize("seed", range(4))
def test_shut_rows_prove_no_less(seed: int) -> None:
    """Without room, the highest price proves as much as any, whatever the others are."""
    rng = np.random.default_rng(seed)
    problem = make_world(rng, skus=20, vehicles=True)
    bought = rng.integers(0, 2, len(problem.purchases.cost)).astype(np.float64)
    held, prices = hold(problem, bought), rng.uniform(0.0, 3.0, len(problem.limit))
    proven = []
    for told in (prices, shut(problem, bought, prices)):
        cost, _ = answer(held, told, np.zeros(len(held.sources.units)))
        proven.append(prove(held, told, cost))
    assert proven[1] >= proven[0] - 1e-9 * abs(proven[0])


def test_counts_are_near_the_best() -> None:
    """One vehicle more or fewer of any kind costs more, or as good as no less."""
    problem = make_world(np.random.default_rng(3), skus=400, nodes=5, vehicles=True)
    search = find_prices(problem, solver="highs", precision=1e-5)
    ones = np.ones(len(problem), dtype=np.int64)
    chosen = choose_flows(problem, search, ones, ones, solver="highs", precision=1e-4)

    def least(bought: FloatArray) -> float:
        held = hold(problem, bought)
        spent = float(problem.purchases.cost @ bought)
        return spent + find_prices(held, solver="highs", precision=1e-5).bound

    now = least(chosen.bought)
    for kind in range(len(chosen.bought)):
        for change in (-1.0, 1.0):
            other = chosen.bought.copy()
            other[kind] += change
            if other[kind] >= 0:
                assert least(other) >= now - 5e-4 * abs(now)
