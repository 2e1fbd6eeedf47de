"""Whether widths hold, and that those which do not are found."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from prepos.forecast.cells import count_chances as distribution
from prepos.forecast.cells import share_below
from prepos.forecast.coverage import BUSY, COVERED, Coverage, coverage

MEANS = np.exp(np.random.default_rng(1).normal(0.0, 1.0, 60_000))


def drawn(dispersion: float, seed: int = 2) -> np.ndarray:
    """Return units drawn with these means and dispersion."""
    rng = np.random.default_rng(seed)
    return rng.poisson(MEANS * rng.gamma(1.0 / dispersion, dispersion, len(MEANS))).astype(float)


def covered(mean: np.ndarray, dispersion: np.ndarray, units: np.ndarray) -> Coverage:
    """Return the coverage of negative-binomial counts."""
    below, upto = (distribution(mean, dispersion, units + more) for more in (-1.0, 0.0))
    return coverage(mean, units, below, upto)


def test_right_widths_cover_what_they_say() -> None:
    """Of 6,000 cells in a decile the shares miss by their noise alone."""
    found = covered(MEANS, np.full(len(MEANS), 0.7), drawn(0.7))
    assert found.cells.sum() == (MEANS >= BUSY).sum()
    assert (np.diff(found.mean) > 0).all()
    assert found.largest_miss < 0.02


@pytest.mark.parametrize(("told", "sign"), [(0.1, -1.0), (3.0, 1.0)])
def test_wrong_widths_are_found(told: float, sign: float) -> None:
    """Told too narrow, units pass the 95 % level too often; told too wide, too seldom."""
    found = covered(MEANS, np.full(len(MEANS), told), drawn(0.7))
    assert found.largest_miss > 0.04
    assert sign * (found.share[-1, COVERED.index(0.95)] - 0.95) > 0.02


def test_units_of_every_decile_add_up() -> None:
    """Each busy cell is in one decile."""
    units = drawn(0.7)
    found = covered(MEANS, np.full(len(MEANS), 0.7), units)
    assert found.units.sum() == units[MEANS >= BUSY].sum()
    assert len(found.cells) == 10


def test_few_cells_make_few_deciles_and_none_is_no_fault() -> None:
    """Three busy cells are three deciles; with none there is nothing to miss."""
    ones = np.ones(5)
    found = covered(np.array([0.0, 0.01, 1.0, 2.0, 3.0]), ones, ones)
    assert found.cells.tolist() == [1.0, 1.0, 1.0]
    nothing = covered(np.zeros(5), ones, ones)
    assert nothing.share.shape == (0, len(COVERED))
    assert nothing.largest_miss == 0.0


def test_the_expectation_is_that_of_the_draw() -> None:
    """Drawing the place within each jump a thousand times gives the same shares."""
    mean, dispersion = np.array([0.3, 2.0, 7.0]), np.array([1.5, 0.4, 0.0])
    units = np.array([1.0, 0.0, 9.0])
    upper, lower = distribution(mean, dispersion, units), distribution(mean, dispersion, units - 1)
    place = np.random.default_rng(3).random((200_000, 3))
    drawn_below = [(lower + place * (upper - lower) <= level).mean(axis=0) for level in COVERED]
    told = share_below(lower, upper, np.array(COVERED))
    np.testing.assert_allclose(told.T, drawn_below, atol=0.005)


def test_the_distribution_is_that_of_the_book() -> None:
    """Negative binomial where counts scatter, Poisson where they do not, 0 below nothing."""
    units = np.array([-1.0, 0.0, 3.0, 40.0])
    mean, wide = np.full(4, 2.5), np.full(4, 0.8)
    size = 1.0 / 0.8
    np.testing.assert_allclose(
        distribution(mean, wide, units), nbinom.cdf(units, size, size / (size + 2.5)), atol=1e-12
    )
    np.testing.assert_allclose(
        distribution(mean, np.zeros(4), units), poisson.cdf(units, 2.5), atol=1e-12
    )
