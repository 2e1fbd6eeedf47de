"""Events of the calendar: whom they touch, and what they are found to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from prepos.core.snapshot import Snapshot
from prepos.signals.calendar import Series, read_occurrences
from prepos.signals.factors import Factors, make_factors
from tests.unit.forecast.snapshots import CUTOFF, Line, make_snapshot, weekly

WEEKS = 40
COLUMNS = ("date", "region_id", "event", "kind", "sku", "category")
Row = tuple[object, ...]


def row(
    column: int, event: str, kind: str = "holiday", *, day: int = 0, weeks: int = WEEKS, **more: str
) -> Row:
    """Return a row of the calendar on a day of a column's week."""
    when = CUTOFF + timedelta(days=7 * (column - weeks) + day)
    return (when, more.get("region"), event, kind, more.get("sku"), more.get("category"))


def week(column: int, event: str, kind: str, **more: str) -> list[Row]:
    """Return the rows of a whole week."""
    return [row(column, event, kind, day=day, **more) for day in range(7)]


def snapshot_of(lines: Sequence[Line], rows: Sequence[Row], **more: object) -> Snapshot:
    """Return a snapshot with a calendar."""
    table = pd.DataFrame(list(rows), columns=list(COLUMNS))
    return make_snapshot(lines, tables={"calendar": table}, **more)  # type: ignore[arg-type]


def factors_of(snapshot: Snapshot, until: int | None = None) -> Factors:
    """Return the factors, learnt on all that is known unless said otherwise."""
    history = snapshot.history()
    return make_factors(snapshot, history, until or history.units.shape[1])


def sold(level: int, touched: Sequence[int], factor: float) -> list[int]:
    """Return weekly units that are level but for the weeks that are touched."""
    return [round(level * factor) if week in touched else level for week in range(WEEKS)]


def test_series_are_numbered_there_and_back() -> None:
    """Every series decodes to what it was made of, and lies in all that hold it."""
    series = Series(regions=3, categories=2, category=np.array([0, 1, 1]))
    region, sku = (axis.ravel() for axis in np.meshgrid([-1, 0, 2], [-1, 0, 2], indexing="ij"))
    group = np.where(sku >= 0, series.category[sku], -1)
    code = series.encode(region, group, sku)
    assert len(np.unique(code)) == len(code)
    assert np.array_equal(series.decode(code), (region, group, sku))
    assert (series.covers(code) == code).any(axis=0).all()
    held = series.covers(series.encode(np.array([2]), np.array([1]), np.array([2]))).ravel()
    wider = [(-1, 1, -1), (-1, 1, 2), (2, -1, -1), (2, 1, -1), (2, 1, 2)]
    codes = [series.encode(*(np.array([part]) for part in parts))[0] for parts in wider]
    assert held.tolist() == [-1, *codes]


def test_rows_touch_what_they_name() -> None:
    """A promotion counts by its days, a holiday in full; rows of unknown ids touch nothing."""
    rows = [
        row(3, "sale", "promotion", sku="x", day=1),
        row(3, "sale", "promotion", sku="x", day=2),
        row(3, "sale", "promotion", sku="x", day=2),  # the same day twice
        row(5, "feast", region="a"),
        row(6, "feast", region="elsewhere"),
        row(6, "sale", "promotion", sku="unknown"),
        row(6, "sale", "promotion", category="unknown"),
        row(-1, "feast"),
        row(WEEKS + 2, "feast"),
    ]
    snapshot = snapshot_of(weekly("a", "x", [1] * WEEKS), rows)
    series = Series(1, 1, np.zeros(1, dtype=np.int64))
    found = read_occurrences(snapshot, series, WEEKS)
    assert found is not None
    numbers = [
        series.encode(*(np.array([part]) for part in parts))[0]
        for parts in ((-1, 0, 0), (0, -1, -1))
    ]
    assert found.series.tolist() == numbers
    assert found.column.tolist() == [3, 5]
    assert found.share == pytest.approx([2 / 7, 1.0])


