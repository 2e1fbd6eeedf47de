"""Our own columns: CSV, Parquet and the workbook hold what the run holds, to the letter."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from prepos.core.run import RUN_TABLES, TRANSFERS
from prepos.publish.exporters import EXPORTERS, faults_of, write_files
from prepos.publish.exporters.sheet import Sheet
from prepos.publish.exporters.workbook import write_workbook
from tests.unit.publish.exporters.lines import LINES, batch_of, make_lines, options_of

ODD = ("00123", "1E5", "=1+1", "+5", "-5", "@x", "NA", "a<&>\"'", " ü漢 ", "_x0041_", "l\nb")


def write(name: str, folder: Path, frame: pd.DataFrame | None = None) -> Path:
    """Write the plan in one of our own formats, and return the folder."""
    write_files(folder / name, EXPORTERS[name].make(batch_of(frame), options_of()), {})
    return folder / name


def test_csv_is_the_run_with_keys(tmp_path: Path) -> None:
    """The run's columns and order, a key before them; the loads beside them."""
    folder = write("csv", tmp_path)
    found = pd.read_csv(folder / "transfers.csv", dtype=str, keep_default_na=False)
    assert [*found] == ["key", *RUN_TABLES[TRANSFERS]]
    assert found["sku"].tolist() == [line[1] for line in LINES]
    assert found["volume_m3"].tolist() == ["0.30000000000000004"] * 5
    assert (folder / "loads.csv").is_file()
    assert not (folder / "redirects.csv").exists()


def test_parquet_is_typed(tmp_path: Path) -> None:
    """Text, whole numbers, numbers and days, as the contract has them."""
    table = pq.read_table(write("parquet", tmp_path) / "transfers.parquet")
    types = {field.name: field.type for field in table.schema}
    assert types["sku"] == pa.string()
    assert types["quantity"] == pa.int64()
    assert types["ship_date"] == pa.date32()
    assert types["transport_cost"] == pa.float64()
    assert table["arrival_date"][0].as_py() == dt.date(2026, 11, 4)
    assert table["transport_cost"][0].as_py() == 1e-7


def test_the_order_is_that_of_the_run(tmp_path: Path) -> None:
    """Documents sort the lines for a target; our own files keep the plan's order."""
    frame = make_lines(sku="milk")
    found = pq.read_table(write("parquet", tmp_path, frame) / "transfers.parquet")
    assert found["transfer_id"].to_pylist() == ["T1", "T2", "T3", "T4", "T5"]


def test_workbook_cells_are_typed(tmp_path: Path) -> None:
    """Numbers are numbers, days days, ids text; the header stays in sight."""
    book = openpyxl.load_workbook(write("xlsx", tmp_path) / "plan.xlsx")
    assert book.sheetnames == ["transfers", "loads"]
    sheet = book["transfers"]
    assert sheet.freeze_panes == "A2"
    header, first, *_ = sheet.iter_rows()
    cells = {head.value: cell for head, cell in zip(header, first, strict=True)}
    assert (cells["sku"].value, cells["sku"].data_type) == ("00123", "s")
    assert cells["sku"].number_format == "@"
    assert (cells["quantity"].value, cells["quantity"].data_type) == (12, "n")
    assert cells["volume_m3"].value == 0.1 + 0.2
    assert cells["ship_date"].value.date() == dt.date(2026, 11, 2)
    assert cells["ship_date"].number_format == "yyyy\\-mm\\-dd"
    assert sheet.max_row == 6


def test_workbook_reckons_nothing(tmp_path: Path) -> None:
    """Whatever a text begins with, no cell is a formula, in the file's own words either."""
    path = tmp_path / "odd.xlsx"
    write_workbook(path, [Sheet(columns={"=A1": np.array(ODD, dtype=object)})])
    sheet = openpyxl.load_workbook(path)["Sheet1"]
    cells = [row[0] for row in sheet.iter_rows()]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells] == ["=A1", *ODD]
    assert b"<f" not in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")


def test_workbook_escapes_what_xml_cannot_hold(tmp_path: Path) -> None:
    """A control sign is written by its number, and a text that looks so is told apart."""
    path = tmp_path / "odd.xlsx"
    texts = np.array(["a\x0bb", "_x000B_", "plain_x"], dtype=object)
    write_workbook(path, [Sheet(columns={"c": texts})])
    xml = zipfile.ZipFile(path).read("xl/sharedStrings.xml").decode()
    assert [text for text in ("a_x000B_b", "_x005F_x000B_", "plain_x<") if text not in xml] == []


def test_workbook_leaves_out_what_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty text and a number that is none have no cell; block by block, far columns too."""
    monkeypatch.setattr("prepos.publish.exporters.workbook.BLOCK", 4)
    path = tmp_path / "wide.xlsx"
    wide = {f"c{n}": np.arange(11) for n in range(30)}
    wide["text"] = np.array(["", "x"] * 5 + ["end"], dtype=object)
    wide["number"] = np.where(np.arange(11) % 2 == 0, np.nan, 0.5)
    write_workbook(path, [Sheet(columns=wide)])
    found = [*openpyxl.load_workbook(path)["Sheet1"].iter_rows(min_row=2, values_only=True)]
    assert [row[0] for row in found] == [*range(11)]
    assert found[9][29:] == (9, "x", 0.5)
    assert found[10][29:] == (10, "end", None)


def test_a_reason_too_long_for_a_cell_is_refused() -> None:
    """A spreadsheet would cut it, or call the whole file damaged."""
    frame = make_lines(reason=["x" * 32_768, *"abcd"])
    batch = batch_of(frame)
    (fault,) = faults_of(batch, EXPORTERS["xlsx"].check(batch, options_of()))
    assert (fault.line, fault.column, fault.code) == (2, "reason", "PP-EXPORT-LONG")


@pytest.mark.parametrize("name", ["csv", "parquet", "xlsx"])
def test_same_plan_same_bytes(name: str, tmp_path: Path) -> None:
    """Nothing in a file tells when it was written."""
    folders = [write(name, tmp_path / part) for part in "ab"]
    names = sorted(path.name for path in folders[0].iterdir())
    assert len(names) >= 2
    for file in names:
        assert (folders[0] / file).read_bytes() == (folders[1] / file).read_bytes()
