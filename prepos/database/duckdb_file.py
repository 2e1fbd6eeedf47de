"""DuckDB by its own library: a file that is read as it stands, or one transaction that is written.

While it is read nobody can write it, so that all tables agree. Nothing is downloaded for it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import ClassVar

import duckdb
import pandas as pd
import pyarrow as pa

from prepos.core.columns import Kind, Table
from prepos.database.address import Address
from prepos.database.embedded import check_file, quoted
from prepos.database.options import DatabaseOptions
from prepos.database.queries import with_parameters
from prepos.database.retry import LostError
from prepos.database.session import Given, Listed, Relation
from prepos.errors import ConfigError, ExternalError, PreposError

NO_DOWNLOADS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
FRACTIONAL = ("DOUBLE", "FLOAT", "DECIMAL")
LOCKED = "Could not set lock"  # in the words of an error that has no code
CATALOGUE = (
    "SELECT schema_name, table_name, schema_name = 'main' FROM duckdb_tables() WHERE {here} "
    "UNION ALL SELECT schema_name, view_name, schema_name = 'main' FROM duckdb_views() "
    "WHERE NOT internal AND {here} ORDER BY 1, 2"
).format(here="database_name = current_database()")


@contextmanager
def open_reader(address: Address, options: DatabaseOptions, folder: Path) -> Iterator[Snapshot]:
    """Give a read-only snapshot; raises TableError, LostError, ExternalError and ConfigError."""
    check_file(address.path(folder), address)
    with connected(address, options, folder, read_only=True) as connection:
        yield Snapshot(connection, address)


@contextmanager
def open_writer(
    address: Address, options: DatabaseOptions, folder: Path, schema: str | None
) -> Iterator[Transaction]:
    """Give a transaction that is committed at the end of the block; raises like `open_reader`."""
    with connected(address, options, folder, read_only=False) as connection:
        connection.begin()
        yield Transaction(connection, schema or "main")
        connection.commit()


@contextmanager
def connected(
    address: Address, options: DatabaseOptions, folder: Path, *, read_only: bool
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection that is cut when time is out; errors are told in our words."""
    try:
        with closing(
            duckdb.connect(address.path(folder), read_only=read_only, config=NO_DOWNLOADS)
        ) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            clock = threading.Timer(options.statement_timeout_s, connection.interrupt)
            clock.daemon = True
            clock.start()
            try:
                yield connection
            finally:
                clock.cancel()
    except duckdb.Error as error:
        raise told(error, address, options) from None


def told(error: duckdb.Error, address: Address, options: DatabaseOptions) -> PreposError:
    """Return what went wrong as an error of ours."""
    words = " ".join(str(error).split())
    if isinstance(error, duckdb.InterruptException):
        return ExternalError(
            f"{address.name} took longer than database.statement_timeout_s = "
            f"{options.statement_timeout_s} s"
        )
    lost = LOCKED in words or isinstance(error, duckdb.TransactionException)
    return (LostError if lost else ExternalError)(f"{address.name}: {words}")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A DuckDB file while it is read."""

    connection: duckdb.DuckDBPyConnection
    address: Address

    def tables(self) -> list[Listed]:
        """Return every table and view; the schema ``main`` need not be named."""
        return [Listed(*row) for row in self.connection.execute(CATALOGUE).fetchall()]

    def table(self, schema: str, name: str) -> Relation:
        """Return a table of the catalogue."""
        return Relation(sql=f"{quoted(schema)}.{quoted(name)}", values={})

    def query(self, name: str, text: str, values: Mapping[str, date]) -> Relation:
        """Return a query as a relation; its parameters are bound."""
        written = with_parameters(text, lambda parameter: f"${parameter}")
        with self._blaming(name):
            kinds = [one.type for one in duckdb.extract_statements(written)]
        if kinds != [duckdb.StatementType.SELECT]:
            raise _wrong_query(name, self.address, "it is another statement, or several")
        return Relation(sql=f"(\n{written}\n) AS given", query=name, values=values)

    def describe(self, relation: Relation, columns: Sequence[str]) -> tuple[Given, ...]:
        """Return the columns; raises ConfigError where a query cannot be run."""
        del columns  # types are known without a look at them
        with self._blaming(relation.query):
            self.connection.execute(f"SELECT * FROM {relation.sql} LIMIT 0", dict(relation.values))
        return tuple(
            Given(name=str(name), fractional=str(kind) if _is_fractional(kind) else "")
            for name, kind, *_ in self.connection.description or ()
        )

    def copy(self, relation: Relation, columns: Sequence[Given], target: Path) -> int:
        """Write the columns' cells as text to a CSV file; return how many rows there are."""
        names = ", ".join(quoted(column.name) for column in columns)
        place = "'" + target.as_posix().replace("'", "''") + "'"
        with self._blaming(relation.query):
            found = self.connection.execute(
                f"COPY (SELECT {names} FROM {relation.sql}) TO {place} (FORMAT csv, HEADER)",
                dict(relation.values),
            ).fetchall()
        return int(found[0][0])

    @contextmanager
    def _blaming(self, query: str) -> Iterator[None]:
        """Blame a query of the user's own for what it is guilty of."""
        try:
            yield
        except (duckdb.ProgrammingError, duckdb.DataError) as error:
            if query:
                raise _wrong_query(query, self.address, " ".join(str(error).split())) from None
            raise


