"""Stock-outs hide demand: which share of a period a cell was open, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from prepos.core.network import Node, Service
from prepos.core.snapshot import Snapshot
from prepos.signals.evidence import gather
from prepos.signals.factors import make_factors
from prepos.signals.levels import follow_levels
from prepos.signals.options import SignalOptions
from prepos.signals.stockouts import nearest_nodes, open_shares
from tests.unit.forecast.snapshots import CUTOFF, make_snapshot, weekly

INF = float("inf")


def closed(
    first: int, last: int, *, region: str | None = "a", sku: str = "x", node: str | None = None
) -> dict[str, object]:
    """Return a row of the table; days count from the cutoff, the last one is closed too."""
    return {
        "node_id": node,
        "region_id": region,
        "sku": sku,
        "from": CUTOFF + timedelta(days=first),
        "to": CUTOFF + timedelta(days=last),
    }


def with_stockouts(*rows: dict[str, object], days: int = 7) -> Snapshot:
    """Return four weeks in regions a, b and c, where x is sold in all and y in a."""
    lines = [line for name in "abc" for line in weekly(name, "x", [3, 0, 0, 3])]
    lines += weekly("a", "y", [3, 3, 3, 3])
    return make_snapshot(lines, tables={"stockouts": pd.DataFrame(rows)}, days=days)


def shares_of(snapshot: Snapshot) -> dict[tuple[int, int, int], float]:
    """Return the open share by region, SKU and column, to four digits."""
    found = open_shares(snapshot, snapshot.history())
    cells = zip(found.region.tolist(), found.sku.tolist(), found.column.tolist(), strict=True)
    return dict(zip(cells, np.round(found.value.astype(np.float64), 4).tolist(), strict=True))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([closed(-21, -15)], {(0, 0, 1): 0.0}),  # a whole week
        ([closed(-16, -13)], {(0, 0, 1): 0.7143, (0, 0, 2): 0.7143}),  # two days of two weeks
        ([closed(-20, -18), closed(-19, -17)], {(0, 0, 1): 0.4286}),  # a day counts once
        ([closed(-20, -17), closed(-19, -18)], {(0, 0, 1): 0.4286}),  # one within another
        ([closed(-3, 400)], {(0, 0, 3): 0.5714}),  # what lies ahead is not known
        ([closed(0, 10)], {}),
        ([closed(-999, -22)], {(0, 0, 0): 0.1429}),  # sold, so open for a day at least
        ([closed(-21, -15, region="nowhere")], {}),
        ([closed(-21, -15, sku="nothing")], {}),
        ([closed(-21, -15, region="b", sku="y")], {(1, 1, 1): 0.0}),  # a cell that never sold
    ],
)
def test_share_is_what_is_left_of_the_days(
    rows: list[dict[str, object]], expected: dict[tuple[int, int, int], float]
) -> None:
    """The first and the last day are closed, and every day between, once."""
    assert shares_of(with_stockouts(*rows)) == expected


def test_a_day_with_sales_was_open() -> None:
    """Where periods are days, a sale on a closed day takes the stock-out back."""
    found = shares_of(with_stockouts(closed(-27, -24), days=1))
    sold = with_stockouts(closed(-27, -24), days=1).history().units[0] > 0
    assert found
    assert not any(sold[column] for _, _, column in found)
    assert set(found.values()) == {0.0}


def test_a_node_without_stock_closes_the_regions_it_serves_cheapest() -> None:
    """Cost decides, then days, then the id; a region that no node can serve stays open."""
    snapshot = with_stockouts(closed(-21, -15, region=None, node="n1"))
    nodes = tuple(
        Node(node_id=name, kind="forward", latitude=0.0, longitude=0.0) for name in ("n0", "n1")
    )
    cost = np.array([[2.0, 1.0, INF], [1.0, 1.0, INF]])
    days = np.array([[1.0, 3.0, INF], [9.0, 2.0, INF]])
    network = replace(snapshot.network, nodes=nodes, service=Service(cost, days, cost))
    assert nearest_nodes(network).tolist() == [1, 1, -1]
    assert shares_of(replace(snapshot, network=network)) == {(0, 0, 1): 0.0, (1, 0, 1): 0.0}
    even = replace(network, service=Service(np.ones((2, 3)), np.ones((2, 3)), cost))
    assert nearest_nodes(even).tolist() == [0, 0, 0]


def test_levels_are_units_over_open_periods() -> None:
    """A SKU out of stock half of the time sells six a week, not three."""
    lines = weekly("a", "x", [6, 0] * 10)
    gaps = [closed(-7 * week, -7 * week + 6) for week in range(1, 20, 2)]
    snapshot = make_snapshot(lines, tables={"stockouts": pd.DataFrame(gaps)})
    history = snapshot.history()
    factors = make_factors(snapshot, history, 20)
    assert history.units.sum() / factors.exposure(history).sum() == pytest.approx(6.0)
    assert (factors.ahead(2) == 1.0).all()


def test_dates_may_be_far_away() -> None:
    """A stock-out without an end, as databases write it, is read."""
    row = {**closed(-7, 0), "to": date(9999, 12, 31)}
    assert shares_of(with_stockouts(row)) == {(0, 0, 3): 0.1429}


def test_a_sku_out_of_stock_everywhere_keeps_its_level() -> None:
    """Twenty weeks at 40, then six without any on the shelves: 40 a week are expected still."""
    lines = [line for name in "abcd" for line in weekly(name, "x", [10] * 20 + [0] * 6)]
    lines += [line for name in "abcd" for line in weekly(name, "y", [10] * 26)]
    rows = [closed(-42, -1, region=name) for name in "abcd"]
    levels = []
    for tables in ({}, {"stockouts": pd.DataFrame(rows)}):
        evidence = gather(make_snapshot(lines, tables=tables), SignalOptions())
        levels.append([float(level[0]) for level in follow_levels(evidence)])
    assert max(levels[0]) < 35.0
    assert levels[1] == pytest.approx([40.0, 40.0], rel=0.03)
