"""The run folder: written beside its place, then put there in one step.

Readers see the folder of before or the folder of now, whole, never anything between: files and
folder are synced to disk before the rename. Assumes that the folder and its parent are on one file
system, which they are, being siblings.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prepos.core.run import MANIFEST
from prepos.errors import WriteError, write_error
from prepos.publish.exchange import exchange
from prepos.publish.held import held_folder

PARTIAL = ".partial-"  # prefix of a run being written
REPLACED = ".replaced-"  # prefix of a run being swapped out


def check_writable(folder: Path) -> None:
    """Find out before the hours of work whether a run folder can be written here.

    Raises
    ------
    WriteError
        If the folder's parent cannot be made or written, or if the folder holds what is no part of
        a run and would be lost.
    """
    strangers = _strangers(folder)
    if strangers:
        raise WriteError(
            f"cannot write {folder}: it holds {strangers[0]}, which is no file of a run; expected "
            "an earlier run's folder, an empty one or none"
        )
    with staged_folder(folder, keep=False) as stage:
        probe = stage / "probe"
        try:
            probe.write_bytes(bytes(4096))
        except OSError as error:
            raise write_error(probe, error) from error


@contextmanager
def staged_folder(folder: Path, *, keep: bool = True) -> Iterator[Path]:
    """Give a temporary sibling to write into, and put it in the folder's place at the end.

    After an exception, or with ``keep`` false, the sibling is removed and the folder is as it was.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=f"{PARTIAL}{folder.name}-", dir=folder.parent))
        stage.chmod(0o755)
    except OSError as error:
        raise write_error(folder, error) from error
    try:
        with held_folder(stage):
            yield stage
            if keep:
                _put(stage, folder)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _put(stage: Path, folder: Path) -> None:
    """Sync the stage to disk and rename it; a folder already there is swapped out."""
    try:
        for path in sorted(stage.iterdir()):
            sync_path(path)
        sync_path(stage)
        if folder.exists():
            _swap(stage, folder)
        else:
            os.replace(stage, folder)
        sync_path(folder.parent)
    except OSError as error:
        raise write_error(folder, error) from error


def _swap(stage: Path, folder: Path) -> None:
    """Replace a folder, in one step where the system can; else there is none for a moment.

    It is put back where the second rename fails.
    """
    if exchange(stage, folder):
        return  # the old one is cleared away as the stage
    out = Path(tempfile.mkdtemp(prefix=f"{REPLACED}{folder.name}-", dir=folder.parent))
    old = out / folder.name
    with held_folder(out):
        os.replace(folder, old)
        try:
            os.replace(stage, folder)
        except OSError:
            os.replace(old, folder)
            out.rmdir()
            raise
        shutil.rmtree(out, ignore_errors=True)


def _strangers(folder: Path) -> list[str]:
    """Return what lies in the folder and is not in its manifest."""
    if not folder.exists():
        return []
    if not folder.is_dir():
        return ["a file of that name"]
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        known = {MANIFEST, *manifest["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        known = set()
    return sorted(path.name for path in folder.iterdir() if path.name not in known)


def sync_path(path: Path) -> None:
    """Force a file or a folder to disk; Windows syncs no folders."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
