"""The sum of a published manifest: any bit of it that differs is found, a run made again is not."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from prepos.core.run import MANIFEST
from prepos.errors import RunError, WriteError
from prepos.publish import ledger, write_json
from prepos.publish.manifest_sums import (
    append_manifest_sum,
    check_manifest,
    read_manifest_sums,
    sum_manifest,
)

MADE = {"made_at": "2026-08-03T04:00:00+00:00", "stages_s": {"planning": 1.25}}


def write(folder: Path, **changes: object) -> Path:
    """Write a manifest."""
    folder.mkdir(exist_ok=True)
    told = {"run_id": "r1", "files": {"transfers.csv": "ab" * 32}, "seed": 0, "timings": MADE}
    write_json(folder / MANIFEST, told | {"versions": {"prepos": "1"}} | changes)
    return folder


def test_the_last_sum_of_each_run_is_read(tmp_path: Path) -> None:
    """None without a ledger, none in one without sums; they are never changed."""
    assert read_manifest_sums(tmp_path) == {}
    ledger.append_events(tmp_path, [])
    assert read_manifest_sums(tmp_path) == {}
    first = sum_manifest(write(tmp_path / "r1"))
    append_manifest_sum(tmp_path, first)
    second = sum_manifest(write(tmp_path / "r1", seed=1))
    append_manifest_sum(tmp_path, second)
    assert read_manifest_sums(tmp_path) == {"r1": second}
    assert ledger.read_events(tmp_path) == ()
    with closing(sqlite3.connect(tmp_path / ledger.LEDGER)) as connection:
        for words in ("UPDATE manifest_sums SET sha256 = ''", "DELETE FROM manifest_sums"):
            with pytest.raises(sqlite3.IntegrityError, match="never"):
                connection.execute(words)


def test_every_bit_counts(tmp_path: Path) -> None:
    """Each bit of the manifest turned over, one at a time: found, or no manifest any more."""
    folder = write(tmp_path / "r1")
    known, content = sum_manifest(folder), (folder / MANIFEST).read_bytes()
    check_manifest(folder, known)
    for place in range(len(content)):
        for bit in range(8):
            torn = bytearray(content)
            torn[place] ^= 1 << bit
            (folder / MANIFEST).write_bytes(torn)
            with pytest.raises(RunError, match=r"not as it was published|is no run"):
                check_manifest(folder, known)


def test_a_run_made_again_is_the_same(tmp_path: Path) -> None:
    """Later, in other timings, by another version; not earlier, and not with another seed."""
    folder = write(tmp_path / "r1")
    known = sum_manifest(folder)
    later = {"made_at": "2026-08-04T04:00:00+00:00", "stages_s": {"planning": 1.5}}
    check_manifest(write(folder, timings=later, versions={"prepos": "2"}), known)
    for changes in (
        {"timings": {**later, "made_at": "2026-08-01T04:00:00+00:00"}},
        {"timings": later, "seed": 1},
        {"timings": {**MADE, "made_at": later["made_at"]}},
    ):
        with pytest.raises(RunError, match="not as it was published"):
            check_manifest(write(folder, **changes), known)
    check_manifest(folder, None)
    assert json.loads((folder / MANIFEST).read_text())["seed"] == 0


def test_a_ledger_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    """A folder in its place."""
    (tmp_path / ledger.LEDGER).mkdir()
    with pytest.raises(WriteError, match=r"ledger\.sqlite"):
        read_manifest_sums(tmp_path)
