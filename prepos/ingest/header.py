"""Read a table's header: which column is where, what is missing, misspelt or twice there.

Assumes the dialect that the options declare, and names the one it sees where that differs.
"""

from __future__ import annotations

import csv
import difflib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from prepos.core.columns import Table
from prepos.core.faults import Fault
from prepos.ingest.gate import refuse
from prepos.ingest.ledger import Ledger
from prepos.ingest.options import DELIMITERS, IngestOptions

_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_IN_TOML = {"\t": "\\t"}
WAYS_TO_PLACE = ("region_id", "latitude", "longitude", "postal_code")


def read_header(path: Path, label: str, options: IngestOptions) -> tuple[str, ...]:
    """Return the names in the first record, blanks around them taken off.

    Raises
    ------
    TableError
        If there is none, its quotes do not close, or another delimiter separates it.
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        try:
            cells = next(csv.reader(stream, delimiter=options.delimiter, strict=True), [])
        except csv.Error as error:
            refuse(label, "PP-DIALECT-QUOTE", f"header cannot be read: {error}", line=1)
    if not any(cell.strip() for cell in cells):
        refuse(label, "PP-FILE-HEADER", "first line is blank, expected column names", line=1)
    if len(cells) == 1:
        _check_delimiter(cells[0], label, options.delimiter)
    return tuple(cell.strip() for cell in cells)


def _check_delimiter(cell: str, label: str, declared: str) -> None:
    """Name the delimiter that the header shows, if it is another."""
    found = max(DELIMITERS, key=cell.count)
    if cell.count(found):
        refuse(
            label,
            "PP-DIALECT-DELIMITER",
            f"columns are separated by {_NAMES[found]}, expected {_NAMES[declared]}; if they are "
            f'meant, set ingest.delimiter = "{_IN_TOML.get(found, found)}"',
            line=1,
            value=cell,
        )


def match_header(table: Table, names: Sequence[str], label: str, ledger: Ledger) -> dict[str, int]:
    """Return where each of the contract's columns stands; what does not fit goes to the ledger."""
    for twice, count in Counter(name for name in names if name).items():
        if count > 1:
            message = f"column {twice!r} is in the header {count} times, expected once"
            ledger.fault(Fault(label, 1, twice, twice, "PP-DIALECT-HEADER-TWICE", message))
    known = {name: names.index(name) for name in table.names if name in names}
    strange = [name for name in names if name and name not in table.names]
    for name in table.names:
        if name not in known and table.column(name).required:
            _miss(name, strange, label, ledger)
    if table.name == "orders" and not any(name in known for name in WAYS_TO_PLACE):
        message = (
            "columns to place an order are missing, expected region_id, or latitude and "
            "longitude, or postal_code"
        )
        ledger.fault(Fault(label, 1, "region_id", "", "PP-DIALECT-HEADER-MISSING", message))
    for name in strange:
        _tell_strange(name, [n for n in table.names if n not in known], label, ledger)
    return known


def nearest(word: str, words: Sequence[str]) -> str:
    """Return the word most like another; empty where none is."""
    plain = {other.lower().replace(" ", "_"): other for other in words}
    close = difflib.get_close_matches(word.lower().replace(" ", "_"), list(plain), n=1, cutoff=0.6)
    return plain[close[0]] if close else ""


def _miss(name: str, strange: Sequence[str], label: str, ledger: Ledger) -> None:
    """Note a required column that is not there, with the header's name most like it."""
    like = nearest(name, strange)
    hint = f"; is {like!r} meant?" if like else ""
    message = f"column {name} is missing from the header{hint}"
    ledger.fault(Fault(label, 1, name, like, "PP-DIALECT-HEADER-MISSING", message))


def _tell_strange(name: str, free: Sequence[str], label: str, ledger: Ledger) -> None:
    """Note a column that the table does not know."""
    like = nearest(name, free)
    hint = f"; is {like} meant?" if like else ""
    ledger.notice(
        label,
        name,
        "PP-DIALECT-COLUMN",
        f"column {name!r} is not known and is not read{hint}",
        line=1,
    )
