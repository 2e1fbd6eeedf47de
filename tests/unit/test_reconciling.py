"""What comes back of a plan: read strictly, added once, found again, in the next plan's stock."""

from __future__ import annotations

import json
import os
import threading
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from prepos import pipeline
from prepos.cli.app import main
from prepos.core.run import IN_TRANSIT, MANIFEST, PUBLISHED, TARGETS, TRANSFERS
from prepos.errors import (
    ConfigError,
    InputError,
    LockError,
    RunError,
    UnchangedError,
    WriteError,
)
from prepos.pipeline import reconciling
from prepos.pipeline.doctor import examine
from prepos.pipeline.left import Named, find_shipped
from prepos.pipeline.reconciling import Reconciled, reconcile, refused_transfers
from prepos.publish.acknowledgements import read_acknowledgements
from prepos.publish.lock import hold_lock
from prepos.publish.receipts import keep_file
from tests.answers import HEADER, answer
from tests.published import Office
from tests.unit.test_pipeline import CUTOFF, TODAY

NEXT = CUTOFF + timedelta(days=7)


@pytest.fixture
def office(planned: Office, tmp_path: Path) -> Office:
    """Return a copy of it, its last run published."""
    office = planned.copy(tmp_path)
    office.publish(office.ids[2])
    return office


def lines_of(office: Office) -> pd.DataFrame:
    """Return the transfers of the published run."""
    return pipeline.load_run(office.runs / "current").frames[TRANSFERS]


def write(office: Office, *rows: str) -> Path:
    """Write a file of answers."""
    path = office.folder / "answers.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return path


def take_in(office: Office, *rows: str, **wishes: bool) -> Reconciled:
    """Reconcile the published run with rows."""
    return reconcile(office.config(), "current", write(office, *rows), today=TODAY, **wishes)


def test_answers_are_added_once(office: Office) -> None:
    """By id or exported key; a file again, or one that repeats it, adds what is new alone."""
    run, lines = office.ids[2], lines_of(office)
    a, b, c, *rest = lines["transfer_id"]
    rows = (
        f"{a},taken,,2025-03-03,,",
        f"prepos.{run}_{b},REFUSED,,2025-03-03T09:00:00,D7,no room",
        f"prepos.{c},shipped,1,2025-03-03T08:00:00+01:00,,",
    )
    sealed = (office.runs / run / MANIFEST).read_bytes()
    done = take_in(office, *rows)
    assert (done.run_id, done.added, done.known) == (run, 3, 0)
    assert Path(done.kept).read_bytes() == (office.folder / "answers.csv").read_bytes()
    assert Path(done.kept).parent == office.runs / "receipts" / run
    with pytest.raises(UnchangedError, match="3 lines known already"):
        take_in(office, *rows)
    again = take_in(office, *rows, f"{c},received,1,2025-03-05,,")
    assert (again.added, again.known) == (1, 3)
    told = read_acknowledgements(office.runs)
    assert told is not None
    assert [(one.transfer_id, one.status, one.quantity, one.at) for one in told] == [
        (a, "taken", None, "2025-03-03T00:00:00"),
        (b, "refused", None, "2025-03-03T09:00:00"),
        (c, "shipped", 1, "2025-03-03T07:00:00"),
        (c, "received", 1, "2025-03-05T00:00:00"),
    ]
    assert {one.by for one in told} != {""}
    where = again.whereabouts
    planned = int(lines["quantity"].sum())
    assert where.total.planned == planned
    tallies = {one.name: one for one in where.by_status}
    assert [(one.transfer_id, one.message) for one in where.refused] == [(b, "no room")]
    assert (tallies["taken"].lines, tallies["refused"].lines) == (1, 1)
    assert tallies["open"].lines >= len(rest)
    assert sum(one.planned for one in where.by_lane) == planned
    assert (office.runs / run / MANIFEST).read_bytes() == sealed
    assert pipeline.verify_run(office.runs / run).passed


