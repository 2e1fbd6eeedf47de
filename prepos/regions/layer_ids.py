"""The ids of a layer's polygons, held to the same rules as the ids of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from prepos.core.faults import Fault
from prepos.regions.columns import read_texts

LONGEST_ID = 200  # letters
FORMULA = re.compile(r"[=+@-]")  # a spreadsheet runs what starts so
UNSEEN = "\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff"  # signs that hide or turn text
CONTROL = re.compile(rf"[\x00-\x1f\x7f-\x9f{UNSEEN}]")
PATH = re.compile(r"^[.][.]?$|[.][.][/\\]")


def read_ids(frame: pd.DataFrame, file: str) -> tuple[list[str], tuple[Fault, ...]]:
    """Return each row's region_id, blanks around it taken off, and a notice where there were any.

    Numbers become text without the ``.0`` that an empty cell beside them adds.
    """
    ids = frame["region_id"]
    whole = pd.api.types.is_float_dtype(ids) and bool((ids.dropna() % 1 == 0).all())
    found = read_texts(
        pd.DataFrame({"region_id": ids.astype("Int64") if whole else ids}), "region_id"
    )
    bare = [key.strip() for key in found]
    rows = [row for row, (a, b) in enumerate(zip(found, bare, strict=True), start=1) if a != b]
    if not rows:
        return bare, ()
    message = f"{len(rows)} rows have ids with blanks around them, which are taken off"
    return bare, (Fault(file, rows[0], "region_id", "", "PP-ID-TRIMMED", message),)


def check_ids(ids: list[str], file: str, *, allow_odd_ids: bool = False) -> Iterator[Fault]:
    """Give a fault for each row whose id is empty, unsafe, or that of a row before; rows from 1."""
    first: dict[str, int] = {}
    for row, key in enumerate(ids, start=1):
        if fault := _judge(key, first.get(key), allow_odd_ids):
            code, expected = fault
            message = f"region_id is {key!r}, expected {expected}"
            yield Fault(file, row, "region_id", key, code, message)
        first.setdefault(key, row)


def _judge(key: str, before: int | None, allow_odd_ids: bool) -> tuple[str, str] | None:
    """Return code and expectation of an id that cannot be, None for a good one."""
    if not key:
        return "PP-PLACE-LAYER-ID", "an id"
    if before is not None:
        return "PP-PLACE-LAYER-ID", f"it once; row {before} has it"
    if not allow_odd_ids and FORMULA.match(key):
        return "PP-ID-FORMULA", "one that no spreadsheet runs; or set ingest.allow_odd_ids = true"
    if PATH.search(key):
        return "PP-ID-PATH", "an id that does not read as a way through folders"
    if CONTROL.search(key):
        return "PP-ID-CONTROL", "an id without signs that are not seen or that steer a terminal"
    if len(key) > LONGEST_ID:
        return "PP-ID-LONG", f"an id of 1 to {LONGEST_ID} letters"
    return None
