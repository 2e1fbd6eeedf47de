"""A cell's forecast is told from a run's files, and from its inputs where they are as they were."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from prepos.config import Config, load_config
from prepos.core.demand import Forecast
from prepos.core.faults import Fault
from prepos.core.fitted import DispersionCurve, Fitted, SignalTrial, Widths
from prepos.core.run import FORECAST_TOTAL, SIGNALS, RunFiles
from prepos.core.snapshot import Snapshot
from prepos.errors import ConfigError, RunError
from prepos.forecast.pooled import pooled
from prepos.forecast.spec import ModelSpec
from prepos.pipeline import explaining
from prepos.pipeline.explaining import Reopened, explain_cell, gather_again
from prepos.pipeline.weighing import weigh_ways
from tests.unit.forecast.snapshots import make_snapshot, random_lines, weekly

SPEC = ModelSpec(origins=4)
AROUND = (("r0", "r1", 3.0), ("r0", "r2", 1.0), ("r1", "r0", 1.0), ("r2", "r3", 1.0))
FLAT = Widths(np.zeros(0), (DispersionCurve(np.zeros(1), np.zeros(1)),))


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    """Return what four regions' customers ordered."""
    return make_snapshot(random_lines(3, orders=600), neighbours=AROUND)


@pytest.fixture(scope="module")
def forecast(snapshot: Snapshot) -> Forecast:
    """Return the stack's forecast."""
    return pooled(snapshot, SPEC)


@pytest.fixture(scope="module")
def config() -> Config:
    """Return the defaults."""
    return load_config(None)


def files_of(forecast: Forecast, cells: list[tuple[int, int]]) -> RunFiles:
    """Return a run that holds some cells of a forecast."""
    ids = [(forecast.regions[r], forecast.skus[k]) for r, k in cells]
    total = pd.DataFrame(ids, columns=["region_id", "sku"])
    total["mean"] = [forecast.total_mean[cell] for cell in cells]
    parts = [
        (*names, signal, part[cell])
        for names, cell in zip(ids, cells, strict=True)
        for signal, part in forecast.signals.items()
    ]
    signals = pd.DataFrame(parts, columns=["region_id", "sku", "signal", "mean"])
    time = {"cutoff": "2024-07-01", "period": "week", "horizon": 2}
    fitted = forecast.fitted.mapping() if forecast.fitted else {}
    return RunFiles(
        frames={FORECAST_TOTAL: total.assign(q50=1.0, q90=4.0), SIGNALS: signals},
        kpis={},
        manifest={"config": {"time": time, "forecast": {"source": "own", "model": "pooled"}}},
        fitted=fitted | {"spec": asdict(SPEC)} if fitted else {},
    )


@pytest.fixture
def reopened(monkeypatch: pytest.MonkeyPatch, snapshot: Snapshot, config: Config) -> None:
    """Let the inputs be found as they were."""
    monkeypatch.setattr(explaining, "reopen", lambda *_: Reopened(config, snapshot))


def test_ways_add_up_to_the_forecast(snapshot: Snapshot, forecast: Forecast) -> None:
    """In every cell, what all ways add is each signal's part, and the mean."""
    assert forecast.fitted is not None
    evidence = gather_again(snapshot, SPEC, forecast.fitted)
    for cell in np.ndindex(forecast.total_mean.shape):
        ways = weigh_ways(evidence, forecast.fitted, *cell)
        assert len(ways) == np.count_nonzero(forecast.fitted.weights)
        for signal, part in forecast.signals.items():
            told = sum(way.adds.get(signal, 0.0) for way in ways)
            assert told == pytest.approx(part[cell], rel=1e-6, abs=1e-12)
        for way in ways:
            assert sum(way.adds.values()) == pytest.approx(way.says * way.weight, rel=1e-6)


def test_ways_are_as_worked_by_hand() -> None:
    """Half of one mean and a quarter of the other, over two weeks."""
    lines = weekly("a", "x", [2, 0, 4]) + weekly("b", "x", [1, 1, 1])
    spec = ModelSpec(signals=("own",), half_life_weeks=(1.5, 3.0))
    fitted = Fitted(
        model="pooled",
        cutoff=date(2024, 7, 1),
        columns=("own", "own"),
        weights=np.array([0.5, 0.25]),
        by_period=FLAT,
        of_sum=FLAT,
    )
    evidence = gather_again(make_snapshot(lines), spec, fitted)
    fast, slow = weigh_ways(evidence, fitted, 0, 0)
    assert (fast.signal, fast.way, fast.weight) == ("own", "half-life of 1.5 weeks", 0.5)
    quick, calm = 0.5 ** (1 / 1.5), 0.5 ** (1 / 3)  # left of a weight one week later
    level_quick = (4 + 2 * quick**2) / (1 + quick + quick**2)
    level_calm = (4 + 2 * calm**2) / (1 + calm + calm**2)
    assert (fast.says, slow.says) == pytest.approx((2 * level_quick, 2 * level_calm))
    assert fast.adds == {"own": pytest.approx(level_quick)}
    assert slow.adds == {"own": pytest.approx(level_calm / 2)}


def test_columns_of_another_version_are_not_weighed(snapshot: Snapshot, forecast: Forecast) -> None:
    """Where a signal has more columns now than at the fit, no weight is put on the wrong one."""
    assert forecast.fitted is not None
    fewer = replace(
        forecast.fitted, columns=forecast.fitted.columns[1:], weights=forecast.fitted.weights[1:]
    )
    evidence = gather_again(snapshot, SPEC, fewer)
    assert weigh_ways(evidence, fewer, 0, 0) == ()


