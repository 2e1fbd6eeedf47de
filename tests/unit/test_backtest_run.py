"""A backtest on the path: from files to a run of scores."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from prepos import pipeline
from prepos.config import Config, load_config
from prepos.core.run import (
    COVERAGE,
    MANIFEST,
    REJECTS,
    RUN_TABLES,
    SCORES,
    SCORES_BY_CUTOFF,
    SPEEDS,
    RunFiles,
)
from prepos.errors import ConfigError, InputError

CUTOFF = date(2025, 3, 3)
TODAY = date(2025, 3, 10)
KEY = ["model", "source"]
TABLES = {
    "products": "sku,unit_volume_m3,category\n007,0.1,x\nNA,0.2,y\n1E5,0.1,x\n",
    "nodes": "node_id,kind,latitude,longitude,name\nDC,origin,40,8,d\nSP1,forward,51,9,s\n",
    "regions": "region_id,latitude,longitude,name\nr1,51,9,a\nr2,49,7,b\nr3,50.9,9.1,c\n",
    "stock": "node_id,sku,on_hand\nDC,007,60\nDC,NA,60\n",
}
CONFIG = """
[data]
orders = "orders.csv"
products = "products.csv"
nodes = "nodes.csv"
regions = "regions.csv"
stock = "stock.csv"

[time]
horizon = 2

[forecast]
model = "plain"
"""
TRIAL = pipeline.Trial(origins=3, models=("naive",), peers=("exponential",))


def order_lines() -> list[str]:
    """Return random orders of twenty weeks."""
    rng = np.random.default_rng(4)
    return [
        f"o{week}-{region}-{sku},{CUTOFF - timedelta(days=7 * week - day)},{sku},{units},{region}"
        for week in range(1, 21)
        for region, level in (("r1", 4.0), ("r2", 1.0), ("r3", 0.4))
        for sku, share in (("007", 1.0), ("NA", 0.5), ("1E5", 0.1))
        for day, units in ((int(rng.integers(0, 7)), int(rng.poisson(level * share))),)
        if units
    ]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Return a workspace with a model of its own, cutoff given."""
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text)
    header = "order_id,ordered_at,sku,quantity,region_id"
    (tmp_path / "orders.csv").write_text("\n".join([header, *order_lines()]) + "\n")
    (tmp_path / "prepos.toml").write_text(CONFIG)
    (tmp_path / "models" / "plain").mkdir(parents=True)
    (tmp_path / "models" / "plain" / "spec.toml").write_text('kind = "moving_average"\n')
    return load_config(tmp_path / "prepos.toml", sets=[f"time.cutoff={CUTOFF}"])


def tried(config: Config, trial: pipeline.Trial = TRIAL, out: Path | None = None) -> RunFiles:
    """Return the files of a backtest's run."""
    return pipeline.load_run(pipeline.run_backtest(config, trial, out, today=TODAY).folder)


def test_a_backtest_is_written_and_found_again(config: Config) -> None:
    """The run lies under runs/ with all its tables, each as the contract says."""
    run = pipeline.run_backtest(config, TRIAL, today=TODAY)
    assert run.folder == config.folder / "runs" / run.run_id
    assert run.run_id.endswith("-backtest")
    files = pipeline.load_run(run.folder)
    assert set(files.frames) == {SCORES, SCORES_BY_CUTOFF, COVERAGE, SPEEDS, REJECTS}
    for name, frame in files.frames.items():
        assert list(frame) == list(RUN_TABLES[name])
    assert files.kpis["judged"] == "plain"
    assert files.kpis["cutoffs"] == ["2025-02-03", "2025-02-10", "2025-02-17"]


def test_every_model_and_peer_is_scored_alike(config: Config) -> None:
    """The configuration's own model first; every one over the same units."""
    scores = tried(config).frames[SCORES]
    models = [("plain", "ours"), ("naive", "ours"), ("exponential", "peer")]
    for _, arena in scores.groupby(["cells", "span"]):
        assert list(zip(arena["model"], arena["source"], strict=True)) == models
        assert arena["units"].nunique() == 1
        own = arena.iloc[0]
        assert own[["wql_ratio", "wql_ratio_low", "wql_ratio_high"]].tolist() == [1.0, 1.0, 1.0]
        assert arena["wql_ratio"].to_numpy() == pytest.approx(own["wql"] / arena["wql"].to_numpy())
        inside = (arena["wql_ratio_low"] <= arena["wql_ratio_high"]).all()
        assert inside


