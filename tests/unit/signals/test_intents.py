"""Intents: what is open, how likely it is bought, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from prepos.core.snapshot import Snapshot
from prepos.signals.announced import intents
from prepos.signals.cell_factors import Float32Array
from prepos.signals.evidence import Evidence, gather
from prepos.signals.intents import (
    AGES,
    KINDS,
    NEVER,
    Intents,
    chances,
    open_units,
    read_intents,
    still_open,
)
from prepos.signals.options import SignalOptions
from prepos.signals.purchase_sizes import purchase_sizes
from tests.unit.forecast.snapshots import CUTOFF, Line, make_snapshot, random_lines, weekly

Intent = tuple[str, str, str, float]  # customer, SKU, kind, days from the cutoff


def with_intents(lines: Sequence[Line], rows: Sequence[Intent], **more: object) -> Snapshot:
    """Return the snapshot of lines and intents."""
    table = pd.DataFrame(list(rows), columns=["customer_id", "sku", "kind", "at"])
    seconds = pd.to_timedelta(table["at"].astype(float) * 86_400, unit="s")
    table["at"] = pd.Timestamp(CUTOFF) + seconds
    return make_snapshot(lines, tables={"intents": table}, **more)  # type: ignore[arg-type]


def units_of(snapshot: Snapshot) -> Float32Array:
    """Return the signal (1, H, R, K) at the cutoff."""
    return intents(gather(snapshot, SignalOptions()))


def first_orders(customers: int, day: float = -300.0) -> list[Line]:
    """Return an order of something else by each customer, in two regions by turns."""
    return [Line(f"first{n}", f"c{n:03d}", f"r{n % 2}", "other", day, 1) for n in range(customers)]


def carts(customers: int = 200, every: int = 4) -> tuple[list[Line], list[Intent]]:
    """Return carts of the weeks before, of which one in ``every`` is bought the week after."""
    lines, rows = first_orders(customers), []
    for n in range(customers):
        day = -7.0 * (3 + n % 20) + 2
        rows.append((f"c{n:03d}", "x", "cart", day))
        if n % every == 0:
            lines.append(Line(f"buy{n}", f"c{n:03d}", f"r{n % 2}", "x", day + 7, 2))
    return lines, rows


def test_open_cart_is_bought_as_often_as_others_were() -> None:
    """One in four carts is bought in the next week, two units each; so is the one open now."""
    lines, rows = carts()
    lines.append(Line("first", "new", "r1", "other", -30.0))
    before = units_of(with_intents(lines, rows))
    expected = units_of(with_intents(lines, [*rows, ("new", "x", "cart", -3.0)])) - before
    assert expected.shape == (1, 2, 2, 2)
    assert expected[0, 0, 1, 1] == pytest.approx(0.25 * 2, rel=0.2)
    assert 0 < expected[0, 1, 1, 1] < 0.1 * expected[0, 0, 1, 1]
    assert not expected[0, :, 0].any()
    assert not expected[0, :, :, 0].any()


@pytest.mark.parametrize(
    ("bought", "is_open"), [(-4.0, True), (-3.0, False), (-1.0, False), (1.0, True)]
)
def test_what_was_bought_since_is_closed(bought: float, is_open: bool) -> None:
    """An order of the same day or later closes an intent; one before it, or to come, does not."""
    lines, rows = carts()
    rows.append(("new", "x", "cart", -3.0))
    lines.append(Line("first", "new", "r1", "other", -30.0))
    alone = units_of(with_intents(lines, rows[:-1]))
    lines.append(Line("again", "new", "r1", "x", bought))
    found = units_of(with_intents(lines, rows)) - alone
    assert (found[0, 0, 1, 1] > 0.2) == is_open


def test_kinds_are_told_apart() -> None:
    """Carts that are often bought and views that seldom are have chances of their own."""
    lines, rows = carts(every=2)
    viewers = [
        line._replace(customer=f"v{line.customer}", order=f"v{line.order}") for line in lines
    ]
    few = [line for n, line in enumerate(viewers) if line.sku != "x" or n % 10 == 0]
    rows += [(f"v{who}", sku, "view", day) for who, sku, _, day in rows]
    known = read_intents(with_intents([*lines, *few], rows))
    chance = chances(known, 0, 1)[0, :, 0]
    assert chance[KINDS.index("cart")] > 4 * chance[KINDS.index("view")]


def test_one_intent_a_period_and_the_strongest_of_it() -> None:
    """Ten views and a cart of one week are one cart; the next week's view takes its place."""
    rows = [("c000", "x", "view", -12.0 + n / 10) for n in range(10)]
    rows += [("c000", "x", "cart", -11.0), ("c000", "x", "view", -2.0)]
    known = read_intents(with_intents(first_orders(1) + weekly("r0", "x", [1]), rows))
    assert [KINDS[kind] for kind in known.kind] == ["cart", "view"]
    assert known.opened.tolist() == [-2, -1]
    assert known.closed.tolist() == [-1, NEVER]


