"""What the signals say of one cell: worked by hand, and the same as what the model reads."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from prepos.core.snapshot import Snapshot
from prepos.signals.announced import intents
from prepos.signals.due import due
from prepos.signals.evidence import Evidence, gather
from prepos.signals.neighbours import neighbours
from prepos.signals.new_buyers import new_buyers
from prepos.signals.options import SignalOptions
from prepos.signals.own import own
from prepos.signals.pool import pool
from prepos.signals.telling import tell_cell
from prepos.signals.together import together
from prepos.signals.words import LATEST, Neighbour, tell_neighbours, tell_own, tell_pool
from prepos.signals.words_of_baskets import tell_together
from prepos.signals.words_of_customers import Heads, tell_due, tell_intents, tell_new_buyers
from prepos.signals.words_of_factors import tell_factors
from tests.unit.forecast.snapshots import Line, make_snapshot, random_lines, weekly

ONE_WEEK = SignalOptions(half_life_weeks=(1.0,))  # a week's units weigh 1, then 1/2, then 1/4
AROUND = (("r0", "r1", 3.0), ("r0", "r2", 1.0), ("r1", "r0", 1.0), ("r2", "r3", 1.0))
ALL = dict.fromkeys(("own", "pool", "neighbours", "together", "due", "new_buyers"), (1.0, 1.0))
CELLS = tuple((region, sku) for region in range(4) for sku in range(6))


def small(**more: object) -> Evidence:
    """Return two regions and one SKU over three weeks: 2, 0, 4 in a and 1, 1, 1 in b."""
    lines = weekly("a", "x", [2, 0, 4]) + weekly("b", "x", [1, 1, 1])
    return gather(make_snapshot(lines, neighbours=[("a", "b", 2.0)], **more), ONE_WEEK)  # type: ignore[arg-type]


def many(seed: int, tables: dict[str, pd.DataFrame] | None = None) -> Snapshot:
    """Return four regions, six SKUs, and forty customers' orders over twenty weeks."""
    return make_snapshot(random_lines(seed), neighbours=AROUND, tables=tables)


def test_own_words_are_as_worked_by_hand() -> None:
    """(4 + 0 / 2 + 2 / 4) units over (1 + 1/2 + 1/4) weeks."""
    words = tell_own(small(), 0, 0)
    assert words.latest == (2.0, 0.0, 4.0)
    (mean,) = words.means
    assert mean.half_life_weeks == 1.0
    assert mean.level == pytest.approx(4.5 / 1.75)


def test_cell_that_never_sold_bought_nothing() -> None:
    """Nothing is told as zeros, one a period."""
    words = tell_own(small(skus=["y"]), 0, 1)
    assert words.latest == (0.0, 0.0, 0.0)
    assert words.means[0].level == 0.0


def test_only_the_last_periods_are_told() -> None:
    """Of ten weeks the last eight."""
    evidence = gather(make_snapshot(weekly("a", "x", range(1, 11))), ONE_WEEK)
    assert tell_own(evidence, 0, 0).latest == tuple(float(n) for n in range(3, 11))
    assert len(tell_pool(evidence, 0, 0).latest) == LATEST


def test_pool_words_are_as_worked_by_hand() -> None:
    """Both regions together sell 6.25 discounted units in 1.75 weeks; a has 4.5 of them."""
    words = tell_pool(small(), 0, 0)
    assert words.latest == (3.0, 1.0, 5.0)
    assert words.slow_level == pytest.approx(6.25 / 1.75)
    shares = (words.own_share, words.category_share, words.region_share, words.share)
    assert shares == pytest.approx([0.72] * 4)
    assert words.category == ""


def test_neighbour_words_are_as_worked_by_hand() -> None:
    """Region b sells 1 a week, region a 4.5 / 1.75 times as much of everything."""
    words = tell_neighbours(small(), 0, 0)
    assert (words.regions, words.level) == (1, pytest.approx(1.0))
    assert words.scale == pytest.approx(4.5 / 1.75)
    assert words.largest == (
        Neighbour(
            region="b",
            name="",
            weight=1.0,
            latest=3.0,
            level=pytest.approx(1.0),
            size=pytest.approx(1.0),
        ),
    )
    assert tell_neighbours(small(), 1, 0).regions == 0