def test_cell_is_told_by_files_and_signals(
    snapshot: Snapshot, forecast: Forecast, reopened: None
) -> None:
    """The files' units and quantiles, the signals' words, the trials, and nothing to doubt."""
    told = explain_cell(files_of(forecast, [(1, 2)]), Path("run"), "r1", "s2")
    assert told.units == forecast.total_mean[1, 2]
    assert sum(told.signals.values()) == pytest.approx(told.units)
    assert list(told.signals.values()) == sorted(told.signals.values(), reverse=True)
    assert told.quantiles == {"q50": 1.0, "q90": 4.0}
    assert (told.model, told.cutoff, told.period, told.horizon) == (
        "pooled",
        "2024-07-01",
        "week",
        2,
    )
    assert {trial.signal for trial in told.trials} >= {"due", "neighbours"}
    assert told.words is not None
    history = snapshot.history()
    cell = (history.region == 1) & (history.sku == 2)
    assert told.words.own.latest == tuple(history.units[cell][0, -8:])
    assert told.words.neighbours is not None
    assert told.words.neighbours.largest[0].region == "r0"
    assert told.notices == ()


def test_cell_below_the_floor_is_told_all_the_same(forecast: Forecast, reopened: None) -> None:
    """What the files leave out is read again from the inputs."""
    told = explain_cell(files_of(forecast, [(0, 0)]), Path("run"), "r1", "s2")
    assert told.units == pytest.approx(forecast.total_mean[1, 2], rel=1e-6)
    assert told.quantiles == {}
    assert told.notices == ("the run's files leave it out: it is not above forecast.floor, 0.001",)


def test_other_reading_than_the_runs_is_noticed(forecast: Forecast, reopened: None) -> None:
    """Where the signals now say something else than the file holds, it is said."""
    files = files_of(forecast, [(1, 2)])
    files.frames[FORECAST_TOTAL]["mean"] *= 2
    (notice,) = explain_cell(files, Path("run"), "r1", "s2").notices
    assert notice.startswith("read again it is ")


def test_boost_is_what_the_files_say_beyond_the_signals(forecast: Forecast, reopened: None) -> None:
    """Where trees won their place, the rest of the mean is their factor, and no doubt."""
    files = files_of(forecast, [(1, 2)])
    files.frames[FORECAST_TOTAL]["mean"] *= 1.25
    won = SignalTrial(signal="boost", stays=True, gain=0.01, sure=1.0, reason="wins")
    files.fitted["trials"].append(asdict(won))
    told = explain_cell(files, Path("run"), "r1", "s2")
    assert told.boost == pytest.approx(1.25, rel=1e-6)
    assert told.notices == ()
    assert explain_cell(files_of(forecast, [(1, 2)]), Path("run"), "r1", "s2").boost is None


def test_fit_of_another_version_is_a_notice(forecast: Forecast, reopened: None) -> None:
    """What the region bought is told all the same."""
    files = files_of(forecast, [(1, 2)])
    files.fitted.update(schema="prepos/fitted@0", spec={"kind": "pooled", "moon": "full"})
    told = explain_cell(files, Path("run"), "r1", "s2")
    assert told.notices == (
        "fitted.json is not of this version: no weights and no trials are told",
    )
    assert (told.ways, told.trials) == ((), ())
    assert told.words is not None


def test_model_without_signals_is_told_by_its_sales(forecast: Forecast, reopened: None) -> None:
    """A model that is one column says its name, and what the region bought."""
    assert forecast.fitted is not None
    fitted = replace(forecast.fitted, model="naive", columns=("naive",), weights=np.ones(1))
    flat = replace(forecast, signals={"naive": forecast.total_mean}, fitted=fitted)
    files = files_of(flat, [(1, 2)])
    told = explain_cell(files, Path("run"), "r1", "s2")
    assert (told.model, list(told.signals), told.ways) == ("naive", ["naive"], ())
    assert told.words is not None
    assert told.words.pool is None
    assert sum(told.words.own.latest) > 0


def test_changed_input_is_a_notice(forecast: Forecast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files alone are told, and which input is another now."""

    def changed(*_: object) -> Reopened:
        fault = Fault("orders.csv", 0, "", "", "PP-RUN-INPUT", "changed")
        raise RunError("changed", [fault])

    monkeypatch.setattr(explaining, "reopen", changed)
    files = files_of(forecast, [(1, 2)])
    told = explain_cell(files, Path("run"), "r1", "s2")
    assert told.notices == (
        "inputs changed since the run (orders.csv): only what its own files hold is told",
    )
    assert (told.words, told.ways) == (None, ())
    assert told.units == forecast.total_mean[1, 2]
    with pytest.raises(ConfigError, match="has no region r0 and SKU s2"):
        explain_cell(files, Path("run"), "r0", "s2")


def test_run_that_names_no_inputs_is_a_notice(forecast: Forecast) -> None:
    """A manifest without inputs leaves its files to be told."""
    (notice,) = explain_cell(files_of(forecast, [(1, 2)]), Path("run"), "r1", "s2").notices
    assert "the run's inputs cannot be opened (run does not name its inputs)" in notice


def test_unknown_names_are_refused(forecast: Forecast, reopened: None) -> None:
    """Neither the files nor the inputs know the region."""
    with pytest.raises(ConfigError, match="has no region r9 and SKU s2"):
        explain_cell(files_of(forecast, [(1, 2)]), Path("run"), "r9", "s2")
