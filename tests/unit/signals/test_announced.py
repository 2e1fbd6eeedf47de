"""Announced: open intents and those to come make as many units in every period ahead."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd
import pytest

from prepos.core.snapshot import Snapshot
from prepos.signals.announced import announced_shares, intents
from prepos.signals.evidence import Evidence, gather
from prepos.signals.intents import read_intents
from prepos.signals.options import SignalOptions
from tests.unit.forecast.snapshots import CUTOFF, Line, make_snapshot

WEEKS, BUYERS = 40, 40
HORIZON = 4


def announced(days_before: tuple[int, ...], more: Sequence[Line] = ()) -> Snapshot:
    """Return forty purchases of ``x`` a week, every second with a cart some days before.

    Each customer buys every tenth week.
    """
    lines = [Line(f"f{n}", f"c{n}", f"r{n % 2}", "other", -300.0) for n in range(10 * BUYERS)]
    rows = []
    for week, n in product(range(-WEEKS, 3), range(BUYERS)):
        who, day = f"c{week % 10 * BUYERS + n}", 7.0 * week + 1 + n % 6
        if day < 0:
            lines.append(Line(f"o{week}-{n}", who, f"r{n % 2}", "x", day))
        if n % 2 == 0:
            rows.append((who, "x", "cart", day - days_before[n // 2 % len(days_before)]))
    table = pd.DataFrame(rows, columns=["customer_id", "sku", "kind", "at"])
    table["at"] = pd.Timestamp(CUTOFF) + pd.to_timedelta(table["at"], unit="D")
    return make_snapshot([*lines, *more], tables={"intents": table}, horizon=HORIZON)


def evidence_of(snapshot: Snapshot) -> Evidence:
    """Return the evidence at the cutoff."""
    return gather(snapshot, SignalOptions())


@pytest.mark.parametrize("days_before", [(7,), (7, 14), (3, 10, 20)])
def test_as_many_units_in_every_period(days_before: tuple[int, ...]) -> None:
    """Twenty purchases a week are announced: so many are told of each week, open now or later."""
    evidence = evidence_of(announced(days_before))
    told = intents(evidence)[0].sum(axis=(1, 2))
    usual = announced_shares(evidence, read_intents(evidence.snapshot))[0] @ [0.0, BUYERS]
    assert usual > 5
    assert told == pytest.approx(np.full(HORIZON, usual), rel=0.15)


def test_shares_tell_how_early_it_was_announced() -> None:
    """Half of the purchases were announced, half of these in the week before, half sooner."""
    snapshot = announced((7, 14))
    shares = announced_shares(evidence_of(snapshot), read_intents(snapshot))
    assert snapshot.orders.skus[1] == "x"
    assert shares[:, 1] == pytest.approx([0.5, 0.25, 0.0, 0.0], abs=0.03)
    assert (np.diff(shares, axis=0) <= 0).all()


def test_without_purchases_nothing_is_to_come() -> None:
    """Where no intent was ever bought, none is expected to come and be bought."""
    snapshot = announced((7,))
    table = snapshot.tables["intents"].assign(sku="other")
    never = make_snapshot([], tables={"intents": table}, horizon=HORIZON)
    assert not intents(evidence_of(never)).any()
    lines = [Line(f"f{n}", f"c{n}", "r0", "other", -300.0) for n in range(BUYERS)]
    assert not intents(evidence_of(make_snapshot(lines, tables={"intents": table}))).any()


def test_what_is_not_announced_is_no_part_of_it() -> None:
    """An item sold as much that nobody puts aside is told next to nothing."""
    plain = [Line(f"p{n}", "", "r0", "plain", -1.0 - n % 280) for n in range(WEEKS * BUYERS)]
    snapshot = announced((7,), plain)
    told = intents(evidence_of(snapshot))[0].sum(axis=(0, 1))
    of = dict(zip(snapshot.orders.skus, told, strict=True))
    assert of["plain"] < 0.05 * of["x"]
