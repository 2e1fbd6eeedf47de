"""Fractions become whole units, their sum kept."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.replay.whole import round_whole

CASES = (  # amounts, whole
    ([0.5, 0.25, 0.25], [1, 0, 0]),
    ([0.4, 0.4, 0.2], [1, 0, 0]),  # the first of equals
    ([2.2, 3.5, 0.3], [2, 4, 0]),
    ([1.0, 2.0, 0.0], [1, 2, 0]),
    ([0.1, 0.2, 0.1], [0, 0, 0]),  # 0.4 in sum is nothing
    ([0.1 * 3, 0.7, 5.0], [0, 1, 5]),  # a sum that is whole but for its last bit
)


@pytest.mark.parametrize(("amounts", "whole"), CASES)
def test_largest_remainders(amounts: list[float], whole: list[int]) -> None:
    """What is missing goes where the fraction is largest."""
    assert round_whole(np.array([amounts])).tolist() == [whole]


def test_rows_are_rounded_one_by_one() -> None:
    """A row does not see the others."""
    assert round_whole(np.array([[0.5, 0.5], [0.25, 1.75]])).tolist() == [[1, 0], [0, 2]]
