"""What a unit is worth at each node, beside what a unit more and a unit less really cost."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from prepos.plan.transport.batch import answer
from prepos.plan.transport.problem import TransportProblem, without_terms
from prepos.plan.transport.worth import value_everywhere
from tests.unit.plan.transport.worlds import idle_cost, idle_use, make_world

SEEDS = range(10)
CLOSE = 1e-7


def world(seed: int) -> tuple[TransportProblem, np.ndarray, np.ndarray]:
    """Return a problem without terms, some prices, and what its sources are worth at them."""
    rng = np.random.default_rng(seed)
    drawn = make_world(rng, skus=4, periods=1 + seed % 3)
    problem = replace(drawn, sources=without_terms(*drawn.sources[:3]))
    prices = rng.uniform(0.0, 1.5, len(problem.limit)) * (rng.random(len(problem.limit)) < 0.5)
    value = np.zeros(len(problem.sources.units))
    answer(problem, prices, value)
    return problem, prices, value


def with_units(problem: TransportProblem, node: int, sku: int, more: int) -> TransportProblem:
    """Return the problem with so many units more (or less) of a SKU at a node now."""
    sources = problem.sources
    units = np.zeros((len(problem), len(problem.places.is_forward)), dtype=np.int64)
    for number, (start, end) in enumerate(pairwise(sources.first.tolist())):
        np.add.at(units[number], sources.release[start:end], sources.units[start:end])
    units[sku, node] += more
    number, release = np.nonzero(units)
    first = np.searchsorted(number, np.arange(len(problem) + 1))
    return replace(problem, sources=without_terms(first, release, units[number, release]))


def cost_of(problem: TransportProblem, prices: np.ndarray) -> float:
    """Return what all SKUs cost at best at the prices."""
    return float(answer(problem, prices, np.zeros(len(problem.sources.units)))[0].sum())


def units_at(problem: TransportProblem, node: int, sku: int) -> int:
    """Return the units of a SKU at a node now."""
    own = slice(*problem.sources.first[sku : sku + 2].tolist())
    return int(problem.sources.units[own][problem.sources.release[own] == node].sum())


@pytest.mark.parametrize("seed", SEEDS)
def test_value_is_what_a_unit_more_saves_and_a_unit_less_costs(seed: int) -> None:
    """Where none lies it is the saving; where some lies, between the saving and the loss."""
    problem, prices, value = world(seed)
    worth = value_everywhere(problem, prices, value)
    now = cost_of(problem, prices)
    for node, sku in np.ndindex(worth.shape):
        lies = idle_cost(problem, sku, node) + idle_use(problem, sku, node) @ prices
        lies -= problem.goods.spare[sku, node]
        saved = now - cost_of(with_units(problem, node, sku, 1), prices) + lies
        if units_at(problem, node, sku) == 0:
            assert worth[node, sku] == pytest.approx(saved, abs=CLOSE)
        else:
            lost = cost_of(with_units(problem, node, sku, -1), prices) - now + lies
            assert saved - CLOSE <= worth[node, sku] <= lost + CLOSE


@pytest.mark.parametrize("seed", SEEDS)
def test_values_of_stock_are_those_that_prove_the_bound(seed: int) -> None:
    """A source that holds units is told as the certificate tells it."""
    problem, prices, value = world(seed)
    worth = value_everywhere(problem, prices, value)
    sku = np.repeat(np.arange(len(problem)), np.diff(problem.sources.first))
    holds = problem.sources.units > 0
    spare = problem.goods.spare[sku, problem.sources.release]
    told = (worth[problem.sources.release, sku] + spare)[holds]
    np.testing.assert_allclose(told, value[holds], atol=CLOSE)
    assert (worth >= 0).all()


def test_a_unit_is_worth_what_it_serves_as_spare_where_nobody_wants_it() -> None:
    """Without ranks no unit serves anybody else."""
    problem, prices, value = world(1)
    nobody = replace(problem, ranks=problem.ranks._replace(first=np.zeros(5, dtype=np.int64)))
    answer(nobody, prices, value)
    worth = value_everywhere(nobody, prices, value)
    np.testing.assert_allclose(worth, -problem.goods.spare.T, atol=CLOSE)
