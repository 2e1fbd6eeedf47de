"""Histories that are hard to forecast from: each gives a sensible forecast or a clear refusal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from prepos.core.demand import Forecast
from prepos.core.snapshot import Snapshot
from prepos.errors import DemandError
from prepos.forecast.distribution import quantiles, total_quantiles
from prepos.forecast.make import make_forecast
from prepos.forecast.options import ForecastOptions
from prepos.forecast.registry import MODELS
from prepos.forecast.spec import ModelSpec
from tests.unit.forecast.snapshots import CUTOFF, Line, make_snapshot, random_lines, weekly

LEVELS = (0.05, 0.5, 0.9, 0.99)
GIANT = 1_000_000
EVENTS = ("date", "region_id", "event", "kind", "sku", "category")


class Case(NamedTuple):
    """A history, and within what its forecast must lie.

    ``most`` bounds the units over the horizon and all cells, ``least`` does for the pooled model;
    both follow from what was sold, as is said beside each.
    """

    lines: list[Line]
    most: float
    least: float = 0.0
    more: dict[str, object] = {}  # noqa: RUF012  # read only
    tables: Callable[[], dict[str, pd.DataFrame]] = dict


def day(offset: int) -> date:
    """Return a day by its distance from the cutoff."""
    return CUTOFF + timedelta(days=offset)


def always_out() -> dict[str, pd.DataFrame]:
    """Return stock-outs that cover every day of every cell."""
    rows = [
        {"node_id": "", "region_id": f"r{r}", "sku": f"s{s}", "from": day(-400), "to": day(40)}
        for r in range(4)
        for s in range(6)
    ]
    return {"stockouts": pd.DataFrame(rows)}


def always_events() -> dict[str, pd.DataFrame]:
    """Return a calendar in which each day is a holiday, and a promotion of one SKU."""
    rows = [
        row
        for offset in range(-140, 15)
        for row in (
            (day(offset), "", "fair", "holiday", "", ""),
            (day(offset), "r1", "deal", "promotion", "s1", ""),
        )
    ]
    return {"calendar": pd.DataFrame(rows, columns=list(EVENTS))}


def daily(region: str, sku: str, days: int, units: int) -> list[Line]:
    """Return one line a day, up to the day before the cutoff."""
    return [
        Line(f"{region}{sku}{d}", "c", region, sku, -float(d) + 0.5, units)
        for d in range(1, days + 1)
    ]


def regions_of_one_customer(count: int) -> list[Line]:
    """Return weekly orders of one customer, each week in other regions, every region twice."""
    return [
        Line(f"o{n}", "only", f"r{n % count:04d}", f"s{n % 7}", -1.0 - n % 50, 1)
        for n in range(2 * count)
    ]


STEADY = [*weekly("a", "x", [4] * 20), *weekly("b", "y", [4] * 20)]
RANDOM = random_lines(11)  # some 700 units in 20 weeks
SAME_SECOND = [line._replace(day=-3.0) for line in random_lines(12) if line.day < 0]

CASES: dict[str, Case] = {
    # Four units of one week in each of three regions: two weeks ahead are 24, twice is far.
    "one period": Case([*(Line(f"o{r}", "", r, "x", -2.0, 4) for r in "abc")], 48, 6),
    # One unit two years ago, then nothing: surely less than one a week.
    "nothing since the first": Case([Line("o", "c", "a", "x", -730.0, 1)], 2),
    # The same beyond the window that is read.
    "nothing in the window": Case([Line("o", "c", "a", "x", -7.0 * 200, 3)], 3),
    # SKUs and regions that no order names may borrow, but not double what is sold.
    "most of it zeros": Case(
        STEADY, 32, 8, {"regions": list("cdefgh"), "skus": [f"s{k}" for k in range(40)]}
    ),
    # The giant came in the last week: repeated in both weeks ahead, and a quarter for a trend.
    "a giant order last": Case([*STEADY, Line("g", "", "a", "x", -1.0, GIANT)], 2.5 * GIANT, 16),
    # Long ago it may still weigh as much as the mean of all weeks, for both weeks ahead.
    "a giant order long ago": Case([*STEADY, Line("g", "", "a", "x", -80.0, GIANT)], GIANT / 5, 8),
    # One more sold ten a week and stopped half a year ago: less than it ever sold, others go on.
    "a SKU that stops": Case(weekly("a", "z", [10] * 26 + [0] * 26) + STEADY, 20 + 32, 8),
    # Two a week, then twenty: between both, and half as much again for a trend.
    "a level shift": Case(weekly("a", "x", [2] * 20 + [20] * 10), 60, 20),
    # Five a week with a quarter of nothing between.
    "months missing": Case(weekly("a", "x", [5] * 10 + [0] * 13 + [5] * 10), 20, 4),
    "all anonymous": Case([line._replace(customer="") for line in RANDOM], 140, 35),
    "nobody agreed": Case(RANDOM, 140, 35, {"consented": False}),
    "one region": Case([line._replace(region="r0") for line in RANDOM], 140, 35),
    "one SKU": Case([line._replace(sku="s0") for line in RANDOM], 140, 35),
    "one cell": Case(weekly("a", "x", [3, 0, 2, 4, 0, 1]), 16, 1),
    # Two thousand units in eight weeks.
    "a thousand regions of one customer": Case(regions_of_one_customer(1000), 1000, 250),
    # Three a day in two regions: 42 a week, one week ahead.
    "periods of days": Case(
        daily("a", "x", 40, 3) + daily("b", "x", 40, 3), 84, 21, {"days": 1, "horizon": 7}
    ),
    # Four a week, eight weeks ahead: 32.
    "a horizon beyond the history": Case(weekly("a", "x", [4, 4, 4]), 64, 12, {"horizon": 8}),
    # A SKU that is not there yet sells nothing before its day, others go on.
    "launched in the future": Case(
        STEADY, 32, 8, {"skus": ["new", "x", "y"], "launched_on": ["2031-01-01", "", ""]}
    ),
    "sold before its launch": Case(STEADY, 32, 8, {"launched_on": ["2031-01-01", ""]}),
    "categories alike": Case(RANDOM, 140, 35, {"category": ["all"] * 6}),
    # A week in which it sold counts as open for a day, the others as hidden. A cell sold in about
    # half of its weeks, so 7 x 2 x 52 units would be read; twice is far.
    "out of stock all the time": Case(RANDOM, 1460, 0, {}, always_out),
    "events every day": Case(RANDOM, 280, 20, {}, always_events),
    # Some 720 units in the only week that is known.
    "all at one second": Case(SAME_SECOND, 3000, 100),
    "future orders alone beside one": Case(
        [Line("o", "c", "a", "x", -1.0), *(Line(f"f{n}", "c", "a", "x", 3.0) for n in range(9))], 4
    ),
}


def snapshot_of(case: Case, *, shuffled: bool = False) -> Snapshot:
    """Return a case's snapshot; shuffled, its lines and the rows of its tables come in disorder."""
    tables, lines = case.tables(), list(case.lines)
    if shuffled:
        rng = np.random.default_rng(0)
        lines = [lines[i] for i in rng.permutation(len(lines))]
        tables = {name: t.iloc[rng.permutation(len(t))] for name, t in tables.items()}
    return make_snapshot(lines, tables=tables, **case.more)  # type: ignore[arg-type]


