"""One transaction that writes plans to PostgreSQL: COPY for speed, an advisory lock for order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from prepos.core.columns import Kind, Table
from prepos.database.address import Address
from prepos.database.options import DatabaseOptions
from prepos.database.postgresql import connected, driver, set_locally

if TYPE_CHECKING:
    import psycopg
    from psycopg.sql import Composed, Identifier

BLOCK = 20_000  # rows turned into text at a time
COLUMNS = (
    "SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) "
    "FROM pg_catalog.pg_attribute a "
    "JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped "
    "ORDER BY a.attnum"
)
ONE_BY_ONE = "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(%s, 0))"


@contextmanager
def open_writer(
    address: Address, options: DatabaseOptions, folder: Path, schema: str | None
) -> Iterator[Transaction]:
    """Give a transaction that is committed at the end of the block.

    Writers of one schema go one after another.

    Raises
    ------
    ExternalError
        A LostError where another try may help.
    """
    with connected(address, options, folder) as connection:
        set_locally(connection, options)
        if schema is None:
            found = connection.execute("SELECT coalesce(current_schema(), 'public')").fetchone()
            schema = str(found[0]) if found else "public"
        connection.execute(ONE_BY_ONE, (f"prepos {schema}",))
        yield Transaction(connection, schema)


@dataclass(frozen=True, slots=True)
class Transaction:
    """A schema of PostgreSQL while it is written."""

    TYPES: ClassVar[Mapping[Kind, str]] = {
        Kind.WHOLE: "bigint",
        Kind.NUMBER: "double precision",
        Kind.DATE: "date",
    }
    TEXT: ClassVar[str] = "text"
    connection: psycopg.Connection
    schema: str

    def columns(self, name: str) -> list[tuple[str, str]]:
        """Return names and types of a table's columns; none where there is no such table."""
        found = self.connection.execute(COLUMNS, (self.schema, name))
        return [(str(column), str(kind)) for column, kind in found]

    def create(self, name: str, table: Table, columns: Sequence[tuple[str, str]]) -> None:
        """Make a table with its comments and its key."""
        sql = driver().sql
        listed = [
            sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind))
            for column, kind in columns
        ]
        self.connection.execute(
            sql.SQL("CREATE TABLE {} ({}, PRIMARY KEY ({}))").format(
                self._place(name), sql.SQL(", ").join(listed), _names(table.key)
            )
        )
        self.connection.execute(
            sql.SQL("COMMENT ON TABLE {} IS {}").format(
                self._place(name), sql.Literal(table.meaning)
            )
        )
        for column in table.columns:
            place = sql.Identifier(self.schema, name, column.name)
            told = sql.Literal(column.told)
            self.connection.execute(sql.SQL("COMMENT ON COLUMN {} IS {}").format(place, told))

    def replace(self, name: str, plan_id: str | None, frame: pd.DataFrame) -> None:
        """Put the frame in the place of all rows of the plan, None: of all."""
        sql = driver().sql
        self.connection.execute(
            sql.SQL("DELETE FROM {} WHERE plan_id = {plan} OR {plan}::text IS NULL").format(
                self._place(name), plan=sql.Placeholder("plan")
            ),
            {"plan": plan_id},
        )
        into = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT csv)").format(
            self._place(name), _names([str(column) for column in frame])
        )
        with self.connection.cursor() as cursor, cursor.copy(into) as sink:
            for start in range(0, len(frame), BLOCK):
                sink.write(_text(frame.iloc[start : start + BLOCK]))

    def _place(self, name: str) -> Identifier:
        """Return a table's name as SQL."""
        place: Identifier = driver().sql.Identifier(self.schema, name)
        return place


def _names(names: Sequence[str]) -> Composed:
    """Return a list of column names as SQL."""
    sql = driver().sql
    listed: Composed = sql.SQL(", ").join(sql.Identifier(name) for name in names)
    return listed


def _text(frame: pd.DataFrame) -> str:
    """Return rows as CSV: an empty cell is null, a day is in ISO."""
    return frame.to_csv(index=False, header=False, lineterminator="\n", date_format="%Y-%m-%d")