@dataclass(frozen=True, slots=True)
class Transaction:
    """A DuckDB file while it is written."""

    TYPES: ClassVar[Mapping[Kind, str]] = {
        Kind.WHOLE: "BIGINT",
        Kind.NUMBER: "DOUBLE",
        Kind.DATE: "DATE",
    }
    TEXT: ClassVar[str] = "VARCHAR"
    connection: duckdb.DuckDBPyConnection
    schema: str = field(default="main")

    def columns(self, name: str) -> list[tuple[str, str]]:
        """Return names and types of a table's columns; none where there is no such table."""
        found = self.connection.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = $schema "
            "AND table_name = $name AND database_name = current_database() ORDER BY column_index",
            {"schema": self.schema, "name": name},
        ).fetchall()
        return [(str(column), str(kind)) for column, kind in found]

    def create(self, name: str, table: Table, columns: Sequence[tuple[str, str]]) -> None:
        """Make a table; without a key, which DuckDB would not let us replace rows of."""
        place = self._place(name)
        listed = ", ".join(f"{quoted(column)} {kind}" for column, kind in columns)
        self.connection.execute(f"CREATE TABLE {place} ({listed})")
        self.connection.execute(f"COMMENT ON TABLE {place} IS {_text(table.meaning)}")
        for column in table.columns:
            self.connection.execute(
                f"COMMENT ON COLUMN {place}.{quoted(column.name)} IS {_text(column.told)}"
            )

    def replace(self, name: str, plan_id: str | None, frame: pd.DataFrame) -> None:
        """Put the frame in the place of all rows of the plan, None: of all."""
        place = self._place(name)
        names = ", ".join(quoted(str(column)) for column in frame)
        self.connection.execute(
            f"DELETE FROM {place} WHERE plan_id = $plan OR $plan IS NULL", {"plan": plan_id}
        )
        self.connection.register("given", pa.Table.from_pandas(frame, preserve_index=False))
        self.connection.execute(f"INSERT INTO {place} ({names}) SELECT {names} FROM given")
        self.connection.unregister("given")

    def _place(self, name: str) -> str:
        """Return a table's name as SQL."""
        return f"{quoted(self.schema)}.{quoted(name)}"


def _is_fractional(kind: object) -> bool:
    """Whether numbers of a type have decimals; those of DECIMAL(18,0) have none."""
    return str(kind).startswith(FRACTIONAL) and not str(kind).endswith(",0)")


def _text(words: str) -> str:
    """Return a text as SQL."""
    return "'" + words.replace("'", "''") + "'"


def _wrong_query(name: str, address: Address, words: str) -> ConfigError:
    """Return the error that blames a query."""
    return ConfigError(
        f"query {name!r} cannot be read from {address.name}: {words}; "
        "expected one SELECT that changes nothing"
    )
