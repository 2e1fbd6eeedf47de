"""Time and memory of reading order lines from databases, beside CSV and beside pandas.

Run it as a script: ``python tests/bench/bench_databases.py [LINES ...]``. Ours reads, checks and
types every line; ``pandas.read_sql`` only reads it. Each reading is a process of its own, whose
seconds are of processor time (of the client alone) and by the clock, and whose memory is its peak.
PostgreSQL is a cluster of the bench's own in a temporary folder.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import psycopg

from prepos.ingest import IngestOptions, read_tables
from tests.bench.bench_ingest import own_peak_mb, write_orders
from tests.databases.postgres import Server, running

TODAY = date(2026, 1, 1)
TURNS = 3
SYSTEMS = ("csv", "postgresql", "duckdb", "sqlite")
COLUMNS = (
    "order_id text, ordered_at timestamp, sku text, quantity integer, customer_id text, "
    "region_id text, unit_price double precision"
)


def fill(folder: Path, server: Server, lines: int) -> dict[str, str]:
    """Write the same lines to a file and to each database; return where they are."""
    path = folder / "orders.csv"
    write_orders(path, lines)
    server.run("DROP TABLE IF EXISTS orders", f"CREATE TABLE orders ({COLUMNS})")
    with (
        server.connect() as connection,
        connection.cursor().copy("COPY orders FROM STDIN (FORMAT csv, HEADER)") as sink,
        path.open("rb") as source,
    ):
        while block := source.read(1 << 20):
            sink.write(block)
    with duckdb.connect(folder / "shop.duckdb") as connection:
        connection.execute(f"CREATE OR REPLACE TABLE orders ({COLUMNS})")
        connection.execute(f"COPY orders FROM '{path}' (HEADER)")
    (folder / "shop.db").unlink(missing_ok=True)
    with sqlite3.connect(folder / "shop.db") as connection:
        connection.execute(f"CREATE TABLE orders ({COLUMNS})")
        for block in pd.read_csv(path, chunksize=100_000):
            block.to_sql("orders", connection, if_exists="append", index=False)
    connection.close()
    return {
        "csv": "orders.csv",
        "postgresql": f"{server.url()}#orders",
        "duckdb": "duckdb:///shop.duckdb#orders",
        "sqlite": "sqlite:///shop.db#orders",
    }


def read_ours(folder: Path, source: str) -> None:
    """Read and check the order lines."""
    with tempfile.TemporaryDirectory() as work:
        inputs = read_tables(
            {"orders": source}, IngestOptions(), folder=folder, work_folder=Path(work), today=TODAY
        )
    assert inputs.sources


def read_pandas(folder: Path, source: str) -> None:
    """Read the order lines into a frame, as most programs do."""
    if source.endswith(".csv"):
        frame = pd.read_csv(folder / source)
    elif source.startswith("postgresql"):
        with psycopg.connect(source.partition("#")[0]) as connection:
            frame = pd.read_sql("SELECT * FROM orders", connection)
    elif source.startswith("duckdb"):
        with duckdb.connect(folder / "shop.duckdb", read_only=True) as connection:
            frame = connection.execute("SELECT * FROM orders").df()
    else:
        frame = pd.read_sql("SELECT * FROM orders", sqlite3.connect(folder / "shop.db"))
    assert len(frame)


READERS = {"ours": read_ours, "pandas": read_pandas, "idle": lambda folder, source: None}


def measure(reader: str, folder: Path, source: str) -> tuple[float, float, float]:
    """Return processor seconds, seconds by the clock and peak MB of a reading."""
    command = [sys.executable, "-W", "ignore", __file__, "--read", reader, str(folder), source]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    processor, clock, peak = (float(word) for word in done.stdout.split())
    return processor, clock, peak


def main(sizes: list[int]) -> None:
    """Print one row a size and a system."""
    print(
        f"{'lines':>10} {'from':>10} {'ours s':>7} {'clock s':>8} {'MB':>6} "
        f"{'pandas s':>9} {'clock s':>8} {'MB':>6}"
    )
    with running() as server, tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        for lines in sizes:
            sources = fill(folder, server, lines)
            for system in SYSTEMS:
                turns = [
                    [measure(reader, folder, sources[system]) for reader in ("ours", "pandas")]
                    for _ in range(TURNS)
                ]
                ours, pandas = (min(column) for column in zip(*turns, strict=True))
                print(
                    f"{lines:>10,} {system:>10} {ours[0]:7.2f} {ours[1]:8.2f} {ours[2]:6.0f} "
                    f"{pandas[0]:9.2f} {pandas[1]:8.2f} {pandas[2]:6.0f}"
                )
        print(f"idle: {measure('idle', folder, '')[2]:.0f} MB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        start = time.process_time(), time.perf_counter()
        READERS[sys.argv[2]](Path(sys.argv[3]), sys.argv[4])
        print(time.process_time() - start[0], time.perf_counter() - start[1], own_peak_mb())
    else:
        main([int(size) for size in sys.argv[1:]] or [2_000_000])
