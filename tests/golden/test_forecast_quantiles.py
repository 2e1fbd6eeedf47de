"""Negative-binomial quantiles worked by hand, and scipy's on large means."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from prepos.forecast.quantiles import count_quantiles


@pytest.mark.parametrize(
    ("level", "expected"),
    [(0.4, 0), (0.5, 0), (0.51, 1), (0.75, 1), (0.76, 2), (0.875, 2), (0.9, 3)],
)
def test_geometric_by_hand(level: float, expected: int) -> None:
    """Mean 1 and dispersion 1 is the fair coin: P(0) = 1/2, P(<=1) = 3/4, P(<=2) = 7/8."""
    assert count_quantiles(np.ones(1), np.ones(1), [level])[0, 0] == expected


def test_large_and_poisson_means_are_scipys() -> None:
    """Means too large to climb to, and counts without dispersion, are solved exactly."""
    mean = np.array([3.0, 75.0, 75.0, 5000.0, 0.0])
    dispersion = np.array([0.0, 0.0, 0.3, 0.1, 1.0])
    found = count_quantiles(mean, dispersion, [0.1, 0.9])
    for column, level in enumerate([0.1, 0.9]):
        assert found[column, 0] == poisson.ppf(level, 3.0)
        assert found[column, 1] == poisson.ppf(level, 75.0)
        assert found[column, 2] == nbinom.ppf(level, 1 / 0.3, 1 / (1 + 0.3 * 75))
        assert found[column, 3] == nbinom.ppf(level, 10.0, 10.0 / 5010.0)
        assert found[column, 4] == 0.0
