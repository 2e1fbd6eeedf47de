"""What other systems answered to plans, in the ledger: a table of its own, only ever added to.

Runs are sealed, so what becomes of their lines is told beside them. Nothing else tells of it: where
the ledger is lost, the files of ``publish.receipts`` are read again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, fields
from pathlib import Path

from prepos.core.acknowledged import RECEIVED, SHIPPED, Acknowledgement
from prepos.publish.ledger import append_rows, read_rows

SCHEMA = """
CREATE TABLE IF NOT EXISTS acknowledgements (
    event INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT NOT NULL, transfer_id TEXT NOT NULL, status TEXT NOT NULL, quantity INTEGER,
    at TEXT NOT NULL, document TEXT NOT NULL, message TEXT NOT NULL,
    sku TEXT NOT NULL, destination TEXT NOT NULL, planned INTEGER NOT NULL,
    arrives_on TEXT NOT NULL, file TEXT NOT NULL, told_at TEXT NOT NULL, by TEXT NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS answer_never_changed BEFORE UPDATE ON acknowledgements
    BEGIN SELECT RAISE(ABORT, 'acknowledgements of the ledger are never changed'); END;
CREATE TRIGGER IF NOT EXISTS answer_never_deleted BEFORE DELETE ON acknowledgements
    BEGIN SELECT RAISE(ABORT, 'acknowledgements of the ledger are never deleted'); END;
"""
COLUMNS = tuple(field.name for field in fields(Acknowledgement))


def append_acknowledgements(runs: Path, told: Sequence[Acknowledgement]) -> None:
    """Write answers; as ``append_rows``."""
    append_rows(runs, "acknowledgements", SCHEMA, COLUMNS, map(astuple, told))


def read_acknowledgements(runs: Path) -> tuple[Acknowledgement, ...] | None:
    """Return all answers in the order in which they were told, None where there is no ledger.

    Raises as ``read_rows``.
    """
    if read_rows(runs, "events", ["event"]) is None:  # one without was made by a killed command
        return None
    rows = read_rows(runs, "acknowledgements", COLUMNS) or ()
    return tuple(Acknowledgement(**dict(zip(COLUMNS, row, strict=True))) for row in rows)


def that_left(told: Sequence[Acknowledgement]) -> list[Acknowledgement]:
    """Return the answers to lines of which units have left: what decides what is on its way."""
    left = {one.line for one in told if one.status in (SHIPPED, RECEIVED)}
    return [one for one in told if one.line in left]


def moving_digest(told: Sequence[Acknowledgement]) -> str | None:
    """Return the SHA-256 of what decides which units are on their way; None where none ever were.

    Who told of it and when does not matter.
    """
    names = sorted(json.dumps([one.name, one.quantity]) for one in that_left(told))
    return hashlib.sha256("\n".join(names).encode()).hexdigest() if names else None
