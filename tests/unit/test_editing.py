"""A planner's edited plan: read strictly, accounted anew, verified, told apart."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from prepos import pipeline
from prepos.cli.app import main
from prepos.core.run import LOADS, PUBLISHED, TRANSFERS
from prepos.errors import InfeasibleError, InputError, RunError, UnchangedError
from prepos.pipeline.editing import publish_edited
from prepos.publish.current import read_current
from prepos.publish.lock import hold_lock
from tests.published import Office
from tests.unit.test_pipeline import replace_in

Edit = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture
def office(planned: Office, tmp_path: Path) -> Office:
    """Return a copy of it."""
    return planned.copy(tmp_path)


def lines_of(office: Office) -> pd.DataFrame:
    """Return the last run's transfers, as text."""
    path = office.runs / office.ids[2] / TRANSFERS
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def edit(office: Office, **columns: dict[int, str]) -> Path:
    """Write a copy of the last run's transfers with cells changed, by column and row."""
    lines = lines_of(office)
    for column, cells in columns.items():
        for row, cell in cells.items():
            lines.loc[row, column] = cell
    return write(office, lines.fillna(""))


def write(office: Office, lines: pd.DataFrame) -> Path:
    """Write an edited copy."""
    lines.to_csv(office.folder / "edited.csv", index=False)
    return office.folder / "edited.csv"


def test_an_edited_plan_is_a_run_of_its_own(office: Office) -> None:
    """A quantity lowered, a line removed, one added by its nodes; verified, told apart."""
    c = office.ids[2]
    office.publish(c)
    lines = lines_of(office)
    lines.loc[0, "quantity"] = "1"
    gone, lines = lines.iloc[5], lines.drop(index=[5, 7])
    way = {name: gone[name] for name in ("sku", "origin", "destination", "ship_date")}
    added = dict.fromkeys(lines, "") | way | {"quantity": "4"}
    lines = pd.concat([lines, pd.DataFrame([added])], ignore_index=True)
    done = publish_edited(office.config(), c, write(office, lines))
    files = pipeline.load_run(office.runs / "current")
    assert (done.previous, files.manifest["run_id"]) == (c, done.run_id)
    assert done.run_id != c
    moves = {
        (sku, way, f"{day:%Y-%m-%d}"): units
        for sku, way, day, units in zip(
            *(files.frames[TRANSFERS][n] for n in ("sku", "lane_id", "ship_date", "quantity")),
            strict=True,
        )
    }
    given = zip(
        lines["sku"], lines["destination"], lines["ship_date"], lines["quantity"], strict=True
    )
    assert moves == {(sku, f"DC>{to}", day): int(units) for sku, to, day, units in given}
    assert {*lines["transfer_id"], gone["transfer_id"]} - {""} == {
        *files.frames[TRANSFERS]["transfer_id"]
    }
    was = pipeline.load_run(office.runs / c).kpis
    assert files.kpis["plan"]["units"] == sum(moves.values()) != was["plan"]["units"]
    assert files.kpis["plan"]["total_cost"] > was["plan"]["total_cost"]
    assert pipeline.verify_run(done.folder).check("frozen").compared == len(moves)
    edited = files.manifest["edited"]
    assert edited["from"] == c
    assert [(e.state, e.previous, e.by) for e in office.events() if e.run_id == done.run_id] == [
        ("edited", c, edited["by"]),
        ("intended", c, edited["by"]),
        ("published", c, edited["by"]),
    ]
    assert len(files.frames[PUBLISHED]) == len(lines)
    assert len(files.frames[LOADS]) == 0


def test_nothing_may_be_left(office: Office) -> None:
    """All lines removed is an edit too."""
    done = publish_edited(office.config(), office.ids[2], write(office, lines_of(office).iloc[:0]))
    files = pipeline.load_run(done.folder)
    assert files.kpis["plan"]["total_cost"] == files.kpis["nothing"]["total_cost"]


