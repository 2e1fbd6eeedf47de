"""Order lines are put into the sequence in which they are served."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from prepos.core.periods import Periods
from prepos.replay.lines import Lines, sequence_lines
from tests.instances import START, make_network, make_products, origin
from tests.replays import Placed, make_orders

NETWORK = make_network([origin("O")], [], {"O": [1.0, 1.0]})
PRODUCTS = make_products(["S", "T", "U"])


def sequence(placed: list[Placed]) -> Lines:
    """Return the lines of two days."""
    return sequence_lines(make_orders(placed, NETWORK, PRODUCTS), Periods(START, 1, 2))


def test_orders_come_in_time_order_line_by_line() -> None:
    """Days apart, orders by time, lines by SKU."""
    lines = sequence(
        [
            (0.5, "a", "r1", "T", 1),
            (0.5, "a", "r1", "S", 2),
            (0.25, "b", "r2", "S", 3),
            (1.0, "c", "r1", "S", 4),
        ]
    )
    assert lines.quantity.tolist() == [3, 2, 1, 4]
    assert lines.order.tolist() == [0, 1, 1, 2]
    assert lines.edges.tolist() == [0, 3, 4]


def test_order_stays_together_when_its_lines_come_apart() -> None:
    """An order is served with its first line of the day; what it has elsewhere is another."""
    lines = sequence(
        [
            (0.1, "a", "r1", "S", 1),
            (0.2, "b", "r1", "S", 2),
            (0.3, "a", "r1", "T", 3),
            (0.4, "a", "r2", "U", 4),
        ]
    )
    assert lines.quantity.tolist() == [1, 3, 2, 4]
    assert lines.order.tolist() == [0, 0, 1, 2]


def test_rows_may_come_in_any_order() -> None:
    """The sequence is that of the orders, not of the rows."""
    placed = [(d / 7, f"o{d % 4}", "r1", "STU"[d // 4], d + 1) for d in range(12)]
    orders = make_orders(placed, NETWORK, PRODUCTS)
    columns = ("order", "customer", "region", "sku", "at", "quantity")
    back = replace(orders, **{name: getattr(orders, name)[::-1] for name in columns})
    periods = Periods(START, 1, 2)
    for some, other in zip(
        sequence_lines(orders, periods), sequence_lines(back, periods), strict=True
    ):
        assert np.array_equal(some, other)


def test_no_orders_are_no_lines() -> None:
    """Days without orders have none."""
    assert sequence([]).edges.tolist() == [0, 0, 0]
