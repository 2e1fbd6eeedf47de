"""What goes wrong around a command: other commands, the disk, the clock, the solver, its end."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pulp
import pytest

from prepos.cli import main
from prepos.core.run import MANIFEST
from prepos.pipeline import history, planning
from prepos.plan import solver
from prepos.publish import check_run
from prepos.publish.current import read_current
from prepos.publish.lock import LOCK, hold_lock
from tests.faults.nursery import Nursery
from tests.published import Office

SOON_S = 5.0


def planned_by(office: Office, *words: str) -> int:
    """Plan in this process, and return the exit code."""
    return main(["plan", "-c", office.file, "--quiet", *words])


def never(*_: object, **__: object) -> None:
    """Fail: the hours of work have begun."""
    raise AssertionError("the work was begun")


@contextmanager
def mounted(place: Path, *words: str) -> Iterator[None]:
    """Mount something at a place; skip where that is not permitted."""
    if os.geteuid() or not shutil.which("mount"):
        pytest.skip("only root may mount")
    if subprocess.run(["mount", *words, str(place)], capture_output=True, check=False).returncode:
        pytest.skip("nothing may be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("command", ["publish", "rollback", "replan"])
def test_a_second_job_ends_at_once(office: Office, nursery: Nursery, command: str) -> None:
    """With 6 while the first is at work, and its name; what it holds is left alone."""
    words = [command, *([office.ids[2]] if command == "publish" else []), "-c", office.file]
    with hold_lock(office.runs, command="replan", run="r9"):
        ended = nursery.run(words)
        assert (office.runs / LOCK).exists()
    assert ended.code == 6, ended
    assert "`prepos replan` of run r9" in ended.told
    assert read_current(office.runs) == office.ids[1]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_stopped_job_leaves_no_lock(
    office: Office, nursery: Nursery, number: signal.Signals, code: int
) -> None:
    """Ctrl-C and SIGTERM end it in five seconds, and the next one begins."""
    end = nursery.start(["publish", office.ids[2], "-c", office.file], slow=True)
    begun = time.monotonic()
    while not (office.runs / LOCK).exists():
        assert time.monotonic() - begun < 60.0
        time.sleep(0.01)
    begun = time.monotonic()
    os.kill(nursery.pid, number)
    ended = end()
    assert time.monotonic() - begun < SOON_S
    assert ended.code == code, ended
    assert "Traceback" not in ended.told
    assert not (office.runs / LOCK).exists()
    assert nursery.run(["publish", office.ids[2], "-c", office.file]).code == 0


def test_a_read_only_disk_is_found_before_the_work(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each command that writes ends in 7 and says where; the plan of before stands."""
    monkeypatch.setattr(planning, "decide", never)
    with mounted(office.runs, "--bind", "-o", "ro", str(office.runs)):
        for words in (["plan"], ["replan"], ["publish", office.ids[2]], ["rollback"]):
            assert main([*words, "-c", office.file, "--quiet"]) == 7, words
            told = capsys.readouterr().err
            assert str(office.runs) in told
            assert "Read-only file system" in told
        check_run(office.runs / "current")


def test_a_full_disk_leaves_the_plan_of_before(office: Office, tmp_path: Path) -> None:
    """A real one, of less than a run's size: nothing half-written lies there afterwards."""
    small = tmp_path / "small"
    small.mkdir()
    with mounted(small, "-t", "tmpfs", "-o", "size=128k", "tmpfs"):
        sets = ["--set", f"run.folder={small}"]
        codes = [
            main(["publish", str(office.runs / run), "-c", office.file, "--quiet", *sets])
            for run in office.ids
        ]
        assert codes[0] == 0
        assert codes[-1] == 7
        assert read_current(small) == office.ids[codes.index(7) - 1]
        check_run(small / "current")
        there = {path.name for path in small.iterdir()}
        assert there <= {*office.ids[: codes.index(7)], "current", "ledger.sqlite"}


def test_a_run_that_vanished_is_passed_over(office: Office) -> None:
    """A rollback goes to one that is whole, another run can be published."""
    office.publish(office.ids[2])
    shutil.rmtree(office.runs / office.ids[2])
    shutil.rmtree(office.runs / office.ids[1])
    assert main(["rollback", "-c", office.file, "--quiet"]) == 0
    assert read_current(office.runs) == office.ids[0]
    check_run(office.runs / "current")


