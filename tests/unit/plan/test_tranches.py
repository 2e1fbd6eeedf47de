"""Demand cut into tranches: what is served in expectation, ranks, hit rates."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import nbinom, poisson

from prepos.plan.tranches import (
    GRID,
    UNIT_LEVEL_UP_TO,
    cut_ranks,
    demand_quantile,
    expected_served,
)

MEANS = [1e-6, 0.01, 0.7, 5.0, 40.0, 1e4]


@pytest.mark.parametrize("mean", MEANS)
@pytest.mark.parametrize("dispersion", [0.0, 1e-8, 0.2, 5.0, 1e4])
@pytest.mark.parametrize("stock", [0, 1, 3, 30])
def test_expected_served_is_the_sum_over_the_distribution(
    mean: float, dispersion: float, stock: int
) -> None:
    """N less what is left of it, by the recursion of the distribution's terms."""
    chance = np.exp(-mean if dispersion == 0 else -np.log1p(dispersion * mean) / dispersion)
    left = 0.0
    for demand in range(stock):
        left += (stock - demand) * chance
        spread = dispersion * mean
        chance *= (mean + spread * demand) / ((demand + 1) * (1 + spread))
    served = expected_served(np.array(mean), np.array(dispersion), np.array(stock))
    assert_allclose(served, stock - left, rtol=1e-7, atol=1e-11)


def test_quantile_holds_the_probability() -> None:
    """Demand stays at or under it with the probability, and not under one less."""
    found = demand_quantile(np.array([6.0, 6.0]), np.array([0.0, 0.4]), np.full(2, 0.8))
    size = 1 / 0.4
    for units, spread in zip(found, (poisson(6.0), nbinom(size, size / (size + 6))), strict=True):
        assert spread.cdf(units) >= 0.8 > spread.cdf(units - 1)


def test_few_units_are_cut_one_by_one() -> None:
    """Every rank up to the top is a tranche of its own."""
    _, low, high = cut_ranks(np.array([1.5]), np.array([0.0]))
    assert low.tolist() == list(range(len(low)))
    assert high.tolist() == list(range(1, len(low) + 1))
    assert high[-1] <= UNIT_LEVEL_UP_TO


def test_many_units_are_cut_at_quantiles() -> None:
    """No more tranches than quantiles, one after the other, from 0 to the top."""
    _, low, high = cut_ranks(np.array([200.0]), np.array([0.2]))
    assert len(high) <= len(GRID)
    assert low[0] == 0
    assert low[1:].tolist() == high[:-1].tolist()
