"""Say in words why a cell breaks its rule: the code, what was found, what is expected, a remedy.

Only ever sees cells that a rule in SQL has refused, so it may take its time.
"""

from __future__ import annotations

import math
import re
from datetime import date, timedelta

from prepos.core.columns import Column, Kind
from prepos.ingest.gate import LONGEST_ID
from prepos.ingest.rules import FIRST_ORDER_YEAR, FIRST_YEAR, LAST_YEAR, Reading

_SERIAL = re.compile(r"[2-7]\d{4}(\.\d+)?")  # Excel counts days from 1899-12-30
_EXCEL_START = date(1899, 12, 30)
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2,4})\b.*", re.DOTALL)
_ISO = re.compile(r"(\d{4,})[-/](\d{1,2})[-/](\d{1,2}).*", re.DOTALL)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([,.' \u00a0\u202f_]\d{3})+([.,]\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
COMMAS = 'for decimal commas set ingest.decimal = ","'
_SPECIAL = ("nan", "inf", "infinity", "-inf", "-infinity", "+inf", "#n/a", "null", "none", "na")


def explain_cell(column: Column, cell: str | None, reading: Reading) -> tuple[str, str]:
    """Return the code, and ``<column> is <found>, expected <rule>; <remedy if sure>``."""
    if cell is None or not cell.strip():
        return "PP-VALUE-MISSING", f"{column.name} is empty, expected {column.expectation}"
    code, hint = _cause(column, cell, reading)
    expected = column.expectation
    if column.kind is Kind.ID:
        expected = f"an id of 1 to {LONGEST_ID} plain letters"
    found = cell if column.kind in (Kind.WHOLE, Kind.NUMBER) and _is_number(cell) else repr(cell)
    return code, f"{column.name} is {found}, expected {expected}{f'; {hint}' if hint else ''}"


def _cause(column: Column, cell: str, reading: Reading) -> tuple[str, str]:
    """Return code and remedy by the column's kind."""
    match column.kind:
        case Kind.WHOLE | Kind.NUMBER:
            return _number_cause(column, cell.strip(), reading)
        case Kind.DATE | Kind.INSTANT:
            return _time_cause(column, cell.strip(), reading)
        case Kind.ID:
            return _id_cause(cell)
        case Kind.BOOLEAN:
            return "PP-VALUE-BOOLEAN", ""
        case _:
            return "PP-VALUE-CHOICE", ""


def _is_number(cell: str) -> bool:
    """Whether Python reads it as a finite number."""
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


def _number_cause(column: Column, cell: str, reading: Reading) -> tuple[str, str]:
    """Say why a number is refused."""
    comma = reading.options.decimal == ","
    text = cell.replace(",", ".") if comma and "." not in cell else cell
    if text.lower() in _SPECIAL:
        return "PP-VALUE-NOT-FINITE", "leave the cell empty where nothing is known"
    if _is_number(text) and "_" not in text and not (comma and "." in cell):
        return _bound_cause(column, float(text), reading)
    if _THOUSANDS.fullmatch(cell):
        return "PP-VALUE-THOUSANDS", "write it without thousands signs"
    if not comma and _DECIMAL_COMMA.fullmatch(cell):
        remedy = "write a decimal point" if reading.fixed else COMMAS
        return "PP-VALUE-DECIMAL", remedy
    if comma and "." in cell:
        return "PP-VALUE-DECIMAL", 'ingest.decimal = "," is set, and the cell has a point'
    if re.fullmatch(r"[+-]?[\d.]+([eE][+-]?\d+)?", text):
        return "PP-VALUE-OVERFLOW", "the number is too large to hold"
    return "PP-VALUE-NUMBER", ""


def _bound_cause(column: Column, number: float, reading: Reading) -> tuple[str, str]:
    """Say which bound or shape a finite number breaks."""
    if column.maximum is not None and number > column.maximum:
        hint = f"the most is {column.maximum:,.0f}"
        return _degree_cause(column, number) or ("PP-VALUE-OVERFLOW", hint)
    if column.above is not None and number <= column.above:
        hint = ""
        if column.name == "quantity" and not reading.fixed:
            hint = 'for cancellations set ingest.cancellations = "drop"'
        return ("PP-VALUE-ZERO" if number == 0 else "PP-VALUE-NEGATIVE"), hint
    if column.minimum is not None and number < column.minimum:
        return _degree_cause(column, number) or ("PP-VALUE-NEGATIVE", "")
    return "PP-VALUE-FRACTION", ""


def _degree_cause(column: Column, number: float) -> tuple[str, str] | None:
    """Say what a latitude or longitude out of bounds may be."""
    if column.unit != "degrees":
        return None
    if abs(number) > 1000:  # no slip of degrees; projections count metres
        return "PP-PLACE-METRES", "these look like projected metres: convert them to WGS 84"
    if column.name == "latitude" and abs(number) <= 180:
        return "PP-PLACE-LATITUDE", "are latitude and longitude swapped?"
    return "PP-PLACE-LATITUDE" if column.name == "latitude" else "PP-PLACE-LONGITUDE", ""


def _time_cause(column: Column, cell: str, reading: Reading) -> tuple[str, str]:
    """Say why a date or a date-time is refused."""
    if _SERIAL.fullmatch(cell):
        day = _EXCEL_START + timedelta(days=int(float(cell)))
        return "PP-TIME-SERIAL", f"this looks like Excel's number for {day}: format it as a date"
    if iso := _ISO.fullmatch(cell):
        return _iso_cause(column, cell, int(iso[1]), reading)
    if slashed := _SLASHED.fullmatch(cell):
        if len(slashed[3]) < 4:
            return "PP-TIME-YEAR", "write the year with four digits"
        return _slashed_cause(column, (int(slashed[1]), int(slashed[2])), slashed[3], reading)
    return "PP-TIME-FORMAT", ""


def _iso_cause(column: Column, cell: str, year: int, reading: Reading) -> tuple[str, str]:
    """Say why a date in ISO order is refused."""
    first = FIRST_ORDER_YEAR if column.name == "ordered_at" else FIRST_YEAR
    if not first <= year < LAST_YEAR:
        return "PP-TIME-YEAR", f"the year is {year}, expected {first} to {LAST_YEAR - 1}"
    try:
        future = date.fromisoformat(cell[:10]) >= reading.today
    except ValueError:
        future = False
    if future and column.name == "ordered_at":
        return "PP-TIME-FUTURE", f"it lies after today, {reading.today}"
    return "PP-TIME-FORMAT", ""


def _slashed_cause(
    column: Column, signs: tuple[int, int], year: str, reading: Reading
) -> tuple[str, str]:
    """Say why a date with the year last is refused, by the declared order of day and month."""
    first, second = signs
    declared = reading.options.dates
    if reading.fixed:
        return "PP-TIME-AMBIGUOUS", "write the year first: 2025-03-31"
    if first > 12 >= second and declared != "dmy":
        return "PP-TIME-ORDER", 'the day comes first: set ingest.dates = "dmy"'
    if second > 12 >= first and declared != "mdy":
        return "PP-TIME-ORDER", 'the month comes first: set ingest.dates = "mdy"'
    if declared == "ymd":
        return "PP-TIME-AMBIGUOUS", (
            'day and month cannot be told apart: set ingest.dates = "dmy" or "mdy"'
        )
    month, day = (second, first) if declared == "dmy" else (first, second)
    return _iso_cause(column, f"{year}-{month:02}-{day:02}", int(year), reading)


def _id_cause(cell: str) -> tuple[str, str]:
    """Say why an id is refused."""
    if cell.strip()[:1] in "=+-@":
        return "PP-ID-FORMULA", (
            "a spreadsheet runs it as a formula: rename it, or set ingest.allow_odd_ids = true"
        )
    if ".." in cell or cell.strip() == ".":
        return "PP-ID-PATH", "it reads as a way through folders"
    if len(cell) > LONGEST_ID:
        return "PP-ID-LONG", f"it has {len(cell):,} letters"
    return "PP-ID-CONTROL", "it holds signs that are not seen or that steer a terminal"
