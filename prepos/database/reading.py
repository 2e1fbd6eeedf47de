"""Copy tables of databases into files: every table of a database out of one snapshot.

Assumes that the files are small enough for the disk, never for memory. What is lost half way is
begun anew as a whole, with all tables of that database, so that the copies agree with each other.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import NoReturn

from prepos.core.faults import Fault
from prepos.database import duckdb_file, postgresql, sqlite_file
from prepos.database.address import DUCKDB, POSTGRESQL, SQLITE, Address
from prepos.database.options import DatabaseOptions
from prepos.database.queries import CUTOFF, find_query, parameters_of
from prepos.database.retry import retried
from prepos.database.session import Given, OpenReader, Reader, Relation
from prepos.errors import ConfigError, TableError

READERS: Mapping[str, OpenReader] = {
    POSTGRESQL: postgresql.open_reader,
    DUCKDB: duckdb_file.open_reader,
    SQLITE: sqlite_file.open_reader,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A table to be copied: where it lies, and which columns are of use if they are there."""

    address: Address
    columns: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A table as a CSV file with a header, in the order in which the database gave its rows.

    ``names`` are all columns that the database has; ``columns`` those that were copied.
    """

    path: Path
    names: tuple[str, ...]
    columns: tuple[Given, ...]
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """What all copying from one configuration shares."""

    options: DatabaseOptions
    folder: Path  # of the configuration
    target: Path  # where copies go
    queries: Mapping[str, str]
    cutoff: date | None


def copy_tables(wanted: Mapping[str, Wanted], trip: Trip) -> dict[str, Copy | TableError]:
    """Return each table's copy, or what is wrong with the table.

    Raises
    ------
    ConfigError
        If a query is not there, needs a cutoff that is not set, or cannot be run.
    ExternalError
        If a database cannot be reached, stays locked, is too slow, or its driver is missing.
    """
    copies: dict[str, Copy | TableError] = {}
    for url in dict.fromkeys(one.address.url for one in wanted.values()):
        together = {name: one for name, one in wanted.items() if one.address.url == url}
        try:
            copies |= retried(partial(_copy_all, together, trip), trip.options)
        except TableError as error:
            copies |= dict.fromkeys(together, error)
    return copies


def _copy_all(wanted: Mapping[str, Wanted], trip: Trip) -> dict[str, Copy | TableError]:
    """Return the copies of one database's tables, all from one snapshot."""
    address = next(iter(wanted.values())).address
    copies: dict[str, Copy | TableError] = {}
    with READERS[address.system](address, trip.options, trip.folder) as reader:
        for name, one in wanted.items():
            try:
                copies[name] = _copy_one(reader, name, one, trip)
            except TableError as error:
                copies[name] = error
    return copies


def _copy_one(reader: Reader, name: str, wanted: Wanted, trip: Trip) -> Copy:
    """Return one table's copy; raises TableError where there is none of that name."""
    relation = _relation(reader, name, wanted.address, trip)
    given = reader.describe(relation, wanted.columns)
    names = tuple(column.name for column in given)
    columns = tuple(column for column in given if column.name in wanted.columns)
    twice = [column.name for column in columns if names.count(column.name) > 1]
    if twice:
        message = f"column {twice[0]!r} is given {names.count(twice[0])} times, expected once"
        _refuse(wanted.address, "PP-DIALECT-HEADER-TWICE", message, twice[0])
    if not columns:
        message = f"none of its columns is one of {name}, expected {', '.join(wanted.columns)}"
        _refuse(wanted.address, "PP-DIALECT-HEADER-MISSING", message, "")
    path = trip.target / f"{name}.copy.csv"
    rows = reader.copy(relation, columns, path)
    return Copy(path=path, names=names, columns=columns, rows=rows)


def _relation(reader: Reader, name: str, address: Address, trip: Trip) -> Relation:
    """Return what the address means, looked up: nothing of it becomes SQL as it stands."""
    key = f"data.{name}"
    if not address.query:
        return reader.table(*_found(reader, address))
    text = find_query(trip.queries, address.query, key)
    strange = [one for one in parameters_of(text) if one != CUTOFF]
    if strange:
        raise ConfigError(f"{key}: query {address.query!r} uses :{strange[0]}, expected :{CUTOFF}")
    uses = CUTOFF in parameters_of(text)
    if uses and trip.cutoff is None:
        raise ConfigError(
            f"{key}: query {address.query!r} uses :{CUTOFF}, expected a day in time.cutoff"
        )
    values = {CUTOFF: trip.cutoff} if uses and trip.cutoff else {}
    return reader.query(address.query, text, values)


def _found(reader: Reader, address: Address) -> tuple[str, str]:
    """Return schema and name as the catalogue has them; raises TableError with the nearest."""
    tables = reader.tables()
    known = {table.name: table for table in tables if table.plain}
    known |= {f"{table.schema}.{table.name}": table for table in tables}
    if address.what not in known:
        close = difflib.get_close_matches(address.what, known, n=1)
        hint = f", nearest is {close[0]}" if close else ""
        message = f"{address.name} has no table or view {address.what!r}{hint}"
        _refuse(address, "PP-DATABASE-TABLE", message, address.what)
    return known[address.what].schema, known[address.what].name


def _refuse(address: Address, code: str, message: str, value: str) -> NoReturn:
    """Raise the one fault of a table that cannot be read."""
    fault = Fault(address.label, 0, "", value, code, message)
    raise TableError(f"{address.label}: {message}", [fault])
