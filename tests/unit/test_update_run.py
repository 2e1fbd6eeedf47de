"""``--update`` on the path: what a run hands on, and how the next one takes it up."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from prepos import pipeline
from prepos.config import Config, load_config
from prepos.core.fitted import read_fitted
from prepos.core.run import FITTED, FORECAST, FORECAST_TOTAL, KPIS, SIGNALS, STATE, TRANSFERS
from prepos.errors import DemandError, RunError
from prepos.forecast import pooled as pooled_module
from prepos.signals.state import read_state
from tests.unit.test_pipeline import CONFIG, CUTOFF, TABLES, TODAY, order_lines, replace_in

LAST_WEEK = CUTOFF - timedelta(days=7)
SPEC = 'kind = "pooled"\nhalf_life_weeks = [2.0, 6.0]\norigins = 4\n'


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a folder whose model is the stack, with the orders of ten weeks."""
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text)
    header = "order_id,ordered_at,sku,quantity,region_id"
    (tmp_path / "orders.csv").write_text("\n".join([header, *order_lines()]) + "\n")
    (tmp_path / "prepos.toml").write_text(CONFIG)
    (tmp_path / "models" / "plain").mkdir(parents=True)
    (tmp_path / "models" / "plain" / "spec.toml").write_text(SPEC)
    return tmp_path


def config_at(workspace: Path, cutoff: object = CUTOFF, *sets: str) -> Config:
    """Return the workspace's configuration at a cutoff."""
    return load_config(workspace / "prepos.toml", sets=[f"time.cutoff={cutoff}", *sets])


def table(folder: Path, name: str, *keys: str) -> pd.DataFrame:
    """Return a run's table by its keys."""
    return pipeline.load_run(folder).frames[name].set_index(list(keys)).sort_index()


def test_runs_hold_fit_and_state(workspace: Path) -> None:
    """A forecast and a plan hand on the weights, the trials, the widths and the sums."""
    config = config_at(workspace)
    forecast = pipeline.make_forecast(config, today=TODAY)
    plan = pipeline.make_plan(config, today=TODAY)
    for run in (forecast, plan):
        files = pipeline.load_run(run.folder)
        fitted = read_fitted(files.fitted)
        assert (fitted.model, fitted.cutoff) == ("pooled", CUTOFF)
        assert {trial["signal"] for trial in files.fitted["trials"]} >= {"neighbours", "due"}
        assert files.fitted["horizon"] == 2
        assert files.fitted["spec"]["origins"] == 4
        state = read_state(files.frames[STATE], files.fitted["state"])
        assert state.facts.lines == 60
        assert list(files.frames[STATE]) == [
            "region_id",
            "sku",
            "half_life_2.0_weeks",
            "half_life_6.0_weeks",
        ]
        assert len(files.frames[STATE]) == 6
    assert (forecast.folder / FITTED).read_bytes() == (plan.folder / FITTED).read_bytes()
    assert pipeline.load_run(plan.folder).kpis
    assert TRANSFERS in pipeline.load_run(plan.folder).frames
    assert not (forecast.folder / KPIS).exists()


@pytest.mark.parametrize("verb", [pipeline.make_forecast, pipeline.make_plan])
def test_update_at_the_same_cutoff_writes_the_same_forecast(workspace: Path, verb) -> None:  # type: ignore[no-untyped-def]
    """Whichever run it starts from, means and quantiles are those of the full forecast."""
    config = config_at(workspace)
    full = verb(config, today=TODAY)
    again = pipeline.make_forecast(config, today=TODAY, update=full.folder)
    assert again.folder != full.folder
    keys = {
        FORECAST: ("region_id", "sku", "period_start"),
        FORECAST_TOTAL: ("region_id", "sku"),
        SIGNALS: ("region_id", "sku", "signal"),
    }
    for name, of in keys.items():
        pd.testing.assert_frame_equal(
            table(again.folder, name, *of), table(full.folder, name, *of), rtol=1e-5, atol=1e-6
        )
    for name in (FITTED, STATE):
        assert (again.folder / name).read_bytes() == (full.folder / name).read_bytes()


