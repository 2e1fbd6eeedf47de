"""Laws of the forecast: it never looks ahead, adds up, and stands on any history."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.stats import nbinom

from prepos.core.axes import make_axis
from prepos.core.demand import Forecast
from prepos.core.snapshot import Snapshot
from prepos.forecast.distribution import quantiles, total_quantiles
from prepos.forecast.grouped import grouped
from prepos.forecast.make import make_forecast
from prepos.forecast.options import ForecastOptions
from prepos.forecast.quantiles import count_quantiles
from prepos.forecast.registry import MODELS
from prepos.forecast.spec import ModelSpec
from prepos.forecast.update import update_pooled
from prepos.signals.state import build_state
from tests.unit.forecast.snapshots import CUTOFF, Line, make_snapshot, random_lines

OPTIONS = ForecastOptions()
CHAIN = [("r0", "r1", 1.0), ("r1", "r0", 1.0), ("r2", "r1", 1.0), ("r3", "r2", 2.0)]
NAMES = {"regions": ["r0", "r1", "r2", "r3"], "skus": [f"s{k}" for k in range(6)]}
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)


def forecast_of(lines: list[Line], kind: str = "pooled") -> Forecast:
    """Return the forecast of lines on a map of four regions."""
    return make_forecast(
        make_snapshot(lines, neighbours=CHAIN, **NAMES), ModelSpec(kind=kind, series=5), OPTIONS
    )


def same(one: Forecast, other: Forecast) -> bool:
    """Say whether two forecasts are alike to the bit."""
    names = ("mean", "dispersion", "total_mean", "total_dispersion")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


@st.composite
def histories(draw: st.DrawFn) -> list[Line]:
    """Draw a few order lines of any shape: one period or many, anonymous or not, small or huge."""
    line = st.builds(
        Line,
        order=st.sampled_from([f"o{n}" for n in range(30)]),
        customer=st.sampled_from(["", "c1", "c2", "c3"]),
        region=st.sampled_from(NAMES["regions"]),
        sku=st.sampled_from(NAMES["skus"]),
        day=st.integers(-90, -1).map(float),
        units=st.sampled_from([1, 2, 5, 10_000]),
    )
    return draw(st.lists(line, min_size=1, max_size=40))


@st.composite
def worlds(draw: st.DrawFn) -> Snapshot:
    """Draw a history and all that may be known beside it, however odd."""
    spans = st.tuples(st.integers(-200, 20), st.integers(0, 200))
    region, sku = st.sampled_from(NAMES["regions"]), st.sampled_from(NAMES["skus"])
    closed = st.lists(st.tuples(region, sku, spans), max_size=8)
    events = st.tuples(st.integers(-120, 30), region | st.just(""), sku | st.just(""))
    tables = {
        "stockouts": pd.DataFrame(
            [
                {"node_id": "", "region_id": r, "sku": s, "from": a, "to": a + timedelta(days=n)}
                for r, s, (first, n) in draw(closed)
                for a in [CUTOFF + timedelta(days=first)]
            ]
        ),
        "calendar": pd.DataFrame(
            [
                (CUTOFF + timedelta(days=n), r, "fair", "promotion" if s else "holiday", s, "")
                for n, r, s in draw(st.lists(events, max_size=20, unique=True))
            ],
            columns=["date", "region_id", "event", "kind", "sku", "category"],
        ),
    }
    days = draw(st.sampled_from(["", "2024-06-25", "2031-01-01", "1999-12-31"]))
    return make_snapshot(
        draw(histories()),
        neighbours=draw(st.sampled_from([CHAIN, []])),
        category=draw(st.sampled_from([[], ["a"] * 6, ["a", "a", "b", "b", "", ""]])),
        launched_on=[days, *[""] * 5],
        consented=draw(st.booleans()),
        tables={name: table for name, table in tables.items() if len(table)},
        horizon=draw(st.sampled_from([1, 2, 9])),
        days=draw(st.sampled_from([1, 7])),
        **NAMES,
    )


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("seed", [1, 2])
def test_forecast_ignores_the_future(kind: str, seed: int) -> None:
    """Rewriting every order from the cutoff on never changes the forecast."""
    lines = random_lines(seed)
    rewritten = [
        line if line.day < 0 else line._replace(units=line.units * 7, day=line.day + 0.1)
        for line in lines
    ]
    assert rewritten != lines
    assert same(forecast_of(lines, kind), forecast_of(rewritten, kind))


@pytest.mark.parametrize("kind", MODELS)
def test_order_of_rows_does_not_matter(kind: str) -> None:
    """The same lines in any order give the same forecast to the bit."""
    lines = random_lines(3)
    shuffled = [lines[i] for i in np.random.default_rng(0).permutation(len(lines))]
    assert same(forecast_of(lines, kind), forecast_of(shuffled, kind))


@pytest.mark.parametrize("kind", MODELS)
@settings(max_examples=12, deadline=None)
@given(lines=histories())
def test_any_history_gives_a_sound_forecast(kind: str, lines: list[Line]) -> None:
    """Means and widths are finite and not negative, and the signals add up to the total."""
    forecast = forecast_of(lines, kind)
    for values in (forecast.mean, forecast.dispersion, forecast.total_dispersion):
        assert np.isfinite(values).all()
        assert (values >= 0).all()
    added = np.sum(list(forecast.signals.values()), axis=0)
    assert np.allclose(added, forecast.total_mean, rtol=1e-9, atol=1e-12)
    assert np.allclose(forecast.mean.sum(axis=0), forecast.total_mean, rtol=1e-9, atol=1e-12)
    past = forecast.backcast
    assert past is None or (np.isfinite(past.mean).all() and (past.mean >= 0).all())


@settings(max_examples=60, deadline=None)
@given(snapshot=worlds(), kind=st.sampled_from(list(MODELS)))
def test_any_world_gives_rising_whole_quantiles(snapshot: Snapshot, kind: str) -> None:
    """Whatever else is known, means are finite and add up, quantiles are whole units and rise."""
    forecast = make_forecast(snapshot, ModelSpec(kind=kind, series=5, origins=6), OPTIONS)
    assert np.isfinite(forecast.mean).all()
    assert (forecast.mean >= 0).all()
    assert np.allclose(forecast.mean.sum(axis=0), forecast.total_mean, rtol=1e-5, atol=1e-9)
    added = np.sum(list(forecast.signals.values()), axis=0)
    assert np.allclose(added, forecast.total_mean, rtol=1e-5, atol=1e-9)
    for counts in (quantiles(forecast, LEVELS), total_quantiles(forecast, LEVELS)):
        assert np.isfinite(counts).all()
        assert (counts[0] >= 0).all()
        assert (np.diff(counts, axis=0) >= 0).all()
        assert (counts == np.rint(counts)).all()


@settings(max_examples=25, deadline=None)
@given(snapshot=worlds(), periods=st.integers(0, 3))
def test_an_update_stands_on_any_world(snapshot: Snapshot, periods: int) -> None:
    """With today's fit it tells what the full forecast does; with an older one it is sound."""
    spec, earlier = ModelSpec(origins=4), snapshot.back_to(periods)
    assume(len(earlier.orders))
    fitted = make_forecast(earlier, spec, OPTIONS)
    assert fitted.fitted is not None
    state = build_state(earlier, spec.half_life_weeks)
    same, _ = update_pooled(earlier, spec, fitted.fitted, state)
    assert np.allclose(same.mean, fitted.mean, rtol=1e-4, atol=1e-6)
    later, now = update_pooled(snapshot, spec, fitted.fitted, state)
    assert np.isfinite(later.mean).all()
    assert (later.mean >= 0).all()
    assert now.facts.lines == len(snapshot.orders)