def test_all_faults_are_told_at_once(office: Office) -> None:
    """Of cells, names, units, order, contradictions; nothing is written then."""
    run, lines = office.ids[2], lines_of(office)
    a, b, c, d = lines["transfer_id"][:4]
    units = int(lines["quantity"].iloc[3])
    with pytest.raises(InputError, match="8 faults in") as told:
        take_in(
            office,
            f"{a},gone,,2025-03-03,,",
            f"{a},taken,0.5,2025-03-03,,",
            "prepos.2025-02-24-0000000000_T5,taken,,2025-03-03,,",
            "T0,taken,,2025-03-03,,",
            f"{b},taken,,2026-03-03,,",
            f"{c},shipped,,2025-03-03,,",
            f"{c},refused,,2025-03-04,,",
            f"{d},shipped,{units + 1},2025-03-03,,",
            f"{b},refused,1,2025-03-03,D1,full",
            f"{b},refused,1,2025-03-03,D1,closed",
        )
    found = [(fault.line, fault.column, fault.code) for fault in told.value.faults]
    assert found == [
        (2, "status", "PP-VALUE-CHOICE"),
        (3, "quantity", "PP-VALUE-FRACTION"),
        (4, "transfer_id", "PP-RECEIPT-PLAN"),
        (5, "transfer_id", "PP-RECEIPT-ID"),
        (6, "at", "PP-RECEIPT-ORDER"),
        (8, "status", "PP-RECEIPT-ORDER"),
        (9, "quantity", "PP-RECEIPT-UNITS"),
        (11, "message", "PP-RECEIPT-CONFLICT"),
    ]
    assert f"a line of plan 2025-02-24-0000000000, expected one of {run}" in str(
        told.value.faults[2]
    )
    assert read_acknowledgements(office.runs) == ()
    assert not (office.runs / "receipts").exists()


def test_nothing_is_written_in_a_dry_run_or_beside_another(office: Office) -> None:
    """The first tells what would be; the second waits for its turn, or is refused."""
    (name, *_) = lines_of(office)["transfer_id"]
    row = f"{name},taken,,2025-03-03,,"
    done = take_in(office, row, row, dry_run=True)
    assert (done.added, done.kept, done.whereabouts.total.taken) == (
        1,
        "",
        done.whereabouts.by_status[-1].planned,
    )
    assert [notice.code for notice in done.notices] == ["PP-RECEIPT-REPEATED"]
    with hold_lock(office.runs, command="replan"), pytest.raises(LockError, match="replan"):
        take_in(office, row)
    assert read_acknowledgements(office.runs) == ()


def test_what_is_no_plan_here_is_refused(office: Office, tmp_path: Path) -> None:
    """A run of another kind, one that lies elsewhere, a file that is not there."""
    file = write(office, "T1,taken,,2025-03-03,,")
    elsewhere = tmp_path / "aside"
    (office.runs / office.ids[0]).rename(elsewhere)
    with pytest.raises(RunError, match="does not lie in"):
        reconcile(office.config(), elsewhere, file, today=TODAY)
    told = reconcile(office.config(), office.ids[1], dry_run=True, today=TODAY)
    assert (told.added, told.whereabouts.run_id) == (0, office.ids[1])
    checked = pipeline.check_inputs(office.config(), today=TODAY)
    with pytest.raises(ConfigError, match="holds no plan"):
        reconcile(office.config(), checked.run_id)
    with pytest.raises(InputError) as told:
        reconcile(office.config(), "current", office.folder / "none.csv", today=TODAY)
    assert [fault.code for fault in told.value.faults] == ["PP-FILE-MISSING"]


def test_a_plan_that_was_never_published_is_doubted(office: Office) -> None:
    """What is shipped is on its way all the same."""
    run = office.ids[1]
    (name, *_) = pipeline.load_run(office.runs / run).frames[TRANSFERS]["transfer_id"]
    file = write(office, f"prepos.{run}_{name},shipped,,2025-03-03,,")
    done = reconcile(office.config(), run, file, today=TODAY)
    assert [notice.code for notice in done.notices] == ["PP-RECEIPT-UNPUBLISHED"]
    assert done.whereabouts.total.shipped > 0


