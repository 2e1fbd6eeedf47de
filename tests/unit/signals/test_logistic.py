"""The logistic regression finds what made the outcomes, and stands on any."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.special import expit

from prepos.signals.logistic import fit_logistic


def test_fit_agrees_with_statsmodels() -> None:
    """With thousands of rows the shrinkage hardly shows, and the weights are those of the GLM."""
    rng = np.random.default_rng(0)
    features = np.column_stack([np.ones(20_000), rng.normal(size=(20_000, 3))]).astype(np.float32)
    came = rng.random(20_000) < expit(features @ [-2.0, 1.0, -0.5, 0.0])
    ours = fit_logistic(features, came.astype(np.float32))
    theirs = sm.GLM(came.astype(float), features.astype(float), sm.families.Binomial()).fit().params
    assert ours == pytest.approx(theirs, abs=2e-3)


@pytest.mark.parametrize(
    ("rows", "came"),
    [
        (0, 0.0),  # nothing to learn from
        (5, 0.0),  # nothing ever came
        (5, 1.0),  # all of it came
    ],
)
def test_weights_stay_finite(rows: int, came: float) -> None:
    """Where outcomes are all alike, or there are none, the weights are numbers."""
    weights = fit_logistic(np.ones((rows, 3), np.float32), np.full(rows, came, np.float32))
    assert np.isfinite(weights).all()


def test_separable_outcomes_are_shrunk() -> None:
    """A feature that tells all gets a large weight and not an endless one."""
    feature = np.repeat([-1.0, 1.0], 50)
    features = np.column_stack([np.ones(100), feature]).astype(np.float32)
    weights = fit_logistic(features, (feature > 0).astype(np.float32))
    assert 1.0 < weights[1] < 10.0
