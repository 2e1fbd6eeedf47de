"""A plan in a database: whole or not there, once however often it is written."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import psycopg
import pytest

from prepos.core.run import FORECAST, LOADS, TARGETS, TRANSFERS, RunFiles
from prepos.database import postgresql_writer
from prepos.database.options import DatabaseOptions
from prepos.errors import ExternalError, RunError
from prepos.publish.database import write_plan
from prepos.publish.database_options import WriteBackOptions
from tests.databases.postgres import Server

OPTIONS = DatabaseOptions(attempts=2, retry_wait_s=0.01, lock_timeout_s=1)
MANY = 100_000
COSTS = {"total_cost": 12.5, "transport_cost": 10.0, "loads": 2}


def make_plan(plan_id: str = "P1", lines: int = 3, *, quantity: int = 6) -> RunFiles:
    """Return a run's files with a plan of so many transfers."""
    number = np.arange(lines)
    days = pd.Timestamp("2025-01-06") + pd.to_timedelta(number % 7, unit="D")
    transfers = pd.DataFrame(
        {
            "transfer_id": [f"T{n:06d}" for n in number],
            "plan_id": plan_id,
            "sku": [("00123", "1E5", 'a,"b"\n')[n % 3] for n in number],
            "quantity": quantity,
            "origin": "DC1",
            "destination": "NA",
            "lane_id": "DC1>NA",
            "ship_date": days.astype("datetime64[s]"),
            "arrival_date": days.astype("datetime64[s]"),
            "load_id": ["" if n % 2 else "L1" for n in number],
            "volume_m3": 0.1 + 0.2,
            "weight_kg": 1e-17,
            "transport_cost": 1.0,
            "expected_saving": -0.5,
            "chance_unused": 0.25,
            "reason": "demand é",
        }
    )
    day = pd.to_datetime(["2025-01-06"]).astype("datetime64[s]")
    load = {"load_id": "L1", "lane_id": "DC1>NA", "origin": "DC1", "destination": "NA"}
    sizes = {"volume_m3": 1.0, "weight_kg": 2.0, "fill": 0.5, "cost": 9.0}
    measures = ("opening", "receipts", "transfers_in", "transfers_out", "expected_use", "closing")
    target = dict.fromkeys((*measures, "closing_without_plan", "fill_rate"), 1.0)
    place = {"node_id": ["NA"], "sku": ["1E5"], "period_start": day}
    return RunFiles(
        frames={
            TRANSFERS: transfers,
            LOADS: pd.DataFrame([load | {"ship_date": day[0], "arrival_date": day[0]} | sizes]),
            TARGETS: pd.DataFrame(place | target),
            FORECAST: pd.DataFrame(
                {"region_id": ["R1"], "sku": ["1E5"], "period_start": day, "mean": [1.5]}
                | {"q50": [1.0], "q97.5": [4.0]}
            ),
        },
        kpis={
            "plan_id": plan_id,
            "currency": "EUR",
            "window": {"cutoff": "2025-01-06", "period_days": 7, "periods": 4},
            "plan": COSTS,
            "nothing": COSTS,
            "redirect_saving": 0.0,
            "slack_penalty": 0.0,
            "objective": 12.5,
            "bound": 12.0,
            "gap": 0.04,
            "method": "exact",
            "status": "optimal",
        },
        manifest={"run_id": f"{plan_id}-run"},
    )