def test_the_doctor_looks_at_what_was_kept(office: Office) -> None:
    """A file that the ledger does not tell of is doubted, one that was altered is broken."""

    def look() -> list[str]:
        return [one.state for one in examine(office.config()) if one.name == "receipts"]

    assert look() == []
    (name, *_) = lines_of(office)["transfer_id"]
    kept = Path(take_in(office, f"{name},taken,,2025-03-03,,").kept)
    assert look() == ["ok"]
    stray = keep_file(office.runs, office.ids[2], write(office, f"{name},shipped,,2025-03-04,,"))
    assert look() == ["doubt"]
    stray.unlink()
    kept.write_text("torn")
    assert look() == ["broken"]


def test_a_lost_ledger_is_told_anew_from_the_files(office: Office) -> None:
    """Damaged or gone: what was reconciled stands, and is written again by the next command."""
    a, b, *_ = lines_of(office)["transfer_id"]
    take_in(office, f"{a},shipped,,2025-03-03,,")
    take_in(office, f"{b},refused,,2025-03-03,,full")
    before = reconcile(office.config(), "current", today=TODAY)
    (office.runs / "ledger.sqlite").write_bytes(b"\xa5" * 9000)
    lost = reconcile(office.config(), "current", today=TODAY)
    assert lost.whereabouts == before.whereabouts
    assert [notice.code for notice in lost.notices] == ["PP-RECEIPT-RETOLD"]
    with pytest.raises(UnchangedError):
        take_in(office, f"{a},shipped,,2025-03-03,,")
    after = reconcile(office.config(), "current", today=TODAY)
    assert (after.whereabouts, after.notices) == (before.whereabouts, ())
    (office.runs / "ledger.sqlite").unlink()
    for kept in (office.runs / "receipts" / office.ids[2]).iterdir():
        kept.write_text("torn")
    torn = reconcile(office.config(), "current", today=TODAY)
    assert torn.whereabouts.total.open == torn.whereabouts.total.planned
    codes = [notice.code for notice in torn.notices]
    assert codes == ["PP-RECEIPT-LOST", "PP-RECEIPT-LOST", "PP-RECEIPT-RETOLD"]


