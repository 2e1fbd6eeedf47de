"""Read a run's files back, and refuse them where they are not what the manifest says.

Ids are read as text: ``NA``, ``007`` and ``1E5`` are ids.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from prepos.core.faults import Fault
from prepos.core.run import (
    CERTIFICATE,
    DATE,
    FITTED,
    INTEGER,
    KPIS,
    MANIFEST,
    MEASURE,
    NUMBER,
    RUN_TABLES,
    TEXT,
    RunFiles,
    column_type,
    is_quantile,
    line_of,
)
from prepos.core.texts import TEXT_TYPE
from prepos.core.types import BoolArray
from prepos.errors import RunError
from prepos.publish.files import sha256_of

MISSING, ALTERED = "PP-RUN-MISSING", "PP-RUN-ALTERED"
UNREADABLE, CELL = "PP-RUN-UNREADABLE", "PP-RUN-CELL"


def read_run(folder: Path) -> RunFiles:
    """Return a run's files after comparing each with the manifest.

    Raises
    ------
    RunError
        With every file that is missing, altered or unreadable, and every cell that is not of its
        column's type.
    """
    manifest = check_run(folder)
    return read_files(folder, manifest["files"], manifest)


def check_run(folder: Path) -> dict[str, Any]:
    """Return a run's manifest after comparing each file with it; reads no further.

    Raises
    ------
    RunError
        With every file that is missing or altered.
    """
    manifest = read_manifest(folder)
    faults = check_sums(folder, manifest["files"])
    if faults:
        raise RunError(f"{folder}: {len(faults)} files are not as written", faults)
    return manifest


def read_part(folder: Path, names: Iterable[str]) -> RunFiles:
    """Return those of the files that the run has, compared with the manifest; raises RunError."""
    manifest = read_manifest(folder)
    sums = {name: manifest["files"][name] for name in names if name in manifest["files"]}
    faults = check_sums(folder, sums)
    if faults:
        raise RunError(f"{folder}: {len(faults)} files are not as written", faults)
    return read_files(folder, sums, manifest)


def check_sums(folder: Path, sums: Mapping[str, str]) -> list[Fault]:
    """Return a fault for each file that is missing or whose SHA-256 is another."""
    faults = []
    for name, expected in sorted(sums.items()):
        path = folder / name
        if not path.is_file():
            faults.append(_file_fault(name, MISSING, f"{name} is missing, expected in {folder}"))
        elif (found := sha256_of(path)) != expected:
            told = f"{name} was altered: sha256 is {found}, expected {expected}"
            faults.append(_file_fault(name, ALTERED, told))
    return faults


def read_files(
    folder: Path, names: Iterable[str], manifest: Mapping[str, Any] | None = None
) -> RunFiles:
    """Return the files of those names as they lie there, sums unseen; raises RunError."""
    frames: dict[str, pd.DataFrame] = {}
    documents: dict[str, dict[str, Any]] = {}
    faults: list[Fault] = []
    for name in sorted(names):
        try:
            if name in RUN_TABLES:
                frames[name], found = _typed(name, _read_table(folder / name))
                faults += found
            elif name in (KPIS, FITTED, CERTIFICATE):
                documents[name] = json.loads((folder / name).read_bytes())
        except (OSError, ValueError, pa.ArrowException) as error:
            faults.append(_file_fault(name, UNREADABLE, f"{name} cannot be read: {error}"))
    if faults:
        raise RunError(f"{folder}: files of the run cannot be read", sorted(faults))
    return RunFiles(
        frames=frames,
        kpis=documents.get(KPIS, {}),
        manifest=dict(manifest or {}),
        fitted=documents.get(FITTED, {}),
        certificate=documents.get(CERTIFICATE, {}),
    )


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest; raises RunError where there is none or it is no manifest."""
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        fault = _file_fault(MANIFEST, MISSING, f"{path} cannot be read: {error}")
        raise RunError(f"{folder} is no run: {MANIFEST} cannot be read", [fault]) from error
    if not (isinstance(manifest, dict) and isinstance(manifest.get("files"), dict)):
        fault = _file_fault(MANIFEST, UNREADABLE, f"{path} has no files, expected name: sha256")
        raise RunError(f"{folder} is no run: {MANIFEST} lists no files", [fault])
    return manifest


def _read_table(path: Path) -> pd.DataFrame:
    """Return a table with its cells as stored: text for CSV."""
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype=TEXT_TYPE, keep_default_na=False, encoding="utf-8")
    frame: pd.DataFrame = pq.read_table(path).to_pandas(date_as_object=False)
    return frame


def _typed(file: str, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the frame with the contract's types; cells that are of none are faults."""
    faults = [
        _file_fault(file, UNREADABLE, f"{file} has no column {name}", column=name)
        for name in RUN_TABLES[file]
        if name not in frame and not is_quantile(name)
    ]
    columns = {}
    for name in map(str, frame):
        kind = column_type(file, name)
        columns[name], wrong = _convert(frame[name], kind)
        faults += [
            Fault(
                file,
                line_of(file, int(row)),
                name,
                str(frame[name].iloc[row]),
                CELL,
                f"{name} is {frame[name].iloc[row]!r}, expected {EXPECTED[kind]}",
            )
            for row in np.flatnonzero(wrong)
        ]
    return pd.DataFrame(columns), faults


EXPECTED = {
    NUMBER: "a number",
    MEASURE: "a number or nothing",
    INTEGER: "a whole number",
    DATE: "a date (YYYY-MM-DD)",
    TEXT: "text",
}


def _convert(column: pd.Series[Any], kind: str) -> tuple[pd.Series[Any], BoolArray]:
    """Return the column in its type, and which cells could not be."""
    if kind == TEXT:
        return column.astype(TEXT_TYPE), column.isna().to_numpy(dtype=np.bool_)
    if kind == DATE:
        dates = pd.to_datetime(column, format="%Y-%m-%d", errors="coerce").astype("datetime64[s]")
        return dates, dates.isna().to_numpy(dtype=np.bool_)
    numbers = _numbers(column)
    wrong: BoolArray = ~np.isfinite(numbers.to_numpy())
    if kind == MEASURE:
        return numbers, wrong & ~(column.isna() | (column == "")).to_numpy(dtype=np.bool_)
    if kind == INTEGER:
        wrong |= (numbers != np.floor(numbers)).to_numpy()
        return numbers.where(~wrong, 0).astype(np.int64), wrong
    return numbers, wrong


def _numbers(column: pd.Series[Any]) -> pd.Series[float]:
    """Return text as the nearest float, exactly as Python reads it; NaN where it is none."""
    if pd.api.types.is_numeric_dtype(column):
        return column.astype(np.float64)

    def number(text: str) -> float:
        try:
            return float(text)
        except ValueError:
            return np.nan

    return column.map(number).astype(np.float64)


def _file_fault(file: str, code: str, message: str, column: str = "") -> Fault:
    """Return a fault of a whole file."""
    return Fault(file, 0, column, "", code, message)
