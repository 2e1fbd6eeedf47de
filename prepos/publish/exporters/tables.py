"""Our own columns, as they are: CSV, typed Parquet, and a workbook for people.

Loads and redirects go along where the run has them. Whatever an id looks like, it stays text.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from prepos.core.run import LOADS, REDIRECTS, RUN_TABLES, TEXT, TRANSFERS
from prepos.core.types import AnyArray
from prepos.publish.exporters.batch import Batch
from prepos.publish.exporters.exporter import Exporter
from prepos.publish.exporters.options import ExportOptions
from prepos.publish.exporters.rules import LONG, Breach, where
from prepos.publish.exporters.sheet import Files, Sheet

CELL_LETTERS = 32_767  # that a cell of a workbook holds
SHEET_ROWS = 1_048_575  # that a sheet holds below its header


def table_sheets(batch: Batch) -> dict[str, Sheet]:
    """Return transfers, loads and redirects, by table; with keys, in the order of the run."""
    order = np.argsort(batch.line, kind="stable")
    transfers = table_columns(TRANSFERS, batch.transfers.iloc[order])
    transfers = {"key": batch.keys[order], **transfers}
    sheets = {"transfers": Sheet(columns=transfers, name="transfers")}
    for file, frame in ((LOADS, batch.loads), (REDIRECTS, batch.redirects)):
        if len(frame):
            name = file.removesuffix(".csv")
            sheets[name] = Sheet(columns=table_columns(file, frame), name=name)
    return sheets


def table_columns(file: str, frame: pd.DataFrame) -> dict[str, AnyArray]:
    """Return a run table's cells in the contract's types."""
    return {
        name: frame[name].to_numpy(dtype=object if kind == TEXT else None)
        for name, kind in RUN_TABLES[file].items()
    }


def check_nothing(_batch: Batch, _options: ExportOptions) -> Iterator[Breach]:
    """Yield nothing: our own columns hold whatever a plan holds."""
    yield from ()


def check_workbook(batch: Batch, _options: ExportOptions) -> Iterator[Breach]:
    """Yield cells that hold more than a workbook's may, and rows beyond its last."""
    reasons = batch.text("reason")
    long = where(reasons, lambda text: len(text) > CELL_LETTERS)
    yield Breach("reason", reasons, long, LONG, f"{CELL_LETTERS} letters at most")
    beyond = np.arange(len(batch.line)) >= SHEET_ROWS
    yield Breach("transfer_id", batch.keys, beyond, LONG, f"{SHEET_ROWS} rows at most")


def make_csv(batch: Batch, _options: ExportOptions) -> Files:
    """Return one CSV a table."""
    return {f"{name}.csv": (sheet,) for name, sheet in table_sheets(batch).items()}


def make_parquet(batch: Batch, _options: ExportOptions) -> Files:
    """Return one Parquet file a table."""
    return {f"{name}.parquet": (sheet,) for name, sheet in table_sheets(batch).items()}


def make_xlsx(batch: Batch, _options: ExportOptions) -> Files:
    """Return one workbook, a sheet a table."""
    return {"plan.xlsx": tuple(table_sheets(batch).values())}


CSV = Exporter(name="csv", meaning="our own columns", check=check_nothing, make=make_csv)
PARQUET = Exporter(
    name="parquet", meaning="our own columns, typed", check=check_nothing, make=make_parquet
)
XLSX = Exporter(
    name="xlsx", meaning="a workbook for people, typed", check=check_workbook, make=make_xlsx
)