def test_a_file_that_was_not_taken_in_is_taken_in_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk was full between keeping it and the ledger: nothing is known, nothing is lost."""

    def full(*_: object) -> None:
        raise WriteError("cannot write ledger.sqlite: disk full")

    (name, *_) = lines_of(office)["transfer_id"]
    with monkeypatch.context() as patch:
        patch.setattr(reconciling, "append_acknowledgements", full)
        with pytest.raises(WriteError):
            take_in(office, f"{name},taken,,2025-03-03,,")
    assert read_acknowledgements(office.runs) == ()
    assert take_in(office, f"{name},taken,,2025-03-03,,").added == 1
    assert len(list((office.runs / "receipts" / office.ids[2]).iterdir())) == 1


def next_plan(office: Office, *sets: str) -> pipeline.Run:
    """Plan a week later, with what is on its way."""
    config = office.config(f"time.cutoff={NEXT}", "plan.budget=12", *sets)
    return pipeline.make_plan(config, today=NEXT + timedelta(days=7))


def test_what_is_shipped_is_in_the_next_plan(office: Office) -> None:
    """As far as it was told before the cutoff; the run keeps it, is verified and repeated by it."""
    bare = next_plan(office)
    assert IN_TRANSIT not in json.loads((bare.folder / MANIFEST).read_text())["files"]
    lines = lines_of(office)
    a, b, c = lines["transfer_id"][:3]
    units = dict(zip(lines["transfer_id"], lines["quantity"], strict=True))
    take_in(
        office,
        f"{a},shipped,,2025-03-03,,",
        f"{b},shipped,,2025-03-03,,",
        f"{b},received,1,2025-03-06,,",
        f"{c},taken,,2025-03-03,,",
        f"{c},shipped,,2025-03-10,,",
    )
    run = next_plan(office)
    kept = pipeline.load_run(run.folder).frames[IN_TRANSIT]
    rest = {a: int(units[a]), b: int(units[b]) - 1}
    assert dict(zip(kept["transfer_id"], kept["quantity"], strict=True)) == {
        name: left for name, left in rest.items() if left
    }
    assert set(kept["arrives_on"].dt.date) == {NEXT}  # planned for before: overdue
    assert run.run_id != bare.run_id
    targets, was = (pipeline.load_run(one.folder).frames[TARGETS] for one in (run, bare))
    assert targets["receipts"].sum() - was["receipts"].sum() == sum(rest.values())
    added, overdue = (one for one in run.notices if one.code.startswith("PP-SHIPPED"))
    assert (added.code, overdue.code) == ("PP-SHIPPED-ADDED", "PP-SHIPPED-OVERDUE")
    assert f"{sum(rest.values())} units of" in added.message
    assert office.ids[2] in added.message
    assert next_plan(office, "ingest.shipped=ignore").run_id == bare.run_id
    take_in(office, f"{a},received,,2025-03-07,,")  # what is told since does not change the run
    assert pipeline.verify_run(run.folder).passed
    like = pipeline.repeat_plan(run.folder, today=NEXT + timedelta(days=7))
    assert (like.run.run_id, like.differs) == (run.run_id, ())
    assert next_plan(office).run_id != run.run_id


def test_a_line_of_the_users_receipts_is_not_counted_twice(office: Office) -> None:
    """It names the transfer, or the key under which it was exported."""
    a, b = lines_of(office)["transfer_id"][:2]
    take_in(office, f"{a},shipped,,2025-03-03,,", f"{b},shipped,,2025-03-03,,")
    (office.folder / "receipts.csv").write_text(
        "node_id,sku,quantity,arrives_on,transfer_id\n"
        f"SP1,007,1,2025-03-12,{a}\nSP1,007,2,2025-03-12,prepos.{office.ids[2]}_{b}\n"
        "SP1,007,3,2025-03-12,\n"
    )
    run = next_plan(office, "data.receipts=receipts.csv")
    files = pipeline.load_run(run.folder)
    kept = files.frames[IN_TRANSIT][["transfer_id", "quantity", "left"]]
    assert kept.to_numpy().tolist() == [[a, 0, 1]]  # the other's day is past
    assert files.frames[TARGETS]["receipts"].sum() == 6


def test_a_line_that_left_ahead_of_its_day_does_not_stand(office: Office) -> None:
    """Published for the week after the cutoff, shipped before it: it is in transit, not planned."""
    lines = lines_of(office)
    late = lines[lines["ship_date"] >= pd.Timestamp(NEXT)]
    name, units = late["transfer_id"].iloc[0], int(late["quantity"].iloc[0])
    take_in(office, f"{name},shipped,,2025-03-07,,")
    config = office.config(f"time.cutoff={NEXT}", "time.frozen=1")
    run = pipeline.make_plan(config, today=NEXT, published=office.runs / office.ids[2])
    files = pipeline.load_run(run.folder)
    assert name not in set(files.frames[PUBLISHED]["transfer_id"])
    assert set(files.frames[PUBLISHED]["transfer_id"]) == set(late["transfer_id"]) - {name}
    assert files.frames[IN_TRANSIT]["quantity"].tolist() == [units]


@pytest.mark.parametrize("received", [0, 1])
def test_of_a_line_that_left_in_part_the_rest_stands(office: Office, received: int) -> None:
    """Frozen or not; what is received ahead of its day has left too. Verified, and repeated."""
    lines = lines_of(office)
    late = lines[(lines["ship_date"] >= pd.Timestamp(NEXT)) & (lines["quantity"] > 2)]
    name, units = late["transfer_id"].iloc[0], int(late["quantity"].iloc[0])
    answers = [f"{name},shipped,2,2025-03-07,,", f"{name},received,{received},2025-03-08,,"]
    take_in(office, *answers[: 1 + received])
    run = pipeline.make_plan(
        office.config(f"time.cutoff={NEXT}", "time.frozen=1"),
        today=NEXT,
        published=office.runs / office.ids[2],
    )
    files = pipeline.load_run(run.folder)
    for file in (PUBLISHED, TRANSFERS):
        rest = files.frames[file].set_index("transfer_id").loc[name]
        assert rest["quantity"] == units - 2
        assert rest["volume_m3"] == pytest.approx(late["volume_m3"].iloc[0] * (1 - 2 / units))
    transit = files.frames[IN_TRANSIT]
    assert transit[["quantity", "left"]].to_numpy().tolist() == [[2 - received, 2]]
    assert pipeline.verify_run(run.folder).passed
    assert pipeline.repeat_plan(run.folder, today=NEXT).differs == ()


def test_a_pipe_is_taken_in_as_a_file_is(office: Office) -> None:
    """What came through it is kept, so that it can be read again."""
    (name, *_) = lines_of(office)["transfer_id"]
    content = f"{HEADER}\n{name},taken,,2025-03-03,,\n"
    pipe = office.folder / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(content,))
    writer.start()
    done = reconcile(office.config(), "current", pipe, today=TODAY)
    writer.join()
    assert (done.added, Path(done.kept).read_text()) == (1, content)


def write_receipts(office: Office, *rows: str) -> None:
    """Let the user's own receipts tell of these lines: node, SKU, units, day, name."""
    header = "node_id,sku,quantity,arrives_on,transfer_id"
    (office.folder / "receipts.csv").write_text("\n".join([header, *rows]) + "\n")


