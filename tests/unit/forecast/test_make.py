"""The station's door: sources, models, bad histories."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from prepos.core.snapshot import Snapshot
from prepos.errors import ConfigError, DemandError
from prepos.forecast.given import match_quantiles
from prepos.forecast.make import make_forecast
from prepos.forecast.options import ForecastOptions
from prepos.forecast.quantiles import count_quantiles
from prepos.forecast.registry import MODELS
from prepos.forecast.spec import ModelSpec
from tests.unit.forecast.snapshots import CUTOFF, Line, make_snapshot, random_lines, weekly

OWN, GIVEN, BLEND = (ForecastOptions(source=source) for source in ("own", "given", "blend"))
SPEC = ModelSpec()


def table(rows: list[tuple[object, ...]], *names: str) -> dict[str, pd.DataFrame]:
    """Return a forecasts table."""
    columns = ["region_id", "sku", "period_start", "mean", *names]
    return {"forecasts": pd.DataFrame(rows, columns=columns)}


@pytest.mark.parametrize("kind", MODELS)
def test_steady_demand_is_forecast_as_it_is(kind: str) -> None:
    """Ten a week for thirty weeks make ten a week ahead, whatever the model."""
    snapshot = make_snapshot(weekly("r", "s", [10] * 30))
    forecast = make_forecast(snapshot, ModelSpec(kind=kind), OWN)
    assert forecast.mean.ravel() == pytest.approx([10.0, 10.0], rel=0.05)
    assert forecast.total_mean[0, 0] == pytest.approx(20.0, rel=0.05)
    assert forecast.backcast is not None
    assert forecast.backcast.units.shape == (12, 2, 1, 1)


@pytest.mark.parametrize(
    "lines",
    [
        [Line("o", "c", "r", "s", -1.0)],  # one order
        weekly("r", "s", [5, 0]),  # one period known to be empty
        [*weekly("r", "s", [1] * 20), Line("x", "c", "r", "t", -2.0, 100_000)],  # a giant order
        weekly("r", "s", [9] * 20 + [0] * 20) + weekly("r", "t", [1] * 40),  # a SKU that stops
        [Line(f"o{n}", "", "r", "s", -float(n + 1)) for n in range(60)],  # all anonymous
        [Line(f"o{n}", "c", "r", "s", -3.0 * n - 1) for n in range(30)],  # one customer
        [Line("o", "", "r", "s", -700.0)],  # long ago, and only once
    ],
)
@pytest.mark.parametrize("kind", MODELS)
def test_bad_histories_give_sensible_forecasts(kind: str, lines: list[Line]) -> None:
    """The forecast is finite, not negative, and not beyond what ever came in a period."""
    snapshot = make_snapshot(lines)
    forecast = make_forecast(snapshot, ModelSpec(kind=kind), OWN)
    assert np.isfinite(forecast.total_dispersion).all()
    assert (forecast.mean >= 0).all()
    most = snapshot.history().units.sum(axis=0).max()
    assert forecast.mean[0].sum() <= 1.5 * most


def test_stopped_sku_fades() -> None:
    """A SKU that stopped twenty weeks ago is expected far below what it sold."""
    lines = weekly("r", "s", [9] * 20 + [0] * 20) + weekly("r", "t", [5] * 40)
    assert make_forecast(make_snapshot(lines), SPEC, OWN).mean[0, 0, 0] < 1.0


@pytest.mark.parametrize("kind", MODELS)
def test_no_orders_are_told(kind: str) -> None:
    """Without an order before the cutoff there is nothing to forecast from."""
    snapshot = make_snapshot([Line("o", "c", "r", "s", 3.0)])
    with pytest.raises(DemandError, match="orders before the cutoff 2024-07-01 are 0"):
        make_forecast(snapshot, ModelSpec(kind=kind), OWN)


def test_short_history_has_no_backcast_of_the_horizon() -> None:
    """Three weeks cannot show how four went: widths are fitted on the week that they can."""
    forecast = make_forecast(make_snapshot(weekly("r", "s", [2, 3, 2]), horizon=4), SPEC, OWN)
    assert forecast.backcast is None
    assert forecast.total_mean[0, 0] > 4.0


def test_negative_binomial_counts_are_a_family_of_the_counts() -> None:
    """Both families of the generalised linear model find about the same level."""
    snapshot = make_snapshot(random_lines(7))
    total = [
        make_forecast(snapshot, ModelSpec(kind="counts", family=family), OWN).total_mean.sum()
        for family in ("poisson", "negative_binomial")
    ]
    assert total[0] == pytest.approx(total[1], rel=0.2)
    assert total[0] != total[1]


def test_unknown_kind_is_told() -> None:
    """A kind that is no model is named with those that are."""
    with pytest.raises(ConfigError, match="spec kind is 'magic', expected one of naive"):
        make_forecast(make_snapshot(weekly("r", "s", [1])), ModelSpec(kind="magic"), OWN)


def test_given_is_taken_as_it_is() -> None:
    """Means are those of the table, absent rows are zero, dispersion is its own or none."""
    rows = [("r", "s", CUTOFF, 2.0, 0.5), ("r", "s", date(2024, 7, 8), 4.0, None)]
    snapshot = make_snapshot(weekly("r", "s", [1]), regions=["q"], tables=table(rows, "dispersion"))
    forecast = make_forecast(snapshot, SPEC, GIVEN)
    assert forecast.mean[:, :, 0].tolist() == [[0.0, 2.0], [0.0, 4.0]]
    assert forecast.dispersion[:, 1, 0].tolist() == [0.5, 0.0]
    assert forecast.total_dispersion[1, 0] == pytest.approx(0.5 * 4.0 / 36.0)
    assert forecast.signals["given"][1, 0] == 6.0


def test_given_quantiles_win_over_dispersion() -> None:
    """The width is that whose quantiles are the table's."""
    counts = count_quantiles(np.array([20.0]), np.array([0.4]), [0.5, 0.9, 0.99])[:, 0]
    rows = [("r", "s", CUTOFF, 20.0, 9.0, *counts)]
    names = ("dispersion", "q50", "q90", "q99")
    snapshot = make_snapshot(weekly("r", "s", [1]), tables=table(rows, *names))
    forecast = make_forecast(snapshot, SPEC, GIVEN)
    assert forecast.dispersion[0, 0, 0] == pytest.approx(0.4, rel=0.25)
    assert match_quantiles(np.zeros(0), np.zeros((0, 1)), np.array([0.5])).shape == (0,)


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({}, "expected a forecasts table, found none"),
        (
            table([("r", "s", date(2025, 1, 1), 1.0)]),
            "period_start from 2024-07-01 to 2024-07-14, expected at least one",
        ),
    ],
)
@pytest.mark.parametrize("options", [GIVEN, BLEND])
def test_missing_given_forecast_is_told(
    options: ForecastOptions, tables: dict[str, pd.DataFrame], message: str
) -> None:
    """No table, or none of its rows within the horizon, is said so."""
    with pytest.raises(DemandError, match=message):
        make_forecast(make_snapshot(weekly("r", "s", [1] * 9), tables=tables), SPEC, options)


