"""Which node serves an order line: nearest, by value, whole; what is left."""

from __future__ import annotations

import pytest

from prepos.core.replayed import Course
from tests.instances import forward, origin
from tests.replays import make_stretch, measured, run

NODES = [forward("A"), forward("B"), origin("O")]
SERVICE = {"A": [1.0], "B": [2.0], "O": [5.0]}


def stretch(placed, on_hand, **terms) -> Course:
    """Return a stretch in which A, B and O serve r1."""
    return make_stretch(NODES, [], SERVICE, placed, skus=("S", "T"), on_hand=on_hand, **terms)


def served(course: Course, **options) -> list[float]:
    """Return the units that A, B and O serve."""
    return run(course, **options).served.sum(axis=(0, 2)).tolist()


ONE = [(0.5, "a", "r1", "S", 4)]


def test_nearest_with_stock_serves_and_the_next_what_is_left() -> None:
    """A line is split over nodes, and what nobody has is lost."""
    course = stretch(ONE, {("A", "S"): 1, ("B", "S"): 2})
    assert served(course, fulfilment="nearest") == [1, 2, 0]
    measures = measured(course)
    assert (measures.lost, measures.shortage_cost, measures.split_share) == (1, 10.0, 1.0)
    assert measures.service_cost == 1.0 + 2 * 2.0


VALUES = (  # values of S at A, B and O; units that A, B and O serve
    ((0.0, 0.0, 0.0), [4, 0, 0]),
    ((2.0, 0.0, 0.0), [0, 4, 0]),
    ((1.0, 0.0, 0.0), [4, 0, 0]),  # equals: from where service is cheaper
    ((9.0, 9.0, 0.0), [0, 0, 4]),
    ((-1.0, -3.0, 0.0), [0, 4, 0]),
)


@pytest.mark.parametrize(("values", "units"), VALUES)
def test_value_serves_from_where_a_unit_is_worth_least(values, units) -> None:
    """Cost of service and value together decide; the other rules do not look at values."""
    course = stretch(ONE, {("A", "S"): 9, ("B", "S"): 9, ("O", "S"): 9})
    by_sku = [[value, 0.0] for value in values]
    assert served(course, values=by_sku) == units
    assert served(course, values=by_sku, fulfilment="nearest") == [4, 0, 0]


TWO = [(0.5, "a", "r1", "S", 2), (0.5, "a", "r1", "T", 2)]


def test_order_stays_whole_where_one_node_has_it_all() -> None:
    """B has both lines, A only one: one parcel from B; line by line there were two."""
    course = stretch(TWO, {("A", "S"): 2, ("B", "S"): 2, ("B", "T"): 2})
    assert served(course) == [2, 2, 0]
    assert measured(course).split_share == 1.0
    assert served(course, whole_orders=True) == [0, 4, 0]
    assert measured(course, whole_orders=True).split_share == 0.0


def test_order_that_nobody_has_whole_is_served_line_by_line() -> None:
    """As if orders need not stay whole."""
    course = stretch(TWO, {("A", "S"): 2, ("B", "T"): 1})
    assert served(course, whole_orders=True) == [2, 1, 0]


def test_who_comes_first_is_served_first() -> None:
    """The later order finds nothing."""
    placed = [(0.6, "a", "r1", "S", 3), (0.5, "b", "r1", "S", 2)]
    course = stretch(placed, {("A", "S"): 2, ("O", "S"): 1})
    assert served(course) == [2, 0, 1]
    assert measured(course).service_cost == 2 * 1.0 + 1 * 5.0
