"""``receipts/<run_id>/<sha256>.csv``: the files that told what became of a plan, as they were."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from prepos.errors import write_error
from prepos.publish.files import sha256_of
from prepos.publish.folder import sync_path

RECEIPTS = "receipts"  # folder beside the runs
ASIDE = ".aside"  # behind the name of a file that is being written


def keep_file(runs: Path, run_id: str, file: Path) -> Path:
    """Keep a copy of a file under its own sum, in one step; raises WriteError.

    One that is there already stays.
    """
    place = kept_place(runs, run_id, file)
    aside = place.with_name(f"{place.name}{ASIDE}")
    try:
        if place.exists() and sha256_of(place) == sum_in(place):
            return place
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, aside)
        sync_path(aside)
        os.replace(aside, place)
        for folder in (place.parent, place.parent.parent, runs):
            sync_path(folder)
    except OSError as error:
        raise write_error(place, error) from error
    return place


def kept_place(runs: Path, run_id: str, file: Path) -> Path:
    """Return where a file is kept; its ending tells how it is read."""
    name = file.name.lower()
    packed = ".gz" if name.endswith(".gz") else ""
    ending = ".parquet" if name.endswith((".parquet", ".pq")) else f".csv{packed}"
    return runs / RECEIPTS / run_id / f"{sha256_of(file)}{ending}"


def sum_in(place: Path) -> str:
    """Return the SHA-256 that the name of a kept file tells."""
    return place.name.partition(".")[0]


def list_kept(runs: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files that were kept, each with the id of its run."""
    for path in sorted((runs / RECEIPTS).glob("*/*")):
        if not path.name.endswith(ASIDE):
            yield path.parent.name, path


def copy_file(file: Path, folder: Path) -> Path:
    """Return a copy of a file or a pipe under its own name, so that what is read is what is kept.

    Raises OSError where it cannot be read.
    """
    place = folder / file.name
    with file.open("rb") as stream, place.open("xb") as copy:
        shutil.copyfileobj(stream, copy)
    return place
