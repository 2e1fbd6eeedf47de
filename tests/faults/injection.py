"""In a child process: its n-th change of a file fails, or kills it.

A change is whatever asks the system to write: opening to write, renaming, linking, making and
removing, syncing, each statement of the ledger and each table of Parquet. They are heard through
Python's audit hooks where there are any, so nothing of prepos is replaced.
"""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from typing import Any

import pyarrow.parquet

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
NEEDS_ROOM = ("open", "os.mkdir", "os.link", "os.symlink", "os.rename", "sync", "parquet")
CHANGES = (*NEEDS_ROOM[1:5], "os.remove", "os.rmdir", "os.truncate")
BYSTANDERS = ("__pycache__", "/dev/", ".nbi", ".nbc")  # what is written there is no run


class Fault:
    """Counts the changes, and strikes at the n-th: ``kill``, ``once``, or from then on (``full``).

    A disk that is full refuses what needs room; what is removed or renamed goes all the same.
    """

    def __init__(self, how: str, at: int) -> None:
        self.how, self.at, self.count, self.asleep = how, at, 0, False

    def step(self, kind: str, path: object) -> None:
        """Note one change, before it is made."""
        if self.asleep or any(part in str(path) for part in BYSTANDERS):
            return
        self.count += 1
        if self.how == "kill" and self.count == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        full = self.how == "full" and self.count >= self.at and kind != "os.rename"
        once = self.how == "once" and self.count == self.at
        if (full or once) and kind in NEEDS_ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Hear of what the interpreter is about to do."""
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES:
            self.step("open", arguments[0])
        elif event in CHANGES:
            self.step(event, arguments[0])


def strike(how: str, at: int) -> Fault:
    """Let the n-th change of this process fail; 0 only counts them."""
    fault = Fault(how, at)
    os.fsync = _before(os.fsync, fault, "sync")
    pyarrow.parquet.write_table = _before(pyarrow.parquet.write_table, fault, "parquet")
    sqlite3.connect = _traced(sqlite3.connect, fault)
    sys.addaudithook(fault.hear)
    return fault


def _traced(connect: Callable[..., sqlite3.Connection], fault: Fault) -> Callable[..., Any]:
    """Return the function with a step before each statement; one that fails would not be heard."""

    def noted(*words: Any, **more: Any) -> sqlite3.Connection:
        connection = connect(*words, **more)
        if fault.how == "kill":
            connection.set_trace_callback(lambda _: fault.step("statement", ""))
        return connection

    return noted


def _before(function: Callable[..., Any], fault: Fault, kind: str) -> Callable[..., Any]:
    """Return the function with a step before it."""

    def noted(*words: Any, **more: Any) -> Any:
        fault.step(kind, "")
        return function(*words, **more)

    return noted