@pytest.mark.parametrize(("kind", "factor"), [("holiday", 0.4), ("promotion", 3.0)])
def test_effect_is_found_and_comes_again(kind: str, factor: float) -> None:
    """What an event did four times it is expected to do the fifth, ahead of the cutoff."""
    touched = [5, 14, 23, 32, WEEKS + 1]
    lines = [
        line
        for region in "ab"
        for sku in ("x", "y")
        for line in weekly(region, sku, sold(50, touched, factor))
    ]
    rows = [entry for column in touched for entry in week(column, "fair", kind)]
    factors = factors_of(snapshot_of(lines, rows))
    assert factors.sku[:, WEEKS + 1] == pytest.approx([factor] * 2, rel=0.15)
    assert (factors.sku[:, WEEKS] == 1.0).all()
    assert (factors.region == 1.0).all()


def test_effects_stay_with_what_they_touch() -> None:
    """A promotion of a SKU, of a category in a region, of a SKU in a region: nothing else moves."""
    rows = [entry for c in (6, 15, 24, 33, WEEKS) for entry in week(c, "a", "promotion", sku="x")]
    lines = weekly("a", "x", sold(60, (6, 15, 24, 33), 2.0)) + weekly("a", "y", [60] * WEEKS)
    lines += weekly("b", "x", sold(60, (6, 15, 24, 33), 2.0)) + weekly("b", "y", [60] * WEEKS)
    factors = factors_of(snapshot_of(lines, rows, category=["wine", "beer"]))
    assert factors.sku[0, WEEKS] == pytest.approx(2.0, rel=0.15)
    assert (factors.sku[1] == 1.0).all()
    for more in ({"sku": "x"}, {"category": "wine"}):
        rows = [
            entry
            for column in (6, 15, 24, 33, WEEKS)
            for entry in week(column, "a", "promotion", region="b", **more)
        ]
        here = [line for line in lines if line.region == "b"] + weekly("a", "x", [60] * WEEKS)
        factors = factors_of(snapshot_of(here, rows, category=["wine", "beer"]))
        ahead = factors.ahead(2)
        assert (factors.sku == 1.0).all()
        assert ahead[0, 1, 0] == pytest.approx(2.0, rel=0.15)
        assert ahead[0, 0].tolist() == [1.0, 1.0]
        assert ahead[:, 1, 1].tolist() == [1.0, 1.0]


def test_region_has_its_own_holiday() -> None:
    """A holiday of one region moves that region alone, whatever is sold there."""
    touched = (4, 13, 22, 31)
    lines = weekly("a", "x", sold(80, touched, 0.5)) + weekly("b", "x", [80] * WEEKS)
    rows = [row(column, "mass", region="a") for column in (*touched, WEEKS + 1)]
    factors = factors_of(snapshot_of(lines, rows))
    assert factors.region[0, WEEKS + 1] == pytest.approx(0.5, rel=0.15)
    assert (factors.region[1] == 1.0).all()
    assert (factors.sku == 1.0).all()


def test_new_event_takes_its_kinds_effect() -> None:
    """A promotion under a new name is expected near what promotions do; a new kind does nothing."""
    touched = range(4, 36, 4)
    lines = weekly("a", "x", sold(100, touched, 2.0)) + weekly("a", "y", sold(100, touched, 2.0))
    rows = [
        entry
        for number, column in enumerate(touched)
        for sku in ("x", "y")
        for entry in week(column, f"week {number}", "promotion", sku=sku)
    ]
    rows += [*week(WEEKS, "unheard of", "promotion", sku="x"), row(WEEKS + 1, "feast")]
    ahead = factors_of(snapshot_of(lines, rows)).ahead(2)
    assert ahead[0, 0, 0] == pytest.approx(2.0, rel=0.25)
    assert ahead[1, 0].tolist() == [1.0, 1.0]