def test_neighbours_that_add_most_come_first() -> None:
    """A light neighbour that sells much goes before a heavy one that sells little."""
    lines = weekly("a", "x", [1]) + weekly("b", "x", [1]) + weekly("c", "x", [9])
    around = [("a", "b", 3.0), ("a", "c", 1.0)]
    evidence = gather(make_snapshot(lines, neighbours=around), ONE_WEEK)
    told = [(near.region, near.weight) for near in tell_neighbours(evidence, 0, 0).largest]
    assert told == [("c", pytest.approx(0.25)), ("b", pytest.approx(0.75))]


@pytest.mark.parametrize("seed", [1, 2])
def test_words_are_what_the_signals_read(seed: int) -> None:
    """In every cell the numbers come to what the signal itself hands to the model."""
    evidence = gather(many(seed), SignalOptions())
    said_own, said_pool, said_near, said_along = (
        signal(evidence)[:, 0] for signal in (own, pool, neighbours, together)
    )
    said_due, said_new = (signal(evidence)[0].sum(axis=0) for signal in (due, new_buyers))
    assert said_due.max() > 0.1
    assert said_new.max() > 0.1
    for cell in CELLS:
        words = tell_cell(evidence, ALL, *cell, least=1)
        assert words.pool
        assert words.neighbours
        assert words.together
        assert words.due
        assert words.new_buyers
        levels = [mean.level for mean in words.own.means]
        assert levels == pytest.approx(said_own[:, *cell])
        told = words.pool.share * np.array([words.pool.quick_level, words.pool.slow_level])
        assert told == pytest.approx(said_pool[:, *cell], rel=1e-5)
        assert words.neighbours.level * words.neighbours.scale == pytest.approx(
            said_near[0, *cell], rel=1e-5
        )
        along = [words.together.within, words.together.between]
        assert along == pytest.approx(said_along[:, *cell], rel=1e-4, abs=1e-7)
        assert words.due.units == pytest.approx(said_due[cell], rel=1e-4)
        assert words.new_buyers.units == pytest.approx(said_new[cell], rel=1e-4, abs=1e-6)


def test_no_more_buy_than_order() -> None:
    """Of those who bought it some order, some of the orders hold it."""
    evidence = gather(many(3), SignalOptions())
    for cell in CELLS:
        words = tell_due(evidence, *cell, 1)
        assert words.bought.number is not None
        assert words.ordering is not None
        assert words.orders is not None
        assert words.purchases is not None
        assert words.likely is not None
        assert words.ordering <= words.bought.number
        assert words.purchases <= words.orders
        assert words.likely.number is not None
        assert words.likely.number <= words.bought.number


def test_who_bought_it_is_counted_by_hand() -> None:
    """Two of the three customers of a bought y, each to the region of the latest order."""
    lines = [
        Line("o1", "ann", "a", "y", -40),
        Line("o2", "ann", "a", "x", -5),
        Line("o3", "bob", "a", "y", -30, 2),
        Line("o4", "cid", "a", "x", -20),
        Line("o5", "dan", "a", "y", -50),
        Line("o6", "dan", "b", "x", -4),  # moved: counts in b
    ]
    evidence = gather(make_snapshot(lines), SignalOptions())
    assert tell_due(evidence, 0, 1, 1).bought == Heads(number=2, least=1)
    assert tell_due(evidence, 1, 1, 1).bought == Heads(number=1, least=1)
    never = tell_new_buyers(evidence, 0, 1, 1)
    assert never.never == Heads(number=1, least=1)
    # Within 56 days 4 units of y were first taken; who had not it made o1, o3, o5, and o4.
    assert (never.taken, never.rate) == (4.0, pytest.approx(4.0 / 4.0))


def test_few_customers_are_held_back() -> None:
    """Below the smallest count that may be shown, neither they nor what they do is told."""
    lines = [Line(f"o{n}", f"c{n}", "a", "x" if n < 3 else "y", -9 - n) for n in range(8)]
    evidence = gather(make_snapshot(lines), SignalOptions())
    few = tell_due(evidence, 0, 0, 4)
    assert few.bought == Heads(number=None, least=4)
    assert (few.ordering, few.orders, few.purchases, few.units, few.likely) == (None,) * 5
    assert tell_due(evidence, 0, 0, 3).bought.number == 3
    assert tell_new_buyers(evidence, 0, 0, 6).orders is None
    assert tell_new_buyers(evidence, 0, 0, 5).orders is not None
    nobody = gather(make_snapshot(lines, skus=["z"]), SignalOptions())
    assert tell_due(nobody, 0, 2, 4).bought == Heads(number=0, least=4)


