"""Write a table as delimited text, always the same bytes for the same cells."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Literal

import numpy as np

from prepos.core.types import AnyArray
from prepos.publish.exporters.sheet import ISO, Dialect, Sheet

QUOTING: dict[str, Literal[0, 1, 3]] = {
    "needed": csv.QUOTE_MINIMAL,
    "all": csv.QUOTE_ALL,
    "none": csv.QUOTE_NONE,
}


def write_delimited(path: Path, sheet: Sheet) -> None:
    """Write one table in its dialect; raises OSError."""
    dialect = sheet.dialect
    with path.open("w", encoding=dialect.encoding, newline="") as stream:
        writer = csv.writer(
            stream,
            delimiter=dialect.delimiter,
            lineterminator=dialect.line_end,
            quoting=QUOTING[dialect.quoting],
        )
        if dialect.header:
            writer.writerow(sheet.columns)
        cells = (text_of(column, dialect) for column in sheet.columns.values())
        writer.writerows(zip(*cells, strict=True))


def text_of(cells: AnyArray, dialect: Dialect) -> list[str]:
    """Return cells as the dialect writes them; a number as the shortest text that reads back."""
    if cells.dtype.kind == "M":
        return _days(cells, dialect.dates)
    if cells.dtype.kind == "f":
        return [repr(number).replace(".", dialect.decimal) for number in cells.tolist()]
    if cells.dtype.kind == "i":
        return [str(number) for number in cells.tolist()]
    texts: list[str] = cells.tolist()
    return texts


def _days(cells: AnyArray, pattern: str) -> list[str]:
    """Return days as text; each day is formatted once."""
    if pattern == ISO:
        iso: list[str] = np.datetime_as_string(cells, unit="D").tolist()
        return iso
    days, which = np.unique(cells.astype("datetime64[D]"), return_inverse=True)
    texts = np.array([day.strftime(pattern) for day in days.tolist()], dtype=object)
    shown: list[str] = texts[which].tolist()
    return shown
