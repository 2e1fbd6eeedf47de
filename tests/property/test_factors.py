"""Laws of what multiplies demand: sound on any tables, blind to their order and to the future."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from prepos.core.kernels import Float32Array
from prepos.core.network import Node, Service
from prepos.core.snapshot import Snapshot
from prepos.signals.factors import Factors, make_factors
from prepos.signals.intents import KINDS, open_units, read_intents, still_open
from tests.unit.forecast.snapshots import CUTOFF, Line, make_snapshot

REGIONS, SKUS = ("r0", "r1", "r2"), ("s0", "s1", "s2", "s3")
CATEGORY = ("wine", "wine", "beer", "")


def days(least: int, most: int) -> st.SearchStrategy[date]:
    """Draw days, counted from the cutoff."""
    return st.integers(least, most).map(lambda day: CUTOFF + timedelta(days=day))


maybe_region = st.sampled_from([None, "", *REGIONS, "elsewhere"])
lines = st.lists(
    st.builds(
        Line,
        order=st.sampled_from([f"o{n}" for n in range(60)]),
        customer=st.sampled_from(["", "c1", "c2", "c3"]),
        region=st.sampled_from(REGIONS),
        sku=st.sampled_from(SKUS),
        day=st.integers(-90, -1).map(float),
        units=st.sampled_from([1, 2, 40, 100_000]),
    ),
    min_size=1,
    max_size=60,
)
calendars = st.lists(
    st.tuples(
        days(-100, 30),
        maybe_region,
        st.sampled_from(["fair", "feast", "sale"]),
        st.sampled_from(["holiday", "promotion"]),
        st.sampled_from([None, *SKUS, "unknown"]),
        st.sampled_from([None, "wine", "beer", "unknown"]),
    ),
    max_size=40,
)
stockouts = st.lists(
    st.tuples(
        st.sampled_from([None, "n0", "n1", "nowhere"]),
        maybe_region,
        st.sampled_from([*SKUS, "unknown"]),
        days(-120, 10),
        st.integers(0, 60),
    ),
    max_size=20,
)
intent_rows = st.lists(
    st.tuples(
        st.sampled_from(["c1", "c2", "c3", "nobody"]),
        st.sampled_from(SKUS),
        st.sampled_from(KINDS),
        st.integers(-100, 10),
    ),
    max_size=40,
)


def snapshot_of(
    orders: list[Line],
    calendar: list[tuple[object, ...]],
    gaps: list[tuple[object, ...]],
    wishes: tuple[tuple[str, str, str, int], ...] = (),
    period: int = 7,
) -> Snapshot:
    """Return a snapshot of these rows, with two nodes."""
    tables = {
        "calendar": pd.DataFrame(
            calendar, columns=["date", "region_id", "event", "kind", "sku", "category"]
        ),
        "stockouts": pd.DataFrame(
            [(*gap[:4], gap[3] + timedelta(days=gap[4])) for gap in gaps],
            columns=["node_id", "region_id", "sku", "from", "to"],
        ),
        "intents": pd.DataFrame(
            [(*wish[:3], pd.Timestamp(CUTOFF) + timedelta(days=wish[3])) for wish in wishes],
            columns=["customer_id", "sku", "kind", "at"],
        ),
    }
    snapshot = make_snapshot(
        orders, regions=REGIONS, skus=SKUS, category=CATEGORY, tables=tables, days=period
    )
    nodes = tuple(
        Node(node_id=name, kind="forward", latitude=0.0, longitude=0.0) for name in ("n0", "n1")
    )
    cost = np.array([[1.0, 2.0, np.inf], [1.0, 1.0, 3.0]])
    network = replace(snapshot.network, nodes=nodes, service=Service(cost, cost, cost))
    return replace(snapshot, network=network)


def factors_of(snapshot: Snapshot, until: int | None = None) -> Factors:
    """Return the factors, learnt on the whole history unless said otherwise."""
    history = snapshot.history()
    return make_factors(snapshot, history, until or history.units.shape[1])


def opened_units(snapshot: Snapshot, origin: int) -> Float32Array:
    """Return the purchases (H, R, K) that open intents bring, seen from an origin."""
    known = read_intents(snapshot)
    size = np.ones(len(still_open(known, origin)))
    return open_units(known, size, origin=origin, horizon=2, shape=(3, 4))


def same(one: Factors, other: Factors) -> bool:
    """Say whether two are alike to the bit."""
    pairs = [(one.sku, other.sku), (one.region, other.region)]
    for left, right in ((one.local, other.local), (one.open_share, other.open_share)):
        pairs += [
            (getattr(left, n), getattr(right, n)) for n in ("region", "sku", "column", "value")
        ]
    return all(np.array_equal(left, right) for left, right in pairs)


@given(lines, calendars, stockouts, st.sampled_from([1, 7]))
@settings(max_examples=60, deadline=None)
def test_factors_are_sound(
    orders: list[Line],
    calendar: list[tuple[object, ...]],
    gaps: list[tuple[object, ...]],
    period: int,
) -> None:
    """Every factor is finite and within a tenth and ten; shares are from 0 to below 1."""
    snapshot = snapshot_of(orders, calendar, gaps, period=period)
    factors = factors_of(snapshot)
    for values in (factors.sku, factors.region, factors.local.value):
        assert np.isfinite(values).all()
        assert ((values >= 0.0999) & (values <= 10.001)).all()
    assert ((factors.open_share.value >= 0) & (factors.open_share.value < 1)).all()
    assert (factors.exposure(snapshot.history()) >= 0).all()
    assert np.isfinite(factors.ahead(2)).all()


@given(lines, calendars, stockouts, intent_rows, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_order_of_rows_does_not_matter(
    orders: list[Line],
    calendar: list[tuple[object, ...]],
    gaps: list[tuple[object, ...]],
    wishes: list[tuple[str, str, str, int]],
    random: st.DataObject,
) -> None:
    """The tables in any order give the same to the bit; so do rows told twice."""
    mixed = [random.sample(rows, len(rows)) for rows in (calendar * 2, gaps * 2, wishes * 2)]
    one = snapshot_of(orders, calendar, gaps, tuple(wishes))
    other = snapshot_of(orders, mixed[0], mixed[1], tuple(mixed[2]))
    assert same(factors_of(one), factors_of(other))
    said = [opened_units(snapshot, 0) for snapshot in (one, other)]
    assert np.array_equal(*said)
    assert (np.isfinite(said[0]) & (said[0] >= 0)).all()


@given(lines, lines, calendars, stockouts, intent_rows, intent_rows, st.sampled_from([1, 7]))
@settings(max_examples=40, deadline=None)
def test_what_comes_later_teaches_nothing(
    orders: list[Line],
    later: list[Line],
    calendar: list[tuple[object, ...]],
    gaps: list[tuple[object, ...]],
    wishes: list[tuple[str, str, str, int]],
    later_wishes: list[tuple[str, str, str, int]],
    period: int,
) -> None:
    """Rewriting orders, stock-outs and intents from an instant on changes nothing learnt by it."""
    instant = -14
    first = Line("first", "c1", "r0", "s0", -91.0)  # the same length of history
    past = [first, *(line for line in orders if line.day < instant)]
    known = [row for row in wishes if row[3] < instant]
    future = [line._replace(day=instant + line.day % 14) for line in later]
    renamed = [line._replace(order=f"later{n}") for n, line in enumerate(future)]
    one = snapshot_of(past, calendar, [], tuple(known), period)
    other = snapshot_of(
        past + renamed,
        calendar,
        [(*gap[:3], CUTOFF + timedelta(days=instant + 1), 5) for gap in gaps],
        (*known, *((*row[:3], instant + row[3] % 14) for row in later_wishes)),
        period,
    )
    until = (91 + instant) // period
    before, after = factors_of(one, until), factors_of(other, until)
    assert np.array_equal(before.sku, after.sku)
    assert np.array_equal(before.region, after.region)
    assert np.array_equal(before.local.value, after.local.value)
    assert (after.open_share.column >= until).all()
    origin = instant // period
    said = [opened_units(snapshot, origin) for snapshot in (one, other)]
    assert np.array_equal(*said)


@given(st.integers(1, 9), calendars, st.sampled_from([1, 7]), st.integers(2, 16))
@settings(max_examples=40, deadline=None)
def test_steady_sales_have_no_factors(
    units: int, calendar: list[tuple[object, ...]], period: int, periods: int
) -> None:
    """Whatever the calendar says, sales that never change have factors of exactly 1."""
    orders = [
        Line(f"{region}{sku}{column}", "", region, sku, -float(column * period), units)
        for region in REGIONS
        for sku in SKUS
        for column in range(1, periods + 1)
    ]
    factors = factors_of(snapshot_of(orders, calendar, [], period=period))
    assert (factors.sku == 1.0).all()
    assert (factors.region == 1.0).all()
    assert (factors.local.value == 1.0).all()