@cache
def forecast_of(name: str, kind: str, *, shuffled: bool = False) -> Forecast:
    """Return a kind's forecast of a case."""
    spec = ModelSpec(kind=kind, series=5, origins=6)
    return make_forecast(snapshot_of(CASES[name], shuffled=shuffled), spec, ForecastOptions())


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("name", CASES)
def test_hard_histories_give_sensible_forecasts(name: str, kind: str) -> None:
    """Finite, never negative, in bounds, adding up; quantiles are whole units and rise."""
    forecast = forecast_of(name, kind)
    for values in (
        forecast.mean,
        forecast.dispersion,
        forecast.total_mean,
        forecast.total_dispersion,
        *forecast.signals.values(),
    ):
        assert np.isfinite(values).all()
        assert (values >= 0).all()
    total = forecast.total_mean.sum()
    assert total <= CASES[name].most
    assert np.allclose(forecast.mean.sum(axis=0), forecast.total_mean, rtol=1e-6, atol=1e-9)
    parts = np.sum(list(forecast.signals.values()), axis=0)
    assert np.allclose(parts, forecast.total_mean, rtol=1e-6, atol=1e-9)
    for counts in (quantiles(forecast, LEVELS), total_quantiles(forecast, LEVELS)):
        assert np.isfinite(counts).all()
        assert (counts >= 0).all()
        assert (counts == np.rint(counts)).all()
        assert (np.diff(counts, axis=0) >= 0).all()


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.least])
def test_pooled_forecasts_no_less_than_a_part_of_what_sold(name: str) -> None:
    """The default model does not fall silent where something is still sold."""
    assert forecast_of(name, "pooled").total_mean.sum() >= CASES[name].least


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("name", CASES)
def test_disorder_changes_no_byte(name: str, kind: str) -> None:
    """Lines and side tables in another order give the same bytes."""
    one, other = forecast_of(name, kind), forecast_of(name, kind, shuffled=True)
    for field in ("mean", "dispersion", "total_mean", "total_dispersion"):
        assert getattr(one, field).tobytes() == getattr(other, field).tobytes()


