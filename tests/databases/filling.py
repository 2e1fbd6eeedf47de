"""The small workspace of `tests.faults.small_tables`, put into databases instead of files."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Mapping
from pathlib import Path

import duckdb

from tests.databases.postgres import Server
from tests.faults.small_tables import CLEAN, NEEDED

TYPES = {  # of the small workspace's columns that are no text
    "quantity": "integer",
    "on_hand": "bigint",
    "latitude": "double precision",
    "longitude": "double precision",
    "unit_volume_m3": "numeric(12, 4)",
    "unit_weight_kg": "numeric",
    "storage_m3": "real",
    "case_pack": "smallint",
    "launched_on": "date",
    "ordered_at": "timestamp",
}


def fill_postgres(server: Server, changed: Mapping[str, str] | None = None) -> dict[str, str]:
    """Make the needed tables, and return their addresses."""
    with server.connect() as connection:
        for name, (columns, rows) in _tables(changed).items():
            listed = ", ".join(f'"{column}" {TYPES.get(column, "text")}' for column in columns)
            connection.execute(f'CREATE TABLE "{name}" ({listed})')
            marks = ", ".join("%s" for _ in columns)
            with connection.cursor() as cursor:
                cursor.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
    return {name: f"{server.url()}#{name}" for name in _tables(changed)}


def fill_duckdb(path: Path, changed: Mapping[str, str] | None = None) -> dict[str, str]:
    """Make the needed tables in a file of DuckDB, and return their addresses."""
    with duckdb.connect(path) as connection:
        for name, (columns, rows) in _tables(changed).items():
            listed = ", ".join(f'"{column}" {TYPES.get(column, "text")}' for column in columns)
            connection.execute(f'CREATE TABLE "{name}" ({listed})')
            marks = ", ".join("?" for _ in columns)
            for row in rows:
                connection.execute(f'INSERT INTO "{name}" VALUES ({marks})', row)
    return {name: f"duckdb:///{path.name}#{name}" for name in _tables(changed)}


def fill_sqlite(path: Path, changed: Mapping[str, str] | None = None) -> dict[str, str]:
    """Make the needed tables in a file of SQLite, and return their addresses."""
    with sqlite3.connect(path) as connection:
        for name, (columns, rows) in _tables(changed).items():
            listed = ", ".join(f'"{column}" {TYPES.get(column, "text")}' for column in columns)
            connection.execute(f'CREATE TABLE "{name}" ({listed})')
            marks = ", ".join("?" for _ in columns)
            connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
    connection.close()
    return {name: f"sqlite:///{path.name}#{name}" for name in _tables(changed)}


def _tables(
    changed: Mapping[str, str] | None,
) -> dict[str, tuple[list[str], list[list[str | None]]]]:
    """Return the columns and rows of each table; an empty cell is null."""
    found = {}
    for name, text in ({name: CLEAN[name] for name in NEEDED} | dict(changed or {})).items():
        columns, *rows = csv.reader(io.StringIO(text))
        found[name] = (columns, [[cell or None for cell in row] for row in rows])
    return found
