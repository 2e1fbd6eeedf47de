"""The doctor: each thing that can be broken, broken, and told by name."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from prepos import pipeline
from prepos.cli.app import main
from prepos.errors import LockError, RunError, SolverError, WriteError
from prepos.pipeline import doctor, roll_back
from prepos.pipeline.doctor import examine, mend, wrong_versions
from prepos.plan import trial, try_solver
from prepos.publish.current import read_current, swap_current
from prepos.publish.held import held_folder
from prepos.publish.ledger import append_events
from prepos.publish.lock import hold_lock, this_process
from tests.published import Office
from tests.unit.publish.test_lock import leave
from tests.unit.test_pipeline import TODAY


@pytest.fixture(scope="module")
def made(planned: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Return a workspace with three runs, published one after another."""
    office = planned.copy(tmp_path_factory.mktemp("published"))
    for run in office.ids:
        office.publish(run)
    return office


@pytest.fixture
def office(made: Office, tmp_path: Path) -> Office:
    """Return a copy of it."""
    return made.copy(tmp_path)


def told(office: Office, *sets: str) -> dict[str, tuple[str, str]]:
    """Return what is not well, by what was looked at: its state and the words."""
    found = examine(office.config(*sets))
    return {one.name: (one.state, one.message) for one in found if one.state != "ok"}


