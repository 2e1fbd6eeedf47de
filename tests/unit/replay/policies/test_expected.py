"""How much stock covers expected demand, and what a unit saves."""

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from prepos.replay.policies.expected import chance_of_use, quantile
from prepos.replay.policies.saving import NOWHERE, nearest_node, saved_at

MEANS = np.array([0.0, 0.02, 0.7, 3.0, 55.0, 4000.0])


@pytest.mark.parametrize("dispersion", [0.0, 1e-12, 1e-6, 0.2, 3.0])
@pytest.mark.parametrize("chance", [0.01, 0.5, 0.8, 0.999])
def test_quantile_is_the_least_that_covers(dispersion: float, chance: float) -> None:
    """F(n) >= chance > F(n - 1), by the sum of the chances of each number."""
    spread = np.full_like(MEANS, dispersion)
    units = quantile(MEANS, spread, chance)
    assert units[0] == 0
    for mean, n in zip(MEANS[1:], units[1:], strict=True):
        count = np.arange(n + 1)
        if dispersion > 1e-9:
            each = nbinom.pmf(count, 1 / dispersion, 1 / (1 + dispersion * mean))
        else:
            each = poisson.pmf(count, mean)
        assert each.sum() >= chance - 1e-6
        assert each[:-1].sum() < chance + 1e-6


def test_no_chance_asks_for_nothing() -> None:
    """Zero or below, cell by cell."""
    mean = np.full(3, 5.0)
    assert quantile(mean, np.full(3, 0.2), np.array([-1.0, 0.0, 0.5])).tolist() == [0, 0, 4]


@pytest.mark.parametrize("dispersion", [0.0, 0.4])
def test_chances_of_use_add_up_to_the_mean(dispersion: float) -> None:
    """Sum over n of P(D >= n) is the mean; the first unit's is that of any demand at all."""
    count = np.arange(1, 400)
    chance = chance_of_use(np.full(399, 3.0), np.full(399, dispersion), count)
    assert chance.sum() == pytest.approx(3.0)
    none = np.exp(-3.0) if dispersion == 0 else (1 + dispersion * 3.0) ** (-1 / dispersion)
    assert chance[0] == pytest.approx(1 - none)
    assert (np.diff(chance) <= 0).all()
    assert chance_of_use(np.zeros(1), np.zeros(1), np.ones(1, dtype=np.int64)).tolist() == [0.0]


def test_nearest_is_the_cheapest_of_those_that_can() -> None:
    """Of the nodes asked about; nowhere where none can; the first of equals."""
    cost = np.array([[1.0, 5.0, np.inf, 2.0], [2.0, 3.0, np.inf, 2.0]])
    assert nearest_node(cost, np.array([True, True])).tolist() == [0, 1, NOWHERE, 0]
    assert nearest_node(cost, np.array([False, True])).tolist() == [1, 1, NOWHERE, 1]


def test_saving_is_weighted_by_demand() -> None:
    """Node 0's groups save 4 and 8 against the origin, node 2; the third a shortage of 10 or 20."""
    cost = np.array([[1.0, 1.0, 2.0, 9.0], [9.0, 9.0, 9.0, 1.0], [5.0, 9.0, np.inf, 6.0]])
    saved = saved_at(
        cost[:, :, None],
        np.array([0, 0, 0, 1]),
        np.array([[3.0], [1.0], [4.0], [0.0]]),
        np.array([False, False, True]),
        np.array([10.0, 20.0]),
    )
    assert saved[0] == pytest.approx([(3 * 4 + 8 + 4 * 8) / 8, (3 * 4 + 8 + 4 * 18) / 8])
    assert saved[1] == pytest.approx([5.0, 5.0])
    assert saved[2].tolist() == [0.0, 0.0]


def test_an_origin_saves_against_the_others() -> None:
    """Its own regions would else be served by the other origin, at 7 instead of 2."""
    saved = saved_at(
        np.array([2.0, 7.0])[:, None, None],
        np.array([0]),
        np.ones((1, 1)),
        np.array([True, True]),
        np.array([50.0]),
    )
    assert saved[:, 0].tolist() == [5.0, 0.0]
