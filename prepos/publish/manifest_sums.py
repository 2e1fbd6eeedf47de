"""The sum of each manifest as it was when its run was published or proposed, in the ledger.

A manifest has the sums of a run's other files; nothing in the folder has its own. A run that is
made again since, to the byte but for its timings and versions, is still the one that was published.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

from prepos.core.faults import Fault
from prepos.core.run import MANIFEST
from prepos.errors import RunError
from prepos.publish.files import sha256_of
from prepos.publish.ledger import append_rows, read_rows
from prepos.publish.read import ALTERED, read_manifest

TABLE = "manifest_sums"
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS {TABLE} (
    event INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT NOT NULL, made_at TEXT NOT NULL,
    sha256 TEXT NOT NULL, content TEXT NOT NULL, making TEXT NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS sum_never_changed BEFORE UPDATE ON {TABLE}
    BEGIN SELECT RAISE(ABORT, 'sums of the ledger are never changed'); END;
CREATE TRIGGER IF NOT EXISTS sum_never_deleted BEFORE DELETE ON {TABLE}
    BEGIN SELECT RAISE(ABORT, 'sums of the ledger are never deleted'); END;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestSum:
    """A run's manifest: when it says that the run was made, and SHA-256.

    ``sha256`` is that of the file, ``making`` of what it says of timings and versions but for
    ``made_at``, ``content`` of the rest.
    """

    run_id: str
    made_at: str
    sha256: str
    content: str
    making: str


COLUMNS = tuple(field.name for field in fields(ManifestSum))


def sum_manifest(folder: Path) -> ManifestSum:
    """Return the sum of a run's manifest as it is; raises RunError where it cannot be read."""
    manifest = read_manifest(folder)
    making = {name: manifest.pop(name, None) for name in ("timings", "versions")}
    timings = making["timings"] if isinstance(making["timings"], dict) else {}
    made_at = str(timings.pop("made_at", ""))
    return ManifestSum(
        run_id=str(manifest.get("run_id")),
        made_at=made_at,
        sha256=sha256_of(folder / MANIFEST),
        content=_digest(manifest),
        making=_digest(making),
    )


def append_manifest_sum(runs: Path, found: ManifestSum) -> None:
    """Write a sum; as ``append_rows``."""
    append_rows(runs, TABLE, SCHEMA, COLUMNS, [astuple(found)])


def read_manifest_sums(runs: Path) -> dict[str, ManifestSum]:
    """Return the last sum of each run that was published or proposed; raises as ``read_rows``."""
    rows = read_rows(runs, TABLE, COLUMNS) or ()
    sums = (ManifestSum(**dict(zip(COLUMNS, row, strict=True))) for row in rows)
    return {one.run_id: one for one in sums}


def check_manifest(folder: Path, known: ManifestSum | None) -> None:
    """Raise RunError where a manifest is not as it was published; without a sum nothing is known.

    A run made again says the same, later, in other timings.
    """
    if known is None:
        return
    found = sum_manifest(folder)
    made_again = found.content == known.content and found.making != known.making
    if found.sha256 == known.sha256 or (made_again and found.made_at > known.made_at):
        return
    told = f"{MANIFEST} was altered: sha256 is {found.sha256}, expected {known.sha256}"
    fault = Fault(MANIFEST, 0, "", "", ALTERED, told)
    raise RunError(f"{folder}: 1 file is not as it was published", [fault])


def _digest(content: dict[str, Any]) -> str:
    """Return the SHA-256 of JSON, whatever the order of keys."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
