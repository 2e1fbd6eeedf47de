"""Files to tables that honour the contract, or everything that is wrong with them, told at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from prepos.core.columns import Kind, Table
from prepos.core.faults import Fault
from prepos.core.inputs import Inputs, Source
from prepos.core.tables import TABLES
from prepos.core.texts import TEXT_TYPE
from prepos.database.address import is_address, parse_address
from prepos.database.options import DatabaseOptions
from prepos.database.queries import read_queries
from prepos.database.reading import Copy, Trip, Wanted, copy_tables
from prepos.errors import InputError, TableError
from prepos.ingest import sql
from prepos.ingest.gate import check_path, digest
from prepos.ingest.history import check_history, last_day, read_days, tell_trimmed
from prepos.ingest.keys import check_keys
from prepos.ingest.ledger import Ledger
from prepos.ingest.options import IngestOptions
from prepos.ingest.places import read_places
from prepos.ingest.rules import Reading
from prepos.ingest.sense import check_sense
from prepos.ingest.stage import Staged, stage_table

USUAL = DatabaseOptions()
POLYGONS = (".geojson", ".json", ".gpkg", ".shp")


def read_tables(
    paths: Mapping[str, str],
    options: IngestOptions,
    *,
    folder: Path,
    work_folder: Path,
    today: date,
    timezone: str = "UTC",
    cutoff: date | None = None,
    regions_made: bool = False,
    database: DatabaseOptions = USUAL,
    queries: str = "",
) -> Inputs:
    """Return the tables, checked, with all that was found; faults do not raise.

    Parameters
    ----------
    paths : table name to path, or address of a database's table
        As configured; relative ones are relative to ``folder``.
    work_folder : Path
        Where typed Parquet and what spills from memory go; made if it is not there.
    today : date
        Orders after it are faults.
    timezone : str
        What instants with an offset are turned into.
    cutoff : date or None
        Orders from it on are counted, and left out of the numbers of ``places``; ``:cutoff`` of
        queries.
    regions_made : bool
        Regions are made from the orders' points, so that no table of them is needed.
    queries : str
        Path of the file of queries; empty where there is none.

    Raises
    ------
    ConfigError
        If a query is not there or cannot be run.
    ExternalError
        If a database cannot be reached, stays locked or is too slow, or its driver is missing.
    """
    work_folder.mkdir(parents=True, exist_ok=True)
    ledger = Ledger()
    _tell_not_given(paths, regions_made, ledger)
    reading = Reading(options=options, timezone=timezone, today=today)
    trip = Trip(
        options=database,
        folder=folder,
        target=work_folder,
        queries=read_queries(folder / queries) if queries else {},
        cutoff=cutoff,
    )
    with sql.connect(work_folder, memory_mb=options.memory_mb) as connection:
        staged, sources = _stage_all(
            connection,
            paths,
            trip=trip,
            reading=reading,
            ledger=ledger,
        )
        days = read_days(connection, staged["orders"], reading) if "orders" in staged else []
        last = last_day(days)
        until = cutoff or (last and last + timedelta(days=1))
        for one in staged.values():
            tell_trimmed(connection, one, ledger)
        check_keys(connection, staged, ledger)
        if "orders" in staged:
            check_history(
                connection, staged["orders"], reading, days=days, cutoff=until, ledger=ledger
            )
        check_sense(connection, staged, options, cutoff=until, ledger=ledger)
        return Inputs(
            tables=_frames(connection, staged),
            order_lines=staged["orders"].file if "orders" in staged else None,
            places=read_places(connection, staged.get("orders"), cutoff),
            last_order_day=last,
            findings=ledger.findings(),
            sources=tuple(sources),
        )


def _tell_not_given(paths: Mapping[str, str], regions_made: bool, ledger: Ledger) -> None:
    """Refuse a configuration without a table that is needed."""
    for name, table in TABLES.items():
        if table.required and name not in paths and not (name == "regions" and regions_made):
            message = f"table {name} is not configured, expected data.{name}"
            ledger.fault(Fault(name, 0, "", "", "PP-FILE-NOT-GIVEN", message))


def refuse_faults(inputs: Inputs) -> None:
    """Raise InputError with all faults, if there are any."""
    faults = inputs.findings.faults
    if faults:
        files = len({fault.file for fault in faults})
        raise InputError(f"input is refused: {len(faults):,} faults in {files} files", faults)


def _stage_all(
    connection: duckdb.DuckDBPyConnection,
    paths: Mapping[str, str],
    *,
    trip: Trip,
    reading: Reading,
    ledger: Ledger,
) -> tuple[dict[str, Staged], list[Source]]:
    """Read every table given; one that cannot be read leaves its fault."""
    staged: dict[str, Staged] = {}
    sources: list[Source] = []
    copies = _copy_all(paths, trip)
    for name in (name for name in TABLES if name in paths):
        source = copies[name] if name in copies else trip.folder / paths[name]
        try:
            if isinstance(source, TableError):
                raise source
            if name == "regions" and isinstance(source, Path) and _is_layer(connection, source):
                check_path(source, source.name)
                sources.append(Source(table=name, path=paths[name], rows=0, sha256=digest(source)))
                continue
            staged[name] = stage_table(
                connection,
                TABLES[name],
                source,
                given_as=paths[name],
                work_folder=trip.target,
                reading=reading,
                ledger=ledger,
            )
            sources.append(staged[name].source)
        except TableError as error:
            for fault in error.faults:
                ledger.fault(fault)
    return staged, sources


def _copy_all(paths: Mapping[str, str], trip: Trip) -> dict[str, Copy | TableError]:
    """Return a copy of every table that lies in a database, or what is wrong with it."""
    wanted = {
        name: Wanted(address=parse_address(f"data.{name}", path), columns=TABLES[name].names)
        for name, path in paths.items()
        if name in TABLES and is_address(path)
    }
    return copy_tables(wanted, trip)


def _is_layer(connection: duckdb.DuckDBPyConnection, path: Path) -> bool:
    """Whether the regions are polygons, by the file's name or its GeoParquet mark."""
    if path.suffix.lower() != ".parquet":
        return path.suffix.lower() in POLYGONS
    try:
        found = connection.execute(
            f"SELECT count(*) FROM parquet_kv_metadata({sql.file(path)}) WHERE decode(key) = 'geo'"
        ).fetchone()
    except duckdb.Error:
        return False  # read as a table, it will say what is wrong
    return bool(found and found[0])


def _frames(
    connection: duckdb.DuckDBPyConnection, staged: Mapping[str, Staged]
) -> dict[str, pd.DataFrame]:
    """Return every table but the order lines as a frame."""
    return {name: _frame(connection, one.table) for name, one in staged.items() if name != "orders"}


def _frame(connection: duckdb.DuckDBPyConnection, table: Table) -> pd.DataFrame:
    """Return a table sorted by key, rows alike once where it has a key."""
    names = ", ".join(sql.name(name) for name in table.names)
    order = dict.fromkeys((*table.key, *table.names))
    frame = connection.execute(
        f"SELECT {'DISTINCT' if table.key else ''} {names} FROM {sql.name(table.name)} "
        f"ORDER BY {', '.join(f'{sql.name(name)} NULLS LAST' for name in order)}"
    ).df()
    for column in table.columns:
        if column.kind is Kind.DATE:
            days = frame[column.name].dt.date
            frame[column.name] = days.astype(object).where(days.notna(), None)
        elif column.kind in (Kind.ID, Kind.TEXT, Kind.CHOICE, Kind.WEEKDAYS):
            frame[column.name] = frame[column.name].astype(TEXT_TYPE)
    return frame
