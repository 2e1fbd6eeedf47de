"""One table from its file to typed rows that the other checks read.

A clean file is read once, by DuckDB, straight into Arrow; each row carries a mask of the rules it
breaks. Only when the mask is not empty, or lines do not match records, is a CSV file read again by
the careful reader, which knows the line of every record. A table of a database comes as a copy, a
CSV file that is well-formed whatever its cells hold; its rows are counted, not its lines.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from prepos.core.columns import Table
from prepos.core.inputs import Source
from prepos.database.address import label_of
from prepos.database.reading import Copy
from prepos.errors import InternalError
from prepos.ingest import sql
from prepos.ingest.checks import FAULTS, Cells, Checks, make_checks, mask_sql, values_sql
from prepos.ingest.copies import (
    dialect_of_copies,
    fingerprint,
    scan_copy,
    tell_fractional_ids,
)
from prepos.ingest.gate import scan_text
from prepos.ingest.header import match_header, read_header
from prepos.ingest.ledger import Ledger
from prepos.ingest.packed import cells_of_parquet, open_parquet
from prepos.ingest.records import rewrite_records
from prepos.ingest.rules import Reading
from prepos.ingest.tell import tell_cells
from prepos.ingest.typed import open_rows, write_rows

PARQUET = (".parquet", ".pq")


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A table that has been read: typed rows, and a view of the table's name with ``line``."""

    table: Table
    label: str  # what messages call it
    file: Path  # of the typed rows
    given: frozenset[str]  # columns that the header has
    rows: int
    mask: int  # every bit that any row sets
    whole: bool  # no record was lost
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One table to be read, and where what is found goes."""

    connection: duckdb.DuckDBPyConnection
    table: Table
    label: str  # what messages call it
    target: Path
    reading: Reading
    ledger: Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What came of it."""

    cells: Cells
    checks: Checks
    rows: int
    mask: int
    whole: bool
    sha256: str


def stage_table(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    source: Path | Copy,
    *,
    given_as: str,
    work_folder: Path,
    reading: Reading,
    ledger: Ledger,
) -> Staged:
    """Read one table, note its faults, and leave it as a view named like the table.

    Raises
    ------
    TableError
        With the one fault that makes the file unreadable as a whole.
    """
    job = _Job(
        connection=connection,
        table=table,
        label=label_of(given_as),
        target=work_folder / f"{table.name}.arrow",
        reading=reading,
        ledger=ledger,
    )
    read = _read(job, source, work_folder)
    if read.mask & FAULTS:
        tell_cells(connection, table, read.cells, read.checks, read.mask, job.label, ledger)
    if isinstance(source, Copy):
        source.path.unlink()  # its rows are typed now, and the disk may be small
    _make_view(job)
    return Staged(
        table=table,
        label=job.label,
        file=job.target,
        given=frozenset(rule.column.name for rule in read.checks.rules),
        rows=read.rows,
        mask=read.mask,
        whole=read.whole,
        source=Source(table=table.name, path=given_as, rows=read.rows, sha256=read.sha256),
    )


def _read(job: _Job, source: Path | Copy, work_folder: Path) -> _Read:
    """Read a table, each kind of source in its own way."""
    if isinstance(source, Copy):
        return _read_copy(job, source, work_folder)
    if source.suffix.lower() in PARQUET:
        return _read_parquet(job, source)
    return _read_text(job, source, work_folder)


def _read_copy(job: _Job, copy: Copy, work_folder: Path) -> _Read:
    """Read the copy of a database's table; a line is a row, from 1."""
    match_header(job.table, copy.names, job.label, job.ledger)
    tell_fractional_ids(job.table, copy, job.label, job.ledger)
    scan = scan_copy(copy, job.label, work_folder)
    own = replace(job.reading, options=dialect_of_copies(job.reading.options))
    simple = scan.regular and scan.lines == copy.rows + 1  # no cell holds a line end
    looks = replace(own, plain=scan.plain, short=scan.short, underscored=scan.underscored)
    known = {column.name: nth for nth, column in enumerate(copy.columns)}
    checks = make_checks(job.table, known, looks if simple else own)
    select = _csv(copy.path, len(known), ",", parallel=simple)
    rows, mask = _write(job, Cells(select=select, line=""), checks, first_line=1)
    if rows != copy.rows:
        raise InternalError(f"{job.label}: {rows:,} of {copy.rows:,} rows were read back")
    numbered = f"SELECT *, row_number() OVER () AS line FROM ({_csv(copy.path, len(known), ',')})"
    return _Read(
        cells=Cells(select=numbered, line="line"),
        checks=checks,
        rows=rows,
        mask=mask,
        whole=True,
        sha256=fingerprint(job.connection, select, known),
    )


