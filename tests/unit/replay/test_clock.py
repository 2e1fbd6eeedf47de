"""When the policy is asked, what it is shown, and what of its answer is carried out."""

from __future__ import annotations

import pytest

from prepos.core.replayed import Supply
from prepos.core.stock import Receipt
from prepos.errors import ConfigError, InternalError
from prepos.replay import ReplayOptions, replay_orders
from tests.instances import day, forward, lane, origin
from tests.replays import Script, make_stretch, run, snapshots

A, DC = 0, 1


def stretch(**terms):
    """Return three weeks; DC sends to A in nine days; r1 orders a unit of A a week."""
    return make_stretch(
        [origin("DC"), forward("A")],
        [lane("DC>A", 9)],
        {"A": [1.0], "DC": [2.0]},
        [(7 * week + 1.5, f"o{week}", "r1", "S", 1) for week in range(3)],
        on_hand={("DC", "S"): 50, ("A", "S"): 10},
        periods=3,
        **terms,
    )


def shown(course, lines=(), **options):
    """Return the cutoff, stock at A and DC, and receipts at each decision, and the ticks."""
    policy, ticks = Script(course, dict(lines)), []
    replay_orders(
        course, policy, ReplayOptions(**options), snapshots(course), lambda: ticks.append(1)
    )
    seen = [
        (snapshot.periods.cutoff, stock.on_hand[:, 0].tolist(), stock.receipts)
        for snapshot, stock in policy.shown
    ]
    return seen, len(ticks)


def test_policy_sees_the_evening_before() -> None:
    """Stock before the day's arrivals; transfers and receipts under way, each day and node once."""
    course = stretch(receipts=[(2, "DC", "S", 3), (9, "A", "S", 4)])
    seen, ticks = shown(course, {0: [(0, "DC>A", "S", 5), (6, "DC>A", "S", 2)]})
    assert ticks == 3
    assert seen[0] == (day(0), [10, 50], (Receipt(day(2), DC, 0, 3), Receipt(day(9), A, 0, 4)))
    assert seen[1] == (day(7), [9, 46], (Receipt(day(9), A, 0, 9), Receipt(day(15), A, 0, 2)))
    assert seen[2] == (day(14), [17, 46], (Receipt(day(15), A, 0, 2),))


def test_policy_is_asked_every_few_periods() -> None:
    """With a review of two weeks what leaves in the second is carried out, too."""
    lines = {0: [(0, "DC>A", "S", 5), (8, "DC>A", "S", 2), (14, "DC>A", "S", 9)]}
    seen, _ = shown(stretch(), lines, review=2)
    assert [cutoff for cutoff, _, _ in seen] == [day(0), day(14)]
    assert seen[1][2] == (Receipt(day(17), A, 0, 2),)
    assert run(stretch(), lines, review=2).amounts["moved"].tolist() == [5, 2, 0]


def test_rest_of_a_dispatch_is_forgotten() -> None:
    """What was said of the second week is not sent unless it is said again."""
    lines = {0: [(0, "DC>A", "S", 5), (8, "DC>A", "S", 2)]}
    assert run(stretch(), lines).amounts["moved"].tolist() == [5, 0, 0]


def test_supply_is_known_from_the_day_it_is_ordered() -> None:
    """What is ordered on day 7 is shown on day 7, and not before."""
    base = stretch()
    supply = (Supply(day(7), Receipt(day(12), DC, 0, 8)), Supply(day(9), Receipt(day(9), DC, 0, 1)))
    course = type(base)(
        orders=base.orders,
        periods=base.periods,
        products=base.products,
        network=base.network,
        opening=base.opening,
        supply=supply,
    )
    seen, _ = shown(course)
    assert [receipts for _, _, receipts in seen] == [(), (Receipt(day(12), DC, 0, 8),), ()]
    assert [on_hand[DC] for _, on_hand, _ in seen] == [50, 50, 59]


def test_stock_shown_is_a_copy() -> None:
    """A policy that writes into it changes nothing."""

    class Vandal(Script):
        def decide(self, snapshot, stock):
            stock.on_hand[:] = 0
            return super().decide(snapshot, stock)

    course = stretch()
    replayed = replay_orders(course, Vandal(course, {}), ReplayOptions(), snapshots(course))
    assert replayed.served.sum() == 3


def test_values_hold_until_the_next_decision() -> None:
    """A unit at A is dear in the first week: DC serves; later nothing is said, and A does."""
    course = stretch()

    class Once(Script):
        def decide(self, snapshot, stock):
            self.values = [[5.0], [0.0]] if snapshot.periods.cutoff == day(0) else None
            return super().decide(snapshot, stock)

    replayed = replay_orders(course, Once(course, {}), ReplayOptions(), snapshots(course))
    assert replayed.served[:, :, 0].tolist() == [[0, 1], [1, 0], [1, 0]]


def test_snapshot_of_another_day_is_refused() -> None:
    """It might know of orders to come."""
    course = stretch()
    policy, at = Script(course, {}), snapshots(course)
    with pytest.raises(InternalError, match="snapshot of 2025-03-03 has the cutoff 2025-03-10"):
        replay_orders(course, policy, ReplayOptions(), lambda period: at(period + 1))


def test_dispatch_that_cannot_be_is_refused() -> None:
    """It ships before the decision."""
    with pytest.raises(ConfigError, match="ships_on is 2025-03-03, expected 2025-03-10"):
        run(stretch(), {7: [(0, "DC>A", "S", 5)]})
