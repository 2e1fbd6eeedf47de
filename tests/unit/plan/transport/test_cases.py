"""What is sent, given: told as the flows that it came from, and made whole."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.plan.transport.asked import answer_each, read_flows
from prepos.plan.transport.cases import make_cases, round_down, send_whole
from prepos.plan.transport.listing import list_sent, pair_up
from prepos.plan.transport.problem import TransportProblem
from prepos.plan.transport.sent import Sent, answer_sent, count_places, sent_by
from tests.unit.plan.transport.worlds import make_world, tell_flows

SEEDS = range(9)
SKUS = 20


def best(seed: int) -> tuple[TransportProblem, np.ndarray, np.ndarray, Sent]:
    """Return a problem, prices, what each SKU costs at best at them, and what it then sends."""
    rng = np.random.default_rng(seed)
    problem = make_world(rng, skus=SKUS, periods=1 + seed % 3)
    prices = rng.uniform(0.0, 1.0, len(problem.limit)) * (rng.random(len(problem.limit)) < 0.5)
    value, everyone = np.zeros(len(problem.sources.units)), np.arange(SKUS)
    cost, use = answer_each(problem, prices, value, everyone)
    sent = sent_by(problem, read_flows(problem, prices, value, everyone))
    return problem, prices, cost + use @ prices, sent


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_sent_at_best_costs_what_is_best(seed: int) -> None:
    """Served again from where it was sent, it costs the same, and its flows say so."""
    problem, prices, least, sent = best(seed)
    everyone = np.arange(SKUS)
    cost, use = answer_sent(problem, prices, everyone, sent)
    np.testing.assert_allclose(cost + use @ prices, least, atol=1e-7)
    spent, taken = tell_flows(problem, list_sent(problem, prices, everyone, sent))
    np.testing.assert_allclose(spent, cost, atol=1e-7)
    np.testing.assert_allclose(taken, use, atol=1e-7)


@pytest.mark.parametrize("seed", SEEDS)
def test_where_the_search_starts_changes_no_cost(seed: int) -> None:
    """Whatever units are believed to be worth at first, serving best costs the same."""
    problem, prices, _, sent = best(seed)
    everyone, rng = np.arange(SKUS), np.random.default_rng(seed)
    cost, use = answer_sent(problem, prices, everyone, sent)
    value = rng.uniform(0.0, 20.0, (SKUS, count_places(problem)))
    again, takes = answer_sent(problem, prices, everyone, sent, value)
    np.testing.assert_allclose(again + takes @ prices, cost + use @ prices, atol=1e-7)


@pytest.mark.parametrize("seed", SEEDS)
def test_whole_cases_beat_rounding_down(seed: int) -> None:
    """Cases are whole and within what sources hold; never dearer than rounded down."""
    problem, prices, least, sent = best(seed)
    rng, everyone = np.random.default_rng(seed), np.arange(SKUS)
    cases = make_cases(rng.choice([1, 2, 3, 5], SKUS), rng.choice([1, 4], SKUS))
    whole = send_whole(problem, prices, sent, cases)
    assert (whole.units % cases.pack[whole.sku] == 0).all()
    assert (whole.units >= cases.least[whole.sku]).all()
    count = len(problem.sources.units)
    assert (np.bincount(whole.source, whole.units, count) <= problem.sources.units).all()
    down = round_down(sent.units, cases.pack[sent.sku], cases.least[sent.sku])
    rounded, use = answer_sent(problem, prices, everyone, sent._replace(units=down))
    cost, taken = answer_sent(problem, prices, everyone, whole)
    assert (cost + taken @ prices <= rounded + use @ prices + 1e-6).all()
    assert (cost + taken @ prices >= least - 1e-6).all()
    spent, takes = tell_flows(problem, list_sent(problem, prices, everyone, whole))
    np.testing.assert_allclose(spent, cost, atol=1e-7)
    np.testing.assert_allclose(takes, taken, atol=1e-7)


def test_single_units_stay_as_they_are() -> None:
    """Where nothing is torn, nothing changes."""
    problem, prices, _, sent = best(1)
    same = send_whole(problem, prices, sent, make_cases(np.ones(SKUS, dtype=np.int64)))
    for one, other in zip(same, sent, strict=True):
        np.testing.assert_array_equal(one, other)


def test_lots_are_whole_cases() -> None:
    """A lot of 7 is two cases of 5, or three of 3; less than a lot is nothing."""
    cases = make_cases(np.array([5, 3, 4]), np.array([7, 7, 1]))
    assert cases.least.tolist() == [10, 9, 4]
    down = round_down(np.array([14, 8, 7]), cases.pack, cases.least)
    assert down.tolist() == [10, 0, 4]


def test_pairs_lie_end_to_end() -> None:
    """Two ways bring 5 and 3 to a place where 4 and 2 are taken; 2 more come where nobody is."""
    piece, taker, units = pair_up(
        np.array([0, 0, 1]), np.array([5, 3, 2]), np.array([0, 0]), np.array([4, 2])
    )
    told = list(zip(piece.tolist(), taker.tolist(), units.tolist(), strict=True))
    assert told == [(0, 0, 4), (0, 1, 1), (1, 1, 1), (1, -1, 2), (2, -1, 2)]
