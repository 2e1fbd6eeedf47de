"""Orders are served from where service cost plus the value of a unit is least."""

from __future__ import annotations

import numpy as np
import pytest

import prepos
from prepos.core.routing import serve_from
from prepos.errors import ConfigError


def test_the_value_of_a_unit_counts_with_the_service_cost() -> None:
    """The near node is 1 cheaper, but its units are worth more than that where they are."""
    assert serve_from([4.0, 5.0], [0.9, 0.0], [3, 3]) == 0
    assert serve_from([4.0, 5.0], [1.1, 0.0], [3, 3]) == 1


def test_who_has_too_few_or_cannot_serve_is_passed_over() -> None:
    """A line of two is served whole, from a node that can; nobody is -1."""
    cost, value = [1.0, 2.0, np.inf], [0.0, 0.0, 0.0]
    assert serve_from(cost, value, [1, 2, 9], wanted=2) == 1
    assert serve_from(cost, value, [1, 1, 9], wanted=2) == -1


def test_of_nodes_alike_the_nearest_serves_then_the_first() -> None:
    """Four in all at each: the least service cost, then the position."""
    assert serve_from([3.0, 1.0, 2.0], [1.0, 3.0, 2.0], [1, 1, 1]) == 1
    assert serve_from([2.0, 2.0], [1.0, 1.0], [1, 1]) == 0


def test_many_lines_at_once() -> None:
    """Shapes are (..., N): two regions' costs, of one SKU's values and stock."""
    found = serve_from([[1.0, 5.0], [5.0, 1.0]], [3.0, 0.0], [1, 1], wanted=[1, 1])
    assert found.tolist() == [0, 1]
    assert serve_from(np.ones((4, 0, 2)), [0.0, 0.0], [1, 1]).shape == (4, 0)


@pytest.mark.parametrize(
    ("cost", "value", "message"),
    [
        ([np.nan, 1.0], [0.0, 0.0], "service_cost holds a value that is no number"),
        ([1.0, 1.0], [0.0, -2.0], "value is -2.0 at one node, expected 0 or more"),
    ],
)
def test_what_is_no_cost_or_value_is_refused(
    cost: list[float], value: list[float], message: str
) -> None:
    """Value found, value expected."""
    with pytest.raises(ConfigError, match=message):
        serve_from(cost, value, [1, 1])


def test_it_is_public() -> None:
    """A shop imports it from the package."""
    assert prepos.serve_from is serve_from