def test_nobody_who_did_not_agree_is_counted() -> None:
    """Without consent there is nothing to tell of customers."""
    lines = random_lines(1)
    evidence = gather(make_snapshot(lines, consented=False), SignalOptions())
    words = tell_cell(evidence, {"due": (1.0,), "new_buyers": (1.0,)}, 0, 0, least=1)
    assert (words.due, words.new_buyers) == (None, None)


def test_companions_are_ordered_by_what_they_add() -> None:
    """The weights of the fit decide who comes first; what each adds is weighed."""
    evidence = gather(many(4), SignalOptions())
    plain = tell_together(evidence, 0, 0)
    assert plain.largest
    weighed = tell_together(evidence, 0, 0, (0.0, 0.5))
    assert [one.adds for one in weighed.largest] == pytest.approx(
        [one.between / 2 for one in weighed.largest]
    )
    adds = [one.adds for one in weighed.largest]
    assert adds == sorted(adds, reverse=True)
    unweighed = tell_together(evidence, 0, 0, (0.0, 0.0))
    assert [one.sku for one in unweighed.largest] == [one.sku for one in plain.largest]


def test_factors_are_what_multiplies_ahead() -> None:
    """Events known ahead are named in their period, and the factor is the model's own."""
    days = pd.date_range("2024-02-12", "2024-07-08", freq="28D").strftime("%Y-%m-%d").tolist()
    fair = {"date": days, "region_id": "r1", "event": "fair", "kind": "promotion", "sku": "s2"}
    other = {"date": ["2024-07-02"], "region_id": "", "event": "tea", "kind": "promotion"}
    calendar = pd.concat(
        [pd.DataFrame({**fair, "category": ""}), pd.DataFrame({**other, "sku": "s5"})]
    )
    evidence = gather(many(5, {"calendar": calendar.fillna("")}), SignalOptions())
    words = tell_factors(evidence, 1, 2)
    assert [times.start for times in words.ahead] == ["2024-07-01", "2024-07-08"]
    assert [times.events for times in words.ahead] == [("fair",), ()]
    assert words.ahead[0].of_cell != 1.0
    assert tell_factors(evidence, 0, 2).ahead[0].events == ()
    assert tell_factors(evidence, 0, 5).ahead[0].events == ("tea",)
    for cell in CELLS:
        whole = [times.whole for times in tell_factors(evidence, *cell).ahead]
        assert whole == pytest.approx(np.broadcast_to(evidence.ahead, (2, 4, 6))[:, *cell])


def test_what_was_out_of_stock_is_told() -> None:
    """A cell closed for the last five days of the last week was open for two sevenths of it."""
    closed = pd.DataFrame(
        {
            "node_id": [""],
            "region_id": ["a"],
            "sku": ["x"],
            "from": ["2024-06-26"],
            "to": ["2024-06-30"],
        }
    )
    words = tell_factors(small(tables={"stockouts": closed}), 0, 0)
    assert words.out_of_stock == pytest.approx((0.0, 0.0, 5 / 7))
    assert words.lately < 1.0


def test_open_intents_are_counted_by_kind() -> None:
    """Two carts and one view of the region's customers are open; a bought one is not."""
    lines = [Line(f"o{n}", f"c{n}", "a", "y", -40) for n in range(5)]
    lines.append(Line("o9", "c4", "a", "x", -3))
    table = pd.DataFrame(
        {
            "customer_id": ["c0", "c1", "c2", "c4"],
            "sku": "x",
            "kind": ["cart", "cart", "view", "cart"],
            "at": ["2024-06-20", "2024-06-21", "2024-06-22", "2024-06-20"],
        }
    )
    evidence = gather(make_snapshot(lines, tables={"intents": table}), SignalOptions())
    told = {one.kind: one.customers.number for one in tell_intents(evidence, 0, 0, 1)}
    assert told == {"view": 1, "search": 0, "wishlist": 0, "cart": 2}
    held = {one.kind: one.customers.number for one in tell_intents(evidence, 0, 0, 2)}
    assert held == {"view": None, "search": 0, "wishlist": 0, "cart": 2}
    assert intents(evidence)[0, :, 0, 0].sum() > 0
