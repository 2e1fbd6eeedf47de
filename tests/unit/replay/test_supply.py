"""What a replay starts from and is supplied with: the table, or a cover of past orders."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.core.periods import Periods
from prepos.core.replayed import Course, Supply
from prepos.core.stock import Receipt, Stock
from prepos.errors import NetworkError
from prepos.replay import ReplayOptions, make_course
from tests.instances import START, day, forward, make_network, make_products, origin
from tests.replays import Placed, make_orders

NETWORK = make_network(
    [origin("O1"), origin("O2"), forward("F")], [], {"O1": [1.0], "O2": [1.0], "F": [1.0]}
)
F, O1, O2 = 0, 1, 2  # sorted by id
TRUCK = Receipt(day(2), F, 0, 3, hub=O1, at_hub_on=day(1))
TABLE = Stock(np.array([[5, 5], [30, 0], [10, 0]]), (TRUCK,))


def course_of(placed: list[Placed], *, periods: int = 2, **options: object) -> Course:
    """Return the course of some orders of S and T."""
    products = make_products(["S", "T"])
    return make_course(
        make_orders(placed, NETWORK, products),
        Periods(START, 7, periods),
        products,
        NETWORK,
        TABLE,
        ReplayOptions(**options),
    )


def each_week(weeks: range, sku: str, units: int) -> list[Placed]:
    """Return an order in each week."""
    return [(7 * week + 1.0, f"o{week + 100}{sku}", "r1", sku, units) for week in weeks]


def test_table_is_what_lies_there() -> None:
    """The table stands, what is in transit goes on; only orders of the periods are replayed."""
    course = course_of([(-1, "a", "r1", "S", 9), (3, "b", "r1", "S", 2), (14, "c", "r1", "S", 7)])
    assert course.opening.on_hand is TABLE.on_hand
    assert course.opening.receipts == (Receipt(day(2), F, 0, 3),)
    assert course.supply == ()
    assert course.orders.quantity.tolist() == [2]


def test_cover_lies_at_origins_as_the_table_splits_it() -> None:
    """Four weeks of 6 a week, 30 to 10; of T, which the table does not know, evenly."""
    placed = each_week(range(-8, 0), "S", 6) + each_week(range(-2, -1), "T", 4)
    course = course_of(placed, opening="cover")
    assert course.opening.on_hand[:, 0].tolist() == [0, 18, 6]
    assert course.opening.on_hand[:, 1].tolist() == [0, 1, 1]  # 4 weeks of 4 / 8
    assert course.opening.receipts == ()


def test_mean_is_of_the_weeks_there_are() -> None:
    """Three weeks are known: their mean is 6; older than eight do not count."""
    known = course_of(each_week(range(-3, 0), "S", 6), opening="cover")
    assert known.opening.on_hand[:, 0].sum() == 24
    old = course_of(
        [*each_week(range(-12, -8), "S", 99), *each_week(range(-8, 0), "S", 2)], opening="cover"
    )
    assert old.opening.on_hand[:, 0].sum() == 8


def test_share_multiplies_level_and_supply() -> None:
    """Half of the stock, and half of what is ordered."""
    placed = each_week(range(-8, 2), "S", 8)
    course = course_of(placed, opening="cover", supply="cover", stock_share=0.5)
    assert course.opening.on_hand[:, 0].sum() == 16
    assert sum(supply.receipt.quantity for supply in course.supply) == 4


def test_supply_is_what_was_ordered_and_the_change_of_the_level() -> None:
    """After a week of 16 in place of 8 the level is 4 higher: 20 come, a week later."""
    placed = each_week(range(-8, 0), "S", 8) + each_week(range(1), "S", 16)
    course = course_of(placed, opening="cover", supply="cover")
    assert course.supply == (
        Supply(day(7), Receipt(day(14), O1, 0, 15)),
        Supply(day(7), Receipt(day(14), O2, 0, 5)),
    )


def test_surplus_is_carried_over() -> None:
    """The level falls by 16 a week, and nothing is sent until that is used up."""
    placed = each_week(range(-8, 0), "S", 32) + each_week(range(1, 4), "S", 20)
    course = course_of(placed, periods=4, opening="cover", supply="cover", supply_days=0)
    sent = {day(7 * t): 0 for t in range(4)}
    for supply in course.supply:
        sent[supply.ordered_on] += supply.receipt.quantity
    # owed: -16 (level 112, nothing ordered); -16 + 20 - 6; and again 20 - 6 more
    assert list(sent.values()) == [0, 0, 0, 12]


def test_supply_does_not_look_ahead() -> None:
    """What is sent on a day is the same whatever is ordered from that day on."""
    before = each_week(range(-8, 1), "S", 8)
    quiet = course_of(before, supply="cover")
    busy = course_of([*before, *each_week(range(1, 2), "S", 500)], supply="cover")
    assert quiet.supply == busy.supply


def test_supply_needs_an_origin() -> None:
    """Where no node sends, there is nowhere for it to come to."""
    network = make_network([forward("F")], [], {"F": [1.0]})
    products = make_products(["S"])
    with pytest.raises(NetworkError, match="no node is an origin, expected one that supply comes"):
        make_course(
            make_orders([], network, products),
            Periods(START, 7, 1),
            products,
            network,
            Stock(np.zeros((1, 1), dtype=np.int64)),
            ReplayOptions(opening="cover"),
        )
