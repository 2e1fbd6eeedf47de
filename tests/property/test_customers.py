"""Laws of what customers tell: an origin sees what lies before it, strangers count for nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prepos.core.snapshot import Snapshot
from prepos.signals.customers import read_customers
from prepos.signals.discoveries import learn_discoveries
from prepos.signals.due import due_units
from prepos.signals.habits import read_habits
from prepos.signals.new_buyers import new_buyer_units
from prepos.signals.next_order import next_orders
from prepos.signals.options import SignalOptions
from prepos.signals.ordering import Ordering, expected_orders, learn_ordering
from prepos.signals.repeats import learn_repeats, repeat_chances
from prepos.signals.standing import stand
from prepos.signals.together import learn_between, learn_within
from tests.unit.forecast.snapshots import Line, make_snapshot, random_lines

HORIZON, DAYS, WEEKS = 2, 7, 500
SHAPE = (4, 6)
NAMES = {"regions": ["r0", "r1", "r2", "r3"], "skus": [f"s{k}" for k in range(6)]}


def movers(seed: int) -> list[Line]:
    """Return orders of customers who move from region to region."""
    rng = np.random.default_rng(seed)
    lines = random_lines(seed, orders=200)
    return [line._replace(region=f"r{rng.integers(0, 4)}") for line in lines]


@st.composite
def histories(draw: st.DrawFn) -> list[Line]:
    """Draw order lines of a few customers: orders of several days, several lines, any size."""
    line = st.builds(
        Line,
        order=st.sampled_from([f"o{n}" for n in range(25)]),
        customer=st.sampled_from(["", "c1", "c2", "c3", "c4"]),
        region=st.sampled_from(NAMES["regions"]),
        sku=st.sampled_from(NAMES["skus"]),
        day=st.floats(-120, -0.01).map(lambda day: round(day, 3)),
        units=st.sampled_from([1, 2, 5, 10_000]),
    )
    return draw(st.lists(line, min_size=1, max_size=50))


def told(snapshot: Snapshot, ordering: Ordering, repeats: np.ndarray, origin_day: float) -> list:
    """Return all that the customers tell of an origin, with what was learnt before."""
    customers = read_customers(snapshot, WEEKS)
    habits = read_habits(customers, SHAPE[1])
    ways = {"shape": SHAPE, "origin_day": origin_day}
    known = customers.known(origin_day) > 0
    orders = expected_orders(customers, ordering, days=DAYS, origin_day=origin_day)
    standing = stand(customers, habits, SHAPE[1], origin_day)
    return [
        due_units(customers, habits, orders, repeats, **ways),
        new_buyer_units(customers, habits, orders, **ways),
        orders[known],
        repeat_chances(habits, standing, repeats)[standing.times > 0],
    ]


def lessons(snapshot: Snapshot, until_day: float) -> list:
    """Return all that is learnt of the customers up to a day."""
    customers = read_customers(snapshot, WEEKS)
    habits = read_habits(customers, SHAPE[1])
    ordering = learn_ordering(customers, horizon=HORIZON, days=DAYS, until_day=until_day)
    links = [
        learn_within(snapshot, 5_000, until_day),
        learn_between(customers, SHAPE[1], 5_000, until_day),
    ]
    category = np.zeros(SHAPE[1], dtype=np.int64)
    return [
        ordering.shape,
        ordering.rate,
        ordering.multiple,
        learn_repeats(customers, habits, SHAPE[1], until_day),
        learn_discoveries(customers, habits, SHAPE[0], category, links[0], until_day),
        *(part for link in links for part in link),
    ]


@settings(max_examples=25, deadline=None)
@given(lines=histories(), back=st.integers(0, 10), later=st.integers(0, 3))
def test_an_origin_is_the_snapshot_of_its_day(lines: list[Line], back: int, later: int) -> None:
    """The arrays of a later snapshot say of an origin what the snapshot of its day says."""
    snapshot = make_snapshot(lines, horizon=HORIZON, **NAMES)
    learnt = read_customers(snapshot, WEEKS)
    oldest = -7.0 * (back + later)
    ordering = learn_ordering(learnt, horizon=HORIZON, days=DAYS, until_day=oldest)
    repeats = learn_repeats(learnt, read_habits(learnt, SHAPE[1]), SHAPE[1], oldest)
    shared = told(snapshot, ordering, repeats, -7.0 * back)
    alone = told(snapshot.back_to(back), ordering, repeats, 0.0)
    for one, other in zip(shared, alone, strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-5, atol=1e-7)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("back", [1, 3, 6])
def test_origins_agree_on_customers_who_move(seed: int, back: int) -> None:
    """The same on orders enough to learn something from, of customers who change their region."""
    test_an_origin_is_the_snapshot_of_its_day.hypothesis.inner_test(movers(seed), back, 1)


@pytest.mark.parametrize("seed", [3, 4])
def test_lessons_end_where_they_are_told_to(seed: int) -> None:
    """What is learnt up to a day is what the snapshot of that day teaches."""
    snapshot = make_snapshot(movers(seed), horizon=HORIZON, **NAMES)
    for one, other in zip(lessons(snapshot, -21.0), lessons(snapshot.back_to(3), 0.0), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@settings(max_examples=20, deadline=None)
@given(lines=histories(), top=st.integers(1, 9))
def test_next_orders_are_sound_on_any_history(lines: list[Line], top: int) -> None:
    """Chances lie within 0 and 1 and fall; every consented customer is there, and nobody else."""
    table = next_orders(make_snapshot(lines, horizon=HORIZON, **NAMES), SignalOptions(), top)
    assert set(table["customer_id"]) == {line.customer for line in lines} - {""}
    assert table["chance"].between(0, 1).all()
    assert table["chance_of_order"].between(0, 1).all()
    assert (table["expected_orders"] >= 0).all()
    assert np.isfinite(table.select_dtypes("number").to_numpy()).all()
    for _, own in table.groupby("customer_id"):
        assert own["rank"].tolist() == list(range(1, min(top, 6) + 1))
        assert own["sku"].is_unique
        assert own["chance"].is_monotonic_decreasing


@settings(max_examples=15, deadline=None)
@given(lines=histories(), units=st.integers(1, 9))
def test_anonymous_lines_tell_nothing_of_customers(lines: list[Line], units: int) -> None:
    """Taking anonymous lines of the known SKUs away changes no customer's state or habit."""
    named = [line for line in lines if line.customer]
    if not named:
        return
    strangers = [Line(f"x{n}", "", "r0", f"s{n % 6}", -3.0 - n, units) for n in range(12)]
    alone = read_customers(make_snapshot(named, **NAMES), WEEKS)
    among = read_customers(make_snapshot([*named, *strangers], **NAMES), WEEKS)
    for name in ("start", "visit_region", "visit_day", "line_visit", "line_sku", "line_units"):
        np.testing.assert_array_equal(getattr(alone, name), getattr(among, name))


@pytest.mark.parametrize("seed", [5, 6])
def test_order_of_rows_does_not_matter(seed: int) -> None:
    """The same lines in any order give the same table to the bit."""
    lines = movers(seed)
    shuffled = [lines[i] for i in np.random.default_rng(0).permutation(len(lines))]
    one, other = (
        next_orders(make_snapshot(drawn, **NAMES), SignalOptions(), 4)
        for drawn in (lines, shuffled)
    )
    assert one.equals(other)


@pytest.mark.parametrize("seed", [7])
def test_next_orders_ignore_the_future(seed: int) -> None:
    """Rewriting every order from the cutoff on never changes the table."""
    lines = movers(seed)
    rewritten = [
        line if line.day < 0 else line._replace(sku="s0", day=line.day + 0.1) for line in lines
    ]
    assert rewritten != lines
    one, other = (
        next_orders(make_snapshot(drawn, **NAMES), SignalOptions(), 4)
        for drawn in (lines, rewritten)
    )
    assert one.equals(other)
