"""Time and memory of reading order lines, beside a plain DuckDB read of the same file.

Run it as a script: ``python tests/bench/bench_ingest.py [LINES ...]``. The peer is
``CREATE TABLE t AS SELECT * FROM read_csv(file)`` with auto-detection, in the same process and with
the same threads, in turns with ours; medians are told, of processor time, so that other work on the
machine counts little. Memory is the peak of a process of its own.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

import duckdb
import numpy as np

from prepos.core.axes import make_axis
from prepos.core.orders import Orders
from prepos.ingest import IngestOptions, load_orders, read_tables

TURNS = 5
TODAY = date(2026, 1, 1)


def write_orders(path: Path, lines: int) -> None:
    """Write clean order lines of 5,000 SKUs, 50,000 customers and 300 regions."""
    duckdb.sql(
        "COPY (SELECT 'O' || lpad((i // 3)::VARCHAR, 8, '0') AS order_id, "
        "strftime(TIMESTAMP '2023-01-01' + to_seconds((i * 97) % 31536000), '%Y-%m-%dT%H:%M:%S') "
        "AS ordered_at, 'SKU' || lpad(((i * 7919) % 5000)::VARCHAR, 5, '0') AS sku, "
        "1 + (i * 31) % 4 AS quantity, 'C' || ((i // 3) * 7 % 50000) AS customer_id, "
        "'R' || lpad(((i // 3) * 7 % 50000 % 300)::VARCHAR, 3, '0') AS region_id, "
        f"3 + ((i * 7919) % 5000) / 100.0 AS unit_price FROM range({lines}) t(i)) "
        f"TO '{path}' (HEADER)"
    )


def read_ours(path: Path) -> None:
    """Read and check the order lines."""
    with tempfile.TemporaryDirectory() as work:
        read_tables(
            {"orders": path.name},
            IngestOptions(),
            folder=path.parent,
            work_folder=Path(work),
            today=TODAY,
        )


def read_plain(path: Path) -> None:
    """Read the same file as DuckDB would."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t AS SELECT * FROM read_csv('{path}')")


def load(path: Path) -> Orders:
    """Read, then load the arrays; print the processor time of the loading."""
    with tempfile.TemporaryDirectory() as work:
        inputs = read_tables(
            {"orders": path.name},
            IngestOptions(),
            folder=path.parent,
            work_folder=Path(work),
            today=TODAY,
        )
        start = time.process_time()
        orders, _ = load_orders(
            inputs,
            region_of_place=np.arange(len(inputs.places)),
            regions=make_axis("region_id", inputs.places["region_id"]),
            skus=make_axis("sku", (f"SKU{n:05d}" for n in range(5000))),
            cutoff=TODAY,
        )
        print(f"load_orders: {time.process_time() - start:.2f} s for {len(orders):,} lines")
        return orders


def seconds(task: Callable[[Path], object], path: Path) -> float:
    """Return how much processor time a task takes, over all threads."""
    start = time.process_time()
    task(path)
    return time.process_time() - start


def own_peak_mb() -> float:
    """Return this process's own peak: getrusage would tell that of the process it forked from."""
    for row in Path("/proc/self/status").read_text().splitlines():
        if row.startswith("VmHWM:"):
            return int(row.split()[1]) / 1024
    return float("nan")


def peak_mb(task: str, path: Path) -> float:
    """Return the peak memory of a task in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, task, str(path)], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def main(sizes: list[int]) -> None:
    """Print one row a size."""
    print(f"{'lines':>10} {'ours s':>8} {'plain s':>8} {'ratio':>6} {'ours MB':>8} {'idle MB':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for lines in sizes:
            path = Path(folder) / f"orders_{lines}.csv"
            write_orders(path, lines)
            turns = [(seconds(read_ours, path), seconds(read_plain, path)) for _ in range(TURNS)]
            ours, plain = (median(column) for column in zip(*turns, strict=True))
            memory = peak_mb("--read", path), peak_mb("--idle", path)
            print(
                f"{lines:>10,} {ours:8.2f} {plain:8.2f} {ours / plain:6.2f} "
                f"{memory[0]:8.0f} {memory[1]:8.0f}"
            )
            load(path)


if __name__ == "__main__":
    if sys.argv[1:2] in (["--read"], ["--idle"]):
        if sys.argv[1] == "--read":
            read_ours(Path(sys.argv[2]))
        print(own_peak_mb())
    else:
        main([int(size) for size in sys.argv[1:]] or [1_000_000, 4_000_000])
