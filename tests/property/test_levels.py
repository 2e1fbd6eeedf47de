"""Laws of the levels that SKUs are followed by, whatever sold."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from prepos.core.types import FloatArray
from prepos.signals.levels import Trust, quick_level

SPEEDS, SKUS = 4, 5
numbers = st.lists(st.floats(0.0, 1e4), min_size=SPEEDS * SKUS, max_size=SPEEDS * SKUS)
worths = st.lists(st.floats(0.01, 60.0), min_size=SPEEDS, max_size=SPEEDS)
trusts = st.lists(st.floats(0.01, 1e3), min_size=2 * SPEEDS - 2, max_size=2 * SPEEDS - 2)


@given(sold=numbers, worth=worths, trust=trusts)
def test_a_level_lies_among_what_the_speeds_say(
    sold: list[float], worth: list[float], trust: list[float]
) -> None:
    """It is never negative, below the least of the speeds' means or above the greatest."""
    means, level = followed(sold, worth, trust)
    assert (level >= means.min(axis=0) * (1 - 1e-9) - 1e-9).all()
    assert (level <= means.max(axis=0) * (1 + 1e-9) + 1e-9).all()


@given(sold=numbers, worth=worths, trust=trusts, more=st.floats(0.0, 1e3))
def test_more_units_lately_never_lower_a_level(
    sold: list[float], worth: list[float], trust: list[float], more: float
) -> None:
    """Whatever the levels are worth, the fastest speed moves them its own way."""
    raised = [units + more * (place < SKUS) for place, units in enumerate(sold)]
    before, after = (followed(units, worth, trust)[1] for units in (sold, raised))
    assert (after >= before * (1 - 1e-9)).all()


def followed(
    sold: list[float], worth: list[float], trust: list[float]
) -> tuple[FloatArray, FloatArray]:
    """Return each speed's mean (S, K) and the level (K,), the slowest speed's mean the slow one."""
    units = np.array(sold).reshape(SPEEDS, SKUS)
    periods = np.array(worth)[:, None]
    means = units / periods
    learnt = Trust(np.array(trust[: SPEEDS - 1]), np.array(trust[SPEEDS - 1 :]))
    return means, quick_level(means[-1], units, periods, learnt)
