"""Second opinion on ranks: the same cuts and chances as plans are made with, by other means."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import nbinom, poisson

from prepos.core.spans import span_number
from prepos.plan.transport.ranks import cut_window, make_ranks
from prepos.plan.verify_ranks import (
    AS_IF_CERTAIN,
    Cells,
    chances,
    cut_cells,
    expected_min,
    list_spans,
    quantile,
)


def drawn(periods: int, seed: int, *, digits: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Return means (T, 1, C) from a thousandth to some hundred and dispersions (P, 1, C)."""
    rng = np.random.default_rng(seed)
    mean = rng.lognormal(0.5, 2.0, (periods, 1, 400)).round(digits)
    mean[rng.random(mean.shape) < 0.1] = 0.0
    spread = rng.choice([0.0, 0.05, 0.4, 3.0], (len(list_spans(periods)), 1, 400))
    return mean, spread


@pytest.mark.parametrize("certain", [False, True], ids=["scattered", "certain"])
@pytest.mark.parametrize("digits", [6, 1])
@pytest.mark.parametrize("periods", [1, 2, 4])
def test_cuts_and_chances_are_those_of_plans(periods: int, digits: int, certain: bool) -> None:
    """Every rank and every chance is found again, where means add up to halves too."""
    mean, spread = drawn(periods, periods, digits=digits)
    spread = np.full_like(spread, AS_IF_CERTAIN) if certain else spread
    good_for = np.random.default_rng(digits).integers(1, periods + 1, 400)
    ranks = make_ranks(mean, spread, good_for)
    wanted = np.flatnonzero(mean.sum(axis=(0, 1)) > 1e-9)
    cells = Cells(mean[:, 0, wanted], spread[:, 0, wanted], good_for[wanted])
    cell, low, high = cut_cells(cells)
    assert_array_equal(high - low, ranks.width)
    assert_array_equal(np.bincount(wanted[cell], minlength=400), np.diff(ranks.first))
    for since in range(periods):
        used = chances(cells, cell, low, high, since)
        assert not used[:, :since].any()
        for until in range(since, periods):
            told = ranks.used[:, span_number(since, until, periods)]
            assert_allclose(used[:, until], told, rtol=1e-6, atol=1e-7)


def test_cuts_are_those_of_the_window() -> None:
    """The same cell, start and end, one by one."""
    mean, spread = drawn(3, seed=9)
    good_for = np.full(400, 3)
    wanted = np.flatnonzero(mean.sum(axis=(0, 1)) > 1e-9)
    cells = Cells(mean[:, 0, wanted], spread[:, 0, wanted], good_for[wanted])
    for ours, theirs in zip(
        cut_cells(cells), cut_window(cells.mean, cells.dispersion[2]), strict=True
    ):
        assert_array_equal(ours, theirs)


@pytest.mark.parametrize(("dispersion", "units"), [(0.0, 1), (0.0, 9), (0.4, 1), (0.4, 7)])
def test_expected_min_is_the_sum_of_chances(dispersion: float, units: int) -> None:
    """E min(D, n) is the sum over ranks of the chance that each is asked for."""
    mean, size = 3.7, 1 / (dispersion or 1)
    demand = nbinom(size, size / (size + mean)) if dispersion else poisson(mean)
    found = expected_min(np.array([mean]), np.array([dispersion]), np.array([units]))
    assert_allclose(found, demand.sf(np.arange(units)).sum(), rtol=1e-12)


@pytest.mark.parametrize("level", [0.03, 0.5, 0.995])
def test_quantile_is_the_first_unit_to_reach_the_level(level: float) -> None:
    """P(D <= n) reaches the level at n and not before."""
    mean = np.array([0.001, 0.7, 5.0, 80.0, 4000.0])
    size = 1 / 0.3
    demand = nbinom(size, size / (size + mean))
    found = quantile(mean, np.full(5, 0.3), level)
    assert (demand.cdf(found) >= level).all()
    assert (demand.cdf(found - 1) < level).all()
    assert_array_equal(quantile(mean, np.zeros(5), level), poisson(mean).ppf(level))


def test_a_later_start_misses_a_part_of_what_came_before() -> None:
    """Means of 2.5 and 3: of the orders of the first period for its rank, it loses half."""
    cells = Cells(np.array([[2.5], [3.0]]), np.zeros((3, 1)), np.array([2]))
    at, low = np.zeros(4, dtype=np.int64), np.array([1, 2, 3, 7])
    first, both = poisson(2.5), poisson(5.5)
    late = chances(cells, at, low, low + 1, 1)
    assert_allclose(late[:, 1], both.sf(low) - 0.5 * first.sf(low), rtol=1e-6)
    soon = chances(cells, at[:2], low[:2], low[:2] + 1, 0)
    assert_allclose(soon[:, 1], both.sf([1, 2]), rtol=1e-6)
