"""Quantiles are scipy's, to the unit, whatever the mean and the dispersion."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom, poisson

from prepos.forecast.quantiles import CLIMB, count_quantiles

LEVELS = np.array([0.001, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.9999])
DISPERSIONS = (0.0, 1e-9, 1e-7, 1e-4, 0.01, 0.3, 1.0, 10.0, 100.0, 1e4)


def scipys(mean: np.ndarray, dispersion: float) -> np.ndarray:
    """Return scipy's own quantiles."""
    if dispersion <= 1e-8:
        return poisson.ppf(LEVELS[:, None], mean)
    return nbinom.ppf(LEVELS[:, None], 1 / dispersion, 1 / (1 + dispersion * mean))


@pytest.mark.parametrize("dispersion", DISPERSIONS)
def test_quantiles_are_scipys(dispersion: float) -> None:
    """From a millionth of a unit to a million units, on both sides of the climb's end."""
    means = np.concatenate([np.geomspace(1e-6, 1e6, 60), [CLIMB - 0.5, CLIMB, CLIMB + 0.5]])
    found = count_quantiles(means, np.full(len(means), dispersion), LEVELS)
    np.testing.assert_array_equal(found, scipys(means, dispersion))


@settings(deadline=None, max_examples=60)
@given(
    mean=st.floats(0.0, 1e5),
    dispersion=st.floats(0.0, 1e3),
    level=st.floats(0.001, 0.9999),
)
def test_quantile_is_where_the_level_is_first_reached(
    mean: float, dispersion: float, level: float
) -> None:
    """The distribution function is at the level there, and below it one unit earlier."""
    units = count_quantiles(np.array([mean]), np.array([dispersion]), [level])[0, 0]
    size = 1 / max(dispersion, 1e-8)
    law = nbinom(size, 1 / (1 + mean / size)) if dispersion > 1e-8 else poisson(mean)
    assert law.cdf(units) >= level - 1e-9
    assert units == 0 or law.cdf(units - 1) < level + 1e-9


def test_order_of_levels_and_shape_are_kept() -> None:
    """Levels may come in any order and twice; one dispersion serves all cells."""
    mean = np.array([[0.0, 0.4, 7.0], [30.0, 1000.0, 0.02]])
    levels = [0.9, 0.1, 0.5, 0.9]
    found = count_quantiles(mean, np.array(0.5), levels)
    assert found.shape == (4, 2, 3)
    for level, counts in zip(levels, found, strict=True):
        np.testing.assert_array_equal(counts, count_quantiles(mean, mean * 0 + 0.5, [level])[0])
    assert (found[:, 0, 0] == 0).all()


def test_a_level_of_one_ends() -> None:
    """Where no count is certain, the climb ends when it adds nothing more."""
    found = count_quantiles(np.array([0.0, 3.0, 900.0]), np.array([1.0, 1.0, 1.0]), [1.0])
    assert np.isfinite(found).all()
    assert found[0, 0] == 0
    assert found[0, 1] > 100


def test_no_levels_and_no_cells() -> None:
    """Empty questions have empty answers."""
    assert count_quantiles(np.ones(3), np.ones(3), []).shape == (0, 3)
    assert count_quantiles(np.ones((0, 4)), np.ones((0, 4)), [0.5]).shape == (1, 0, 4)


def test_threads_do_not_matter() -> None:
    """One thread and all give the same bytes."""
    rng = np.random.default_rng(0)
    mean, dispersion = rng.gamma(0.2, 5.0, 5000), rng.gamma(1.0, 1.0, 5000)
    shared = count_quantiles(mean, dispersion, LEVELS)
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    alone = count_quantiles(mean, dispersion, LEVELS)
    numba.set_num_threads(before)
    assert shared.tobytes() == alone.tobytes()
