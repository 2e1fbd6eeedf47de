"""``current``: which run is published, swapped in one step.

A symbolic link to the run's folder; where the system has none, a text file with the run's id. A
reader finds the run of before or the run of now, at any moment.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from prepos.errors import RunError, write_error
from prepos.publish.folder import sync_path
from prepos.publish.lock import NO_LINKS

CURRENT = "current"
ASIDE = ".current-"  # prefix of a pointer that is being written


def read_current(runs: Path) -> str | None:
    """Return the id of the published run, None where none is; whether it is there is not asked.

    Raises
    ------
    RunError
        If the pointer is neither a link to a sibling nor a text file with the name of one.
    """
    path = runs / CURRENT
    try:
        name = os.readlink(path) if path.is_symlink() else path.read_text("utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise RunError(f"{path} cannot be read: {error}, expected a run's id") from error
    if not name or Path(name).name != name:
        raise RunError(f"{path} points to {name!r}, expected the id of a run in {runs}")
    return name


def swap_current(runs: Path, run_id: str) -> None:
    """Point to a run of the folder, in one step, on disk when this returns.

    Raises
    ------
    WriteError
        If that cannot be done; it then points to where it did.
    """
    path = runs / CURRENT
    try:
        with tempfile.TemporaryDirectory(prefix=ASIDE, dir=runs) as aside:
            kept = _keep_pointer(path, Path(aside) / "kept")
            os.replace(_write_pointer(Path(aside) / CURRENT, run_id), path)
            try:
                sync_path(runs)
            except OSError:
                os.replace(kept, path) if kept else path.unlink()
                raise
    except OSError as error:
        raise write_error(path, error) from error


def _keep_pointer(path: Path, copy: Path) -> Path | None:
    """Return a copy of the pointer, to be put back; None where there is none of use."""
    try:
        run_id = read_current(path.parent)
    except RunError:
        return None
    return _write_pointer(copy, run_id) if run_id else None


def _write_pointer(path: Path, run_id: str) -> Path:
    """Write a pointer, and return its path."""
    if os.name != "nt":  # there a link to a folder cannot be replaced in one step
        try:
            os.symlink(run_id, path, target_is_directory=True)
            return path
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
    path.write_text(f"{run_id}\n", encoding="utf-8", newline="\n")
    sync_path(path)
    return path
