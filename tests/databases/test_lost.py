"""Databases that are gone, slow, locked or closed to us: tried again, bounded, and never half."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb
import psycopg
import pytest

from prepos.core.inputs import Inputs
from prepos.database import postgresql
from prepos.database.options import DatabaseOptions
from prepos.errors import ConfigError, ExternalError
from tests.databases.filling import fill_duckdb, fill_postgres, fill_sqlite
from tests.databases.postgres import Server
from tests.faults.small_tables import read_paths

HASTY = DatabaseOptions(
    connect_timeout_s=2, statement_timeout_s=1, lock_timeout_s=1, attempts=2, retry_wait_s=0.01
)
LINES = 40_000  # many blocks of COPY
CUT_OFF = (  # a view that ends its own connection in mid-read, as long as `broken` has a row
    "CREATE TABLE broken AS SELECT 1 AS n",
    f"""CREATE TABLE lines AS SELECT 'O' || n AS order_id, DATE '2025-01-06' AS ordered_at,
    'A' AS sku, 1 AS quantity, 'R1' AS region_id FROM generate_series(1, {LINES}) n""",
    """CREATE VIEW cut_off AS SELECT * FROM lines WHERE CASE WHEN order_id = 'O30000'
    AND EXISTS (SELECT FROM broken) THEN pg_terminate_backend(pg_backend_pid()) ELSE TRUE END""",
)


def read_cut_off(server: Server, folder: Path) -> Inputs:
    """Read the workspace with the orders of the view."""
    given = fill_postgres(server)
    server.run(*CUT_OFF)
    given["orders"] = f"{server.url()}#cut_off"
    return read_paths(folder, given, database=HASTY)


def test_connection_lost_in_mid_read_is_tried_again_from_the_start(
    shop: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All tables are read anew, so that no line is there twice or not at all."""
    waited = []

    def mend(seconds: float) -> None:
        """Mend the database while the reader waits, and change another table."""
        waited.append(seconds)
        shop.run("DELETE FROM broken", "UPDATE products SET case_pack = 7")

    monkeypatch.setattr("prepos.database.retry.time.sleep", mend)
    inputs = read_cut_off(shop, tmp_path)

    assert waited == [HASTY.retry_wait_s]
    assert next(one.rows for one in inputs.sources if one.table == "orders") == LINES
    assert set(inputs.tables["products"]["case_pack"]) == {7}


def test_connection_that_stays_lost_ends_in_8(shop: Server, tmp_path: Path) -> None:
    """The attempts are bounded, and nothing of the table is read."""
    with pytest.raises(ExternalError, match=r"shop: .*terminating connection.*; tried 2 times"):
        read_cut_off(shop, tmp_path)


