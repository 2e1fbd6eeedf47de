"""Factors put together: launches, exposure, and what multiplies a level ahead."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from prepos.signals.cell_factors import CellFactors, make_cell_factors, no_factors
from prepos.signals.factors import Factors, make_factors
from tests.unit.forecast.snapshots import CUTOFF, make_snapshot, random_lines, weekly


@pytest.mark.parametrize("days", [1, 7])
def test_nothing_known_is_a_factor_of_one(days: int) -> None:
    """Without tables, launches and long histories every factor is exactly 1."""
    snapshot = make_snapshot(random_lines(3, weeks=3), days=days)
    history = snapshot.history()
    factors = make_factors(snapshot, history, history.units.shape[1])
    assert (factors.exposure(history) == 1.0).all()
    assert (factors.ahead(2) == 1.0).all()
    assert factors.ahead(2).shape == (2, 4, 6)


def test_launch_counts_from_its_day() -> None:
    """Before the launch there is nothing, in its week the share of days left, after it all."""
    launches = [(CUTOFF + timedelta(days=day)).isoformat() for day in (-12, 9, -99)]
    lines = [line for name in "xz" for line in weekly("a", name, [0, 0, 0, 5])]
    lines += weekly("a", "z", [5, 0, 0, 0])
    snapshot = make_snapshot(lines, skus=["y"], launched_on=launches)
    factors = make_factors(snapshot, snapshot.history(), 4)
    assert factors.sku[0] == pytest.approx([0, 0, 5 / 7, 1, 1, 1])
    assert factors.sku[1] == pytest.approx([0, 0, 0, 0, 0, 5 / 7])
    assert (factors.sku[2] == 1.0).all()


def test_sales_before_the_launch_are_believed() -> None:
    """From its first sale on a SKU was there, whatever the table says."""
    snapshot = make_snapshot(weekly("a", "x", [1, 0, 4, 0]), launched_on=["2030-01-01"])
    before = make_snapshot(
        weekly("a", "x", [0, 0, 4, 0]) + weekly("a", "y", [1] * 4), launched_on=["2030-01-01", ""]
    )
    assert (make_factors(snapshot, snapshot.history(), 4).sku == 1.0).all()
    later = make_factors(before, before.history(), 4)
    assert later.sku[0].tolist() == [0, 0, 1, 1, 1, 1]


def test_what_multiplies_a_cell_is_the_product() -> None:
    """SKU, region, local events and open days multiply in the past, all but the last ahead."""
    snapshot = make_snapshot(weekly("a", "x", [1, 1]) + weekly("b", "y", [1, 1]))
    local = make_cell_factors(
        2, np.array([0, 0, 1]), np.array([1, 2, 0]), np.array([5.0, 7.0, 9.0], dtype=np.float32)
    )
    open_share = make_cell_factors(2, np.array([3]), np.array([0]), np.array([0.5], np.float32))
    sku = np.array([[1, 2, 1, 1], [1, 1, 1, 2]], dtype=np.float32)
    region = np.array([[1, 1, 3, 1], [4, 1, 1, 1]], dtype=np.float32)
    factors = Factors(sku, region, local, open_share)
    assert factors.exposure(snapshot.history()).tolist() == [[1, 10], [2, 1]]
    assert factors.ahead(2).tolist() == [[[21, 3], [1, 1]], [[1, 2], [1, 2]]]


def test_factors_of_one_triple_multiply() -> None:
    """Two events in one cell and period act together; the rest is sorted."""
    key, column = np.array([5, 0, 5]), np.array([2, 1, 2])
    found = make_cell_factors(3, key, column, np.array([2.0, 3.0, 4.0], dtype=np.float32))
    triples = zip(found.region, found.sku, found.column, found.value, strict=True)
    assert [tuple(map(float, one)) for one in triples] == [(0, 0, 1, 3), (1, 2, 2, 8)]


def test_cells_without_factors_have_none() -> None:
    """Factors find their cells, and those of unknown cells find nothing."""
    found = CellFactors(
        3, np.array([0, 1]), np.array([1, 2]), np.array([0, 4]), np.ones(2, dtype=np.float32)
    )
    cell, factor = found.of_cells(np.array([0, 1, 1]), np.array([2, 0, 2]))
    assert (cell.tolist(), factor.tolist()) == ([2], [1])
    assert [part.tolist() for part in no_factors(3).of_cells(*np.zeros((2, 1), int))] == [[], []]


def test_season_is_learnt_beside_events_and_stock_outs() -> None:
    """Holidays and stock-outs that come every year are not taken for the season of the year."""
    weeks, touched = 156, (20, 72, 124)
    shut = [week for week in range(weeks) if week % 52 in (40, 41, 42)]
    units = [0 if week in shut else 150 if week in touched else 50 for week in range(weeks)]
    lines = [line for sku in "xyz" for line in weekly("a", sku, units)]
    days = {week: CUTOFF + timedelta(days=7 * (week - weeks)) for week in range(weeks)}
    calendar = pd.DataFrame(
        {"date": [days[week] for week in touched], "event": "feast", "kind": "holiday"}
    )
    gaps = pd.DataFrame(
        [
            {"region_id": "a", "sku": sku, "from": days[week], "to": days[week] + timedelta(days=6)}
            for week in shut
            for sku in "xy"
        ]
    )
    lines += weekly("a", "z", [50 if week in shut else 0 for week in range(weeks)])
    tables = {"calendar": calendar, "stockouts": gaps}
    snapshot = make_snapshot(lines, tables=tables)
    history = snapshot.history()
    factors = make_factors(snapshot, history, weeks)
    calm = np.setdiff1d(np.arange(weeks), touched)
    assert factors.sku[:, calm] == pytest.approx(np.ones((3, len(calm))), abs=0.12)
    assert factors.sku[:, 72] == pytest.approx(np.full(3, 3.0), rel=0.2)
