"""What is special about tables of databases, once they have been copied to files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import duckdb

from prepos.core.columns import Kind, Table
from prepos.core.faults import Fault
from prepos.database.reading import Copy
from prepos.errors import TableError
from prepos.ingest.gate import Scan, scan_text
from prepos.ingest.ledger import Ledger
from prepos.ingest.options import IngestOptions

HALF = (1 << 64) - 1  # the lower half of 128 bits


def dialect_of_copies(options: IngestOptions) -> IngestOptions:
    """Return the options with the signs that copies have, whatever files are declared to have."""
    return replace(options, delimiter=",", decimal=".")


def scan_copy(copy: Copy, label: str, work_folder: Path) -> Scan:
    """Return what the bytes of a copy tell; faults name the row, from 1, and not the line."""
    try:
        return scan_text(copy.path, label, work_folder, ",")
    except TableError as error:
        faults = [replace(fault, line=max(fault.line - 1, 0)) for fault in error.faults]
        raise TableError(str(error), faults) from None


def tell_fractional_ids(table: Table, copy: Copy, label: str, ledger: Ledger) -> None:
    """Note ids that are held as numbers with decimals: their letters are lost."""
    for column in copy.columns:
        if column.fractional and table.column(column.name).kind is Kind.ID:
            kind = column.fractional
            message = (
                f"column {column.name} holds {kind} numbers, expected text: 00123 is not 123.0"
            )
            ledger.fault(Fault(label, 0, column.name, kind, "PP-ID-NUMBER", message))


def fingerprint(
    connection: duckdb.DuckDBPyConnection, select: str, known: Mapping[str, int]
) -> str:
    """Return a digest of the cells' text, the same whatever the order of rows and columns.

    Each row has its MD5; those of all rows add up, so that a row that is there twice counts twice.
    """
    names = sorted(known)
    cells = ", ".join(f"coalesce(c{known[name]}, chr(30))" for name in names)
    found = connection.execute(
        f"SELECT count(*), sum((md5 & {HALF})::UBIGINT), sum((md5 >> 64)::UBIGINT) "
        f"FROM (SELECT md5_number(concat_ws(chr(31), {cells})) AS md5 FROM ({select}))"
    ).fetchall()
    return hashlib.sha256(json.dumps([names, found], default=str).encode()).hexdigest()