def _read_parquet(job: _Job, path: Path) -> _Read:
    """Read a Parquet file; a line is a row, from 1."""
    names, sha256 = open_parquet(job.connection, path, job.label)
    known = match_header(job.table, names, job.label, job.ledger)
    select = cells_of_parquet(job.connection, job.table, path, job.label, known, job.ledger)
    cells = Cells(select=select, line="line")
    checks = make_checks(job.table, known, job.reading)
    rows, mask = _write(job, cells, checks)
    return _Read(cells=cells, checks=checks, rows=rows, mask=mask, whole=True, sha256=sha256)


def _read_text(job: _Job, path: Path, work_folder: Path) -> _Read:
    """Read a CSV file the fast way if it is clean, else the careful way."""
    scan = scan_text(path, job.label, work_folder, job.reading.options.delimiter)
    names = read_header(scan.path, job.label, job.reading.options)
    known = match_header(job.table, names, job.label, job.ledger)
    delimiter = job.reading.options.delimiter
    if scan.regular:
        looks = replace(
            job.reading, plain=scan.plain, short=scan.short, underscored=scan.underscored
        )
        checks = make_checks(job.table, known, looks)
        cells = Cells(select=_csv(scan.path, len(names), delimiter, parallel=True), line="")
        try:
            rows, mask = _write(job, cells, checks)
        except duckdb.Error:
            rows, mask = -1, 0  # the careful reader says what is wrong
        if rows + 1 == scan.lines and not mask & FAULTS:
            return _Read(
                cells=cells, checks=checks, rows=rows, mask=mask, whole=True, sha256=scan.sha256
            )
    checks = make_checks(job.table, known, job.reading)  # a cell may hold a line end
    records = job.target.with_suffix(".records.csv")
    lost = rewrite_records(
        scan.path, records, names=names, delimiter=delimiter, label=job.label, ledger=job.ledger
    )
    cells = Cells(select=_csv(records, len(names), ",", line=True), line="line")
    rows, mask = _write(job, cells, checks)
    return _Read(
        cells=cells, checks=checks, rows=rows, mask=mask, whole=not lost, sha256=scan.sha256
    )


def _csv(
    path: Path, width: int, delimiter: str, *, line: bool = False, parallel: bool = False
) -> str:
    """Return SQL that reads a CSV file as text columns c0 …; a rewritten one has its lines."""
    columns = ["'line': 'BIGINT'"] if line else []
    columns += [f"'c{i}': 'VARCHAR'" for i in range(width)]
    return (
        f"SELECT * FROM read_csv({sql.file(path)}, auto_detect = false, header = false, "
        f"skip = {0 if line else 1}, delim = {sql.literal(delimiter)}, "
        "quote = '\"', escape = '\"', "
        f"columns = {{{', '.join(columns)}}}, nullstr = '', parallel = {str(parallel).lower()}, "
        f"buffer_size = 8388608, max_line_size = 2097152)"
    )


def _write(job: _Job, cells: Cells, checks: Checks, *, first_line: int = 2) -> tuple[int, int]:
    """Write the typed rows; return how many there are and all bits of their masks."""
    columns = [
        f"{rule.typed} AS {sql.name(rule.column.name)}"
        for rule in checks.rules
        if rule.column.name != "unit_price"  # is checked, and read by nothing
    ]
    columns += ["line"] if cells.line else []
    columns.append(f"{mask_sql(checks)} AS mask")
    if job.table.name == "orders":
        letters = ", ".join(rule.cell for rule in checks.rules) or "0"
        columns.append(f"hash({letters}) AS letters")
    select = f"SELECT {', '.join(columns)} FROM ({values_sql(cells, checks)})"
    return write_rows(job.connection, select, job.target, first_line=first_line)


def _make_view(job: _Job) -> None:
    """Make the view that later checks read: the typed rows that count, with their lines."""
    dropped = job.table.name == "orders" and job.reading.options.cancellations == "drop"
    job.connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {sql.name(job.table.name)} AS "
        f"FROM ({open_rows(job.connection, job.table, job.target)}) "
        f"{'WHERE coalesce(quantity, 1) > 0' if dropped else ''}"
    )
