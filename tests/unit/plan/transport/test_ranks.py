"""Demand over a window as ranks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from prepos.core.spans import list_spans, span_number
from prepos.plan.tranches import expected_served, make_tranches
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
    tranches = make_tranches(mean, dispersion)
    assert_array_equal(ranks.first, tranches.first)
    assert_array_equal(ranks.catchment, tranches.catchment)
    assert_array_equal(ranks.width, tranches.width)
    assert_allclose(ranks.used[:, 0], tranches.hit_rate, rtol=1e-6, atol=1e-7)


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


def test_what_comes_later_misses_the_first_ranks() -> None:
    """From the second period on the ranks below the first period's mean are not met at all."""
    mean = np.array([[[10.0]], [[6.0]]])
    ranks = make_ranks(mean, np.full((3, 1, 1), 0.1))
    high = np.cumsum(ranks.width)
    late = ranks.used[:, span_number(1, 1, 2)]
    assert not late[high <= 10].any()
    assert late[high == 11] > 0.9


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
