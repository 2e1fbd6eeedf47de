"""Two folders changing places in one step, where the system can: Linux, by renameat2(2)."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

AT_FDCWD = -100  # paths are relative to the working folder
RENAME_EXCHANGE = 2


def exchange(one: Path, other: Path) -> bool:
    """Let two folders of one file system change places; False where the system cannot."""
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    names = os.fsencode(one), os.fsencode(other)
    return bool(rename(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE) == 0)
