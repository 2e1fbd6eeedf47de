"""Lessons: what could have been said at an origin stands on what lay before it."""

from __future__ import annotations

import numpy as np

from prepos.forecast.lessons import PRIOR_UNITS, Lessons
from prepos.forecast.training import STEPS_APART, training_origins
from tests.unit.forecast.snapshots import make_snapshot, weekly

HORIZON = 4
EVERY = np.ones(1, dtype=np.bool_)


def flat_lessons(sales: list[int]) -> Lessons:
    """Return lessons of one cell that a column always foresees one unit a period of."""
    training = training_origins(make_snapshot(weekly("r", "s", sales), horizon=HORIZON), 12)
    columns = [[np.ones((1, 1, 1), dtype=np.float32)] for _ in training.backs]
    return Lessons(("pool",), columns, training)


def test_what_is_foretold_knows_nothing_of_what_came_later() -> None:
    """Where sales double at the end, origins before are told as if they had not."""
    steady, doubled = (flat_lessons([40] * 24 + [late] * HORIZON) for late in (40, 80))
    told = [each.foretell(EVERY, np.full(1, 99.0)) for each in (steady, doubled)]
    np.testing.assert_array_equal(told[0][STEPS_APART:], told[1][STEPS_APART:])
    known = HORIZON * np.arange(1, len(told[1]) - STEPS_APART + 1)
    learnt = (40.0 * known + PRIOR_UNITS) / (known + PRIOR_UNITS)
    np.testing.assert_allclose(told[1][STEPS_APART:, 0, 0, 0], learnt, rtol=1e-5)
    assert doubled.weigh(np.arange(12), EVERY)[0] > 1.04 * learnt[-1]


def test_origins_that_nothing_lay_before_are_told_by_what_was_learnt() -> None:
    lessons = flat_lessons([40] * 28)
    told = lessons.foretell(EVERY, np.full(1, 7.0))
    backs = np.array(lessons.training.backs)
    first = backs > backs.max() - HORIZON
    assert first.sum() == STEPS_APART
    np.testing.assert_array_equal(told[first], 7.0)
    assert (told[~first] != 7.0).all()