def test_without_an_edit_it_ends_in_99(office: Office) -> None:
    """Whatever stands in the columns that are not read, and whatever the lines' order."""
    lines = lines_of(office).iloc[::-1].assign(reason="=HYPERLINK()", expected_saving="much")
    file = write(office, lines)
    with pytest.raises(UnchangedError, match=r"moves what run .* moves, nothing else"):
        publish_edited(office.config(), office.ids[2], file)
    assert main(["publish", office.ids[2], "-c", office.file, "--edited", str(file)]) == 99


def test_a_dry_run_writes_nothing(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    """And says what would be published."""
    before = sorted(office.runs.iterdir())
    file = edit(office, quantity={0: "1"})
    words = ["publish", office.ids[2], "-c", office.file, "--edited", str(file), "--dry-run"]
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["run_id"] not in office.ids
    assert sorted(office.runs.iterdir()) == before


BAD = {  # what is changed, row by row; what is said of it, by line and column
    "half a unit": ({"quantity": {0: "0.5"}}, [(2, "quantity", "a whole number")]),
    "no unit": ({"quantity": {1: "0"}}, [(3, "quantity", "above 0")]),
    "a SKU that is none": (
        {"transfer_id": {0: ""}, "sku": {0: "070"}},
        [(2, "sku", "expected one of the products, nearest is 007")],
    ),
    "another SKU": ({"sku": {0: "other"}}, [(2, "sku", "as planned; to move it, remove the line")]),
    "another day": ({"ship_date": {0: "2025-03-17"}}, [(2, "ship_date", "2025-03-03 as planned")]),
    "a day without a lane": (
        {"transfer_id": {0: ""}, "ship_date": {0: "2025-03-04"}},
        [(2, "ship_date", "a day on which lane DC>SP1 leaves: mon")],
    ),
    "a day beyond the window": (
        {"transfer_id": {0: ""}, "ship_date": {0: "2025-06-02"}},
        [(2, "ship_date", "expected 2025-03-03 to 2025-03-16")],
    ),
    "an id of nowhere": ({"transfer_id": {0: "T0"}}, [(2, "transfer_id", "or nothing")]),
    "a lane of nowhere": (
        {"transfer_id": {0: ""}, "lane_id": {0: "DC>SP"}},
        [(2, "lane_id", "nearest is DC>SP")],
    ),
    "another end": (
        {"transfer_id": {0: ""}, "destination": {0: "DC"}},
        [(2, "destination", "expected SP1, where lane DC>SP1 ends")],
    ),
    "no way": (
        {"lane_id": {0: ""}, "origin": {0: "SP1"}},
        [(2, "destination", "a node that a lane leads to from SP1")],
    ),
    "a formula": ({"sku": {0: "=1+1"}}, [(2, "sku", "")]),
    "two at once": (
        {"quantity": {0: "many"}, "transfer_id": {1: "T0"}},
        [(2, "quantity", "a whole number"), (3, "transfer_id", "expected one of run")],
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_every_fault_is_told_with_its_place(office: Office, case: str) -> None:
    """All at once, line, column and what was expected; nothing is published or made."""
    cells, told = BAD[case]
    with pytest.raises(InputError) as caught:
        publish_edited(office.config(), office.ids[2], edit(office, **cells))
    faults = [fault for fault in caught.value.faults if fault.column in dict(told_columns(told))]
    assert [(fault.line, fault.column) for fault in faults] == [(n, c) for n, c, _ in told]
    for fault, (_, _, words) in zip(faults, told, strict=True):
        assert words in fault.message
        assert fault.file == "edited.csv"
    assert sorted(p.name for p in office.runs.iterdir() if p.is_dir()) == sorted(office.ids)
    assert read_current(office.runs) is None


def told_columns(told: list[tuple[int, str, str]]) -> list[tuple[str, int]]:
    """Return the columns that are told of."""
    return [(column, line) for line, column, _ in told]


def test_the_same_line_twice_is_refused(office: Office) -> None:
    """As an id, or as an added line for a move that is there."""
    lines = lines_of(office)
    twice = pd.concat([lines, lines.iloc[:1], lines.iloc[:1].assign(transfer_id="")])
    with pytest.raises(InputError) as caught:
        publish_edited(office.config(), office.ids[2], write(office, twice))
    last = len(lines) + 2
    assert [(f.line, f.column) for f in caught.value.faults] == [
        (last, "transfer_id"),
        (last + 1, "quantity"),
    ]
    assert "expected the line of this move changed" in caught.value.faults[1].message


def test_a_broken_limit_is_exit_4(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    """The budget, or the stock that lies there; by how much."""
    file = edit(office, quantity={0: "30"})
    with pytest.raises(
        InfeasibleError,
        match=r"contradict: inbound_m3 of SP1 .* over by .*; budget of the plan: .* over by",
    ):
        publish_edited(office.config(), office.ids[2], file)
    file = edit(office, quantity={0: "500"})
    words = ["publish", office.ids[2], "-c", office.file, "--edited", str(file)]
    assert main(words) == 4
    assert "edited line: " in capsys.readouterr().err
    assert sorted(p.name for p in office.runs.iterdir() if p.is_dir()) == sorted(office.ids)


def test_on_other_inputs_it_is_refused(office: Office) -> None:
    """They are no longer those that the plan was made from."""
    replace_in(office.folder / "stock.csv", "DC,007,60", "DC,007,61")
    with pytest.raises(RunError, match=r"inputs changed since: stock\.csv"):
        publish_edited(office.config(), office.ids[2], edit(office, quantity={0: "1"}))


def test_it_waits_for_no_other_command(office: Office) -> None:
    """Refused before the work, not after it."""
    file = edit(office, quantity={0: "1"})
    with hold_lock(office.runs, command="replan"):
        words = ["publish", office.ids[2], "-c", office.file, "--edited", str(file)]
        assert main(words) == 6
    assert sorted(p.name for p in office.runs.iterdir() if p.is_dir()) == sorted(office.ids)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_spreadsheet_may_write_another_delimiter(office: Office, delimiter: str) -> None:
    """The header shows which: no setting can tell, as the run's own tables are read otherwise."""
    lines = lines_of(office)
    file = office.folder / "edited.csv"
    lines.to_csv(file, index=False, sep=delimiter)
    with pytest.raises(UnchangedError, match="moves what run"):
        publish_edited(office.config(), office.ids[2], file)
    lines.loc[0, "quantity"] = "1.5"
    lines.to_csv(file, index=False, sep=delimiter)
    with pytest.raises(InputError) as told:
        publish_edited(office.config(), office.ids[2], file)
    assert [(fault.line, fault.code) for fault in told.value.faults] == [(2, "PP-VALUE-FRACTION")]


def test_columns_that_are_missing_are_told_alone(office: Office) -> None:
    """Whatever the rows hold: without its column no cell can be looked at."""
    file = write(office, lines_of(office).drop(columns=["quantity", "ship_date"]))
    with pytest.raises(InputError) as told:
        publish_edited(office.config(), office.ids[2], file)
    faults = told.value.faults
    assert [(fault.line, fault.column) for fault in faults] == [(1, "quantity"), (1, "ship_date")]
    assert {fault.code for fault in faults} == {"PP-DIALECT-HEADER-MISSING"}


def test_no_setting_is_named_that_would_not_help(office: Office) -> None:
    """The dialect of what is handed back is fixed."""
    file = edit(office, quantity={0: "-3", 1: "1,5"}, ship_date={2: "05/03/2025"})
    with pytest.raises(InputError) as told:
        publish_edited(office.config(), office.ids[2], file)
    assert len(told.value.faults) == 3
    assert not [fault for fault in told.value.faults if "ingest." in fault.message]
