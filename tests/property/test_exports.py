"""Laws of every export: nothing is lost, nothing is told twice, and text stays as it is."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import openpyxl
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from prepos.publish.exporters import EXPORTERS
from prepos.publish.exporters.delimited import write_delimited
from prepos.publish.exporters.sheet import Dialect, Sheet
from prepos.publish.exporters.workbook import write_workbook
from tests.unit.publish.exporters.lines import batch_of, make_lines, options_of

TEXTS = st.lists(
    st.text(st.characters(blacklist_categories=("Cs", "Cc", "Co", "Cn")), max_size=8).filter(
        lambda text: "_x" not in text  # which openpyxl leaves as it is in the file
    ),
    min_size=1,
    max_size=6,
)
PLANS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.integers(1, 9),
        st.sampled_from(["FW1", "FW2"]),
        st.sampled_from(["2026-11-02", "2026-11-03"]),
        st.sampled_from(["", "v1"]),
    ),
    min_size=1,
    max_size=12,
)


def plan_of(lines: list[tuple[str, int, str, str, str]]) -> pd.DataFrame:
    """Return the transfers, sorted as a plan is."""
    rows = [
        (f"T{n}", sku, units, node, ship, "2026-11-20", load)
        for n, (sku, units, node, ship, load) in enumerate(lines)
    ]
    return make_lines(rows).sort_values(["ship_date", "destination", "sku"], kind="stable")


@settings(max_examples=30)
@given(PLANS)
def test_every_format_hands_over_every_unit_once(
    lines: list[tuple[str, int, str, str, str]],
) -> None:
    """By item and destination the units are the plan's; a document never holds an item twice."""
    batch = batch_of(plan_of(lines).reset_index(drop=True))
    ours: Counter[tuple[str, str]] = Counter()
    for sku, units, node, *_ in lines:
        ours[sku, node] += units
    options = options_of("publish.erpnext.company=Ours")
    for name, item, units, place in (
        ("tryton", "moves/product", "moves/quantity", "moves/to_location"),
        ("erpnext", "items.item_code", "items.qty", "items.t_warehouse"),
        ("frepple", "item", "quantity", "destination"),
        ("openboxes", "SKU Code", "Requested Quantity", "Dest Venue Code"),
    ):
        columns = next(iter(EXPORTERS[name].make(batch, options).values()))[0].columns
        theirs: Counter[tuple[str, str]] = Counter()
        for sku, node, count in zip(columns[item], columns[place], columns[units], strict=True):
            theirs[sku, node] += int(count)
        assert theirs == ours, name
    pairs = list(zip(batch.documents, batch.text("sku"), strict=True))
    assert len(set(pairs)) == len(pairs)
    assert len(set(batch.document_keys)) == batch.heads.sum()


@settings(max_examples=30)
@given(PLANS, st.sets(st.integers(0, 11)))
def test_a_part_goes_out_under_the_keys_of_the_whole(
    lines: list[tuple[str, int, str, str, str]], chosen: set[int]
) -> None:
    """Which lines go out changes neither a line's key nor its document's."""
    batch = batch_of(plan_of(lines).reset_index(drop=True))
    whole = dict(zip(batch.keys, batch.document_keys, strict=True))
    part = batch.only(frozenset(f"T{n}" for n in chosen))
    assert {key.rpartition("_T")[2] for key in part.keys} == {
        str(n) for n in chosen if n < len(lines)
    }
    assert dict(zip(part.keys, part.document_keys, strict=True)).items() <= whole.items()


@settings(max_examples=30)
@given(TEXTS, st.sampled_from([",", ";", "\t"]), st.sampled_from(["needed", "all"]))
def test_text_comes_back_to_the_letter(texts: list[str], delimiter: str, quoting: str) -> None:
    """Out of delimited text and out of a workbook, whatever it looks like."""
    columns = {"id": np.array(texts, dtype=object), "n": np.arange(len(texts))}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        sheet = Sheet(columns=columns, dialect=Dialect(delimiter=delimiter, quoting=quoting))
        write_delimited(path, sheet)
        text = path.read_bytes().decode("utf-8")
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        assert [row[0] for row in rows[1:]] == texts
        write_workbook(path.with_suffix(".xlsx"), [sheet])
        book = openpyxl.load_workbook(path.with_suffix(".xlsx"))
        cells = [row[0].value or "" for row in book["Sheet1"].iter_rows(min_row=2)]
        assert cells == texts