def test_tables_of_one_database_are_of_one_moment(
    shop: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What others commit between the first table and the last is in none of them."""
    given = fill_postgres(shop)
    copy = postgresql.Snapshot.copy

    def meddle(self: postgresql.Snapshot, *arguments: object) -> int:
        """Change everything after each table."""
        rows = copy(self, *arguments)  # type: ignore[arg-type]
        shop.run("UPDATE stock SET on_hand = on_hand + 1", "DELETE FROM regions")
        return rows

    monkeypatch.setattr(postgresql.Snapshot, "copy", meddle)
    inputs = read_paths(tmp_path, given, database=HASTY)

    assert inputs.tables["stock"]["on_hand"].tolist() == [100, 50]
    assert len(inputs.tables["regions"]) == 2
    assert shop.rows("SELECT count(*) FROM regions") == [(0,)]


def test_locked_table_is_waited_for_and_then_8(shop: Server, tmp_path: Path) -> None:
    """The wait is that of the configuration, as many times as there are attempts."""
    given = fill_postgres(shop)
    started = time.monotonic()
    with psycopg.connect(shop.url()) as other:
        other.execute("LOCK TABLE stock IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(ExternalError, match=r"lock timeout.*; tried 2 times"):
            read_paths(tmp_path, given, database=replace(HASTY, statement_timeout_s=9))
    assert time.monotonic() - started < 10


def test_slow_query_is_cut_and_not_tried_again(shop: Server, tmp_path: Path) -> None:
    """What took too long once takes too long again."""
    given = fill_postgres(shop)
    shop.run("CREATE VIEW slow AS SELECT o.* FROM orders o, pg_sleep(9)")
    given["orders"] = f"{shop.url()}#slow"
    with pytest.raises(ExternalError, match=r"longer than database\.statement_timeout_s = 1 s"):
        read_paths(tmp_path, given, database=HASTY)


def test_session_can_only_read(shop: Server) -> None:
    """Whatever a query comes to do, the server refuses it."""
    fill_postgres(shop)
    address = postgresql_address(shop)
    with (
        pytest.raises(ExternalError, match="read-only transaction"),
        postgresql.open_reader(address, HASTY, Path()) as reader,
    ):
        reader.connection.execute("DELETE FROM orders")
    assert shop.rows("SELECT count(*) FROM orders") == [(3,)]


def postgresql_address(server: Server) -> postgresql.Address:
    """Return the address of the server's database."""
    return postgresql.Address(system="postgresql", url=server.url(), name="shop")


def test_view_and_schema_are_tables_too(shop: Server, tmp_path: Path) -> None:
    """A table elsewhere needs its schema; the message names it."""
    given = fill_postgres(shop)
    shop.run(
        "DROP SCHEMA IF EXISTS sales CASCADE",
        "CREATE SCHEMA sales",
        'CREATE MATERIALIZED VIEW sales."Order ""Lines""" AS SELECT * FROM orders',
    )
    given["orders"] = f"{shop.url()}#sales.Order%20%22Lines%22"
    assert read_paths(tmp_path, given).findings.faults == ()

    given["orders"] = f"{shop.url()}#Order%20%22Lines%22"
    (fault,) = read_paths(tmp_path, given).findings.faults
    assert fault.message.endswith('nearest is sales.Order "Lines"')


def test_types_of_the_server_are_read_like_text(shop: Server, tmp_path: Path) -> None:
    """Zones are brought to the run's, decimals stay, booleans and enums are words."""
    given = fill_postgres(shop)
    shop.run(
        "CREATE TYPE what AS ENUM ('wishlist', 'cart')",
        "CREATE TABLE intents (customer_id char(4), sku varchar(9), kind what, at timestamptz)",
        "INSERT INTO intents VALUES ('C1', 'A', 'cart', '2025-01-06 23:30:00.25-05')",
        "CREATE TABLE consents (customer_id uuid, purpose text, granted boolean, at timestamptz)",
        "INSERT INTO consents VALUES ('00000000-0000-0000-0000-0000000000AB', 'offers', true, "
        "'2025-01-06 00:00+00')",
        "CREATE TABLE receipts (node_id text, sku text, quantity numeric(9, 3), arrives_on date)",
        "INSERT INTO receipts VALUES ('SP', 'A', 5, '2025-01-22')",
    )
    given |= {name: f"{shop.url()}#{name}" for name in ("intents", "consents", "receipts")}

    inputs = read_paths(tmp_path, given)

    assert inputs.findings.faults == ()
    (intent,) = inputs.tables["intents"].to_dict("records")
    assert (intent["customer_id"], str(intent["at"])) == ("C1", "2025-01-07 05:30:00.250000")
    (consent,) = inputs.tables["consents"].to_dict("records")
    assert consent["customer_id"] == "00000000-0000-0000-0000-0000000000ab"
    assert bool(consent["granted"]) is True
    assert str(consent["at"]) == "2025-01-06 01:00:00"
    assert inputs.tables["receipts"]["quantity"].tolist() == [5]


def test_what_is_no_number_and_no_day_is_a_fault(shop: Server, tmp_path: Path) -> None:
    """The server has values that no plan can be made with."""
    given = fill_postgres(shop)
    shop.run(
        "ALTER TABLE orders ALTER quantity TYPE numeric",
        "UPDATE orders SET quantity = 'NaN' WHERE order_id = 'O1'",
        "UPDATE orders SET ordered_at = 'infinity' WHERE order_id = 'O2'",
        "UPDATE orders SET quantity = 1.5 WHERE order_id = 'O3'",
    )
    faults = read_paths(tmp_path, given).findings.faults

    values = {(fault.column, fault.value, fault.code) for fault in faults}
    assert values == {
        ("quantity", "NaN", "PP-VALUE-NOT-FINITE"),
        ("ordered_at", "infinity", "PP-TIME-FORMAT"),
        ("quantity", "1.5", "PP-VALUE-FRACTION"),
    }


def test_query_that_writes_by_a_function_is_refused(shop: Server, tmp_path: Path) -> None:
    """It looks like a SELECT, and the transaction is read-only."""
    given = fill_postgres(shop)
    shop.run(
        "CREATE FUNCTION lose() RETURNS integer LANGUAGE sql AS 'DELETE FROM stock RETURNING 1'",
    )
    given["orders"] = f"{shop.url()}#query:sly"
    (tmp_path / "queries.toml").write_text('sly = "SELECT * FROM orders WHERE lose() = 1"\n')
    with pytest.raises(ConfigError, match="cannot execute DELETE in a read-only transaction"):
        read_paths(tmp_path, given, queries="queries.toml")
    assert shop.rows("SELECT count(*) FROM stock") == [(2,)]


def test_types_of_duckdb_are_read_like_text(tmp_path: Path) -> None:
    """Zones are brought to the run's, decimals stay, booleans and enums are words."""
    given = fill_duckdb(tmp_path / "shop.duckdb")
    with duckdb.connect(tmp_path / "shop.duckdb") as connection:
        connection.execute(
            "CREATE TABLE intents AS SELECT 'C1' AS customer_id, 'A' AS sku, "
            "'cart'::ENUM('cart', 'view') AS kind, TIMESTAMPTZ '2025-01-06 23:30:00.25-05' AS at; "
            "CREATE TABLE consents AS SELECT uuid '00000000-0000-0000-0000-0000000000AB' AS "
            "customer_id, 'offers' AS purpose, true AS granted, TIMESTAMP_NS '2025-01-06' AS at; "
            "CREATE TABLE receipts AS SELECT 'SP' AS node_id, 'A' AS sku, "
            "5::DECIMAL(9, 3) AS quantity, DATE '2025-01-22' AS arrives_on"
        )
    names = ("intents", "consents", "receipts")
    inputs = read_paths(tmp_path, given | {n: f"duckdb:///shop.duckdb#{n}" for n in names})

    assert inputs.findings.faults == ()
    assert str(inputs.tables["intents"]["at"][0]) == "2025-01-07 05:30:00.250000"
    assert inputs.tables["consents"]["customer_id"][0].endswith("0000ab")
    assert inputs.tables["receipts"]["quantity"].tolist() == [5]


def test_password_comes_from_the_environment_or_a_file_of_ones_own(
    shop: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No message tells a wrong one, and a file that others can read is not read."""
    given = fill_postgres(shop)
    shop.run(
        "GRANT USAGE ON SCHEMA public TO keeper",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO keeper",
    )
    given = {n: a.replace("//prepos@", "//keeper@") for n, a in given.items()}

    monkeypatch.setenv("PGPASSWORD", "s3cret")
    inputs = read_paths(tmp_path, given)
    assert inputs.findings.faults == ()
    assert "s3cret" not in repr(inputs.sources)
    monkeypatch.setenv("PGPASSWORD", "wr0ng")
    with pytest.raises(ExternalError, match="password authentication failed") as caught:
        read_paths(tmp_path, given)
    assert "wr0ng" not in str(caught.value)
    assert "tried" not in str(caught.value)

    monkeypatch.delenv("PGPASSWORD")
    (tmp_path / "pass").write_text("*:*:*:keeper:s3cret\n")
    (tmp_path / "pass").chmod(0o640)
    options = DatabaseOptions(passfile="pass")
    with pytest.raises(ConfigError, match="has mode 640, expected 600: chmod 600 "):
        read_paths(tmp_path, given, database=options)
    (tmp_path / "pass").chmod(0o600)
    assert read_paths(tmp_path, given, database=options).findings.faults == ()
    with pytest.raises(ConfigError, match="No such file"):
        read_paths(tmp_path, given, database=DatabaseOptions(passfile="none.txt"))


def test_server_that_is_not_there_is_tried_again_and_then_8(tmp_path: Path) -> None:
    """Nobody listens on the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {"orders": f"postgresql://127.0.0.1:{port}/shop#orders"}
    with pytest.raises(ExternalError, match=r"shop cannot be reached: .*; tried 2 times"):
        read_paths(tmp_path, given, database=HASTY)


def test_database_that_does_not_exist_is_not_tried_again(shop: Server, tmp_path: Path) -> None:
    """The server's words say what is wrong."""
    given = {"orders": f"{shop.url('nowhere')}#orders"}
    with pytest.raises(ExternalError, match=r'database "nowhere" does not exist$'):
        read_paths(tmp_path, given, database=HASTY)


def test_missing_driver_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver is an extra."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ExternalError, match=r"pip install 'prepos\[db\]'"):
        read_paths(tmp_path, {"orders": "postgresql://localhost/shop#orders"})


def test_locked_sqlite_is_waited_for_and_then_8(tmp_path: Path) -> None:
    """Another writer holds the file."""
    given = fill_sqlite(tmp_path / "shop.db")
    other = sqlite3.connect(tmp_path / "shop.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(ExternalError, match=r"shop\.db: database is locked; tried 2 times"):
        read_paths(tmp_path, given, database=HASTY)
    other.close()
    assert read_paths(tmp_path, given, database=HASTY).findings.faults == ()


def test_slow_query_of_sqlite_is_cut(tmp_path: Path) -> None:
    """A query without an end takes too long."""
    given = fill_sqlite(tmp_path / "shop.db")
    given["orders"] = given["orders"].replace("#orders", "#query:endless")
    (tmp_path / "queries.toml").write_text(
        'endless = "WITH RECURSIVE n(order_id) AS (SELECT 1 UNION ALL SELECT order_id + 1 FROM n) '
        'SELECT * FROM n"\n'
    )
    with pytest.raises(ExternalError, match=r"shop\.db took longer than"):
        read_paths(tmp_path, given, database=HASTY, queries="queries.toml")


def test_slow_query_of_duckdb_is_cut(tmp_path: Path) -> None:
    """A query that counts for ages takes too long."""
    given = fill_duckdb(tmp_path / "shop.duckdb")
    given["orders"] = given["orders"].replace("#orders", "#query:endless")
    (tmp_path / "queries.toml").write_text(
        'endless = "SELECT count(*) AS order_id FROM range(1000000000000) a"\n'
    )
    with pytest.raises(ExternalError, match=r"shop\.duckdb took longer than"):
        read_paths(tmp_path, given, database=HASTY, queries="queries.toml")


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Let another process hold a file of DuckDB open for writing."""
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout
        other.stdout.readline()
        yield
        other.communicate(b"\n")


def test_locked_duckdb_is_tried_again_and_then_8(tmp_path: Path) -> None:
    """Another process writes the file."""
    given = fill_duckdb(tmp_path / "shop.duckdb")
    with (
        held(tmp_path / "shop.duckdb"),
        pytest.raises(ExternalError, match=r"Could not set lock.*; tried 2 times"),
    ):
        read_paths(tmp_path, given, database=HASTY)
    assert read_paths(tmp_path, given, database=HASTY).findings.faults == ()


@pytest.mark.parametrize("system", ["duckdb", "sqlite"])
def test_missing_file_is_not_made(tmp_path: Path, system: str) -> None:
    """A file that is not there is missing, and stays so."""
    inputs = read_paths(tmp_path, {"orders": f"{system}:///none.file#orders"})

    (fault,) = (fault for fault in inputs.findings.faults if fault.code == "PP-FILE-MISSING")
    assert f"none.file does not exist, expected a file of {system}" in fault.message
    assert not (tmp_path / "none.file").exists()


@pytest.mark.parametrize("system", ["duckdb", "sqlite"])
def test_file_of_another_kind_ends_in_8(tmp_path: Path, system: str) -> None:
    """The library's words say what the file is not."""
    (tmp_path / "shop.db").write_bytes(b"no database at all" * 400)
    with pytest.raises(ExternalError, match=r"shop\.db: .*not a"):
        read_paths(tmp_path, {"orders": f"{system}:///shop.db#orders"})


def test_sqlite_cells_are_read_whatever_their_type(tmp_path: Path) -> None:
    """A column holds cells of any type: bytes are text, and bytes that are no text are a fault."""
    given = fill_sqlite(tmp_path / "shop.db")
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("UPDATE products SET sku = CAST(sku AS BLOB), case_pack = '12'")
    inputs = read_paths(tmp_path, given)
    assert inputs.findings.faults == ()
    assert inputs.tables["products"]["sku"].tolist() == ["A", "B"]
    assert inputs.tables["products"]["case_pack"].tolist() == [12, 12]

    with connection:
        connection.execute("UPDATE nodes SET kind = CAST(x'e97a' AS TEXT) WHERE node_id = 'SP'")
    connection.close()
    (fault,) = read_paths(tmp_path, given).findings.faults
    assert (fault.line, fault.code) == (2, "PP-FILE-ENCODING")


def test_empty_sqlite_table_of_other_columns_is_told_of_as_one(tmp_path: Path) -> None:
    """None of its columns is known, and there is no row to look at: each missing one is named."""
    given = fill_sqlite(tmp_path / "shop.db")
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute('CREATE TABLE "odd;one" (other TEXT)')
    inputs = read_paths(tmp_path, given | {"stock": "sqlite:///shop.db#odd;one"})
    codes = {fault.code for fault in inputs.findings.faults if "odd;one" in fault.file}
    assert codes == {"PP-DIALECT-HEADER-MISSING"}
