"""How long an export of a hundred thousand transfers takes in each format, from run to files.

Beside it, in the same run, what pandas takes to write the same frame: to_csv, to_parquet, and
to_excel by whichever writers are installed. Seconds are of the processor.

    python tests/bench/bench_export.py [--transfers 100000]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from prepos.config import bundled, load_config
from prepos.core.run import TRANSFERS
from prepos.pipeline.exporting import export_plan
from prepos.publish import seal, write_table
from prepos.publish.exporters import EXPORTERS

CUTOFF = np.datetime64("2026-11-02", "s")
DAY = np.timedelta64(86_400, "s")
SKUS, FORWARD_NODES, LINES_A_LOAD = 2_000, 150, 40
NODES = {"DC1", *(f"FW{n:03d}" for n in range(FORWARD_NODES))}


def make_transfers(count: int) -> pd.DataFrame:
    """Return so many transfers of one plan, in the order that a run has them."""
    chance = np.random.default_rng(0)
    load = np.arange(count) // LINES_A_LOAD
    node = load % FORWARD_NODES
    ship = CUTOFF + (load // FORWARD_NODES % 28) * DAY
    lane = np.array([f"DC1>FW{n:03d}" for n in node], dtype=object)
    units = chance.integers(1, 200, count) * 6
    frame = pd.DataFrame(
        {
            "transfer_id": [f"T{n:012x}" for n in range(count)],
            "plan_id": "2026-11-02-91b7c7277e",
            "sku": [f"{n % SKUS:05d}" for n in chance.permutation(count)],
            "quantity": units,
            "origin": "DC1",
            "destination": [f"FW{n:03d}" for n in node],
            "lane_id": lane,
            "ship_date": ship,
            "arrival_date": ship + (8 + node % 4) * DAY,
            "load_id": [f"{way}@{n}" for way, n in zip(lane, load, strict=True)],
            "volume_m3": units * 0.0123,
            "weight_kg": units * 0.7,
            "transport_cost": units * 0.11,
            "expected_saving": chance.gamma(2.0, 20.0, count).round(6),
            "chance_unused": chance.random(count).round(6),
        }
    )
    frame["reason"] = [
        f"FW{n:03d} expects {u / 7:.1f} units wanted by its regions, has {u % 5}; "
        f"saves at least {s:.2f}"
        for n, u, s in zip(node, units, frame["expected_saving"], strict=True)
    ]
    return frame


def write_run(frame: pd.DataFrame, folder: Path) -> None:
    """Write the plan as a run."""
    (folder / "runs" / "r").mkdir(parents=True)
    write_table(folder / "runs" / "r" / TRANSFERS, frame)
    seal(folder / "runs" / "r", {"run_id": "r", "config": {"run": {"currency": "EUR"}}})


def exports(frame: pd.DataFrame, folder: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield each format and mapping with the whole way: the run read, looked through, written."""
    write_run(frame, folder)
    sets = [f"run.folder={folder / 'runs'}", "publish.erpnext.company=Ours"]
    sets += [f"publish.locations.{node}={n:04d}" for n, node in enumerate(sorted(NODES))]
    config = load_config(None, sets=sets)
    mappings = sorted(bundled("configs", "mappings").glob("*.toml"))
    wanted: list[tuple[str, Path | None]] = [(name, None) for name in EXPORTERS]
    wanted.remove(("mapping", None))
    wanted += [("mapping", path) for path in mappings]
    for name, mapping in wanted:

        def write(name: str = name, mapping: Path | None = mapping) -> None:
            export_plan(config, "r", [name], mapping=mapping, today=date(2026, 11, 1))

        yield f"{name} {mapping.stem}" if mapping else name, write


def peers(frame: pd.DataFrame, folder: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield what pandas does with the same frame."""
    yield "pandas to_csv", lambda: frame.to_csv(folder / "p.csv", index=False)
    yield "pandas to_parquet", lambda: frame.to_parquet(folder / "p.parquet", index=False)
    for engine in ("xlsxwriter", "openpyxl"):
        if find_spec(engine):

            def write(engine: str = engine) -> None:
                frame.to_excel(folder / "p.xlsx", index=False, engine=engine)

            yield f"pandas to_excel ({engine})", write


def main() -> None:
    """Print seconds and rows a second."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--transfers", type=int, default=100_000)
    count = parser.parse_args().transfers
    frame = make_transfers(count)
    print(f"{count:,} transfers")
    with tempfile.TemporaryDirectory() as name:
        for told in (exports, peers):
            for what, write in told(frame, Path(name)):
                since = time.process_time()
                write()
                seconds = time.process_time() - since
                print(f"{what:34} {seconds:7.2f} s {count / seconds:12,.0f} rows/s")


if __name__ == "__main__":
    main()
