"""Publishing and going back: the pointer, the ledger, and what is refused."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from functools import partial
from pathlib import Path

import pytest

from prepos import pipeline
from prepos.cli.app import main
from prepos.core.verdict import Check, Verdict
from prepos.errors import (
    ConfigError,
    ExternalError,
    InfeasibleError,
    LockError,
    RunError,
    UnchangedError,
    WriteError,
)
from prepos.pipeline import publish_run, publishing, roll_back
from prepos.publish import ledger, seal
from prepos.publish.current import read_current, swap_current
from prepos.publish.lock import hold_lock
from tests.published import Office

PUBLISHED, SUPERSEDED = ledger.PUBLISHED, ledger.SUPERSEDED


@pytest.fixture
def office(planned: Office, tmp_path: Path) -> Office:
    """Return a copy of it."""
    return planned.copy(tmp_path)


def names(folder: Path) -> list[str]:
    """Return what lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


def in_force(office: Office) -> list[tuple[str, int]]:
    """Return the plan that the database says is in force, and how many plans it holds."""
    with sqlite3.connect(office.folder / "plans.db") as connection:
        query = "SELECT plan_id, (SELECT count(*) FROM prepos_plans) FROM prepos_current"
        return connection.execute(query).fetchall()


def test_database_takes_what_is_published_and_what_is_gone_back_to(office: Office) -> None:
    """One plan is in force there, the pointer's; earlier ones stay."""
    a, b, _ = office.ids
    there = "publish.database.url=sqlite:///plans.db"
    office.publish(a, there)
    office.publish(b, there, dry_run=True)
    assert in_force(office) == [(a, 1)]
    office.publish(b, there)
    assert in_force(office) == [(b, 2)]
    roll_back(office.config(there))
    assert in_force(office) == [(a, 2)]


def test_what_is_only_proposed_is_in_no_database(office: Office) -> None:
    """A person publishes it, and then it is handed over."""
    sets = ("publish.database.url=sqlite:///plans.db", "plan.approval=manual")
    office.publish(office.ids[0], *sets, by_job=True)
    assert not (office.folder / "plans.db").exists()
    office.publish(office.ids[0], *sets)
    assert in_force(office) == [(office.ids[0], 1)]


def test_nothing_is_published_where_the_database_refuses(office: Office) -> None:
    """The plan of before stays in force."""
    a, b, _ = office.ids
    office.publish(a)
    (office.folder / "plans.db").write_text("no database")
    with pytest.raises(ExternalError, match=r"plans\.db"):
        office.publish(b, "publish.database.url=sqlite:///plans.db")
    assert read_current(office.runs) == a


def test_runs_are_published_one_after_another(office: Office) -> None:
    """The pointer goes from one to the next; the ledger tells each step, and by whom."""
    a, b, _ = office.ids
    first = publish_run(office.config(), a)
    assert (first.run_id, first.state, first.previous) == (a, "published", None)
    second = publish_run(office.config(), office.runs / b)
    assert (second.previous, second.folder) == (a, office.runs / b)
    assert read_current(office.runs) == b
    assert pipeline.load_run(office.runs / "current").manifest["run_id"] == b
    assert office.told() == [
        ("a", "made"),
        ("b", "made"),
        ("c", "made"),
        ("a", "intended"),
        ("a", "published"),
        ("b", "intended"),
        ("a", "superseded"),
        ("b", "published"),
    ]
    last = office.events()[-1]
    assert (last.previous, last.plan_id, last.kind) == (a, b, "plan")
    assert last.by.startswith(f"{publishing.this_person().split('@')[0]}@")
    assert last.made_at < last.at
    assert names(office.runs) == sorted([*office.ids, "current", "ledger.sqlite"])