def frozen_plan(office: Office, published: str, *sets: str) -> pipeline.Run:
    """Plan a week later on a published plan, its first period frozen, with the user's receipts."""
    week = (f"time.cutoff={NEXT}", "time.frozen=1", "data.receipts=receipts.csv", *sets)
    return pipeline.make_plan(office.config(*week), today=NEXT, published=office.runs / published)


def stands(run: pipeline.Run, name: str) -> int:
    """Return the units of a line that stand in a plan; 0 where it does not."""
    frames = pipeline.load_run(run.folder).frames
    units = [
        int(frames[file].set_index("transfer_id")["quantity"].get(name, 0))
        for file in (PUBLISHED, TRANSFERS)
    ]
    assert units[0] == units[1]
    return units[0]


def a_late_line(office: Office) -> tuple[str, int, str]:
    """Return a line that ships a week later: its name, units, and the cells of node and SKU."""
    lines = lines_of(office)
    late = lines[(lines["ship_date"] >= pd.Timestamp(NEXT)) & (lines["quantity"] > 4)].iloc[0]
    return (
        str(late["transfer_id"]),
        int(late["quantity"]),
        f"{late['destination']},{late['sku']}",
    )


@pytest.mark.parametrize("key", ["{}", "prepos.{}", "prepos.{run}_{}"])
def test_what_only_receipts_tell_to_have_left_does_not_stand(office: Office, key: str) -> None:
    """A part or the whole of a line, by any of its names; verified, repeated, and planned on.

    A plan on the new one knows what had left when that was made, and takes it off no second time.
    """
    name, units, what = a_late_line(office)
    given = key.format(name, run=office.ids[2])
    write_receipts(office, f"{what},1,2025-03-12,{given}", f"{what},1,2025-03-13,{given}")
    run = frozen_plan(office, office.ids[2])
    assert stands(run, name) == units - 2
    assert pipeline.load_run(run.folder).frames[IN_TRANSIT]["left"].tolist() == [2]
    assert pipeline.verify_run(run.folder).passed
    assert pipeline.repeat_plan(run.folder, today=NEXT).differs == ()
    again = frozen_plan(office, run.run_id)
    assert stands(again, name) == units - 2
    write_receipts(office, f"{what},{units},2025-03-12,{given}")
    assert stands(frozen_plan(office, office.ids[2]), name) == 0