def test_little_data_is_not_believed() -> None:
    """One odd week of a slow SKU says less than four weeks of a quick one."""
    rows = [*week(20, "sale", "promotion", sku="x"), *week(WEEKS, "sale", "promotion", sku="x")]
    once = factors_of(snapshot_of(weekly("a", "x", sold(1, (20,), 4.0)), rows)).sku[0, WEEKS]
    often = [entry for c in (8, 16, 24, 32, WEEKS) for entry in week(c, "sale", "promotion")]
    quick = weekly("a", "x", sold(200, (8, 16, 24, 32), 4.0))
    sure = factors_of(snapshot_of(quick, often)).sku[0, WEEKS]
    assert 1.0 < once < 3.0 < sure < 4.4


def test_events_of_one_week_share_the_difference() -> None:
    """Two holidays that always fall together do together what was seen, not its square."""
    touched = (6, 15, 24, 33)
    lines = weekly("a", "x", sold(100, touched, 2.0))
    rows = [
        row(column, event, day=day)
        for column in (*touched, WEEKS)
        for day, event in enumerate(("eve", "day"))
    ]
    assert factors_of(snapshot_of(lines, rows)).sku[0, WEEKS] == pytest.approx(2.0, rel=0.15)


def test_a_first_week_that_is_not_whole_teaches_nothing() -> None:
    """An event of a week whose first days were not recorded is not blamed for the missing sales."""
    units = [10, *[70] * (WEEKS - 1)]
    lines = [line._replace(day=line.day + 4) for line in weekly("a", "x", units)]
    rows = [row(0, "new year", day=6), row(WEEKS, "new year"), row(WEEKS + 1, "other")]
    snapshot = snapshot_of(lines, rows)
    assert snapshot.history().units[0, 0] == 10
    assert (factors_of(snapshot).ahead(2) == 1.0).all()


def test_steady_sales_have_no_effects() -> None:
    """Events that change nothing have a factor of exactly 1."""
    rows = [entry for column in (4, 13, 22, WEEKS) for entry in week(column, "sale", "promotion")]
    rows += [row(column, "feast") for column in (9, 27, WEEKS + 1)]
    lines = [line for region in "ab" for line in weekly(region, "x", [3] * WEEKS)]
    factors = factors_of(snapshot_of(lines, rows))
    assert (factors.sku == 1.0).all()
    assert (factors.region == 1.0).all()


def test_effects_are_learnt_before_until_alone() -> None:
    """What an event did from ``until`` on is not known."""
    touched = (5, 10, 30, WEEKS)
    rows = [entry for column in touched for entry in week(column, "sale", "promotion", sku="x")]
    calm, wild = (
        factors_of(snapshot_of(weekly("a", "x", sold(50, (30,), factor)), rows), until=30)
        for factor in (1.0, 5.0)
    )
    assert np.array_equal(calm.sku, wild.sku)
    assert not np.array_equal(
        factors_of(snapshot_of(weekly("a", "x", sold(50, (30,), 5.0)), rows)).sku, wild.sku
    )


def test_skus_of_one_category_have_their_own_effects() -> None:
    """One SKU sells three times as much when it is cheap, one hardly more: both are believed."""
    touched = range(4, 36, 4)
    lines = [
        line
        for sku, factor in (("x", 3.0), ("y", 1.1), ("z", 1.8))
        for line in weekly("a", sku, sold(100, touched, factor))
    ]
    rows = [
        entry
        for column in (*touched, WEEKS)
        for sku in ("x", "y", "z", "new")
        for entry in week(column, "leaflet", "promotion", sku=sku)
        if sku != "new" or column == WEEKS
    ]
    found = factors_of(snapshot_of(lines, rows, skus=["new"])).sku[:, WEEKS]
    new, x, y, z = found.tolist()
    assert x == pytest.approx(3.0, rel=0.1)
    assert y == pytest.approx(1.1, rel=0.1)
    assert y < new < x
    assert new == pytest.approx(z, rel=0.2)
