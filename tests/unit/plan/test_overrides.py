"""The planner's rules, and frozen lines as rules."""

import numpy as np
import pytest

from prepos.plan.overrides import Override, frozen_as_overrides, read_overrides
from tests.instances import day, published, table_of


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


def test_frozen_lines_add_up_over_vehicles() -> None:
    """Two vehicles of one departure are one pin; another day is another."""
    lines = [published("S", n, "O>F", ships=d) for n, d in ((2, 0), (3, 0), (1, 4))]
    pins = frozen_as_overrides(lines)
    assert [(pin.quantity, pin.ship_date, pin.rule) for pin in pins] == [
        (5, day(0), "pin"),
        (1, day(4), "pin"),
    ]
    assert str(pins[0]) == "frozen line: S O -> F 5 units"
