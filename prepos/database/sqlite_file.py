"""SQLite by Python's own library: one read-only snapshot, or one transaction that is written."""

from __future__ import annotations

import csv
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar

import pandas as pd

from prepos.core.columns import Kind, Table
from prepos.database.address import Address
from prepos.database.embedded import check_file, quoted
from prepos.database.options import DatabaseOptions
from prepos.database.retry import LostError
from prepos.database.session import Given, Listed, Relation
from prepos.errors import ConfigError, ExternalError, PreposError

BLOCK = 10_000  # rows in memory at a time
STEPS = 100_000  # of SQLite's machine between two looks at the clock
UNDECODED = "Could not decode to UTF-8"  # in the words of an error that has no code
LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@contextmanager
def open_reader(address: Address, options: DatabaseOptions, folder: Path) -> Iterator[Snapshot]:
    """Give a read-only snapshot; raises TableError, LostError, ExternalError and ConfigError."""
    path = address.path(folder)
    check_file(path, address)
    with connected(address, options, f"{path.resolve().as_uri()}?mode=ro") as connection:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        yield Snapshot(connection, address)


@contextmanager
def connected(address: Address, options: DatabaseOptions, uri: str) -> Iterator[sqlite3.Connection]:
    """Give a connection that commits nothing by itself; errors are told in our words."""
    try:
        with closing(
            sqlite3.connect(uri, uri=True, timeout=options.lock_timeout_s, isolation_level=None)
        ) as connection:
            end = time.monotonic() + options.statement_timeout_s
            connection.set_progress_handler(lambda: int(time.monotonic() > end), STEPS)
            yield connection
    except sqlite3.Error as error:
        raise told(error, address, options) from None


def told(error: sqlite3.Error, address: Address, options: DatabaseOptions) -> PreposError:
    """Return what went wrong as an error of ours."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_INTERRUPT:
        return ExternalError(
            f"{address.name} took longer than database.statement_timeout_s = "
            f"{options.statement_timeout_s} s"
        )
    return (LostError if code in LOCKED else ExternalError)(f"{address.name}: {error}")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What SQLite shows one transaction."""

    connection: sqlite3.Connection
    address: Address

    def tables(self) -> list[Listed]:
        """Return every table and view, all in the schema main."""
        names = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"
        return [Listed("main", str(row[0]), True) for row in self.connection.execute(names)]

    def table(self, schema: str, name: str) -> Relation:
        """Return a table of the catalogue."""
        return Relation(sql=f"{quoted(schema)}.{quoted(name)}", values={})

    def query(self, name: str, text: str, values: Mapping[str, date]) -> Relation:
        """Return a query as a relation; its parameters are bound."""
        return Relation(sql=f"(\n{text}\n)", query=name, values=values)

    def describe(self, relation: Relation, columns: Sequence[str]) -> tuple[Given, ...]:
        """Return the columns; cells have types here, so that those named are looked through."""
        found = self._run(f"SELECT * FROM {relation.sql} LIMIT 0", relation)
        names = [str(column[0]) for column in found.description]
        seen = [name for name in names if name in columns and names.count(name) == 1]
        reals = ", ".join(f"max(typeof({quoted(name)}) = 'real')" for name in seen) or "count(*)"
        row = self._run(f"SELECT {reals} FROM {relation.sql}", relation).fetchone()
        fractional = {name for name, real in zip(seen, row, strict=False) if real}
        return tuple(Given(name=n, fractional="REAL" if n in fractional else "") for n in names)

    def copy(self, relation: Relation, columns: Sequence[Given], target: Path) -> int:
        """Write the columns' cells as text to a CSV file; return how many rows there are.

        Text that is not UTF-8 is written as its bytes, so that the fault is that of a file.
        """
        try:
            return self._copy(relation, columns, target)
        except sqlite3.OperationalError as error:
            if UNDECODED not in str(error):
                raise
        self.connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
        return self._copy(relation, columns, target)

    def _copy(self, relation: Relation, columns: Sequence[Given], target: Path) -> int:
        """Write the cells, some rows at a time."""
        names = [quoted(column.name) for column in columns]
        blobs = ", ".join(f"max(typeof({name}) = 'blob')" for name in names)
        row = self._run(f"SELECT {blobs} FROM {relation.sql}", relation).fetchone()
        cells = (f"CAST({n} AS TEXT)" if blob else n for n, blob in zip(names, row, strict=True))
        found = self._run(f"SELECT {', '.join(cells)} FROM {relation.sql}", relation)
        rows = 0
        with target.open("w", encoding="utf-8", errors="surrogateescape", newline="") as sink:
            writer = csv.writer(sink, lineterminator="\n")
            writer.writerow([column.name for column in columns])
            while some := found.fetchmany(BLOCK):
                writer.writerows(some)
                rows += len(some)
        return rows

    def _run(self, sql: str, relation: Relation) -> sqlite3.Cursor:
        """Run a statement that may hold a query of the user's own."""
        values = {name: value.isoformat() for name, value in relation.values.items()}
        try:
            return self.connection.execute(sql, values)
        except (sqlite3.OperationalError, sqlite3.ProgrammingError) as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
            if relation.query and code in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_READONLY):
                raise ConfigError(
                    f"query {relation.query!r} cannot be read from {self.address.name}: {error}; "
                    "expected one SELECT that changes nothing"
                ) from None
            raise


