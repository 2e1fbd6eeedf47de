"""Visits of customers."""

from __future__ import annotations

from prepos.signals.customers import read_customers
from tests.unit.forecast.snapshots import Line, make_snapshot


def test_an_order_of_two_customers_is_a_visit_of_each() -> None:
    """Every customer with a line has a visit, on the line's day, with the line's units in it."""
    lines = [Line("o0", "c1", "r0", "s1", -2.0, 3), Line("o0", "c2", "r0", "s0", -1.0, 5)]

    customers = read_customers(make_snapshot(lines), window=10)

    assert customers.visit_customer.tolist() == [0, 1]
    assert customers.visit_day.tolist() == [-2.0, -1.0]
    assert dict(zip(customers.line_visit, customers.line_units, strict=True)) == {0: 3.0, 1: 5.0}
    assert customers.known(-1.5).tolist() == [1, 0]


def test_home_is_the_region_of_the_latest_known_order() -> None:
    """A customer who moved lives where the last order before the origin went."""
    lines = [Line("o0", "c", "r0", "s", -20.0), Line("o1", "c", "r1", "s", -2.0)]
    customers = read_customers(make_snapshot(lines), window=10)
    assert customers.homes(customers.known(0.0)).tolist() == [1]
    assert customers.homes(customers.known(-7.0)).tolist() == [0]


def test_an_order_of_two_days_is_two_visits() -> None:
    """What was added to an order on a later day was not known the day before."""
    lines = [Line("o", "c", "r", "s0", -8.0), Line("o", "c", "r", "s1", -2.0)]
    customers = read_customers(make_snapshot(lines), window=10)
    assert customers.visit_day.tolist() == [-8.0, -2.0]