def test_a_clock_that_is_set_back_changes_no_order(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was published last is known by its place in the ledger, not by the time of day."""

    class Back(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Back:
            long_ago = datetime.now(UTC) - timedelta(days=400)
            return cls.fromtimestamp(long_ago.timestamp(), tz)

    monkeypatch.setattr(history, "datetime", Back)
    office.publish(office.ids[2])
    assert read_current(office.runs) == office.ids[2]
    assert main(["rollback", "-c", office.file, "--quiet"]) == 0
    assert read_current(office.runs) == office.ids[1]
    assert main(["doctor", "-c", office.file]) in {0, 3}


def test_the_same_bytes_wherever_and_however(
    office: Office, nursery: Nursery, tmp_path: Path
) -> None:
    """Another time zone, language and working folder give the same plan."""
    made = []
    for number, (zone, language) in enumerate(
        [("Pacific/Auckland", "C"), ("Etc/GMT+11", "C.UTF-8")]
    ):
        folder = tmp_path / f"there{number}"
        folder.mkdir()
        words = ["plan", "-c", office.file, "--set", "plan.budget=9", "--out", folder / "run"]
        around = {"TZ": zone, "LC_ALL": language, "LANG": language}
        ended = nursery.run([*words, "--quiet"], surroundings=around, folder=str(folder))
        assert ended.code == 0, ended
        files = {path.name: path.read_bytes() for path in (folder / "run").iterdir()}
        manifest = json.loads(files.pop(MANIFEST))
        made.append((files, manifest["run_id"], manifest["files"]))
    assert made[0] == made[1]


def test_a_working_folder_that_is_gone_stops_only_what_needs_it(
    office: Office,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Paths that are whole are found from anywhere; what is relative is told, with 7."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert main(["diff", *office.ids[:2], "-c", office.file]) == 0
    assert main(["publish", office.ids[2], "-c", office.file, "--dry-run"]) == 0
    capsys.readouterr()
    for words in (["plan", "-c", office.file, "--out", "there"], ["init"], ["demo"]):
        assert main(words) == 7, words
        told = capsys.readouterr().err
        assert told.startswith("prepos: ")
        assert "gone" in told or "No such file" in told


def test_runs_that_were_moved_behind_a_link_are_what_they_were(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To a larger disk, say: verified with the inputs beside the link, published, repeated.

    A run that is made there finds its way back too.
    """
    away = office.runs.rename(office.folder.parent / "larger disk ü")
    office.runs.symlink_to(away)
    monkeypatch.chdir(office.folder)
    for run in (office.ids[2], f"runs/{office.ids[2]}", "current"):
        assert main(["verify", run, "--quiet"]) == 0
    assert main(["publish", office.ids[2], "-c", office.file, "--quiet"]) == 0
    assert planned_by(office, "--set", "plan.budget=7") == 0
    assert main(["publish", "newest", "-c", office.file, "--quiet"]) == 0
    check_run(away / "current")


class Garbage(pulp.HiGHS):
    """A solver that tells optimal values which are none."""

    def actualSolve(self, lp: pulp.LpProblem, **words: object) -> int:  # noqa: N802
        status = super().actualSolve(lp, **words)
        for number, variable in enumerate(lp.variables()):
            variable.varValue = float(7 * number % 5) - 1.0
        return int(status)


class Crash(pulp.HiGHS):
    """A solver that ends in its own fault."""

    def actualSolve(self, lp: pulp.LpProblem, **words: object) -> int:  # noqa: N802
        raise pulp.PulpSolverError("it was killed")


@pytest.mark.parametrize(("broken", "told"), [(Garbage, "tells values"), (Crash, "failed: it")])
def test_no_plan_of_a_broken_solver_is_put_in_place(
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    broken: Callable[..., pulp.LpSolver],
    told: str,
) -> None:
    """Exit 5, of a lie about limits too; nothing half-written; the plan of before stands."""
    monkeypatch.setattr(solver, "call_solver", lambda *_, **__: broken(msg=False))
    before = {path.name for path in office.runs.iterdir()}
    assert planned_by(office, "--set", "plan.budget=7") == 5
    assert capsys.readouterr().err.startswith(f"prepos: solver highs {told}")
    assert {path.name for path in office.runs.iterdir()} == before
    check_run(office.runs / "current")


def test_a_lie_about_prices_proves_less_and_no_more(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any prices give a bound: the plan at these is verified, and its proof again."""
    monkeypatch.setattr(solver, "call_solver", lambda *_, **__: Garbage(msg=False))
    out = office.folder / "lied"
    sets = ["--set", "plan.budget=7", "--set", "plan.method=decompose"]
    assert planned_by(office, *sets, "--out", str(out)) == 0
    assert main(["verify", str(out), "--quiet"]) == 0


def test_a_solver_that_is_killed_is_told(
    office: Office,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One that runs as a process of its own, by a signal."""
    program = tmp_path / "cbc"
    program.write_text("#!/bin/sh\nkill -9 $$\n")
    program.chmod(0o755)
    monkeypatch.setattr(pulp.PULP_CBC_CMD, "pulp_cbc_path", str(program))
    assert planned_by(office, "--set", "plan.budget=7", "--set", "plan.solver=cbc") == 5
    assert "cbc" in capsys.readouterr().err


@pytest.mark.parametrize("size", [1e-9, 1e9])
def test_wild_costs_give_a_plan_that_is_verified(
    office: Office, tmp_path: Path, size: float
) -> None:
    """Money of any size: the plan passes the second opinion."""
    sets = [f"plan.shortage_cost={10 * size}", f"plan.holding_cost={0.01 * size}"]
    out = tmp_path / "wild"
    words = [word for each in sets for word in ("--set", each)]
    assert planned_by(office, "--out", str(out), *words) == 0
    assert main(["verify", str(out), "--quiet"]) == 0


def test_memory_that_runs_out_is_told(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In plain words, without a traceback; nothing half-written lies there."""

    def greedy(*_: object, **__: object) -> None:
        raise MemoryError("Unable to allocate 3 TiB")

    monkeypatch.setattr(planning, "decide", greedy)
    before = {path.name for path in office.runs.iterdir()}
    assert planned_by(office, "--set", "plan.budget=7") == 1
    told = capsys.readouterr().err
    assert told.startswith("prepos: memory ran out (Unable to allocate 3 TiB); nothing was")
    assert {path.name for path in office.runs.iterdir()} == before


def caused(error: OSError, cause: OSError) -> OSError:
    """Return an error that tells of another."""
    error.__cause__ = cause
    return error


def test_a_limit_of_memory_is_told(office: Office, nursery: Nursery) -> None:
    """A real one, reached sooner or later: in plain words, and the plan of before stands.

    Where the C library itself is refused, it ends the process with a word of its own.
    """
    before = {path.name for path in office.runs.iterdir()}
    words = ["replan", "-c", office.file, "--set", "plan.budget=7"]
    limits = (4, 32, 130)  # MB beyond what a command holds as it begins
    ended = [nursery.run(words, memory_bytes=limit * 1_000_000) for limit in limits]
    told = [end for end in ended if end.code == 1]
    assert told, ended
    for end in told:
        assert end.told.startswith("prepos: memory ran out"), end
        assert "; nothing was published; expected more of it" in end.told
    assert all(end.code in {1, 127} or end.code < 0 for end in ended), ended
    assert not [end for end in ended if "Traceback" in end.told], ended
    assert read_current(office.runs) == office.ids[1]
    assert nursery.run(words).code == 0
    for made in {path.name for path in office.runs.iterdir() if path.is_dir()} - before:
        check_run(office.runs / made)  # one may have been made whole, and not published


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        RuntimeError("can't start new thread"),
        ImportError("/lib/x.so: failed to map segment from shared object"),
        caused(
            OSError("Could not load x"), OSError("x.so: failed to map segment from shared object")
        ),
        RuntimeError("Failed to launch worker thread: Resource temporarily unavailable"),
    ],
)
def test_no_memory_has_many_words(
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
) -> None:
    """Those of the system and of libraries, which are no MemoryError, are known."""

    def greedy(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(planning, "decide", greedy)
    assert planned_by(office, "--set", "plan.budget=7") == 1
    assert capsys.readouterr().err.startswith("prepos: memory ran out (")


def test_every_bit_of_a_published_run_counts(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that changed in any file of its manifest is found by verify and doctor, and named."""
    folder = office.runs / office.ids[1]
    for path in sorted(set(folder.iterdir()) - {folder / MANIFEST}):
        kept = path.read_bytes()
        changed = bytearray(kept)
        changed[len(kept) // 2] ^= 1
        path.write_bytes(changed)
        assert main(["verify", str(folder), "--quiet"]) == 3, path
        found = main(["doctor", "-c", office.file])
        told = capsys.readouterr()
        assert found != 0, path
        assert path.name in told.out + told.err
        path.write_bytes(kept)
    assert main(["verify", str(folder), "--quiet"]) == 0


def test_a_closed_pipe_shows_no_traceback() -> None:
    """A reader that has had enough is no error."""
    words = f"{sys.executable} -m prepos schema orders --json | head -c 0"
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        words, shell=True, capture_output=True, env=os.environ | {"PYTHONPATH": root}, check=False
    )
    assert done.stderr == b""