@dataclass(frozen=True)
class Target:
    """A database that takes plans, and the way to ask it."""

    options: WriteBackOptions
    folder: Path
    rows: Callable[[str], list[tuple[Any, ...]]]

    def write(self, run: RunFiles, **changed: Any) -> Any:
        """Write a run's plan."""
        return write_plan(run, replace(self.options, **changed), OPTIONS, self.folder)

    def content(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return all rows of all tables."""
        names = ("plans", "current", "kpis", "transfers", "loads", "targets")
        return {name: sorted(self.rows(f"SELECT * FROM prepos_{name}"), key=str) for name in names}


@pytest.fixture(params=["postgresql", "duckdb", "sqlite"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Target:
    """Give a database of each kind."""
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("shop")
        return Target(WriteBackOptions(url=server.url()), tmp_path, server.rows)
    if request.param == "duckdb":
        return Target(WriteBackOptions(url="duckdb:///out.db"), tmp_path, _of_duckdb(tmp_path))
    return Target(WriteBackOptions(url="sqlite:///out.db"), tmp_path, _of_sqlite(tmp_path))


def _of_duckdb(folder: Path) -> Callable[[str], list[tuple[Any, ...]]]:
    """Return what asks the file of DuckDB."""

    def rows(query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(folder / "out.db") as connection:
            return connection.execute(query).fetchall()

    return rows


def _of_sqlite(folder: Path) -> Callable[[str], list[tuple[Any, ...]]]:
    """Return what asks the file of SQLite."""

    def rows(query: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(folder / "out.db")
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    return rows


def test_plan_is_written_to_the_letter(target: Target) -> None:
    """Ids, days, numbers to the last bit, and nulls for what is empty."""
    written = target.write(make_plan())

    assert written.rows == {
        "prepos_plans": 1,
        "prepos_current": 1,
        "prepos_kpis": 2,
        "prepos_transfers": 3,
        "prepos_loads": 1,
        "prepos_targets": 1,
    }
    query = (
        "SELECT transfer_id, sku, quantity, destination, ship_date, load_id, volume_m3, weight_kg, "
        "reason FROM prepos_transfers ORDER BY 1"
    )
    rows = [[str(cell) if n == 4 else cell for n, cell in enumerate(r)] for r in target.rows(query)]
    same = [0.1 + 0.2, 1e-17, "demand é"]
    assert rows == [
        ["T000000", "00123", 6, "NA", "2025-01-06", "L1", *same],
        ["T000001", "1E5", 6, "NA", "2025-01-07", None, *same],
        ["T000002", 'a,"b"\n', 6, "NA", "2025-01-08", "L1", *same],
    ]
    assert target.rows("SELECT plan_id, run_id, gap FROM prepos_plans") == [("P1", "P1-run", 0.04)]
    assert target.rows("SELECT count(*) FROM prepos_loads WHERE plan_id = 'P1'") == [(1,)]
    costs = target.rows("SELECT variant, total_cost FROM prepos_kpis ORDER BY variant")
    assert costs == [("nothing", 12.5), ("plan", 12.5)]


def test_second_time_changes_nothing_and_other_plans_stay(target: Target) -> None:
    """The plan's rows are replaced by themselves; a shorter plan leaves none of the longer."""
    target.write(make_plan("P1"))
    target.write(make_plan("P2"))
    before = target.content()
    target.write(make_plan("P2"))
    assert target.content() == before

    target.write(make_plan("P2", lines=1))
    assert target.rows("SELECT plan_id FROM prepos_current") == [("P2",)]
    target.write(make_plan("P1"))
    assert target.rows("SELECT plan_id FROM prepos_current") == [("P1",)]
    kept = target.rows("SELECT plan_id, count(*) FROM prepos_transfers GROUP BY 1 ORDER BY 1")
    assert kept == [("P1", 3), ("P2", 1)]


def test_forecast_is_written_where_asked(target: Target) -> None:
    """Quantiles of the user's own are columns too."""
    target.write(make_plan(), forecast=True)
    query = 'SELECT plan_id, region_id, mean, "q97.5" FROM prepos_forecast'
    assert target.rows(query) == [("P1", "R1", 1.5, 4.0)]


def test_table_with_other_columns_is_refused_by_name(target: Target) -> None:
    """Nothing is written, of no table."""
    target.write(make_plan())
    before = target.content()
    target.write(make_plan(), prefix="other_")
    text = "VARCHAR" if "duckdb" in str(target.options.url) else "text"
    _run(target, f"ALTER TABLE prepos_targets ADD COLUMN mine {text}")
    _run(target, "ALTER TABLE prepos_targets RENAME COLUMN opening TO opened")

    said = r"prepos_targets has opened .*, mine .* and lacks opening .*; rename it, or set"
    with pytest.raises(ExternalError, match=said):
        target.write(make_plan("P9"))

    assert target.rows("SELECT count(*) FROM prepos_transfers WHERE plan_id = 'P9'") == [(0,)]
    assert {n: r for n, r in target.content().items() if n != "targets"} == {
        n: r for n, r in before.items() if n != "targets"
    }


def _run(target: Target, statement: str) -> None:
    """Change the database by hand."""
    url = str(target.options.url)
    if url.startswith("postgresql"):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement)
        return
    opened = duckdb.connect if url.startswith("duckdb") else sqlite3.connect
    connection = opened(str(target.folder / "out.db"))
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_run_without_a_plan_is_refused(target: Target) -> None:
    """A forecast alone is no plan."""
    with pytest.raises(RunError, match="holds no plan"):
        target.write(RunFiles(frames={}, kpis={}, manifest={}))


DYING = """
import os, signal, sys
from pathlib import Path
from prepos.publish import database
from tests.databases import test_write_back as ours

write = database._write

def dying(writer, name, *arguments):
    write(writer, name, *arguments)
    if name == "prepos_transfers":
        os.kill(os.getpid(), signal.SIGKILL)

database._write = dying
options = ours.WriteBackOptions(url=sys.argv[1])
database.write_plan(ours.make_plan("P2"), options, ours.OPTIONS, Path(sys.argv[2]))
"""


