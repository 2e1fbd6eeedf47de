"""The lock: one holder at a time, told by name, free again however it ended."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from time import monotonic

import pytest

from prepos.errors import LockError, WriteError
from prepos.publish import lock
from prepos.publish.held import is_free
from prepos.publish.lock import (
    UNKNOWN,
    Holder,
    hold_lock,
    is_left_behind,
    read_holder,
    refuse_held,
)
from prepos.publish.lock import this_process as told

HOLD = """
import sys
from pathlib import Path
from prepos.publish.lock import hold_lock
with hold_lock(Path(sys.argv[1]), command="replan", run="r1"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process(runs: Path) -> Iterator[subprocess.Popen[str]]:
    """Give a process that holds the lock."""
    words = [sys.executable, "-c", HOLD, str(runs)]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def leave(runs: Path, holder: Holder | str) -> None:
    """Leave a lock behind that no process holds."""
    text = holder if isinstance(holder, str) else json.dumps(asdict(holder))
    (runs / "lock").write_text(text)


def test_a_held_lock_names_its_holder(tmp_path: Path) -> None:
    """While it is held, whole and alone; afterwards nothing lies there."""
    runs = tmp_path / "runs"
    with hold_lock(runs, command="publish", run="r1") as held:
        holder = read_holder(runs)
        assert holder == held.holder
        assert (holder.host, holder.pid, holder.command, holder.run) == (
            socket.gethostname(),
            os.getpid(),
            "publish",
            "r1",
        )
        assert held.taken_over is None
        assert [path.name for path in runs.iterdir()] == ["lock"]
    assert list(runs.iterdir()) == []
    assert read_holder(runs) is None


def test_the_second_is_refused_at_once(tmp_path: Path) -> None:
    """Within a second, naming command, run, person, machine, process and since when."""
    with hold_lock(tmp_path, command="replan", run="r1") as held:
        began = monotonic()
        with pytest.raises(LockError) as caught, hold_lock(tmp_path, command="publish"):
            pass
        assert monotonic() - began < 1.0
        me = held.holder
        who = f"`prepos replan` of run r1 by {me.user} on {me.host}, process {me.pid}"
        assert f"{tmp_path / 'lock'} is held: {who}, since {me.since}" in str(caught.value)
        assert read_holder(tmp_path) == me
    assert list(tmp_path.iterdir()) == []


def test_whoever_comes_is_refused_before_any_work(tmp_path: Path) -> None:
    """Unless the lock is free, or was left behind; nothing is written by looking."""
    refuse_held(tmp_path)
    with (
        hold_lock(tmp_path, command="replan"),
        pytest.raises(LockError, match="is held: `prepos replan` by"),
    ):
        refuse_held(tmp_path)
    leave(tmp_path, replace(told("plan"), pid=2**22 + 1))
    refuse_held(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]


def test_who_waits_gets_it(tmp_path: Path) -> None:
    """As soon as it is free; the one before gave it back."""
    got: list[str] = []
    with hold_lock(tmp_path, command="replan"):
        waits = threading.Thread(target=lambda: got.append(take(tmp_path, wait_s=30.0)))
        waits.start()
        while not list(tmp_path.glob(".lock-*")):  # written aside: it has come to the door
            assert waits.is_alive()
        assert got == []
    waits.join()
    assert got == ["publish"]


def take(runs: Path, wait_s: float) -> str:
    """Hold the lock once, and return for what."""
    with hold_lock(runs, command="publish", wait_s=wait_s) as held:
        return held.holder.command


def test_a_killed_process_leaves_a_lock_that_is_taken_over(tmp_path: Path) -> None:
    """Not before it is dead; then with word of who left it."""
    with another_process(tmp_path) as process:
        assert not is_left_behind(tmp_path)
        with pytest.raises(LockError, match=f"process {process.pid}"):
            take(tmp_path, wait_s=0.0)
        process.send_signal(signal.SIGKILL)
        process.wait()
        left = read_holder(tmp_path)
        assert left is not None
        assert left.pid == process.pid
        assert is_left_behind(tmp_path)
        with hold_lock(tmp_path, command="publish") as held:
            assert held.taken_over == left
            assert not is_left_behind(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "taken"),
    [
        ({"pid": 2**22 + 1}, True),  # no process has that number
        ({"started": "1"}, True),  # another process has got the number since
        ({"boot": "before"}, True),  # the machine was started anew since
        ({}, False),  # the process lives, though the kernel knows of no lock
        ({"host": "elsewhere", "pid": 2**22 + 1}, False),  # another machine's cannot be seen
    ],
)
def test_what_counts_as_left_behind(tmp_path: Path, change: dict[str, object], taken: bool) -> None:
    """A lock of this machine whose process is surely gone."""
    leave(tmp_path, replace(told("plan"), **change))
    assert is_left_behind(tmp_path) is taken
    if taken:
        assert take(tmp_path, wait_s=0.0) == "publish"
    else:
        with pytest.raises(LockError, match="`prepos plan`"):
            take(tmp_path, wait_s=0.0)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"host": "x"}'])
