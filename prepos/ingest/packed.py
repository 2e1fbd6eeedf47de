"""Parquet files as text cells, so that they honour the same rules as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from prepos.core.columns import Kind, Table
from prepos.core.faults import Fault
from prepos.ingest import sql
from prepos.ingest.gate import check_path, digest, refuse
from prepos.ingest.ledger import Ledger

_FRACTIONAL = ("DOUBLE", "FLOAT", "DECIMAL")


def open_parquet(
    connection: duckdb.DuckDBPyConnection, path: Path, label: str
) -> tuple[tuple[str, ...], str]:
    """Return the column names and the SHA-256 of a Parquet file.

    Raises
    ------
    TableError
        If it is none, or is cut off.
    """
    check_path(path, label)
    with path.open("rb") as stream:
        start = stream.read(4)
        stream.seek(0, 2)
        size = stream.tell()
        stream.seek(max(0, size - 4))
        end = stream.read(4)
    if not size:
        refuse(label, "PP-FILE-EMPTY", "file is empty, expected a Parquet table")
    if start != b"PAR1":
        refuse(label, "PP-FILE-FORMAT", "is no Parquet file by its first bytes, expected PAR1")
    if end != b"PAR1":
        refuse(
            label, "PP-FILE-TRUNCATED", "Parquet ends before its data does, expected a whole file"
        )
    try:
        connection.execute(f"SELECT * FROM {_parquet(path)} LIMIT 0")
    except duckdb.OutOfMemoryException:
        raise  # the file may be whole
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        refuse(label, "PP-FILE-TRUNCATED", f"Parquet cannot be read: {first}")
    names = tuple(str(column[0]) for column in connection.description or ())
    return names, digest(path)


def cells_of_parquet(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    path: Path,
    label: str,
    known: Mapping[str, int],
    ledger: Ledger,
) -> str:
    """Return SQL of the known columns as text c0 …, and the row, from 1, as ``line``."""
    connection.execute(f"SELECT * FROM {_parquet(path)} LIMIT 0")
    described = connection.description or []
    cells = []
    for name, position in known.items():
        header, kind = str(described[position][0]), str(described[position][1])
        if table.column(name).kind is Kind.ID and kind.upper().startswith(_FRACTIONAL):
            message = f"column {name} holds {kind} numbers, expected text: 00123 is not 123.0"
            ledger.fault(Fault(label, 0, name, kind, "PP-ID-NUMBER", message))
        cells.append(f"nullif(CAST({sql.name(header)} AS VARCHAR), '') AS c{position}")
    line = "file_row_number + 1 AS line"
    return f"SELECT {', '.join([*cells, line])} FROM {_parquet(path, numbered=True)}"


def _parquet(path: Path, *, numbered: bool = False) -> str:
    """Return SQL of the file as a relation."""
    row = ", file_row_number = true" if numbered else ""
    return f"read_parquet({sql.file(path)}, binary_as_string = true{row})"
