"""Every change of a file that a command makes fails in turn: killed, refused once, a full disk."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from prepos.cli import main
from prepos.publish import check_run
from prepos.publish.current import read_current
from prepos.publish.runs import LEFT
from tests.faults.nursery import Ended, Nursery
from tests.published import Office

WAYS = ("kill", "once", "full")
STEP = int(os.environ.get("PREPOS_TEST_FAULT_STEP", "3"))  # 1: at every change, as before a release
KILLED = -9
DONE, NO_ROOM, SAME = 0, 7, 99


def restore(office: Office, current: str) -> None:
    """Make what a killed command left a minute old, and publish what was published before."""
    for path in office.runs.iterdir():
        if path.name.startswith(LEFT):
            os.utime(path, (0, 0), follow_symlinks=False)
    assert main(["publish", current, "-c", office.file, "--quiet"]) in (DONE, SAME)
    assert read_current(office.runs) == current
    assert_tidy(office)


def assert_tidy(office: Office) -> None:
    """Fail where anything but runs, pointer and ledger lies there, or a run is not whole."""
    there = {path.name for path in office.runs.iterdir()} - {"ledger.sqlite-journal"}
    assert there == {*office.ids, "current", "ledger.sqlite"}
    for run in office.ids:
        check_run(office.runs / run)


def each_fault(nursery: Nursery, words: list[str], how: str) -> Iterator[tuple[int, Ended]]:
    """Yield how a command ends when its first change fails, its second, until none is left."""
    step = max(STEP, 4) if how == "full" else STEP  # what is refused first is refused once, too
    for at in range(1, 400, step):
        ended = nursery.run(words, how=how, at=at)
        yield at, ended
        if ended.code != KILLED and ended.changes < at:
            return
    raise AssertionError("the command never came to its end")


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("command", ["publish", "rollback"])
def test_a_pointer_is_moved_or_not(
    office: Office, nursery: Nursery, monkeypatch: pytest.MonkeyPatch, command: str, how: str
) -> None:
    """After each fault the plan of before stands, or the new one where that was told as done."""
    skip_verification(monkeypatch)
    before, after = office.ids[1], office.ids[2] if command == "publish" else office.ids[0]
    words = [command, *([after] if command == "publish" else []), "-c", office.file, "--quiet"]
    struck = 0
    for at, ended in each_fault(nursery, words, how):
        struck += 1
        assert ended.code in ({KILLED, DONE} if how == "kill" else {DONE, NO_ROOM}), (at, ended)
        current = read_current(office.runs)
        assert current in {before, after}, (at, ended)
        if ended.code != KILLED:
            assert current == (after if ended.code == DONE else before), (at, ended)
        check_run(office.runs / "current")
        assert "Traceback" not in ended.told, ended
        restore(office, before)
    assert struck > 5


@pytest.mark.parametrize("how", WAYS)
def test_a_run_is_replaced_or_not(
    office: Office, nursery: Nursery, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """A plan written over the published one leaves it whole, whichever write fails."""
    skip_verification(monkeypatch)
    current = office.ids[1]
    struck = 0
    for at, ended in each_fault(nursery, ["rewrite", str(office.runs / current)], how):
        struck += 1
        assert ended.code in ({KILLED, DONE} if how == "kill" else {DONE, NO_ROOM}), (at, ended)
        check_run(office.runs / "current")
        restore(office, current)
    assert struck > 5


def test_no_file_may_grow_beyond_a_size(
    office: Office, nursery: Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk is full in the middle of a file, in C code too: exit 7, and the plan of before."""
    skip_verification(monkeypatch)
    current, codes = office.ids[1], []
    for power in range(6, 18, 2):
        for words in (["rewrite", str(office.runs / current)], publishing(office)):
            ended = nursery.run(words, file_bytes=2**power)
            codes.append(ended.code)
            assert ended.code in {DONE, NO_ROOM}, ended
            assert "Traceback" not in ended.told, ended
            moved = ended.code == DONE and words[0] == "publish"
            assert read_current(office.runs) == (office.ids[2] if moved else current), ended
            check_run(office.runs / "current")
            restore(office, current)
    assert set(codes) == {DONE, NO_ROOM}


def publishing(office: Office) -> list[str]:
    """Return the words that publish the third run."""
    return ["publish", office.ids[2], "-c", office.file, "--quiet"]


def skip_verification(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs be published that were verified when they were planned; as in the children."""
    from prepos.core.verdict import Verdict
    from prepos.pipeline import publishing
    from prepos.pipeline.judging import Judged

    judged = Judged(verdict=Verdict(run_id="", checks=()))
    monkeypatch.setattr(publishing, "judge_again", lambda *_, **__: judged)