def test_update_takes_up_last_weeks_fit(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights and widths are last week's, the state is this week's, and nothing is fitted."""
    old = pipeline.make_forecast(config_at(workspace, LAST_WEEK), today=TODAY)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a fit was asked for")

    monkeypatch.setattr(pooled_module, "training_origins", refuse)
    run = pipeline.make_forecast(config_at(workspace), today=TODAY, update=old.folder)
    before, now = (pipeline.load_run(folder).fitted for folder in (old.folder, run.folder))
    for name in ("cutoff", "columns", "widths", "trials", "lessons", "spec"):
        assert now[name] == before[name]
    assert (before["state"]["cutoff"], now["state"]["cutoff"]) == (
        LAST_WEEK.isoformat(),
        CUTOFF.isoformat(),
    )
    assert now["state"]["lines"] == before["state"]["lines"] + 6
    frame = table(run.folder, FORECAST, "period_start")
    assert frame.index.min() == pd.Timestamp(CUTOFF)
    assert frame["mean"].sum() > 0


def test_updates_are_named_by_what_they_start_from(workspace: Path) -> None:
    """The same start gives the same name and bytes; another start another name."""
    starts = [
        pipeline.make_forecast(config_at(workspace, CUTOFF - timedelta(days=d)), today=TODAY)
        for d in (7, 14)
    ]
    config = config_at(workspace)
    runs = [pipeline.make_forecast(config, today=TODAY, update=s.folder) for s in starts]
    plain = pipeline.make_forecast(config, today=TODAY)
    assert len({plain.run_id, *(run.run_id for run in runs)}) == 3
    bytes_before = (runs[0].folder / FORECAST).read_bytes()
    again = pipeline.make_forecast(config, today=TODAY, update=starts[0].folder)
    assert again.run_id == runs[0].run_id
    assert (again.folder / FORECAST).read_bytes() == bytes_before


@pytest.mark.parametrize(
    ("sets", "message"),
    [
        (["time.horizon=3"], "time.horizon is 3, the fit's was 2"),
        (["time.period=day"], "state has periods of 7 days, expected 1"),
        (["forecast.source=given"], "forecast.source is 'given', expected 'own' or 'blend'"),
        (["forecast.model=pooled"], "spec half_life_weeks is .* the fit's was"),
    ],
)
def test_other_settings_are_refused(workspace: Path, sets: list[str], message: str) -> None:
    """The message says what differs and what to do, and no run is written."""
    old = pipeline.make_forecast(config_at(workspace, LAST_WEEK), today=TODAY)
    out = workspace / "out"
    with pytest.raises(DemandError, match=f"cannot be carried on: .*{message}.*forecast anew"):
        pipeline.make_forecast(
            config_at(workspace, CUTOFF, *sets), out, today=TODAY, update=old.folder
        )
    assert not out.exists()


def test_a_spec_that_was_edited_is_refused(workspace: Path) -> None:
    """Its name is the same, what it says is not."""
    old = pipeline.make_forecast(config_at(workspace, LAST_WEEK), today=TODAY)
    replace_in(workspace / "models" / "plain" / "spec.toml", "origins = 4", "origins = 5")
    with pytest.raises(DemandError, match="spec origins is 5, the fit's was 4; forecast anew"):
        pipeline.make_forecast(config_at(workspace), today=TODAY, update=old.folder)


def test_a_past_that_changed_is_refused(workspace: Path) -> None:
    """An order of long ago has one unit more than when the state was built."""
    old = pipeline.make_forecast(config_at(workspace, LAST_WEEK), today=TODAY)
    line = order_lines()[-1]
    more = line.replace(",2,r3", ",3,r3").replace(",1,r3", ",2,r3")
    replace_in(workspace / "orders.csv", line, more)
    with pytest.raises(DemandError, match=r"orders before 2025-02-24 are 54 lines of \d+ units"):
        pipeline.make_forecast(config_at(workspace), today=TODAY, update=old.folder)


def test_runs_without_a_fit_are_refused(workspace: Path) -> None:
    """A check, another model's run, and a run whose fit was altered."""
    config = config_at(workspace)
    check = pipeline.check_inputs(config, today=TODAY)
    with pytest.raises(RunError, match=r"has no fit to carry on, expected fitted\.json and"):
        pipeline.make_forecast(config, today=TODAY, update=check.folder)
    naive = pipeline.make_forecast(
        config_at(workspace, CUTOFF, "forecast.model=naive"), today=TODAY
    )
    with pytest.raises(RunError, match="of a run of the pooled model; forecast anew"):
        pipeline.make_forecast(config, today=TODAY, update=naive.folder)
    full = pipeline.make_forecast(config, today=TODAY)
    content = json.loads((full.folder / FITTED).read_bytes())
    (full.folder / FITTED).write_text(json.dumps({**content, "horizon": 9}))
    with pytest.raises(RunError, match="1 files are not as written"):
        pipeline.make_forecast(config, today=TODAY, update=full.folder)