@pytest.mark.parametrize("kind", MODELS)
def test_no_order_before_the_cutoff_is_refused(kind: str) -> None:
    """There is nothing to forecast from, and the message says so."""
    snapshot = make_snapshot([Line("o", "c", "a", "x", 3.0)])
    with pytest.raises(DemandError, match=r"orders before the cutoff .* are 0, expected at least"):
        make_forecast(snapshot, ModelSpec(kind=kind), ForecastOptions())


def test_stopped_sku_fades() -> None:
    """Half a year after the last order the default model expects under a tenth of what it was."""
    forecast = forecast_of("a SKU that stops", "pooled")
    z = forecast.skus.position("z")
    assert forecast.total_mean[:, z].sum() < 2.0


def test_giant_order_bends_no_other_sku() -> None:
    """Beside a giant order of another SKU, eight units are expected of one that sells four a week.

    A half to double is allowed for.
    """
    forecast = forecast_of("a giant order long ago", "pooled")
    y = forecast.skus.position("y")
    assert 4.0 <= forecast.total_mean[:, y].sum() <= 16.0


def test_level_shift_is_followed() -> None:
    """Ten weeks after the shift the default model expects the new level, within a quarter."""
    forecast = forecast_of("a level shift", "pooled")
    assert forecast.total_mean.sum() == pytest.approx(40.0, rel=0.25)


def test_future_launch_sells_nothing_before() -> None:
    """A SKU that will be launched after the horizon is not expected to sell in it."""
    forecast = forecast_of("launched in the future", "pooled")
    assert forecast.total_mean[:, forecast.skus.position("new")].sum() == 0.0


def test_large_sparse_panel() -> None:
    """300 regions x 2,000 SKUs with a line in every tenth cell: finite, and as much as was sold."""
    rng = np.random.default_rng(5)
    regions, skus = rng.integers(0, 300, 60_000), rng.integers(0, 2000, 60_000)
    days = rng.uniform(-140.0, -0.01, 60_000)
    lines = [
        Line(f"o{n}", f"c{n % 9000}", f"r{r:03d}", f"s{s:04d}", float(d))
        for n, (r, s, d) in enumerate(zip(regions, skus, days, strict=True))
    ]
    forecast = make_forecast(make_snapshot(lines), ModelSpec(origins=4), ForecastOptions())
    assert forecast.mean.shape == (2, 300, 2000)
    assert np.isfinite(forecast.mean).all()
    assert (forecast.mean >= 0).all()
    assert forecast.total_mean.sum() == pytest.approx(6000.0, rel=0.2)
