"""The user's tables once they honour the contract: what ingest hands on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from prepos.core.faults import Findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a table came from, for the manifest."""

    table: str
    path: str  # as configured
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Inputs:
    """Checked tables.

    Attributes
    ----------
    tables : table name to frame
        Every table given but ``orders``, with all the contract's columns (missing optional ones are
        filled with nulls), ids as ``str``, dates as ``datetime.date``, sorted by key.
        ``regions`` may be absent (polygons, cells): then the regions station makes them.
    order_lines : Path or None
        Typed rows of the orders (Arrow), written while checking: those of the contract's columns
        that are given (ordered_at in local time), the line, a mask of findings and a hash of each
        line's letters. Read through ``ingest.load_orders``, which joins the lines to ``places``.
        None where no orders are configured.
    places : frame
        Each distinct way an order line is placed, once: region_id, latitude, longitude,
        postal_code (nulls where not given), lines, units, first_line. Sorted, so that position
        means the same for any order of rows.
    last_order_day : date or None
    findings : Findings
    sources : tuple of Source
    """

    tables: dict[str, pd.DataFrame]
    order_lines: Path | None
    places: pd.DataFrame
    last_order_day: date | None
    findings: Findings
    sources: tuple[Source, ...]
