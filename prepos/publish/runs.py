"""The folder of runs: which whole runs lie in it, and what killed commands left half-written."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prepos.core.run import MANIFEST
from prepos.errors import write_error
from prepos.publish import current, lock
from prepos.publish.files import write_json
from prepos.publish.folder import PARTIAL, REPLACED, staged_folder, sync_path
from prepos.publish.held import is_free

LEFT = (PARTIAL, REPLACED, lock.ASIDE, current.ASIDE)  # prefixes of what a killed run leaves


@dataclass(frozen=True, slots=True, kw_only=True)
class RunNote:
    """What a run's manifest says of it; empty where it does not.

    ``made_at`` is an instant in UTC; ``edited_from`` the run that a planner edited; ``stood_on``
    the plan and the forecast that it was made from.
    """

    folder: Path
    run_id: str
    kind: str
    made_at: str
    edited_from: str
    edited_by: str
    stood_on: tuple[str, ...] = ()

    @property
    def plan_id(self) -> str:
        """The plan's id: that of its run; empty where the run holds no plan."""
        return self.run_id if self.kind == "plan" else ""

    @property
    def made_from(self) -> tuple[str, ...]:
        """The runs that it was made from, one of a planner's edits from that one too."""
        return (*self.stood_on, *filter(None, (self.edited_from,)))


def list_runs(runs: Path) -> list[RunNote]:
    """Return the runs that lie in the folder under their own ids, in the order they were made."""
    if not runs.is_dir():
        return []
    folders = (path for path in runs.iterdir() if path.is_dir() and not path.is_symlink())
    notes = (read_note(folder) for folder in folders)
    found = [note for note in notes if note is not None and note.run_id == note.folder.name]
    return sorted(found, key=lambda note: (note.made_at, note.run_id))


def read_note(folder: Path) -> RunNote | None:
    """Return what the manifest of a folder says, None where there is none that can be read."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        return note_of(folder, manifest)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def note_of(folder: Path, manifest: Mapping[str, Any]) -> RunNote:
    """Return what a manifest says of its run."""
    edited, asked = manifest.get("edited", {}), manifest.get("asked", {})
    return RunNote(
        folder=folder,
        run_id=str(manifest["run_id"]),
        kind=str(manifest["kind"]),
        made_at=str(manifest["timings"].get("made_at", "")),
        edited_from=str(edited.get("from", "")),
        edited_by=str(edited.get("by", "")),
        stood_on=tuple(str(asked[name]) for name in ("published", "update") if asked.get(name)),
    )


def copy_run(folder: Path, place: Path, manifest: Mapping[str, Any], config_folder: str) -> None:
    """Put a whole copy of a run in another place, from which its configuration lies elsewhere."""
    with staged_folder(place) as stage:
        try:
            for name in manifest["files"]:
                shutil.copyfile(folder / name, stage / name)
        except OSError as error:
            raise write_error(place, error) from error
        write_json(stage / MANIFEST, {**manifest, "config_folder": config_folder})


def sync_run(folder: Path) -> None:
    """Force every file of a run, its folder and the one it lies in to disk; raises WriteError."""
    try:
        for path in (*sorted(folder.iterdir()), folder, folder.parent):
            sync_path(path)
    except OSError as error:
        raise write_error(folder, error) from error


def remove_run(folder: Path) -> None:
    """Remove a run: out of sight in one step, then file by file; raises WriteError."""
    try:
        out = Path(tempfile.mkdtemp(prefix=f"{PARTIAL}{folder.name}-", dir=folder.parent))
        os.replace(folder, out / folder.name)
        shutil.rmtree(out)
    except OSError as error:
        raise write_error(folder, error) from error


def list_leftovers(runs: Path) -> list[Path]:
    """Return what killed commands left behind: none of it is a run, and no process is at it.

    What is younger than some seconds may not be held yet by whoever is about to write it.
    """
    if not runs.is_dir():
        return []
    named = (path for path in runs.iterdir() if path.name.startswith(LEFT))
    return sorted(path for path in named if is_free(path) and lock.age_s(path) > lock.YOUNG_S)


def clear_leftovers(runs: Path) -> list[Path]:
    """Remove what killed commands left behind, and return it; to be called under the lock."""
    left = list_leftovers(runs)
    for path in left:
        remove_leftover(path)
    return left


def remove_leftover(path: Path) -> None:
    """Remove something that was left behind; raises WriteError.

    A run that was being replaced, with nothing put in its place yet, is put back first.
    """
    try:
        if path.name.startswith(REPLACED):
            for folder in path.iterdir():
                if not (path.parent / folder.name).exists():
                    os.replace(folder, path.parent / folder.name)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    except OSError as error:
        raise write_error(path, error) from error


def try_folder(runs: Path) -> None:
    """Write a folder, put it in a place, and remove it again; raises WriteError."""
    place = runs / f"{PARTIAL}trial-{os.getpid()}"
    with staged_folder(place) as stage:
        write_json(stage / MANIFEST, {})
    remove_leftover(place)


def folder_bytes(folder: Path) -> int:
    """Return how much room the files of a run take."""
    return sum(path.stat().st_size for path in folder.iterdir())
