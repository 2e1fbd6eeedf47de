"""The files of a run: which there are, and what their columns are called and hold.

The one place that both the writers and the reader look at. Ids are text, to the letter; dates are
``datetime64[s]`` in frames, ISO dates in CSV and ``date32`` in Parquet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from prepos.core import files, files_of_fits, files_of_replay, files_of_scores, files_of_transit
from prepos.core.columns import Column, Kind, Table

if TYPE_CHECKING:
    import pandas as pd

TEXT, INTEGER, NUMBER, DATE = "text", "integer", "number", "date"
MEASURE = "measure"  # a number, or nothing where there is nothing to measure

TRANSFERS = "transfers.csv"
REDIRECTS = "redirects.csv"
PUBLISHED = "published.csv"
IN_TRANSIT = "in_transit.csv"
LOADS = "loads.csv"
TARGETS = "targets.csv"
CATCHMENTS = "catchments.parquet"
ALLOCATION = "allocation.parquet"
SUPPLY = "supply.parquet"
VALUES = "values.csv"
ROUTING = "routing.csv"
FORECAST = "forecast.parquet"
FORECAST_TOTAL = "forecast_total.parquet"
SIGNALS = "signals.parquet"
CUSTOMERS = "customers.parquet"
STATE = "state.parquet"
BACKCAST = "backcast.parquet"
REJECTS = "rejects.csv"
SCORES = "scores.csv"
SCORES_BY_CUTOFF = "scores.parquet"
COVERAGE = "coverage.csv"
SPEEDS = "speeds.csv"
REPLAY = "replay.csv"
REPLAY_BY_PERIOD = "replay.parquet"
KPIS = "kpis.json"
CERTIFICATE = "certificate.json"
FITTED = "fitted.json"
REPORT = "report.html"
MANIFEST = "manifest.json"

_TYPES = {Kind.WHOLE: INTEGER, Kind.NUMBER: NUMBER, Kind.DATE: DATE}


def _type_of(table: Table, column: Column) -> str:
    """Return the type of a column's cells."""
    if table in files_of_replay.REPLAY_TABLES and column.kind == Kind.NUMBER:
        return MEASURE
    return _TYPES.get(column.kind, TEXT)


RUN_TABLES: dict[str, dict[str, str]] = {
    file: {column.name: _type_of(table, column) for column in table.columns}
    for file, table in {
        TRANSFERS: files.TRANSFERS,
        REDIRECTS: files_of_transit.REDIRECTS,
        PUBLISHED: files.PUBLISHED,
        IN_TRANSIT: files_of_transit.IN_TRANSIT,
        LOADS: files.LOADS,
        TARGETS: files.TARGETS,
        CATCHMENTS: files.CATCHMENTS,
        ALLOCATION: files.ALLOCATION,
        SUPPLY: files.SUPPLY,
        VALUES: files.VALUES,
        ROUTING: files.ROUTING,
        FORECAST: files.FORECAST,
        FORECAST_TOTAL: files.FORECAST_TOTAL,
        SIGNALS: files.SIGNALS,
        CUSTOMERS: files.CUSTOMERS,
        STATE: files.STATE,
        BACKCAST: files_of_fits.BACKCAST,
        REJECTS: files.REJECTS,
        SCORES: files_of_scores.SCORES,
        SCORES_BY_CUTOFF: files_of_scores.SCORES_BY_CUTOFF,
        COVERAGE: files_of_scores.COVERAGE,
        SPEEDS: files_of_scores.SPEEDS,
        REPLAY: files_of_replay.REPLAY,
        REPLAY_BY_PERIOD: files_of_replay.REPLAY_BY_PERIOD,
    }.items()
}
"""File to column to type, in the contract's order; quantiles are the default ones."""

_QUANTILE = re.compile(r"q\d+(\.\d+)?")
_SPEED = re.compile(r"half_life_[\d.e+-]+_weeks")


def quantile_column(level: float) -> str:
    """Return the name of a quantile's column: 0.05 is ``q05``, 0.975 is ``q97.5``."""
    whole, dot, rest = f"{level * 100:.10g}".partition(".")
    return f"q{whole.zfill(2)}{dot}{rest}"


def is_quantile(column: str) -> bool:
    """Return whether a column of that name holds a quantile."""
    return _QUANTILE.fullmatch(column) is not None


def is_speed(column: str) -> bool:
    """Return whether a column of that name holds the sums of one speed."""
    return _SPEED.fullmatch(column) is not None


def column_type(file: str, column: str) -> str:
    """Return the type of a file's column; what the contract does not know is text."""
    of_file = {STATE: is_speed, BACKCAST: files_of_fits.is_past}.get(file, is_quantile)
    if of_file(column):
        return NUMBER
    return RUN_TABLES[file].get(column, TEXT)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RunFiles:
    """A run's files as they lie on disk.

    Attributes
    ----------
    frames : file name to frame
        Columns as in ``RUN_TABLES``; row i of a CSV stands on line i + 2, of Parquet in row i + 1.
    kpis : dict
        ``kpis.json``; empty for a run without a plan.
    certificate : dict
        ``certificate.json``; empty likewise.
    manifest : dict
        ``manifest.json``; empty while a run is being written.
    fitted : dict
        ``fitted.json``; empty where nothing was fitted.
    """

    frames: dict[str, pd.DataFrame]
    kpis: dict[str, Any]
    manifest: dict[str, Any]
    fitted: dict[str, Any] = field(default_factory=dict)
    certificate: dict[str, Any] = field(default_factory=dict)


def line_of(file: str, row: int) -> int:
    """Return the line of a CSV (the header is 1), or the row of Parquet (from 1)."""
    return row + 2 if file.endswith(".csv") else row + 1