def test_a_later_part_is_taken_off_the_rest(office: Office) -> None:
    """2 left of the first plan's line, then 1 more of the second's, by the id or by its key."""
    name, units, what = a_late_line(office)
    write_receipts(office, f"{what},2,2025-03-12,{name}")
    run = frozen_plan(office, office.ids[2])
    write_receipts(office, f"{what},3,2025-03-12,{name}")
    assert stands(frozen_plan(office, run.run_id), name) == units - 3
    write_receipts(office, f"{what},1,2025-03-12,prepos.{run.run_id}_{name}")
    assert stands(frozen_plan(office, run.run_id), name) == units - 3


@pytest.mark.parametrize("key", ["{}", "prepos.{run}_{}"])
def test_receipts_and_answers_tell_of_one_line(office: Office, key: str) -> None:
    """1 of it is received by the answers, 2 are on their way by the receipts: 3 have left."""
    name, units, what = a_late_line(office)
    write_receipts(office, f"{what},2,2025-03-12,{key.format(name, run=office.ids[2])}")
    take_in(office, f"{name},received,1,2025-03-08,,")
    run = frozen_plan(office, office.ids[2])
    assert stands(run, name) == units - 3
    assert pipeline.load_run(run.folder).frames[IN_TRANSIT]["quantity"].max() == 0
    assert stands(frozen_plan(office, run.run_id), name) == units - 3
    assert pipeline.repeat_plan(run.folder, today=NEXT).differs == ()


def test_receipts_that_contradict_a_line_are_doubted(office: Office) -> None:
    """More units than it has: it has left. Another SKU: it stands. Both are told."""
    name, units, what = a_late_line(office)
    write_receipts(office, f"{what},{units + 1},2025-03-12,{name}")
    run = frozen_plan(office, office.ids[2])
    assert stands(run, name) == 0
    (told,) = (one for one in run.notices if one.code == "PP-SHIPPED-OTHER")
    assert (told.file, told.column, told.value) == ("receipts.csv", "quantity", str(units + 1))
    words = f"{units + 1} units have left, expected {units} at most as published"
    assert told.message == f"{name}: {words}"
    node, sku = what.split(",")
    other = {"007": "NA", "NA": "007"}[sku]
    write_receipts(office, f"{node},{other},2,2025-03-12,{name}")
    run = frozen_plan(office, office.ids[2])
    assert stands(run, name) == units
    (told,) = (one for one in run.notices if one.code == "PP-SHIPPED-OTHER")
    assert told.message == f"{name} is told of as SKU {other}, expected {sku} as published"


def test_faulty_receipts_are_refused_by_cell_whatever_they_name(office: Office) -> None:
    """No unit, no day, no node: told as faults of the table."""
    name, _, what = a_late_line(office)
    write_receipts(office, f"{what},x,2025-03-12,{name}", f"{what},2,soon,{name}", f",,,,{name}")
    with pytest.raises(InputError) as told:
        frozen_plan(office, office.ids[2])
    assert {fault.line for fault in told.value.faults} == {2, 3, 4}


def test_a_key_of_an_earlier_plan_names_its_part_alone() -> None:
    """2 of 10 left by the first plan and are in the receipts; 5 of the 8 left by the second."""
    told = [
        answer("shipped", 2, 2, planned=10),
        answer("shipped", 5, 4, planned=8, run_id="r2"),
    ]
    cutoff = date(2025, 3, 5)
    named = Named("r1", "T1", "SP1", "007", 2, date(2025, 3, 6))
    rows = find_shipped(told, cutoff, [named])
    assert [(row.run_id, row.quantity, row.left) for row in rows] == [("r2", 5, 5), ("r1", 0, 2)]
    (row, alone) = find_shipped(told, cutoff, [named._replace(run_id="", quantity=7)])
    assert (row.quantity, alone.quantity, alone.left) == (0, 0, 7)


