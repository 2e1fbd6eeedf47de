"""The stack finds the weights that statsmodels finds, and no others."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.tools.sm_exceptions import DomainWarning

from prepos.forecast.stack import fit_weights, stack_mean


def test_weights_equal_a_poisson_regression_with_identity_link() -> None:
    """With all weights above zero the answer is that of statsmodels' GLM."""
    rng = np.random.default_rng(0)
    columns = rng.gamma(2.0, 1.0, (4000, 3))
    units = rng.poisson(columns @ [0.5, 0.2, 1.0]).astype(float)
    link = sm.families.links.Identity()
    with pytest.warns(DomainWarning):  # the identity link may leave the domain; here it does not
        model = sm.GLM(units, columns, family=sm.families.Poisson(link))
    expected = model.fit(start_params=[0.5, 0.5, 0.5])
    sold = units > 0
    found = fit_weights(columns[sold], units[sold], columns.sum(axis=0))
    assert found == pytest.approx(expected.params, rel=1e-3)
    assert found @ columns.sum(axis=0) == pytest.approx(units.sum(), rel=1e-5)  # no bias


def test_weights_are_never_negative() -> None:
    """A column that speaks against the units gets no weight at all."""
    rng = np.random.default_rng(1)
    good = rng.gamma(2.0, 1.0, 3000)
    columns = np.column_stack([good, 1.0 / (0.1 + good), np.zeros(3000)])
    units = rng.poisson(good).astype(float)
    sold = units > 0
    found = fit_weights(columns[sold], units[sold], columns.sum(axis=0))
    assert found == pytest.approx([1.0, 0.0, 0.0], abs=0.05)
    assert (found >= 0).all()


def test_nothing_to_learn_gives_no_weight() -> None:
    """Without units, or without any column, all weights are zero."""
    assert fit_weights(np.zeros((0, 2)), np.zeros(0), np.ones(2)).tolist() == [0.0, 0.0]
    assert fit_weights(np.ones((1, 1)), np.ones(1), np.zeros(1)).tolist() == [0.0]


def test_mean_adds_columns_of_any_length() -> None:
    """A column for all periods and one by period add up, period by period."""
    flat, stepped = np.ones((1, 1, 2)), np.array([[[1.0, 2.0]], [[3.0, 4.0]]])
    mean = stack_mean([flat, stepped], np.array([2.0, 10.0]), 2)
    assert mean.tolist() == [[[12.0, 22.0]], [[32.0, 42.0]]]
