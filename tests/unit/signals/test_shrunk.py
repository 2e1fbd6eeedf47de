"""What is shrunk lies between the own units and what the pool and the neighbours expect."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.signals.evidence import Evidence, gather
from prepos.signals.levels import follow_levels
from prepos.signals.options import SignalOptions
from prepos.signals.pool import category_shares
from prepos.signals.shrunk import WAYS, shrunk
from tests.unit.forecast.snapshots import make_snapshot, random_lines, weekly


@pytest.fixture
def evidence() -> Evidence:
    """Return two regions of one size, one of which buys three times as much of ``x``."""
    lines = [
        *weekly("a", "x", [6] * 40),
        *weekly("b", "x", [2] * 40),
        *weekly("a", "y", [2] * 40),
        *weekly("b", "y", [6] * 40),
    ]
    return gather(make_snapshot(lines), SignalOptions())


def test_a_way_is_a_gamma_poisson_ratio(evidence: Evidence) -> None:
    """(prior + units) / (prior + expected), the prior worth units and periods of the expected."""
    quick, slow = follow_levels(evidence)
    share = category_shares(evidence)[:, evidence.category]
    speed = evidence.speeds - 1
    expected = share * slow * evidence.seen[speed]
    for way, (at, units_worth, periods_worth) in zip(
        shrunk(evidence, with_neighbours=False), WAYS, strict=True
    ):
        if at != -1:
            continue
        prior = units_worth + periods_worth * share * slow
        ratio = (prior + evidence.units(speed)) / (prior + expected)
        np.testing.assert_allclose(way.mean[0], share * quick * ratio, rtol=1e-5)
        np.testing.assert_allclose(
            1.0 - way.own, prior / (prior + evidence.units(speed)), rtol=1e-4
        )


def test_what_a_prior_is_worth_holds_the_ratio_back(evidence: Evidence) -> None:
    """Of the slow ways the one with most units and periods lies nearest to the pool's word."""
    slow_ways = [
        way.mean[0]
        for way, (speed, *_) in zip(shrunk(evidence, with_neighbours=False), WAYS, strict=True)
        if speed == -1
    ]
    of_x = [float(mean[0, 0] - mean[1, 0]) for mean in slow_ways]
    assert of_x == sorted(of_x, reverse=True)
    assert 0 < of_x[-1] < of_x[0] < 4.1


@pytest.mark.parametrize("with_neighbours", [False, True])
def test_parts_are_shares_and_means_are_sound(with_neighbours: bool) -> None:
    """No part is negative, together they are at most the whole, and no mean is negative."""
    lines = random_lines(4)
    snapshot = make_snapshot(lines, neighbours=[("r0", "r1", 1.0), ("r1", "r0", 1.0)])
    for way in shrunk(gather(snapshot, SignalOptions()), with_neighbours=with_neighbours):
        assert np.isfinite(way.mean).all()
        assert (way.mean >= 0).all()
        assert (way.own >= 0).all()
        assert (way.near >= 0).all()
        assert (way.own + way.near <= 1 + 1e-6).all()
        assert with_neighbours or not way.near.any()