def test_what_left_by_the_plan_before_travels_beside_the_rest() -> None:
    """2 of 10 left by the first plan; the next has the 8 left of the same transfer, and 5 leave."""
    told = [
        answer("shipped", 2, 2, planned=10),
        answer("shipped", 5, 4, planned=8, run_id="r2"),
        answer("received", 1, 5, planned=8, run_id="r2"),
    ]
    (row,) = find_shipped(told, date(2025, 3, 10))
    assert (row.run_id, row.quantity, row.left) == ("r2", 2 + 5 - 1, 5)


def test_a_transfer_of_two_plans_is_one() -> None:
    """A line that a new plan keeps has the same id: it travels once, as was told last."""
    told = [
        answer("shipped", 4, 2),
        answer("shipped", None, 3, run_id="r2"),
        answer("received", 4, 4, run_id="r2"),
    ]
    (row,) = find_shipped(told, date(2025, 3, 10))
    assert (row.run_id, row.quantity) == ("r2", 6)
    (row,) = find_shipped(told, date(2025, 3, 3))
    assert (row.run_id, row.quantity) == ("r1", 4)


def test_replan_sees_what_was_reconciled(office: Office) -> None:
    """The same inputs end in 99 at once, until something is on its way."""
    config = office.config(f"time.cutoff={NEXT}", "plan.budget=12")
    today = NEXT + timedelta(days=7)
    pipeline.replan(config, today=today)
    with pytest.raises(UnchangedError, match="nothing has changed since run"):
        pipeline.replan(config, today=today)
    first = pipeline.load_run(office.runs / office.ids[2]).frames[TRANSFERS]
    (name, *_) = first["transfer_id"]
    file = write(office, f"{name},shipped,,2025-03-05,,")
    reconcile(office.config(), office.ids[2], file, today=TODAY)
    done = pipeline.replan(config, today=today)
    assert done.state == "published"
    assert IN_TRANSIT in pipeline.load_run(done.folder).frames
    with pytest.raises(UnchangedError, match="nothing has changed since run"):
        pipeline.replan(config, today=today)


def test_the_command_tells_where_a_plan_stands(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a page and as JSON; the refused go out again under the same keys."""
    a, b, *_ = lines_of(office)["transfer_id"]
    file = write(office, f"{a},refused,,2025-03-03,D7,no room", f"{b},shipped,,2025-03-03,,")
    flags = ["-c", office.file]
    assert main(["export", "current", "--refused", "--format", "csv", *flags]) == 99
    assert main(["reconcile", "current", "--receipts", str(file), *flags]) == 0
    page = capsys.readouterr().out
    assert "2 answers are taken in, 0 were known already" in page
    assert "no room" in page
    assert "Overdue" in page
    assert "--refused" in page
    assert main(["reconcile", "current", "--receipts", str(file), *flags]) == 99
    capsys.readouterr()
    assert main(["reconcile", "current", "--json", *flags]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["transfer_id"] for one in told["whereabouts"]["refused"]] == [a]
    assert told["whereabouts"]["total"]["lines"] == len(lines_of(office))
    assert refused_transfers(office.config(), "current") == [a]
    out = office.folder / "again"
    words = ["export", "current", "--refused", "--format", "csv", "--out", str(out), *flags]
    assert main([*words, "--only", "ids.txt"]) == 2
    assert main(words) == 0
    again = pd.read_csv(out / "transfers.csv", dtype=str)
    assert again["key"].tolist() == [f"prepos.{office.ids[2]}_{a}"]
    take_in(office, f"{a},taken,,2025-03-04,,")
    assert main(words) == 99
