"""Read one table by itself, as strictly as any input: a file that a person or a system hands back.

The dialect is that in which prepos writes: decimal points and ISO dates; the delimiter is the one
that the header shows, as a spreadsheet writes another than it read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from prepos.core.columns import Column, Kind, Table
from prepos.core.faults import Fault, Findings
from prepos.core.texts import TEXT_TYPE
from prepos.errors import TableError
from prepos.ingest import sql
from prepos.ingest.ledger import Ledger
from prepos.ingest.options import DELIMITERS, IngestOptions
from prepos.ingest.rules import Reading
from prepos.ingest.stage import stage_table

HEADER = 1  # its line
TEXTS = (Kind.ID, Kind.TEXT, Kind.CHOICE)


def read_alone(
    table: Table,
    path: Path,
    options: IngestOptions,
    *,
    read: Sequence[Column],
    work_folder: Path,
    timezone: str,
    today: date,
) -> tuple[pd.DataFrame, Findings]:
    """Return the lines as given, empty texts as empty text, and what was found; nothing raises.

    Parameters
    ----------
    options : IngestOptions
        Whether odd ids are allowed, and how much memory there is.
    read : sequence of Column
        Those of the table that are wanted.
    work_folder : Path
        Where typed rows go.

    Returns
    -------
    frame
        The columns that are read, and ``line``; of each line whose cells are as they should be.
    """
    ledger = Ledger()
    dialect = IngestOptions(allow_odd_ids=options.allow_odd_ids, memory_mb=options.memory_mb)
    plain = Reading(options=dialect, timezone=timezone, today=today, fixed=True)
    columns = ["line", *(column.name for column in read)]
    with sql.connect(work_folder, memory_mb=options.memory_mb) as connection:
        try:
            _stage(connection, table, path, work_folder, plain, ledger)
        except TableError as error:
            return pd.DataFrame({name: [] for name in columns}), Findings(faults=error.faults)
        names = ", ".join(sql.name(name) for name in columns)
        frame = connection.execute(f"SELECT {names} FROM {table.name} ORDER BY line").df()
    return _clean(frame, read, ledger.findings().faults), ledger.findings()


def _stage(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    path: Path,
    work_folder: Path,
    plain: Reading,
    ledger: Ledger,
) -> None:
    """Stage the file by the first delimiter that its header does not gainsay."""
    for delimiter in DELIMITERS:
        reading = replace(plain, options=replace(plain.options, delimiter=delimiter))
        try:
            stage_table(
                connection,
                table,
                path,
                given_as=str(path),
                work_folder=work_folder,
                reading=reading,
                ledger=ledger,
            )
        except TableError as error:
            another = [fault.code for fault in error.faults] == ["PP-DIALECT-DELIMITER"]
            if not another or delimiter == DELIMITERS[-1]:
                raise
        else:
            return


def _clean(frame: pd.DataFrame, read: Sequence[Column], faults: tuple[Fault, ...]) -> pd.DataFrame:
    """Return the lines that no fault names, with texts and days of the house's types.

    None where the header is at fault: a column may be missing.
    """
    named = {fault.line for fault in faults}
    kept = frame[~frame["line"].isin(named) & (HEADER not in named)].reset_index(drop=True)
    for column in read:
        if column.kind in TEXTS:
            kept[column.name] = kept[column.name].astype(TEXT_TYPE).fillna("")
        elif column.kind is Kind.DATE:
            kept[column.name] = kept[column.name].astype("datetime64[s]")
    return kept
