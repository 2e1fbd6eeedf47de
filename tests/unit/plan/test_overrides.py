"""The planner's rules, as they are read."""

import numpy as np
import pytest

from prepos.plan.overrides import Override, read_overrides
from tests.instances import table_of


def test_no_table_no_rules() -> None:
    """The table is optional."""
    assert read_overrides(None) == ()


def test_rules_are_sorted_and_an_empty_quantity_is_zero() -> None:
    """The order of the rows does not matter."""
    rows = [("b", "O", "F", "forbid", np.nan), ("*", "O", "F", "max", 3.0)]
    rules = read_overrides(table_of(rows))
    assert rules == read_overrides(table_of(rows[::-1]))
    assert [(rule.sku, rule.quantity) for rule in rules] == [("*", 3.0), ("b", 0.0)]


@pytest.mark.parametrize(
    ("rule", "bounds"),
    [("forbid", (0, 0)), ("pin", (4, 4)), ("max", (0, 4)), ("min", (4, float("inf")))],
)
def test_bounds(rule: str, bounds: tuple[float, float]) -> None:
    """Least and most units."""
    override = Override(sku="S", origin="O", destination="F", rule=rule, quantity=4.0)
    assert override.bounds == bounds
    assert str(override) == f"override {rule}: S O -> F 4 units"