def test_a_lock_that_cannot_be_read_is_respected_while_young(tmp_path: Path, text: str) -> None:
    """It may be being written; later it is rubbish."""
    leave(tmp_path, text)
    assert read_holder(tmp_path) == UNKNOWN
    with pytest.raises(LockError, match="a process that it does not name"):
        take(tmp_path, wait_s=0.0)
    os.utime(tmp_path / "lock", (1.0, 1.0))
    with hold_lock(tmp_path, command="publish") as held:
        assert held.taken_over == UNKNOWN


def test_of_two_that_take_over_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second finds another's lock where the one left behind was, and leaves it alone."""
    leave(tmp_path, replace(told("plan"), pid=2**22 + 1))
    replace_lock = lock._replace

    def late(path: Path, aside: Path) -> bool:
        monkeypatch.setattr(lock, "_replace", replace_lock)
        first.append(stack.enter_context(hold_lock(tmp_path, command="first")))
        return replace_lock(path, aside)

    first: list[lock.Lock] = []
    monkeypatch.setattr(lock, "_replace", late)
    with ExitStack() as stack:
        with pytest.raises(LockError, match="`prepos first`"):
            take(tmp_path, wait_s=0.0)
        assert read_holder(tmp_path) == first[0].holder


def test_it_is_free_after_an_exception(tmp_path: Path) -> None:
    """Of any kind, a stop by a signal included."""
    for error in (ValueError, KeyboardInterrupt):
        with pytest.raises(error), hold_lock(tmp_path, command="plan"):
            raise error
        assert list(tmp_path.iterdir()) == []


def test_without_second_names_a_file_keeps_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On file systems such as FAT; one holder at a time there too."""

    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    with hold_lock(tmp_path, command="plan") as held:
        assert read_holder(tmp_path) == held.holder
        with pytest.raises(LockError, match="`prepos plan`"):
            take(tmp_path, wait_s=0.0)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """With the path."""
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(WriteError, match=f"cannot write {tmp_path / 'runs' / 'lock'}"):
        take(tmp_path / "runs", wait_s=0.0)


def test_what_is_held_is_told_by_the_kernel(tmp_path: Path) -> None:
    """A folder that is not there is nobody's to remove."""
    assert is_free(tmp_path)
    assert not is_free(tmp_path / "nowhere")


@pytest.mark.parametrize("target", ["nowhere", "lock"])
def test_a_link_in_its_place_is_no_free_one(tmp_path: Path, target: str) -> None:
    """To nothing, or to itself: it is held by somebody unknown, and nobody waits for ever."""
    (tmp_path / "lock").symlink_to(tmp_path / target)
    with pytest.raises(LockError, match="a process that it does not name"):
        hold_lock(tmp_path, command="replan").__enter__()
    with pytest.raises(LockError):
        refuse_held(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]
