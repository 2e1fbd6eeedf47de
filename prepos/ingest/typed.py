"""Typed rows on disk, as Arrow: written while they are checked, read back column by column.

Streams: a batch of rows is in memory at a time. Arrow because a million lines are written and read
in a fraction of what packing them into Parquet takes, and these files live no longer than the run.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from prepos.core.columns import Kind, Table
from prepos.ingest import sql

BATCH = 20_480  # rows; ten of DuckDB's vectors


def sql_type(kind: Kind) -> str:
    """Return the type of a column's typed values."""
    return {
        Kind.WHOLE: "BIGINT",
        Kind.NUMBER: "DOUBLE",
        Kind.DATE: "DATE",
        Kind.INSTANT: "TIMESTAMP",
        Kind.BOOLEAN: "BOOLEAN",
    }.get(kind, "VARCHAR")


def write_rows(
    connection: duckdb.DuckDBPyConnection, select: str, target: Path, *, first_line: int
) -> tuple[int, int]:
    """Write what SQL selects; return how many rows there are, and all bits of their masks.

    Rows get a ``line``, counted from the first one's, where the SQL does not give it.

    Raises
    ------
    duckdb.Error
        If the SQL fails on some row.
    OSError
        If the file cannot be written.
    """
    rows, mask = 0, 0
    try:
        reader = connection.sql(select).to_arrow_reader(BATCH)
        numbered = "line" in reader.schema.names
        schema = reader.schema if numbered else reader.schema.append(pa.field("line", pa.int64()))
        with pa.OSFile(str(target), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
            for batch in reader:
                mask |= int(np.bitwise_or.reduce(batch.column("mask").to_numpy()))
                if not numbered:
                    lines = np.arange(rows, rows + batch.num_rows) + first_line
                    batch = batch.append_column("line", pa.array(lines))  # noqa: PLW2901 - wider
                writer.write_batch(batch)
                rows += batch.num_rows
    except OSError as error:
        if error.errno is None:  # a row's failure in mid-stream comes without a system's number
            raise duckdb.Error(str(error)) from error
        raise
    return rows, mask


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows on disk as a stream that DuckDB reads as often as it is asked, a batch at a time."""

    path: Path

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return a new stream from the first row on."""
        file = pa.ipc.open_file(pa.OSFile(str(self.path)))
        batches = (file.get_batch(number) for number in range(file.num_record_batches))
        reader = pa.RecordBatchReader.from_batches(file.schema, batches)
        return reader.__arrow_c_stream__(requested_schema)


def open_rows(connection: duckdb.DuckDBPyConnection, table: Table, path: Path) -> str:
    """Return SQL of a table's rows as written: its columns, nulls where not given, and the rest."""
    with pa.OSFile(str(path)) as source:
        written = pa.ipc.open_file(source).schema.names
    connection.register(f"{table.name}_rows", Rows(path))
    missing = [
        f"NULL::{sql_type(column.kind)} AS {sql.name(column.name)}"
        for column in table.columns
        if column.name not in written
    ]
    return f"SELECT {', '.join(['*', *missing])} FROM {table.name}_rows"
