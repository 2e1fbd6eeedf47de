"""Habits: pairs of customer and SKU, and the weights that their purchases hold."""

from __future__ import annotations

import pytest

from prepos.signals.customers import read_customers
from prepos.signals.habits import FAST, read_habits
from tests.unit.forecast.snapshots import Line, make_snapshot

LINES = [
    Line("a", "c", "r", "milk", -30.0, 2),
    Line("b", "c", "r", "tea", -20.0, 1),
    Line("d", "c", "r", "milk", -10.0, 3),
    Line("d", "c", "r", "tea", -10.0, 4),
    Line("e", "d", "r", "milk", -5.0, 7),
]


def test_pairs_are_sorted_and_hold_their_purchases() -> None:
    """Every pair lists its purchases in time, with the visit each was."""
    habits = read_habits(read_customers(make_snapshot(LINES), 10), 2)

    assert list(zip(habits.customer, habits.sku, strict=True)) == [(0, 0), (0, 1), (1, 0)]
    assert habits.start.tolist() == [0, 2, 4, 5]
    assert habits.of_customer.tolist() == [0, 2, 3]
    assert habits.rank.tolist() == [0, 2, 1, 2, 0]
    assert habits.bought.tolist() == [2, 5, 1, 5, 7]


def test_weights_fade_with_every_visit() -> None:
    """Milk was bought two visits apart, so that the first purchase weighs FAST squared."""
    habits = read_habits(read_customers(make_snapshot(LINES), 10), 2)
    assert habits.fast[1] == pytest.approx(1.0 + FAST**2)
    assert habits.fast[3] == pytest.approx(1.0 + FAST)


def test_a_sku_that_stands_twice_in_one_visit_was_bought_once() -> None:
    """An order for two regions on one day is one visit, and one purchase of both lines' units."""
    lines = [
        Line("a", "c", "r", "milk", -3.5, 2),
        Line("a", "c", "r", "tea", -3.2, 2),
        Line("b", "c", "r", "tea", -2.0, 2),
    ]
    customers = read_customers(make_snapshot(lines), 10)
    assert customers.visit_day.tolist() == [-3.5, -2.0]
    assert read_habits(customers, 2).rank.tolist() == [0, 0, 1]
