"""Order lines that would drown all others."""

from __future__ import annotations

import numpy as np

from prepos.signals.evidence import gather
from prepos.signals.giants import most_units, without_giants
from prepos.signals.options import SignalOptions
from tests.unit.forecast.snapshots import Line, make_snapshot, weekly


def test_a_line_counts_as_eight_large_ones_at_most() -> None:
    """Of 200 lines of two and one of nine the large line has two; without a giant all stay."""
    lines = [Line(f"o{n}", "", "r", "s", -1.0 - n / 9, 2) for n in range(200)]
    orders = make_snapshot([*lines, Line("x", "", "r", "s", -1.0, 9)]).orders
    assert most_units(orders) == 16
    assert without_giants(orders, 16) is orders
    assert np.sort(without_giants(orders, 5).quantity).tolist() == [2] * 200 + [5]


def test_among_few_lines_the_second_largest_is_a_large_one() -> None:
    """So that one giant among five lines is told from them; a single line stays as it is."""
    orders = make_snapshot(
        [*weekly("r", "s", [4] * 4), Line("g", "", "r", "t", -1.0, 10**9)]
    ).orders
    assert most_units(orders) == 32
    alone = make_snapshot([Line("g", "", "r", "t", -1.0, 10**9)]).orders
    assert without_giants(alone, most_units(alone)) is alone
    assert most_units(make_snapshot([]).orders) >= 1


def test_signals_count_a_giant_as_large_and_the_record_keeps_its_lines() -> None:
    """What signals stand on is tamed, the snapshot's own orders are not."""
    lines = [*weekly("r", "s", [4] * 20), Line("g", "", "r", "t", -8.0, 10**6)]
    evidence = gather(make_snapshot(lines), SignalOptions())
    assert evidence.history.units.max() == 32
    assert evidence.snapshot.orders.quantity.max() == 10**6
