"""A small plan to export: three departures, ids that look like other things, one run on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from prepos.config import Config, load_config
from prepos.core.run import LOADS, RUN_TABLES, TRANSFERS
from prepos.publish import seal, write_table
from prepos.publish.exporters import Batch, ExportOptions, make_batch
from prepos.publish.manifest import MANIFEST_SCHEMA

TODAY = date(2026, 10, 1)
PLAN = "2026-11-02-91b7c7277e"
LINES = (  # transfer, SKU, units, destination, ship date, arrival date, load
    ("T1", "00123", 12, "FW1", "2026-11-02", "2026-11-04", "DC1>FW1@1"),
    ("T2", "1E5", 6, "FW1", "2026-11-02", "2026-11-04", "DC1>FW1@1"),
    ("T3", "NA", 30, "FW2", "2026-11-02", "2026-11-05", ""),
    ("T4", "00123", 18, "FW2", "2026-11-09", "2026-11-12", ""),
    ("T5", "milk", 24, "FW2", "2026-11-09", "2026-11-12", ""),
)


def make_lines(lines: Sequence[tuple[object, ...]] = LINES, **changed: object) -> pd.DataFrame:
    """Return transfers as ``transfers.csv`` holds them; columns may be set for all of them."""
    names = ("transfer_id", "sku", "quantity", "destination", "ship_date", "arrival_date")
    frame = pd.DataFrame(list(lines), columns=[*names, "load_id"])
    frame = frame.assign(
        plan_id=PLAN,
        origin="DC1",
        lane_id="DC1>" + frame["destination"],
        volume_m3=0.1 + 0.2,
        weight_kg=frame["quantity"] * 0.5,
        transport_cost=1e-7,
        expected_saving=12.5,
        chance_unused=0.25,
        reason='saves "at least" 12.50, near',
    ).assign(**changed)
    for name in ("ship_date", "arrival_date"):
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[s]")
    return frame[list(RUN_TABLES[TRANSFERS])]


def make_loads() -> pd.DataFrame:
    """Return the one vehicle."""
    day = np.array(["2026-11-02"], dtype="datetime64[s]")
    return pd.DataFrame(
        {
            "load_id": ["DC1>FW1@1"],
            "lane_id": ["DC1>FW1"],
            "origin": ["DC1"],
            "destination": ["FW1"],
            "ship_date": day,
            "arrival_date": day + np.timedelta64(2, "D"),
            "volume_m3": [0.6],
            "weight_kg": [9.0],
            "fill": [0.5],
            "cost": [40.0],
        }
    )


def batch_of(frame: pd.DataFrame | None = None, key: str = "plan") -> Batch:
    """Return the lines as an exporter gets them."""
    frames = {TRANSFERS: make_lines() if frame is None else frame, LOADS: make_loads()}
    return make_batch(frames, run_id=PLAN, key=key, currency="EUR", today=TODAY)


def make_config(folder: Path, *sets: str) -> Config:
    """Return the packaged configuration, its runs in the folder."""
    return load_config(None, sets=[f"run.folder={folder / 'runs'}", *sets])


@cache
def options_of(*sets: str) -> ExportOptions:
    """Return the export's options with some of them set."""
    return make_config(Path(), *sets).export


def write_run(folder: Path, frames: Mapping[str, pd.DataFrame] | None = None) -> Path:
    """Write a run with the lines into a folder of runs, and return its own folder."""
    run = folder / "runs" / PLAN
    run.mkdir(parents=True)
    for name, frame in (frames or {TRANSFERS: make_lines(), LOADS: make_loads()}).items():
        write_table(run / name, frame)
    config = make_config(folder).as_dict()
    told = {"schema": MANIFEST_SCHEMA, "run_id": PLAN, "kind": "plan", "timings": {}}
    seal(run, {**told, "config": config, "config_folder": "../.."})
    return run
