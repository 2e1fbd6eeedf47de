"""Visits of customers."""

from __future__ import annotations

import numpy as np

from prepos.signals.customers import read_customers
from tests.unit.forecast.snapshots import Line, make_snapshot


def test_an_order_of_two_customers_is_a_visit_of_each() -> None:
    """Every customer with a line has a visit, on the line's day, with the line's units in it."""
    lines = [Line("o0", "c1", "r0", "s1", -2.0, 3), Line("o0", "c2", "r0", "s0", -1.0, 5)]

    customers = read_customers(make_snapshot(lines), window=10)

    assert customers.visit_customer.tolist() == [0, 1]
    assert customers.visit_day.tolist() == [-2.0, -1.0]
    assert dict(zip(customers.line_visit, customers.line_units, strict=True)) == {0: 3.0, 1: 5.0}
    assert np.isfinite(customers.last_visit(-14.0)).all()