def thousandfold(known: Intents) -> Intents:
    """Return every intent a thousand times, so that shrinking hardly counts."""
    names = ("customer", "sku", "kind", "opened", "closed", "units")
    return replace(known, **{name: np.repeat(getattr(known, name), 1000) for name in names})


def test_old_intents_are_at_risk_in_every_period() -> None:
    """Of four carts sixty weeks old two were bought in week forty: 2 of 98 weeks from the 26th."""
    lines = first_orders(4, day=-500.0)
    lines += [Line(f"o{n}", f"c{n:03d}", "r0", "x", -7.0 * 20 + 1) for n in range(2)]
    rows = [(f"c{n:03d}", "x", "cart", -7.0 * 60 + 1) for n in range(4)]
    known = thousandfold(read_intents(with_intents(lines, rows)))
    found = chances(known, 0, 1)[0, KINDS.index("cart")]
    assert found[AGES - 1] == pytest.approx(2 / (2 * 15 + 2 * 34), rel=0.01)
    assert found[AGES - 2] < 1e-3


def test_chances_are_those_of_the_still_open() -> None:
    """Of eight carts two are bought in the first week and three of the six left in the second."""
    lines, rows = first_orders(8), [(f"c{n:03d}", "x", "cart", -20.0) for n in range(8)]
    lines += [Line(f"o{n}", f"c{n:03d}", "r0", "x", -13.0 if n < 2 else -6.0) for n in range(5)]
    known = read_intents(with_intents(lines, rows))
    many = thousandfold(known)
    found = chances(many, 0, 3)[:, KINDS.index("cart")]
    assert found[0, :2] == pytest.approx([2 / 8, 3 / 6], rel=0.02)
    assert found[1, 0] == pytest.approx(6 / 8 * 3 / 6, rel=0.02)
    assert found.shape == (3, AGES)


def test_region_is_that_of_the_latest_order() -> None:
    """Who moved is expected where the last order was; who never ordered is not looked at."""
    lines, rows = carts()
    lines += [Line("one", "m", "r0", "other", -90.0), Line("two", "m", "r1", "other", -9.0)]
    lines.append(Line("late", "n", "r0", "other", 3.0))
    alone = units_of(with_intents(lines, rows))
    found = units_of(with_intents(lines, [*rows, ("m", "x", "cart", -2.0)])) - alone
    assert found[0, 0, 1, 1] > 0
    assert not found[0, :, 0].any()
    for who in ("n", "nobody"):
        rows_of = [*rows, (who, "x", "cart", -2.0)]
        assert np.array_equal(units_of(with_intents(lines, rows_of)), alone)


def opened_units(evidence: Evidence, known: Intents) -> Float32Array:
    """Return the units (H, R, K) that open intents bring, as seen from an origin."""
    row = still_open(known, -evidence.back)
    return open_units(
        known,
        purchase_sizes(evidence, known.customer[row], known.sku[row]),
        origin=-evidence.back,
        horizon=evidence.horizon,
        shape=evidence.shape,
    )


def test_one_reading_serves_all_origins() -> None:
    """What is read at the cutoff says of an earlier origin what is read there."""
    rng = np.random.default_rng(9)
    lines = random_lines(9, weeks=30, orders=600)
    rows = [
        (
            f"c{rng.integers(0, 45)}",
            f"s{rng.integers(0, 6)}",
            KINDS[rng.integers(0, 4)],
            float(rng.uniform(-200, 20)),
        )
        for _ in range(500)
    ]
    snapshot = with_intents(lines, rows)
    known = read_intents(snapshot)
    evidence = gather(snapshot, SignalOptions(), (12, 5, 1))
    for back in (0, 1, 5, 12):
        earlier = snapshot.back_to(back)
        there = opened_units(gather(earlier, SignalOptions()), read_intents(earlier))
        assert there.any()
        assert np.array_equal(opened_units(evidence.at(back), known), there)
    told, there = intents(evidence.at(12)), units_of(snapshot.back_to(12))
    assert told == pytest.approx(there, rel=2e-3, abs=1e-5)


def test_what_intents_did_lately_counts_most() -> None:
    """Carts were never bought, then always within the week: half the weight is gone in 13 weeks."""
    lines, rows = first_orders(400), []
    for n in range(400):
        day = -7.0 * (1 + n % 26) - 5
        rows.append((f"c{n:03d}", "x", "cart", day))
        if n % 26 < 13:
            lines.append(Line(f"buy{n}", f"c{n:03d}", f"r{n % 2}", "x", day + 7))
    found = chances(thousandfold(read_intents(with_intents(lines, rows))), 0, 1)
    assert found[0, KINDS.index("cart"), 0] == pytest.approx(2 / 3, rel=0.03)


def test_without_table_or_consent_there_is_nothing() -> None:
    """No table, no consent, no purchase ever: nothing is expected."""
    lines, rows = carts()
    assert not units_of(make_snapshot(lines)).any()
    assert not units_of(with_intents(lines, rows, consented=False)).any()
    assert not units_of(with_intents(lines, [])).any()
    unsold = first_orders(200) + weekly("r0", "x", [1])
    assert not units_of(with_intents(unsold, rows)).any()
