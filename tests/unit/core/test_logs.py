"""Logarithms taken many at once are those of the library."""

from __future__ import annotations

import numpy as np

from prepos.core.logs import take_logs


def test_logs_are_those_of_the_library() -> None:
    """Over all that a float64 can hold, and close to 1, where the logarithm vanishes."""
    wide = np.exp(np.linspace(-700.0, 700.0, 5001))
    close = 1.0 + np.linspace(-1e-3, 1e-3, 2001)
    for values in (wide, close, np.array([1.0, 0.5, 2.0]), np.zeros(0)):
        logs = values.copy()
        take_logs(logs)
        np.testing.assert_allclose(logs, np.log(values), rtol=1e-15, atol=1e-15)