def blend(past: bool) -> tuple[Snapshot, float]:
    """Return a snapshot whose given forecast is right where own demand swings, and its blend."""
    units = [2, 18] * 15
    starts = [CUTOFF + pd.Timedelta(weeks=week) for week in range(-30 if past else 0, 2)]
    known = [*units, 2, 18][-len(starts) :]
    rows = [("r", "s", start, float(u)) for start, u in zip(starts, known, strict=True)]
    snapshot = make_snapshot(weekly("r", "s", units), tables=table(rows))
    return snapshot, make_forecast(snapshot, SPEC, BLEND).mean[0, 0, 0]


def test_blend_without_a_past_takes_half() -> None:
    """A given forecast that cannot be judged is met half-way."""
    snapshot, blended = blend(past=False)
    own = make_forecast(snapshot, SPEC, OWN).mean[0, 0, 0]
    assert blended == pytest.approx((own + 2.0) / 2.0)


def test_blend_trusts_what_was_right() -> None:
    """A given forecast that was right in the past gets most of the weight."""
    snapshot, blended = blend(past=True)
    assert make_forecast(snapshot, SPEC, OWN).mean[0, 0, 0] > 8.0
    assert blended == pytest.approx(2.0, abs=1.5)


def test_only_the_stack_blends() -> None:
    """Other models have no signals to add one to."""
    with pytest.raises(
        ConfigError, match="'blend' and the model 'naive', expected pooled or pooled_boost"
    ):
        make_forecast(make_snapshot(weekly("r", "s", [1])), ModelSpec(kind="naive"), BLEND)