def test_cutoffs_make_up_the_scores(config: Config) -> None:
    """Losses by cutoff add up to those of the summary."""
    files = tried(config)
    by_cutoff, scores = files.frames[SCORES_BY_CUTOFF], files.frames[SCORES]
    assert by_cutoff["cutoff"].nunique() == 3
    lost = by_cutoff.assign(loss=by_cutoff["wql"] * by_cutoff["units"])
    whole = lost[lost["cells"] == "all"].groupby([*KEY, "span"])[["loss", "units"]].sum()
    told = scores[scores["cells"] == "all"].set_index([*KEY, "span"])
    pd.testing.assert_series_equal(
        (whole["loss"] / whole["units"]).sort_index(), told["wql"].sort_index(), check_names=False
    )


def test_the_same_input_gives_the_same_bytes(config: Config, tmp_path: Path) -> None:
    """Whatever the order of the lines; only the speeds differ."""
    first = pipeline.run_backtest(config, TRIAL, tmp_path / "a", today=TODAY)
    header, *lines = (tmp_path / "orders.csv").read_text().splitlines()
    (tmp_path / "orders.csv").write_text("\n".join([header, *lines[::-1]]) + "\n")
    second = pipeline.run_backtest(config, TRIAL, tmp_path / "b", today=TODAY)
    assert first.run_id == second.run_id
    for path in sorted(first.folder.iterdir()):
        if path.name not in (SPEEDS, MANIFEST):
            assert path.read_bytes() == (second.folder / path.name).read_bytes(), path.name


def test_what_is_tried_is_part_of_the_name(config: Config) -> None:
    """Another trial is another run."""
    others = (pipeline.Trial(origins=2, models=("naive",)), pipeline.Trial(origins=2))
    names = {pipeline.run_backtest(config, each, today=TODAY).run_id for each in others}
    assert len(names) == 2


def test_some_skus_can_be_scored(config: Config) -> None:
    """The sample is of the run's seed; units are those of the sample."""
    files = tried(config, pipeline.Trial(origins=3, models=("naive",), sample_skus=2))
    whole = tried(config)
    assert files.kpis["scored_skus"] == 2
    part, total = (each.frames[SCORES]["units"].max() for each in (files, whole))
    assert 0 < part < total


def test_speeds_are_told(config: Config) -> None:
    """Seconds and series a second of every one; the judged one is the measure."""
    speeds = tried(config).frames[SPEEDS]
    assert (speeds[["series", "fit_seconds", "seconds", "series_per_second"]] > 0).all(axis=None)
    assert speeds["times"].iloc[0] == 1.0
    assert (speeds["fit_seconds"] <= speeds["seconds"]).all()


def test_each_cutoff_of_a_model_is_a_stage(config: Config) -> None:
    """By name, as it is named where its worker dies; a peer is one for all its cutoffs."""
    files = tried(config)
    stages = set(files.manifest["timings"]["stages_s"])
    cutoffs = files.kpis["cutoffs"]
    assert len(cutoffs) == 3
    assert {f"trying {name} at {day}" for name in ("plain", "naive") for day in cutoffs} < stages
    assert "trying exponential" in stages


@pytest.mark.parametrize(
    ("trial", "said"),
    [
        ({"origins": 0}, "--origins is 0, expected 1 to 18"),
        ({"origins": 99}, "--origins is 99, expected 1 to 18: the history has 20 periods"),
        ({"peers": ("exponentail",)}, "the nearest is 'exponential'"),
        ({"models": ("naiv",)}, "forecast.model is 'naiv'"),
        ({"sample_skus": -1}, "--sample-skus is -1, expected 0 .all. or more"),
    ],
)
def test_wrong_use_is_told(config: Config, trial: dict[str, object], said: str) -> None:
    """Each with what is expected, and no run is left."""
    with pytest.raises(ConfigError, match=said):
        pipeline.run_backtest(config, pipeline.Trial(**trial), today=TODAY)
    runs = config.folder / "runs"
    assert not runs.exists() or list(runs.iterdir()) == []


def test_a_refused_input_leaves_its_rejects(config: Config) -> None:
    """As with every command."""
    orders = config.folder / "orders.csv"
    orders.write_text(orders.read_text().replace(",r3", ",r9", 1))
    with pytest.raises(InputError, match="all of them are in"):
        pipeline.run_backtest(config, TRIAL, today=TODAY)
    (run,) = (config.folder / "runs").iterdir()
    assert "r9" in (run / REJECTS).read_text()
    assert json.loads((run / MANIFEST).read_text())["files"].keys() == {REJECTS}
