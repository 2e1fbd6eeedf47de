"""What every database can do for us, whichever it is; each has a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar, NamedTuple, Protocol

import pandas as pd

from prepos.core.columns import Kind, Table
from prepos.database.address import Address
from prepos.database.options import DatabaseOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A column as the database has it; ``fractional`` is its type where that has decimals."""

    name: str
    fractional: str = ""


class Listed(NamedTuple):
    """A table or a view of the catalogue; ``plain`` where its schema need not be named."""

    schema: str
    name: str
    plain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What is read: SQL that may stand behind FROM, made of quoted names or of a user's query."""

    sql: str
    query: str = ""  # the name of the query; empty for a table or a view
    values: Mapping[str, date]  # of the query's parameters


class Reader(Protocol):
    """One read-only snapshot of a database: all that is read from it agrees."""

    def tables(self) -> list[Listed]:
        """Return every table and view there is."""
        ...

    def table(self, schema: str, name: str) -> Relation:
        """Return a table of the catalogue."""
        ...

    def query(self, name: str, text: str, values: Mapping[str, date]) -> Relation:
        """Return a query as a relation."""
        ...

    def describe(self, relation: Relation, columns: Sequence[str]) -> tuple[Given, ...]:
        """Return all columns, looking closer at those named; raises ConfigError for a query."""
        ...

    def copy(self, relation: Relation, columns: Sequence[Given], target: Path) -> int:
        """Write the columns' cells as text to a CSV file; return how many rows there are."""
        ...


class Writer(Protocol):
    """One transaction that changes a database, with all other writers of plans kept waiting."""

    TYPES: ClassVar[Mapping[Kind, str]]  # of columns that are not text
    TEXT: ClassVar[str]

    def columns(self, name: str) -> list[tuple[str, str]]:
        """Return names and types of a table's columns; none where there is no such table."""
        ...

    def create(self, name: str, table: Table, columns: Sequence[tuple[str, str]]) -> None:
        """Make a table of the contract with columns of these names and types."""
        ...

    def replace(self, name: str, plan_id: str | None, frame: pd.DataFrame) -> None:
        """Put the frame in the place of all rows of the plan, None: of all; nulls are empty."""
        ...


OpenReader = Callable[[Address, DatabaseOptions, Path], AbstractContextManager[Reader]]
OpenWriter = Callable[[Address, DatabaseOptions, Path, str | None], AbstractContextManager[Writer]]
