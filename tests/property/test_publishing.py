"""Laws of publishing: whatever is done in whatever order, and wherever the disk refuses."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prepos.errors import RunError, UnchangedError, WriteError
from prepos.pipeline import load_run, roll_back
from prepos.publish import ledger
from prepos.publish.current import read_current
from tests.published import Office

STEPS = st.lists(st.sampled_from(["a", "b", "c", "back"]), max_size=7)


@settings(max_examples=8)
@given(steps=STEPS)
def test_pointer_and_ledger_agree(
    planned: Office, tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    """A rollback undoes a publication; what is published is what a stack of them would say."""
    office = planned.copy(tmp_path_factory.mktemp("steps"))
    stack: list[str] = []
    for step in steps:
        if step == "back":
            with suppress(RunError):
                roll_back(office.config())
            stack = stack[:-1] if len(stack) > 1 else stack
        else:
            with suppress(UnchangedError):
                office.publish(office.ids["abc".index(step)])
            stack = [*(run for run in stack if run != step), step]
        told = [office.letter(run) for run in ledger.published_order(office.events())]
        assert told == stack
        pointed = read_current(office.runs)
        assert (pointed and office.letter(pointed)) == (stack[-1] if stack else None)


@contextmanager
def refused(patched: pytest.MonkeyPatch, turn: int) -> Iterator[list[str]]:
    """Let the disk refuse one write, the one whose turn it is; give those that came by."""
    seen: list[str] = []

    def wrap(name: str, call: Callable[..., object], error: Exception) -> Callable[..., object]:
        def count(*arguments: object, **more: object) -> object:
            seen.append(name)
            if len(seen) - 1 == turn:
                raise error
            return call(*arguments, **more)

        return count

    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with patched.context() as inner:
        for name in ("fsync", "replace", "link", "symlink", "write"):
            inner.setattr(os, name, wrap(name, getattr(os, name), full))
        locked = sqlite3.OperationalError("database or disk is full")
        locked.sqlite_errorcode = sqlite3.SQLITE_FULL
        inner.setattr(sqlite3, "connect", wrap("connect", sqlite3.connect, locked))
        yield seen


@pytest.mark.parametrize("back", [False, True], ids=["publish", "rollback"])
def test_wherever_the_disk_refuses_a_whole_plan_stays(
    planned: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, back: bool
) -> None:
    """At each write in turn: exit code 7 and the plan of before, or done and said; then it works.

    A symbolic link that is refused is no failure: a text file takes its place.
    """
    a, b, c = planned.ids
    office = planned.copy(tmp_path)
    for run in (a, b):
        office.publish(run)
    aimed = a if back else c

    def step() -> object:
        return roll_back(office.config()) if back else office.publish(c)

    turn, ended = 0, []
    while True:
        with refused(monkeypatch, turn) as seen:
            try:
                step()
                ended.append("done")
            except WriteError:
                ended.append("refused")
        pointed = read_current(office.runs)
        assert pointed == (aimed if ended[-1] == "done" else b), (turn, seen)
        assert load_run(office.runs / pointed).manifest["run_id"] == pointed
        assert not [path for path in office.runs.iterdir() if path.name.startswith(".")]
        if len(seen) <= turn:
            break
        turn += 1
        if pointed == aimed:  # go on from where it began
            office.publish(b) if back else roll_back(office.config())
    assert turn > 15
    assert ended.count("refused") > 10
