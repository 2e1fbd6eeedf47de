"""Whether a process is still at a file or folder: told by the kernel, so a dead one holds nothing.

Stands on flock(2), which ends with the process; where there is none, everything counts as held.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl


def hold_open(handle: int) -> bool:
    """Hold an open file or folder until it is closed; return whether nobody else does."""
    if sys.platform == "win32":
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held, or a file system that knows no such locks
        return False
    return True


@contextmanager
def held_folder(folder: Path) -> Iterator[None]:
    """Hold a folder, wherever it is renamed to meanwhile."""
    if sys.platform == "win32":  # opens no folders
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        hold_open(handle)
        yield
    finally:
        os.close(handle)


def is_free(path: Path) -> bool:
    """Return whether surely no process holds a file or folder; False where it is not there."""
    try:
        # a network's file system locks only what may be written
        handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    except OSError:
        return False
    try:
        return hold_open(handle)
    finally:
        os.close(handle)