def test_a_sound_office_is_well(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0, a table for people, one object for machines; nothing is left in the folder."""
    before = sorted(path.name for path in office.runs.iterdir())
    assert main(["doctor", "-c", office.file]) == 0
    page = capsys.readouterr().out
    assert "published run" in page
    assert page.count("run before") == 2
    assert main(["doctor", "-c", office.file, "--json"]) == 0
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert {check["state"] for check in checks} == {"ok"}
    assert sorted(path.name for path in office.runs.iterdir()) == before


def test_an_altered_manifest_is_found_and_passed_over(office: Office) -> None:
    """A bit of what nothing else sums; a rollback goes to the run before the one that has it."""
    a, b, c = office.ids
    path = office.runs / b / "manifest.json"
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"seed": 0', b'"seed": 1'))
    state, words = told(office)["run before"]
    assert state == "broken"
    assert f"{b}: 1 file is not as it was published" in words
    assert "manifest.json was altered" in words
    assert roll_back(office.config()).run_id == a
    path.write_bytes(content)
    assert told(office) == {}
    (office.runs / c / "manifest.json").write_bytes(b'{"files": {}, "run_id": "x"}')
    with pytest.raises(RunError, match="not as it was published"):
        roll_back(office.config(), to=c)


def test_a_published_run_that_is_made_again_is_still_it(office: Office) -> None:
    """In its own place, the same but for its timings: nothing is wrong with it."""
    run = office.ids[2]
    manifest = office.runs / run / "manifest.json"
    before = manifest.read_bytes()
    assert pipeline.make_plan(office.config("plan.budget=12"), today=TODAY).run_id == run
    assert manifest.read_bytes() != before
    assert told(office) == {}


def test_a_lost_ledger_takes_the_published_manifest_as_it_is(office: Office) -> None:
    """From then on a bit of it that differs is found again."""
    (office.runs / "ledger.sqlite").unlink()
    mend(office.config())
    assert told(office) == {}
    path = office.runs / office.ids[2] / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"seed": 0', b'"seed": 2'))
    assert "manifest.json was altered" in told(office)["published run"][1]


def test_an_altered_bit_is_found_and_a_rollback_heals(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 3 naming run and file; then the run before is published, and the doctor is content."""
    _, b, c = office.ids
    office.alter(c)
    assert main(["doctor", "-c", office.file, "--json"]) == 3
    error = json.loads(capsys.readouterr().out)
    assert [fault["column"] for fault in error["faults"]] == ["published run"]
    assert c in error["message"]
    assert "transfers.csv was altered" in error["message"]
    assert main(["doctor", "-c", office.file]) == 3
    assert "broken" in capsys.readouterr().out
    assert roll_back(office.config()).run_id == b
    assert read_current(office.runs) == b
    assert told(office) == {}


def lose_run(office: Office) -> None:
    office.runs.joinpath(office.ids[2]).rename(office.folder / "lost")


def lose_earlier_run(office: Office) -> None:
    office.runs.joinpath(office.ids[1]).rename(office.folder / "lost")


def point_nowhere(office: Office) -> None:
    office.runs.joinpath("current").unlink()
    office.runs.joinpath("current").write_text("../..")


def unpublish(office: Office) -> None:
    office.runs.joinpath("current").unlink()


def damage_ledger(office: Office) -> None:
    office.runs.joinpath("ledger.sqlite").write_bytes(b"no database")


def lose_ledger(office: Office) -> None:
    office.runs.joinpath("ledger.sqlite").unlink()


def point_back(office: Office) -> None:
    swap_current(office.runs, office.ids[0])


def leave_partial(office: Office) -> None:
    left(office.runs / ".partial-r9")


def left(folder: Path) -> None:
    """Make a folder that was left behind some time ago."""
    folder.mkdir(exist_ok=True)
    os.utime(folder, (1.0, 1.0))


def leave_lock(office: Office) -> None:
    leave(office.runs, replace(this_process("plan"), pid=2**22 + 1))


def go_back_in_time(office: Office) -> None:
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    append_events(office.runs, [replace(office.events()[-1], at=later)])


@pytest.mark.parametrize(
    ("harm", "name", "state", "words"),
    [
        (lose_run, "published run", "broken", "is no run"),
        (lose_earlier_run, "run before", "doubt", "is gone; a rollback passes over it"),
        (point_nowhere, "runs", "broken", "points to '../..', expected the id of a run"),
        (unpublish, "pointer", "doubt", "no run is published"),
        (damage_ledger, "ledger", "broken", "was damaged: it is made anew"),
        (lose_ledger, "ledger", "doubt", "was missing: it is made anew"),
        (point_back, "ledger", "doubt", "is published, current says"),
        (leave_partial, "leftovers", "doubt", "left by killed commands: .partial-r9"),
        (leave_lock, "lock", "doubt", "left behind by `prepos plan`"),
        (go_back_in_time, "clock", "broken", "but a run was at"),
    ],
)
def test_what_is_wrong_is_told(
    office: Office, harm: Callable[[Office], None], name: str, state: str, words: str
) -> None:
    """By name, how bad it is, and what was found."""
    harm(office)
    found = told(office)
    assert found[name][0] == state
    assert words in found[name][1]


def test_what_can_be_mended_is(office: Office) -> None:
    """Leftovers, a lock left behind, a lost ledger; a run half replaced is put back."""
    lose_ledger(office)
    leave_partial(office)
    leave_lock(office)
    left(office.runs / ".current-x")
    left(office.runs / ".replaced-x")
    office.runs.joinpath(office.ids[2]).rename(office.runs / ".replaced-x" / office.ids[2])
    left(office.runs / ".replaced-x")
    assert main(["doctor", "-c", office.file, "--fix"]) == 0
    assert told(office) == {}
    names = sorted(path.name for path in office.runs.iterdir())
    assert names == sorted([*office.ids, "current", "ledger.sqlite"])


def test_what_is_in_use_is_left_alone(office: Office) -> None:
    """A run being written is no leftover; while a command is at work nothing is mended.

    Nor is what was made a moment ago, and may be held in the next.
    """
    (office.runs / ".partial-new").mkdir()
    leave_partial(office)
    with held_folder(office.runs / ".partial-r9"):
        assert told(office) == {}
        assert mend(office.config()) == ()
    with hold_lock(office.runs, command="replan"):
        assert "lock" not in told(office)
        with pytest.raises(LockError, match="`prepos replan`"):
            mend(office.config())
    assert mend(office.config()) == (office.runs / ".partial-r9",)
    assert (office.runs / ".partial-new").is_dir()


def test_the_disk_is_looked_at(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too little room, and a folder that cannot be written."""
    for free, state in ((1_000, "broken"), (1_000_000, "doubt"), (10**12, None)):
        monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _, f=free: SimpleNamespace(free=f))
        assert told(office).get("space", (None,))[0] == state

    def refuse(runs: Path) -> None:
        raise WriteError(f"cannot write {runs}: Read-only file system")

    monkeypatch.setattr(doctor, "try_folder", refuse)
    assert told(office)["folder"] == (
        "broken",
        f"cannot write {office.runs}: Read-only file system",
    )


def test_an_office_without_runs_is_well(office: Office) -> None:
    """Nothing is made there by looking, or by mending."""
    found = told(office, "run.folder=elsewhere")
    assert found == {"pointer": ("doubt", "no run is published")}
    assert mend(office.config("run.folder=elsewhere")) == ()
    assert not (office.folder / "elsewhere").exists()


def test_versions_that_do_not_fit_are_told() -> None:
    """What is missing too; extras do not count."""
    needs = ["numpy>=2.0", "numpy>=999", "nowhere-to-be>=1; extra == 'db'", "nowhere-to-be>=1"]
    assert [*wrong_versions(needs)] == [
        f"numpy is {np.__version__}, expected >=999",
        "nowhere-to-be is missing, expected >=1",
    ]


def test_a_solver_that_errs_is_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has to solve a tiny model whose answer is known; each that is installed does."""
    assert try_solver("cbc") == "cbc"
    assert try_solver("auto") == "highs"
    monkeypatch.setattr(trial, "solve_program", lambda *_, **__: SimpleNamespace(objective=6.5))
    with pytest.raises(SolverError, match=r"says 6\.5 to a trial, expected 8"):
        try_solver("highs")
    assert told(office)["solver"][0] == "broken"


@pytest.mark.parametrize("what", ["link", "file"])
def test_what_stands_where_runs_should_lie_is_told(
    office: Office, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A link that leads nowhere, a file: by the doctor, and by whoever wants to write."""
    aside = office.runs.rename(office.folder / "aside")
    words = f"{office.runs} is a file, expected a folder"
    if what == "link":
        office.runs.symlink_to(office.folder / "away")
        words = f"{office.runs} is a link to {office.folder / 'away'}, which is not there"
    else:
        office.runs.write_text("")
    (found,) = (one for one in examine(office.config()) if one.name == "folder")
    assert (found.state, found.message) == (doctor.BROKEN, words)
    run = str(aside / office.ids[0])
    for command in (["plan"], ["replan"], ["rollback"], ["publish", run]):
        assert main([*command, "-c", office.file, "--quiet"]) == 7, command
        assert words in capsys.readouterr().err