def test_killed_midway_leaves_nothing(target: Target) -> None:
    """A writer killed with its transfers written and its loads not leaves all as it was."""
    target.write(make_plan("P1"))
    before = target.content()
    arguments = [sys.executable, "-c", DYING, str(target.options.url), str(target.folder)]
    ended = subprocess.run(arguments, cwd=Path(__file__).parents[2], check=False)

    assert ended.returncode == -signal.SIGKILL
    assert target.content() == before
    target.write(make_plan("P2"))
    assert target.rows("SELECT count(*) FROM prepos_transfers") == [(6,)]


def test_many_transfers_are_quick(shop: Server, tmp_path: Path) -> None:
    """A hundred thousand in under five seconds of our own time."""
    run = make_plan(lines=MANY)
    started = time.process_time()
    write_plan(run, WriteBackOptions(url=shop.url()), OPTIONS, tmp_path)
    assert time.process_time() - started < 5
    assert shop.rows("SELECT count(*), sum(quantity) FROM prepos_transfers") == [(MANY, 6 * MANY)]


def test_connection_lost_in_mid_write_is_tried_again(
    shop: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends the connection between two tables, once: the plan is there once."""
    replace_rows = postgresql_writer.Transaction.replace
    lost: list[str] = []

    def lose(self: postgresql_writer.Transaction, name: str, *arguments: Any) -> None:
        """End the writer's connection before the loads are written."""
        if name == "prepos_loads" and not lost:
            lost.append(name)
            shop.run(f"SELECT pg_terminate_backend({self.connection.info.backend_pid})")
        replace_rows(self, name, *arguments)

    monkeypatch.setattr(postgresql_writer.Transaction, "replace", lose)
    write_plan(make_plan(), WriteBackOptions(url=shop.url()), OPTIONS, tmp_path)

    assert lost == ["prepos_loads"]
    assert shop.rows("SELECT count(*) FROM prepos_transfers") == [(3,)]


def test_writers_at_once_go_one_after_another(shop: Server, tmp_path: Path) -> None:
    """Eight writers of two plans leave both, each as one of its writers wrote it."""
    write = WriteBackOptions(url=shop.url())
    patient = replace(OPTIONS, lock_timeout_s=30)
    failed: list[BaseException] = []

    def job(plan_id: str, quantity: int) -> None:
        """Write one plan."""
        try:
            write_plan(make_plan(plan_id, 200, quantity=quantity), write, patient, tmp_path)
        except BaseException as error:
            failed.append(error)

    jobs = [threading.Thread(target=job, args=(f"P{n % 2}", n + 1)) for n in range(8)]
    for each in jobs:
        each.start()
    for each in jobs:
        each.join()

    assert failed == []
    found = shop.rows(
        "SELECT plan_id, count(*), count(DISTINCT quantity) FROM prepos_transfers GROUP BY 1 "
        "ORDER BY 1"
    )
    assert found == [("P0", 200, 1), ("P1", 200, 1)]


def test_another_writer_is_waited_for_and_then_8(shop: Server, tmp_path: Path) -> None:
    """Whoever holds the lock of plans keeps us waiting as long as the configuration says."""
    with shop.connect() as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('prepos public', 0))")
        with pytest.raises(ExternalError, match=r"lock timeout; tried 2 times"):
            write_plan(make_plan(), WriteBackOptions(url=shop.url()), OPTIONS, tmp_path)
    assert shop.rows("SELECT to_regclass('prepos_plans')") == [(None,)]


def test_tables_say_what_they_hold(shop: Server, tmp_path: Path) -> None:
    """Types, comments and keys are those of the contract, in the schema that is named."""
    shop.run("DROP SCHEMA IF EXISTS planning CASCADE", "CREATE SCHEMA planning")
    options = WriteBackOptions(url=shop.url(), schema="planning", prefix="")
    write_plan(make_plan(), options, OPTIONS, tmp_path)

    columns = dict(
        shop.rows(
            "SELECT column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = 'planning' AND table_name = 'transfers'"
        )
    )
    assert (columns["ship_date"], columns["quantity"], columns["sku"], columns["volume_m3"]) == (
        "date",
        "bigint",
        "text",
        "double precision",
    )
    assert shop.rows("SELECT col_description('planning.transfers'::regclass, 4)") == [
        ("whole case packs (units)",)
    ]
    assert shop.rows(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = 'planning.targets'::regclass"
    ) == [("PRIMARY KEY (plan_id, node_id, sku, period_start)",)]
    with pytest.raises(ExternalError, match='schema "nowhere" does not exist'):
        write_plan(make_plan(), replace(options, schema="nowhere"), OPTIONS, tmp_path)
