"""Put an export's files in their place, all in one step, with what they are in a manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from prepos.core.run import MANIFEST
from prepos.errors import WriteError, write_error
from prepos.publish.exporters.delimited import write_delimited
from prepos.publish.exporters.sheet import Files, Sheet
from prepos.publish.exporters.workbook import write_workbook
from prepos.publish.folder import PARTIAL, check_writable, staged_folder
from prepos.publish.manifest import seal
from prepos.publish.runs import list_leftovers, remove_leftover

EXPORT_SCHEMA = "prepos/export@1"
ARROW_TYPES = {"O": pa.string(), "i": pa.int64(), "f": pa.float64(), "M": pa.date32()}


def check_place(folder: Path) -> None:
    """Raise WriteError where an export would not fit, or take the place of anything else."""
    try:
        told = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        told = {"schema": EXPORT_SCHEMA}
    schema = told.get("schema") if isinstance(told, dict) else told
    if schema != EXPORT_SCHEMA:
        raise WriteError(
            f"cannot write {folder}: its {MANIFEST} is of {schema!r}, expected an earlier export's "
            "folder, an empty one or none"
        )
    check_writable(folder)


def write_files(folder: Path, files: Files, told: Mapping[str, Any]) -> None:
    """Write an export whole, or leave what was there.

    Parameters
    ----------
    folder : Path
        Made, or put in the place of an earlier export.
    files : file name to sheets
    told : mapping
        What the manifest tells, besides the sum of each file.

    Raises
    ------
    WriteError
        If it cannot be written, or the folder holds what is no part of an export.
    """
    check_place(folder)
    for left in list_leftovers(folder.parent):
        if left.name.startswith(f"{PARTIAL}{folder.name}-"):
            remove_leftover(left)
    with staged_folder(folder) as stage:
        for name, sheets in files.items():
            path = stage / name
            try:
                _write(path, sheets)
            except OSError as error:
                raise write_error(path, error) from error
        seal(stage, {"schema": EXPORT_SCHEMA, **told})


def _write(path: Path, sheets: tuple[Sheet, ...]) -> None:
    """Write one file, by its ending."""
    if path.suffix == ".xlsx":
        write_workbook(path, sheets)
        return
    (sheet,) = sheets
    if path.suffix == ".parquet":
        columns = {
            name: pa.array(cells, type=ARROW_TYPES[cells.dtype.kind])
            for name, cells in sheet.columns.items()
        }
        pq.write_table(pa.table(columns), path, compression="zstd")
    else:
        write_delimited(path, sheet)
