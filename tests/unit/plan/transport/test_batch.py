"""The compiled batch against an ordinary program, on random worlds."""

from __future__ import annotations

from dataclasses import replace

import numba
import numpy as np
import pytest

from prepos.plan.transport.asked import answer_each, read_flows
from prepos.plan.transport.batch import answer, blocks_of
from prepos.plan.transport.problem import TransportProblem
from tests.unit.plan.transport.worlds import (
    idle_cost,
    idle_use,
    list_columns,
    make_world,
    solve_world,
    tell_flows,
)

SEEDS = range(12)


def world(seed: int, **size: int) -> tuple[TransportProblem, np.ndarray, np.ndarray]:
    """Return a problem, some prices, and values to start from."""
    rng = np.random.default_rng(seed)
    problem = make_world(rng, periods=1 + seed % 3, **size)
    prices = rng.uniform(0.0, 1.5, len(problem.limit)) * (rng.random(len(problem.limit)) < 0.5)
    return problem, prices, np.zeros(len(problem.sources.units))


@pytest.mark.parametrize("seed", SEEDS)
def test_answer_is_the_cheapest_at_the_prices(seed: int) -> None:
    """The batch costs what a linear program of the same columns costs."""
    problem, prices, value = world(seed)
    cost, _ = answer(problem, prices, value)
    bound = cost.sum() - prices @ problem.limit + problem.shortage
    assert bound == pytest.approx(solve_world(problem, prices=prices), abs=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_start_does_not_matter(seed: int) -> None:
    """From any values of the sources the cost is the same, and from its own nothing moves."""
    problem, prices, value = world(seed)
    cost, _ = answer(problem, prices, value)
    for start in (value.copy(), np.random.default_rng(seed).uniform(0, 8, len(value))):
        again, _ = answer(problem, prices, start)
        np.testing.assert_allclose(again, cost, atol=1e-9)


@pytest.mark.parametrize("seed", [175, 303])
def test_a_rank_served_at_a_loss_on_the_way_is_given_up(seed: int) -> None:
    """What was pushed on by way of a rank that is better left to nobody does not stay there."""
    rng = np.random.default_rng(seed)
    problem = make_world(rng, skus=20, nodes=5, zones=3, periods=1 + seed % 3)
    prices = rng.exponential(1.5, len(problem.limit)) * (rng.random(len(problem.limit)) < 0.5)
    count = len(problem.sources.units)
    start = rng.exponential(2.0, count) * (rng.random(count) < 0.7)
    again, _ = answer(problem, prices, start)
    np.testing.assert_allclose(again, answer(problem, prices, np.zeros(count))[0], atol=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_values_prove_the_cost(seed: int) -> None:
    """Sources paid at their values, and ranks at what they then save, add up to the cost."""
    problem, prices, value = world(seed)
    cost, _ = answer(problem, prices, value)
    assert (value >= 0).all()
    best = np.zeros(len(problem.ranks.width))
    for _, source, rank, _, spent, use in list_columns(problem):
        best[rank] = min(best[rank], spent + use @ prices + value[source])
    units = problem.sources.units
    proven = best @ problem.ranks.width - value @ units
    for sku in range(len(problem)):
        for source in range(*problem.sources.first[sku : sku + 2]):
            release = int(problem.sources.release[source])
            lies = idle_cost(problem, sku, release) + idle_use(problem, sku, release) @ prices
            proven += units[source] * lies
    assert proven == pytest.approx(cost.sum(), abs=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_flows_add_up(seed: int) -> None:
    """Flows stay within sources and ranks, and cost and take what the batch says."""
    problem, prices, value = world(seed)
    everyone = np.arange(len(problem))
    cost, use = answer_each(problem, prices, value, everyone)
    flows = read_flows(problem, prices, value, everyone)
    units = flows.units
    assert (units > 0).all()
    left = problem.sources.units - np.bincount(flows.source, units, len(problem.sources.units))
    assert (left >= 0).all()
    assert (np.bincount(flows.rank, units, len(problem.ranks.width)) <= problem.ranks.width).all()
    spent, taken = tell_flows(problem, flows)
    np.testing.assert_allclose(spent, cost, atol=1e-6)
    np.testing.assert_allclose(taken, use, atol=1e-6)


def test_some_skus_answer_as_among_all() -> None:
    """A SKU's answer does not depend on who else is asked."""
    problem, prices, value = world(5, skus=9)
    cost, use = answer_each(problem, prices, value, np.arange(9))
    few = np.array([1, 4, 8])
    some = answer_each(problem, prices, value, few)
    np.testing.assert_array_equal(some[0], cost[few])
    np.testing.assert_array_equal(some[1], use[few])


def test_each_sku_is_asked_at_its_own_prices() -> None:
    """SKUs asked at many prices at once answer as each does alone, in their own order."""
    problem, prices, value = world(6, skus=40)
    many = prices * np.array([0.0, 0.5, 1.0, 4.0])[:, None]
    skus = np.arange(1, 40, 2)
    which = np.random.default_rng(6).choice([0, 1, 3], len(skus))
    cost, use = answer_each(problem, many, value, skus, which)
    flows = read_flows(problem, many, value, skus, which)
    np.testing.assert_array_equal(np.lexsort(tuple(flows[3::-1])), np.arange(len(flows.sku)))
    for number in np.unique(which).tolist():
        mine = which == number
        alone = answer_each(problem, many[number], value, skus[mine])
        np.testing.assert_array_equal(cost[mine], alone[0])
        np.testing.assert_array_equal(use[mine], alone[1])
        told = read_flows(problem, many[number], value, skus[mine])
        among = np.isin(flows.sku, skus[mine])
        for column, wanted in zip(flows, told, strict=True):
            np.testing.assert_array_equal(column[among], wanted)


def test_nobody_asked_answers_nothing() -> None:
    """No SKUs, no answers."""
    problem, prices, value = world(5, skus=9)
    nobody = np.arange(0)
    cost, use = answer_each(problem, prices, value, nobody)
    assert cost.shape == (0,)
    assert use.shape == (0, len(prices))
    assert len(read_flows(problem, prices, value, nobody).sku) == 0


def test_threads_do_not_show() -> None:
    """One thread and two give the same bytes."""
    problem, prices, value = world(3, skus=40)
    told = []
    for threads in (1, min(2, numba.config.NUMBA_NUM_THREADS)):
        numba.set_num_threads(threads)
        told.append(answer(problem, prices, value.copy()))
    np.testing.assert_array_equal(told[0][0], told[1][0])
    np.testing.assert_array_equal(told[0][1], told[1][1])


def test_nothing_to_decide() -> None:
    """Without a SKU there is one empty block; without stock or demand a SKU costs nothing."""
    problem, prices, value = world(0, skus=1)
    empty = problem.sources._replace(first=np.zeros(2, dtype=np.int64))
    without = replace(problem, sources=empty)
    cost, use = answer(without, prices, value)
    assert cost.sum() == 0.0
    assert not use.any()
    np.testing.assert_array_equal(blocks_of(0), [0, 0])
