"""One file at a time: tables and JSON to disk, always the same bytes for the same content.

Numbers are written as the shortest text that reads back to the same bits, ids to the letter,
Parquet without anything that names a library's mood (no pandas metadata, one row group layout).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from prepos.core.run import DATE, INTEGER, MEASURE, NUMBER, TEXT, column_type
from prepos.errors import write_error

ARROW_TYPES = {
    TEXT: pa.string(),
    INTEGER: pa.int64(),
    NUMBER: pa.float64(),
    MEASURE: pa.float64(),
    DATE: pa.date32(),
}


def write_table(path: Path, frame: pd.DataFrame) -> None:
    """Write a run's table as CSV or Parquet, by the name of the file; raises WriteError."""
    try:
        if path.suffix == ".csv":
            frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
        else:
            pq.write_table(_arrow(path.name, frame), path, compression="zstd")
    except OSError as error:
        raise write_error(path, error) from error


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON, keys as given; raises WriteError."""
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    write_page(path, f"{text}\n")


def write_page(path: Path, text: str) -> None:
    """Write a page as it is; raises WriteError."""
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise write_error(path, error) from error


def sha256_of(path: Path) -> str:
    """Return the file's SHA-256, read in blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _arrow(file: str, frame: pd.DataFrame) -> pa.Table:
    """Return the frame with the contract's types and without metadata."""
    fields = [(str(name), ARROW_TYPES[column_type(file, str(name))]) for name in frame]
    return pa.Table.from_pandas(
        frame, schema=pa.schema(fields), preserve_index=False
    ).replace_schema_metadata(None)
