"""A small run, as its files tell it."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType, SimpleNamespace

import pandas as pd
import pytest

import prepos.pipeline
from prepos.core.run import (
    FORECAST,
    FORECAST_TOTAL,
    LOADS,
    REDIRECTS,
    SIGNALS,
    TRANSFERS,
    RunFiles,
)

COSTS = {
    "total_cost": 900.0,
    "transport_cost": 30.0,
    "vehicle_cost": 100.0,
    "handling_cost": 0.0,
    "carbon_cost": 0.0,
    "service_cost": 400.0,
    "holding_cost": 10.0,
    "return_cost": 20.0,
    "stability_cost": 0.0,
    "shortage_cost": 340.0,
    "units": 50.0,
    "loads": 1,
    "volume_m3": 2.5,
    "fill_rate": 0.95,
    "local_share": 0.8,
    "mean_distance_km": 42.0,
}
NOTHING = {
    **dict.fromkeys(COSTS, 0.0),
    "total_cost": 1200.0,
    "service_cost": 700.0,
    "shortage_cost": 500.0,
    "fill_rate": 0.9,
    "local_share": 0.3,
    "mean_distance_km": 90.0,
}


def transfers_frame() -> pd.DataFrame:
    """Return two lines on one lane, and one on another that uses a vehicle."""
    frame = pd.DataFrame(
        {
            "transfer_id": ["T1", "T2", "T3"],
            "plan_id": "P1",
            "sku": ["milk", "[b]bread[/b]", "milk"],
            "quantity": [10, 20, 1000],
            "origin": ["DC1", "DC1", "DC2"],
            "destination": ["FW1", "FW1", "FW2"],
            "lane_id": ["DC1>FW1", "DC1>FW1", "van"],
            "ship_date": ["2026-11-02", "2026-11-04", "2026-11-03"],
            "arrival_date": ["2026-11-03", "2026-11-05", "2026-11-03"],
            "load_id": ["", "", "L1"],
            "volume_m3": [0.1, 0.4, 2.0],
            "weight_kg": [10.0, 4.0, 900.0],
            "transport_cost": [1.0, 2.0, 27.0],
            "expected_saving": [5.0, 80.0, 40.0],
            "chance_unused": [0.1, 0.25, 0.0],
            "reason": ["saves 5", "saves 80", "saves 40"],
        }
    )
    for column in ("ship_date", "arrival_date"):
        frame[column] = frame[column].astype("datetime64[s]")
    return frame


def redirects_frame() -> pd.DataFrame:
    """Return two receipts that are taken off at DC1."""
    frame = pd.DataFrame(
        {
            "sku": ["milk", "tea"],
            "quantity": [1000, 30],
            "node_id": ["FW1", "FW2"],
            "arrives_on": ["2026-11-06", "2026-11-09"],
            "hub_node_id": ["DC1", "DC1"],
            "at_hub_on": ["2026-11-05", "2026-11-03"],
            "saving": [60.0, 12.0],
            "reason": ["1000 stay at DC1", "30 to FW1"],
        }
    )
    for column in ("arrives_on", "at_hub_on"):
        frame[column] = frame[column].astype("datetime64[s]")
    return frame


@pytest.fixture
def files() -> RunFiles:
    """Return a run's files."""
    loads = {"load_id": ["L1"], "origin": ["DC2"], "destination": ["FW2"], "fill": [0.5]}
    total = pd.DataFrame(
        {"region_id": ["R1", "R1", "R2"], "sku": ["milk", "tea", "milk"], "mean": [6.0, 1.0, 3.0]}
    )
    period = total.assign(period_start=pd.Timestamp("2026-11-02"))
    signals = pd.concat(
        [total.assign(signal="own", mean=total["mean"] / 4), total.assign(signal="new_buyers")]
    )
    signals.loc[signals["signal"] == "new_buyers", "mean"] *= 0.75
    return RunFiles(
        frames={
            TRANSFERS: transfers_frame(),
            REDIRECTS: redirects_frame().head(0),
            LOADS: pd.DataFrame({**loads, "cost": [100.0]}),
            FORECAST: period,
            FORECAST_TOTAL: total.assign(q05=1.0, q50=5.0, q95=12.0),
            SIGNALS: signals.reset_index(drop=True),
        },
        kpis={
            "currency": "EUR",
            "window": {"cutoff": "2026-11-02", "period_days": 7, "periods": 4},
            "plan": COSTS,
            "nothing": NOTHING,
            "redirect_saving": 0.0,
            "gap": 0.0005,
            "method": "exact",
            "status": "optimal",
            "solver": "highs",
            "slacks": [],
            "held_back": None,
            "stress": [
                {"demand": 0.5, "lead_time": 1.0, "saving": -40.0, "share": -0.08},
                {"demand": 1.0, "lead_time": 2.0, "saving": 150.0, "share": 0.125},
            ],
            "forecast": {"unlike_share": 0.08},
        },
        manifest={"run_id": "20261102-1"},
    )


@pytest.fixture
def pipeline(files: RunFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the path with its work taken out: every command gets the small run."""
    run = SimpleNamespace(folder=tmp_path / "runs" / "x", notices=(), sources=())
    for verb in ("make_plan", "make_forecast", "check_inputs"):
        monkeypatch.setattr(prepos.pipeline, verb, lambda *_, **__: run, raising=False)
    monkeypatch.setattr(prepos.pipeline, "load_run", lambda _: files, raising=False)
    monkeypatch.chdir(tmp_path)
    return prepos.pipeline