@contextmanager
def open_writer(
    address: Address, options: DatabaseOptions, folder: Path, schema: str | None
) -> Iterator[Transaction]:
    """Give a transaction that is committed at the end of the block; raises like `open_reader`."""
    del schema  # a file is one schema
    uri = address.path(folder).resolve().as_uri()
    with connected(address, options, uri) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield Transaction(connection)
        connection.execute("COMMIT")


@dataclass(frozen=True, slots=True)
class Transaction:
    """An SQLite file while it is written."""

    TYPES: ClassVar[Mapping[Kind, str]] = {
        Kind.WHOLE: "INTEGER",
        Kind.NUMBER: "REAL",
    }
    TEXT: ClassVar[str] = "TEXT"  # of dates too
    connection: sqlite3.Connection

    def columns(self, name: str) -> list[tuple[str, str]]:
        """Return names and types of a table's columns; none where there is no such table."""
        found = self.connection.execute("SELECT name, type FROM pragma_table_info(?)", (name,))
        return [(str(column), str(kind)) for column, kind in found]

    def create(self, name: str, table: Table, columns: Sequence[tuple[str, str]]) -> None:
        """Make a table with its key; what it means stands in no catalogue here."""
        listed = ", ".join(f"{quoted(column)} {kind}" for column, kind in columns)
        key = ", ".join(quoted(column) for column in table.key)
        self.connection.execute(f"CREATE TABLE {quoted(name)} ({listed}, PRIMARY KEY ({key}))")

    def replace(self, name: str, plan_id: str | None, frame: pd.DataFrame) -> None:
        """Put the frame in the place of all rows of the plan, None: of all."""
        place = quoted(name)
        names = ", ".join(quoted(str(column)) for column in frame)
        marks = ", ".join("?" for _ in frame.columns)
        cells = zip(*(_cells(frame[column]) for column in frame), strict=True)
        self.connection.execute(
            f"DELETE FROM {place} WHERE plan_id = :plan OR :plan IS NULL", {"plan": plan_id}
        )
        self.connection.executemany(f"INSERT INTO {place} ({names}) VALUES ({marks})", cells)


def _cells(column: pd.Series) -> list[object]:
    """Return a column's cells as SQLite takes them: days in ISO, nothing where there is nothing."""
    if column.dtype.kind == "M":
        column = column.dt.strftime("%Y-%m-%d")
    return column.astype(object).where(column.notna(), None).tolist()