@settings(max_examples=12, deadline=None)
@given(lines=histories())
def test_pooled_is_never_zero_where_the_sku_sells(lines: list[Line]) -> None:
    """Wherever a SKU sold in some region, every region's mean is above zero."""
    forecast = forecast_of(lines)
    sold = sorted({forecast.skus.position(line.sku) for line in lines})
    assert (forecast.total_mean[:, sold] > 0).all()


@settings(max_examples=3, deadline=None)
@given(factor=st.integers(2, 20), seed=st.integers(0, 5))
def test_more_units_everywhere_mean_more_forecast(factor: int, seed: int) -> None:
    """Multiplying every quantity multiplies the whole forecast about as much."""
    lines = random_lines(seed)
    once = forecast_of(lines).total_mean.sum()
    many = forecast_of([line._replace(units=line.units * factor) for line in lines])
    assert many.total_mean.sum() == pytest.approx(factor * once, rel=0.1)


@settings(max_examples=5, deadline=None)
@given(
    groups=arrays.arrays(np.int64, 4, elements=st.integers(-1, 2)),
    kind=st.sampled_from(list(MODELS)),
)
def test_grouped_means_are_sums(groups: np.ndarray, kind: str) -> None:
    """A group's mean and signals are the sums over its regions."""
    forecast = forecast_of(random_lines(4), kind)
    axis = make_axis("catchment_id", ["a", "b", "c"])
    sums = grouped(forecast, groups, axis)
    for number in range(3):
        inside = groups == number
        assert np.allclose(sums.mean[:, number], forecast.mean[:, inside].sum(axis=1))
        assert np.allclose(sums.total_mean[number], forecast.total_mean[inside].sum(axis=0))
    added = np.sum(list(sums.signals.values()), axis=0)
    assert np.allclose(added, sums.total_mean, rtol=1e-9)
    assert np.isfinite(sums.dispersion).all()
    assert np.isfinite(sums.total_dispersion).all()


def test_quantiles_never_fall_with_the_level() -> None:
    """A higher probability never asks for fewer units, in any cell."""
    counts = quantiles(forecast_of(random_lines(5)), LEVELS)
    assert (np.diff(counts, axis=0) >= 0).all()
    assert (counts == np.rint(counts)).all()
    assert counts[-1].max() > 0


@settings(max_examples=50, deadline=None)
@given(
    mean=st.floats(1e-4, 500.0),
    dispersion=st.floats(1e-3, 50.0),
    level=st.floats(0.01, 0.995),
)
def test_quantiles_equal_scipy(mean: float, dispersion: float, level: float) -> None:
    """Quantiles are those of scipy's negative binomial, except where rounding decides a tie."""
    found = count_quantiles(np.array([mean]), np.array([dispersion]), [level])[0, 0]
    size = 1.0 / dispersion
    chance = size / (size + mean)
    expected = nbinom.ppf(level, size, chance)
    tie = abs(nbinom.cdf(min(found, expected), size, chance) - level) < 1e-9
    assert found == expected or tie
