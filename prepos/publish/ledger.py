"""``ledger.sqlite``: what became of every run, when and by whom; only ever added to.

The pointer says which run is published; the ledger says how it came to that. Each event is written
in a transaction that is on disk before the next step is taken (a rollback journal, synchronous
EXTRA: a power cut loses none), and triggers refuse to change or delete one. What is written before
the pointer is swapped is ``intended``; after a kill between the two the pointer decides.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

from prepos.errors import RunError, WriteError, write_error

LEDGER = "ledger.sqlite"
BROKEN = ".broken"  # behind the name of a ledger that could not be read
PATIENCE_S = 5.0  # for a reader that holds the file
# damaged, no database at all, or one with other tables
CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)

MADE, EDITED, PROPOSED, INTENDED = "made", "edited", "proposed", "intended"
PUBLISHED, SUPERSEDED, ROLLED_BACK = "published", "superseded", "rolled_back"
DROPPED, REMOVED = "dropped", "removed"

SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
    event INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT NOT NULL, plan_id TEXT NOT NULL, kind TEXT NOT NULL, made_at TEXT NOT NULL,
    state TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL,
    previous TEXT NOT NULL, note TEXT NOT NULL
);
CREATE TRIGGER IF NOT EXISTS never_changed BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'events of the ledger are never changed'); END;
CREATE TRIGGER IF NOT EXISTS never_deleted BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'events of the ledger are never deleted'); END;
"""


class BrokenLedgerError(RunError):
    """The ledger is damaged, and cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that became of a run; empty is what is not known, or is of no other run.

    Attributes
    ----------
    kind : str
        The run's, such as ``plan``.
    made_at, at : str
        When the run was made, and when this happened: ISO, UTC.
    state : str
        ``made``, ``edited``, ``proposed``, ``intended``, ``published``, ``superseded``,
        ``rolled_back``, ``removed``, or ``dropped``, which takes an intention back.
    by : str
        Who ran the command.
    previous : str
        The run that was published before, or that was edited.
    """

    run_id: str
    plan_id: str
    kind: str
    made_at: str
    state: str
    at: str
    by: str
    previous: str
    note: str


COLUMNS = tuple(field.name for field in fields(Event))


def append_events(runs: Path, events: Sequence[Event]) -> None:
    """Write events; as ``append_rows``."""
    append_rows(runs, "events", SCHEMA, COLUMNS, map(astuple, events))


def append_rows(
    runs: Path, table: str, schema: str, columns: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    """Write rows in one transaction, on disk when this returns; the schema is made if need be.

    Raises
    ------
    BrokenLedgerError
        If the ledger is damaged.
    WriteError
        If it cannot be written.
    """
    marks = ", ".join("?" * len(columns))
    with opened(runs / LEDGER) as connection:
        connection.executescript(schema)
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
        connection.execute("COMMIT")


def read_rows(runs: Path, table: str, columns: Sequence[str]) -> list[tuple[Any, ...]] | None:
    """Return a table's rows as they were written; None where there is no ledger, or no such table.

    Raises
    ------
    BrokenLedgerError
        If the ledger is damaged.
    WriteError
        If it cannot be opened.
    """
    if not (runs / LEDGER).exists():
        return None
    with opened(runs / LEDGER) as connection:
        known = "SELECT 1 FROM sqlite_master WHERE name = ?"
        if not connection.execute(known, [table]).fetchone():
            return None
        query = f"SELECT {', '.join(columns)} FROM {table} ORDER BY event"
        return list(connection.execute(query))


def read_events(runs: Path) -> tuple[Event, ...] | None:
    """Return all events in their order, None where there is no ledger; raises as ``read_rows``."""
    if (runs / LEDGER).exists():
        with opened(runs / LEDGER) as connection:
            (told,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if told != "ok":
            raise BrokenLedgerError(f"{runs / LEDGER} is damaged: {told}")
    rows = read_rows(runs, "events", COLUMNS)
    if rows is None:
        return None
    return tuple(Event(**dict(zip(COLUMNS, row, strict=True))) for row in rows)


def set_aside(runs: Path) -> None:
    """Rename a damaged ledger, if one is there, so that it can be made anew; raises WriteError."""
    path = runs / LEDGER
    try:
        for name in (f"{LEDGER}-journal", f"{LEDGER}-wal", f"{LEDGER}-shm"):
            (runs / name).unlink(missing_ok=True)
        if path.exists():
            path.replace(runs / f"{LEDGER}{BROKEN}")
    except OSError as error:
        raise write_error(path, error) from error


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Give a connection; what SQLite says of a bad disk or file is told as errors of our own."""
    try:
        with closing(sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = EXTRA")
            yield connection
    except UnicodeDecodeError as error:  # of a message that shows what the file holds
        raise BrokenLedgerError(f"{path} is damaged: {error}") from error
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # what is above tells more
        if code in CORRUPT:
            raise BrokenLedgerError(f"{path} is damaged: {error}") from error
        raise WriteError(f"cannot write {path}: {error}") from error


def last_events(events: Sequence[Event]) -> dict[str, Event]:
    """Return each run's last event."""
    return {event.run_id: event for event in events}


def last_states(events: Sequence[Event]) -> dict[str, str]:
    """Return what each run is now; an intention makes it nothing else."""
    told = (event for event in events if event.state not in (INTENDED, DROPPED))
    return {event.run_id: event.state for event in told}


def published_order(events: Sequence[Event]) -> list[str]:
    """Return the runs that were published and not rolled back, the one in force last."""
    order: list[str] = []
    for event in events:
        if event.state in (PUBLISHED, ROLLED_BACK, REMOVED) and event.run_id in order:
            order.remove(event.run_id)
        if event.state == PUBLISHED:
            order.append(event.run_id)
    return order
