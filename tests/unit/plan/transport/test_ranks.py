"""Demand over a window as ranks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import nbinom

from prepos.core.spans import list_spans, span_number
from prepos.plan.tranches import CERTAIN, cut_ranks, expected_served
from prepos.plan.transport.problem import Ranks
from prepos.plan.transport.ranks import make_ranks


def drawn(periods: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, Ranks]:
    """Return means, dispersions and the ranks of a random window."""
    rng = np.random.default_rng(seed)
    mean = rng.lognormal(0.5, 1.3, (periods, 4, 5))
    mean[:, 1, 2] = 0.0
    mean[0, 3] = 0.0
    spans = len(list_spans(periods)[0])
    dispersion = rng.uniform(0.25, 0.35, (spans, 4, 5))
    return mean, dispersion, make_ranks(mean, dispersion)


def test_one_period_is_the_newsvendor() -> None:
    """The ranks of a single period are its tranches."""
    mean, dispersion, ranks = drawn(1)
    sku, zone = np.nonzero(mean[0].T > 0)
    wanted, spread = mean[0, zone, sku], dispersion[0, zone, sku]
    cell, low, high = cut_ranks(wanted, spread)
    assert_array_equal(ranks.catchment, zone[cell])
    assert_array_equal(ranks.width, high - low)
    upto, below = (expected_served(wanted[cell], spread[cell], end) for end in (high, low))
    assert_allclose(ranks.used[:, 0], (upto - below) / (high - low), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("periods", [1, 2, 4])
def test_chances_rise_with_time(periods: int) -> None:
    """What is not used yet may be used later; all chances are chances."""
    _, _, ranks = drawn(periods)
    assert ((ranks.used >= 0) & (ranks.used <= 1)).all()
    for since in range(periods):
        for until in range(since, periods - 1):
            now = ranks.used[:, span_number(since, until, periods)]
            later = ranks.used[:, span_number(since, until + 1, periods)]
            assert (later >= now).all()


@pytest.mark.parametrize("periods", [1, 2, 4])
def test_stock_from_the_start_serves_what_it_can(periods: int) -> None:
    """All ranks together, there from the first day, serve E min(D, stock) of the window."""
    mean, dispersion, ranks = drawn(periods)
    column = span_number(0, periods - 1, periods)
    for sku in range(mean.shape[2]):
        mine = slice(*ranks.first[sku : sku + 2])
        for zone in range(mean.shape[1]):
            chosen = ranks.catchment[mine] == zone
            width, used = ranks.width[mine][chosen], ranks.used[mine, column][chosen]
            if not len(width):
                assert mean[:, zone, sku].sum() == 0.0
                continue
            served = expected_served(
                mean[:, zone, sku].sum(), dispersion[column, zone, sku], width.sum()
            )
            assert_allclose(width @ used, served, rtol=1e-5 if periods == 1 else 0.03)


def test_what_comes_later_misses_a_part_of_what_was_wanted_before() -> None:
    """From the second period on: wanted by the end, less half of what was wanted before."""
    mean = np.array([[[10.0]], [[6.0]]])
    ranks = make_ranks(mean, np.full((3, 1, 1), 0.1))
    high, alone = np.cumsum(ranks.width), ranks.width == 1
    late = ranks.used[:, span_number(1, 1, 2)]
    first, both = (nbinom(10.0, 10.0 / (10.0 + units)) for units in (10.0, 16.0))
    expected = both.sf(high - 1) - 0.5 * first.sf(high - 1)
    assert alone.sum() > 2
    assert_allclose(late[alone], expected[alone], rtol=1e-5)


def test_ranks_break_around_cumulative_means() -> None:
    """Where one period's demand passes to the next, ranks are a unit wide."""
    mean = np.array([[[40.5]], [[30.0]]])
    ranks = make_ranks(mean, np.full((3, 1, 1), 0.1))
    high = np.cumsum(ranks.width)
    assert {40, 41, 42} <= set(high.tolist())
    assert ranks.first.tolist() == [0, len(high)]
    for start, end in pairwise(ranks.first.tolist()):
        assert (ranks.width[start:end] > 0).all()


def test_nothing_is_sold_beyond_its_shelf_life() -> None:
    """What is not used by the last period it is good for stays unused; a later start finds none."""
    mean = np.full((3, 1, 2), 4.0)
    fresh, stale = (
        make_ranks(mean, np.full((6, 1, 2), 0.1), good) for good in (None, np.array([2, 3]))
    )
    first = slice(*stale.first[:2])
    by_second, by_third = (span_number(0, until, 3) for until in (1, 2))
    assert (stale.used[first, by_third] == stale.used[first, by_second]).all()
    assert (stale.used[first, by_second] == fresh.used[first, by_second]).all()
    assert not stale.used[first, span_number(2, 2, 3)].any()
    other = slice(*stale.first[1:])
    assert (stale.used[other] == fresh.used[other]).all()


@pytest.mark.parametrize("periods", [2, 4])
def test_no_more_is_used_than_is_wanted(periods: int) -> None:
    """Whatever period the unit of each rank serves from: the mean is not exceeded at any end."""
    mean, _, ranks = drawn(periods, seed=7)
    rng = np.random.default_rng(1)
    since = rng.integers(0, periods, (50, len(ranks.width)))
    sku = np.repeat(np.arange(mean.shape[2]), np.diff(ranks.first))
    for until in range(periods):
        columns = np.array([span_number(min(s, until), until, periods) for s in range(periods)])
        used = ranks.used[np.arange(len(sku)), columns[since]] * (since <= until)
        for drawn_use in used:
            by_cell = np.zeros(mean.shape[1:])
            np.add.at(by_cell, (ranks.catchment, sku), drawn_use * ranks.width)
            assert (by_cell <= mean[: until + 1].sum(axis=0) * (1 + 1e-5)).all()


def test_certain_demand_is_used_up_to_its_mean() -> None:
    """20.3 units: twenty for sure, the next with chance 0.3, none beyond; and so in each period."""
    ranks = make_ranks(np.full((1, 1, 1), 20.3), np.full((1, 1, 1), CERTAIN))
    assert ranks.width.tolist() == [20, 1]
    assert ranks.used[:, 0].tolist() == pytest.approx([1.0, 0.3])
    mean = np.array([2.5, 3.0]).reshape(2, 1, 1)
    ranks = make_ranks(mean, np.full((3, 1, 1), CERTAIN))
    assert ranks.width @ ranks.used[:, span_number(0, 0, 2)] == pytest.approx(2.5)
    assert ranks.width @ ranks.used[:, span_number(0, 1, 2)] == pytest.approx(5.5)
    late = ranks.used[:, span_number(1, 1, 2)]
    assert late[:3].tolist() == pytest.approx([0.0, 0.0, 0.5])