def test_what_changes_nothing_ends_in_99(office: Office) -> None:
    """The published run itself, and another with the same transfers; nothing is written."""
    a, b, _ = office.ids
    office.publish(a)
    with pytest.raises(UnchangedError, match=f"run {a} is the published one already"):
        office.publish(a)
    same = pipeline.make_plan(office.config("plan.budget=6", "plan.near=2"), today=None)
    told = office.told()
    words = f"the plan of run {same.run_id} equals the published one, {a}"
    with pytest.raises(UnchangedError, match=words):
        office.publish(same.run_id)
    assert main(["publish", same.run_id, "-c", office.file]) == 99
    assert office.told() == told
    assert read_current(office.runs) == a
    assert office.publish(b).previous == a


def test_a_dry_run_writes_nothing(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    """It looks at everything, and says what it would do; a lock does not keep it from that."""
    a, b, _ = office.ids
    with hold_lock(office.runs, command="replan"):
        assert main(["publish", a, "-c", office.file, "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["run_id"], told["state"], told["dry_run"]) == (a, "published", True)
    assert names(office.runs) == sorted(office.ids)
    office.publish(a)
    office.publish(b)
    before = office.told()
    assert main(["rollback", "-c", office.file, "--dry-run"]) == 0
    assert f"Run {a} would be published." in capsys.readouterr().out
    assert (office.told(), read_current(office.runs)) == (before, b)


def test_while_another_command_runs_it_ends_in_6(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its name; a caller that holds the lock itself publishes."""
    a, b, _ = office.ids
    with hold_lock(office.runs, command="replan", run="r9") as held:
        for words in (["publish", a], ["rollback"]):
            assert main([*words, "-c", office.file]) == 6
            assert "`prepos replan` of run r9" in capsys.readouterr().err
        assert read_current(office.runs) is None
        office.publish(a, held=held)
        with pytest.raises(LockError):
            office.publish(b)
    assert read_current(office.runs) == a


def test_an_altered_run_is_refused(office: Office) -> None:
    """Before anything else is done; so is one that fails verification."""
    a, b, _ = office.ids
    office.alter(a)
    with pytest.raises(RunError, match="1 files are not as written"):
        office.publish(a)
    check = Check(name="stock", compared=3, broken=1)
    with pytest.raises(RunError, match="fails verification: stock"):
        publish_run(office.config(), b, verdict=Verdict(run_id=b, checks=(check,)))
    assert read_current(office.runs) is None


def test_a_plan_is_approved_after_new_orders_came(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is verified all the same, and the orders are named; the run's own files must be whole."""
    a, b, _ = office.ids
    with (office.folder / "orders.csv").open("a") as orders:
        orders.write("late-1,2025-03-04,007,3,r1\n")
    done = publish_run(office.config(), a)
    assert read_current(office.runs) == a
    assert [(one.file, one.code) for one in done.notices] == [("orders.csv", "PP-PUBLISH-INPUT")]
    assert "orders changed since the run" in done.notices[0].message
    assert main(["verify", str(office.runs / a)]) == 3
    assert "inputs changed since: orders.csv" in capsys.readouterr().err
    office.alter(b)
    with pytest.raises(RunError, match="1 files are not as written"):
        publish_run(office.config(), b, despite_changes=True)


def test_a_plan_of_other_stock_is_published_on_request_alone(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message says what to do; it is then taken as it was verified when it was made."""
    a, b, _ = office.ids
    stock = office.folder / "stock.csv"
    lines = stock.read_text().splitlines()
    stock.write_text("\n".join([*lines[:-1], lines[-1] + "1"]) + "\n")
    assert main(["publish", a, "-c", office.file]) == 3
    said = " ".join(capsys.readouterr().err.split())
    assert "inputs changed since: stock.csv; `prepos replan` plans with them" in said
    assert read_current(office.runs) is None
    assert main(["publish", a, "-c", office.file, "--despite-changes", "--json"]) == 0
    assert "stock changed since the run" in json.loads(capsys.readouterr().out)["notices"][0]
    stock.write_text("node_id,sku,on_hand\nnowhere,007,x\n")
    with pytest.raises(RunError, match=r"cannot be read again.*--despite-changes"):
        publish_run(office.config(), b)
    (notice,) = publish_run(office.config(), b, despite_changes=True).notices
    assert "the inputs cannot be read again" in notice.message
    edited = ["publish", b, "-c", office.file, "--edited", "x.csv", "--despite-changes"]
    assert main(edited) == 2
    assert "expected without --edited" in capsys.readouterr().err


def test_rollback_goes_back_step_by_step(office: Office) -> None:
    """And not to and fro; what was rolled back is told so."""
    a, b, c = office.ids
    for run in office.ids:
        office.publish(run)
    before = len(office.told())
    assert roll_back(office.config()).run_id == b
    assert office.told()[before:] == [("b", "intended"), ("c", "rolled_back"), ("b", "published")]
    assert roll_back(office.config()).run_id == a
    assert read_current(office.runs) == a
    with pytest.raises(RunError, match="no run was published before, expected `prepos rollback"):
        roll_back(office.config())
    assert roll_back(office.config(), to=c).previous == a
    assert read_current(office.runs) == c
    with pytest.raises(UnchangedError, match=f"run {c} is the published one already"):
        roll_back(office.config(), to="current")


def test_rollback_passes_over_what_is_not_whole(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """One was altered by a bit; said so. Where none is whole, nothing moves."""
    a, b, c = office.ids
    for run in office.ids:
        office.publish(run)
    office.alter(b)
    assert main(["rollback", "-c", office.file]) == 0
    assert f"passed over: {b}: " in capsys.readouterr().out
    assert read_current(office.runs) == a
    roll_back(office.config(), to=c)
    shutil.rmtree(office.runs / a)
    with pytest.raises(RunError, match=f"no run before is whole: {a}: .* is no run"):
        roll_back(office.config())
    with pytest.raises(RunError, match=f"{b}: .*1 files are not as written"):
        roll_back(office.config(), to=b)
    assert read_current(office.runs) == c


@pytest.mark.parametrize("back", [False, True], ids=["publish", "rollback"])
@pytest.mark.parametrize("step", ["before the swap", "after the swap"])
def test_a_kill_around_the_swap_is_healed_by_the_next(
    office: Office, monkeypatch: pytest.MonkeyPatch, step: str, *, back: bool
) -> None:
    """The pointer is the truth: the intention is fulfilled, or dropped."""
    a, b, c = office.ids
    office.publish(a)
    office.publish(b)

    def killed(runs: Path, run_id: str) -> None:
        if step == "after the swap":
            swap_current(runs, run_id)
        raise KeyboardInterrupt

    step_to = partial(roll_back, office.config()) if back else partial(office.publish, c)
    with monkeypatch.context() as patched:
        patched.setattr(publishing, "swap_current", killed)
        with pytest.raises(KeyboardInterrupt):
            step_to()
    aimed = a if back else c
    (office.runs / ".partial-r9").mkdir()
    os.utime(office.runs / ".partial-r9", (1.0, 1.0))
    assert office.events()[-1].state == ledger.INTENDED
    assert read_current(office.runs) == (b if step == "before the swap" else aimed)
    begun = len(office.events())
    with pytest.raises(UnchangedError):
        office.publish("current")
    healed = office.told()[begun:]
    assert not list(office.runs.glob(".*"))
    if step == "before the swap":
        assert healed == [(office.letter(aimed), "dropped")]
    elif back:
        assert healed == [("b", "rolled_back"), ("a", "published")]
    else:
        assert healed == [("b", "superseded"), ("c", "published")]
    assert ledger.published_order(office.events())[-1] == read_current(office.runs)


def test_a_lost_ledger_is_made_anew(office: Office) -> None:
    """From manifests and pointer, saying what is not known; a damaged one is kept aside."""
    a, b, c = office.ids
    office.publish(a)
    office.publish(b)
    (office.runs / "ledger.sqlite").write_bytes(b"no database")
    (notice,) = office.publish(c).notices
    assert notice.code == "PP-LEDGER-REBUILT"
    assert "was damaged: it is made anew" in notice.message
    assert (office.runs / "ledger.sqlite.broken").read_bytes() == b"no database"
    assert office.told() == [
        ("a", "made"),
        ("b", "made"),
        ("c", "made"),
        ("b", "published"),
        ("c", "intended"),
        ("b", "superseded"),
        ("c", "published"),
    ]
    os.remove(office.runs / "ledger.sqlite")
    (notice,) = roll_back(office.config(), to=a).notices
    assert "was missing: it is made anew" in notice.message
    assert read_current(office.runs) == a


def test_a_pointer_moved_by_another_hand_is_the_truth(office: Office) -> None:
    """The ledger follows; one that says nothing of use is written anew."""
    a, b, c = office.ids
    office.publish(a)
    swap_current(office.runs, b)
    assert office.publish(c).previous == b
    assert office.told()[-4:] == [
        ("b", "published"),
        ("c", "intended"),
        ("b", "superseded"),
        ("c", "published"),
    ]
    (office.runs / "current").unlink()
    (office.runs / "current").write_text("../elsewhere")
    done = office.publish(a)
    assert [notice.code for notice in done.notices] == ["PP-POINTER-BROKEN"]
    assert read_current(office.runs) == a


def test_a_run_from_elsewhere_is_copied_into_its_place(office: Office, tmp_path: Path) -> None:
    """Under its own id; it verifies there too."""
    a = office.ids[0]
    shutil.move(office.runs / a, tmp_path / "trial")
    manifest = json.loads((tmp_path / "trial" / "manifest.json").read_bytes())
    way = os.path.relpath(office.folder, tmp_path / "trial")
    (tmp_path / "trial" / "manifest.json").write_text(
        json.dumps({**manifest, "config_folder": way})
    )
    assert office.publish(tmp_path / "trial").folder == office.runs / a
    assert pipeline.verify_run(office.runs / "current").passed


def test_what_is_no_plan_or_not_there_is_refused(office: Office) -> None:
    """A run of another kind, a name that is none, and `current` where nothing is published."""
    check = pipeline.check_inputs(office.config())
    with pytest.raises(ConfigError, match="holds no plan, it is a run of kind check"):
        office.publish(check.run_id)
    with pytest.raises(RunError, match="run is 'nowhere', expected the id of a run in"):
        office.publish("nowhere")
    with pytest.raises(RunError, match="no run is published in"):
        office.publish("current")


def test_a_missed_fill_is_published_on_request_alone(office: Office) -> None:
    """Exit 4 with what is missing, else."""
    a = office.ids[0]
    path = office.runs / a / "kpis.json"
    slack = {"limit": "min_fill", "place": "SP1", "quantity": 4.5, "unit": "units", "penalty": 9.0}
    path.write_text(json.dumps({**json.loads(path.read_bytes()), "slacks": [slack]}))
    seal(path.parent, json.loads((path.parent / "manifest.json").read_bytes()))
    with pytest.raises(InfeasibleError, match=r"min_fill of SP1: 4\.5 units missing"):
        office.publish(a)
    assert read_current(office.runs) is None
    office.publish(a, despite_slacks=True)
    assert read_current(office.runs) == a


def test_with_manual_approval_a_job_only_proposes(office: Office) -> None:
    """A person publishes what waits; a later proposal takes the place of an earlier one."""
    a, b, c = office.ids
    manual = "plan.approval=manual"
    office.publish(a, manual)
    assert office.publish(b, manual, by_job=True).state == "proposed"
    with pytest.raises(UnchangedError, match=f"run {b} is proposed already"):
        office.publish(b, manual, by_job=True)
    assert office.publish(c, manual, by_job=True).state == "proposed"
    assert read_current(office.runs) == a
    assert office.told()[-3:] == [("b", "proposed"), ("b", "superseded"), ("c", "proposed")]
    assert office.events()[-1].note == "by a job"
    assert office.publish(c, manual).state == "published"
    assert office.events()[-1].note == ""
    assert office.publish(b, by_job=True).state == "published"


def test_old_runs_are_cleared_away(office: Office) -> None:
    """Not the published one, the one before it, or what waits; the ledger tells what went."""
    a, b, c = office.ids
    later = [pipeline.make_plan(office.config(f"plan.budget={n}")).run_id for n in (3, 15)]
    office.publish(a, "plan.approval=manual", by_job=True)
    assert office.publish(b).removed == ()
    assert office.publish(c, "run.keep=1").removed == (later[0],)
    assert names(office.runs) == sorted([a, b, c, later[1], "current", "ledger.sqlite"])
    assert (later[0], "removed") in office.told()


def test_what_a_kept_run_was_made_from_is_kept(office: Office) -> None:
    """The plan that the published one stood on, rolled back since: `plan --like` needs it."""
    a, b, c = office.ids
    office.publish(a)
    office.publish(b)
    stands = pipeline.make_plan(
        office.config("plan.budget=15", "plan.stability_cost=0.1"), published=office.runs / b
    )
    roll_back(office.config(), to=a)
    done = office.publish(stands.run_id, "run.keep=1")
    assert done.removed == ()  # c is the newest of what nothing needs
    later = pipeline.make_plan(office.config("plan.budget=3")).run_id
    assert office.publish(c, "run.keep=1").removed == (a,)
    assert {b, c, stands.run_id, later} <= set(names(office.runs))
    assert pipeline.repeat_plan(office.runs / stands.run_id).differs == ()


def test_a_run_that_cannot_be_cleared_away_is_told(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was published stands all the same."""

    def refuse(folder: Path) -> None:
        raise WriteError(f"cannot write {folder}: Permission denied")

    monkeypatch.setattr("prepos.pipeline.retention.remove_run", refuse)
    done = office.publish(office.ids[2], "run.keep=1")
    assert read_current(office.runs) == office.ids[2]
    assert [notice.code for notice in done.notices] == ["PP-RUN-NOT-REMOVED"]
    assert done.removed == ()


def test_a_diff_tells_what_the_newest_plan_moves_otherwise(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside the published one; or two by name, each way."""
    a, _, c = office.ids
    assert main(["diff", "-c", office.file]) == 3
    assert "no run is published" in capsys.readouterr().err
    office.publish(a)
    assert main(["diff", "-c", office.file]) == 0
    page = capsys.readouterr().out
    assert f"Run {c} beside {a}" in page
    assert "plan.budget: 6.0 → 12.0" in page
    assert main(["diff", str(office.runs / c), a, "-c", office.file, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["before"], told["after"]) == (c, a)
    frames = [pipeline.load_run(office.runs / run).frames["transfers.csv"] for run in (c, a)]
    units = [int(frame["quantity"].sum()) for frame in frames]
    change = sum(line["after"] - line["before"] for line in told["lines"])
    assert change == units[1] - units[0] == sum(n["after"] - n["before"] for n in told["lanes"])
    assert {line["change"] for line in told["lines"]} <= {"added", "removed", "changed"}


def test_the_newest_plan_that_is_published_stands_beside_the_one_before(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where none was published before it, that is said, not that nothing differs."""
    a, _, c = office.ids
    office.publish(c)
    assert main(["diff", "-c", office.file]) == 3
    said = " ".join(capsys.readouterr().err.split())
    assert f"run {c} is the published plan and the newest" in said
    roll_forward = [office.publish(run) for run in (a, c)]
    assert [done.run_id for done in roll_forward] == [a, c]
    assert main(["diff", "-c", office.file, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["before"], told["after"]) == (a, c)
    assert main(["diff", c, c, "-c", office.file]) == 0
    assert "Both plans move the same." in capsys.readouterr().out
