"""The ledger kept true: made anew where it is lost, and brought to what the pointer says.

The pointer is the truth of which run is published. A command that was killed between the swap and
its word in the ledger is spoken for by the next one.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from prepos.core.faults import Fault
from prepos.errors import RunError, WriteError
from prepos.pipeline.told import read_told
from prepos.publish import current, ledger
from prepos.publish.acknowledgements import append_acknowledgements
from prepos.publish.ledger import BrokenLedgerError, Event
from prepos.publish.lock import user_name
from prepos.publish.manifest_sums import (
    ManifestSum,
    append_manifest_sum,
    read_manifest_sums,
    sum_manifest,
)
from prepos.publish.runs import RunNote, clear_leftovers, list_runs

ROLLBACK = "rollback"  # the note of an intention to go back; of one to publish it is empty

ANEW = (  # what of a ledger that was lost cannot be known
    "it is made anew from the runs' manifests and the pointer; when each run was published, by "
    "whom, and what was published before are not known; the published run's manifest is taken as "
    "it is; what other systems answered is read from the files kept in receipts/"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What became of the runs so far, and which one is published now; None where none is.

    ``written`` says that the events are those of a ledger, not made anew from the manifests.
    """

    events: tuple[Event, ...]
    current: str | None
    written: bool
    notices: tuple[Fault, ...]

    @property
    def order(self) -> list[str]:
        """The runs published and not rolled back, the one in force last."""
        return ledger.published_order(self.events)


def read_history(runs: Path) -> History:
    """Return the history as it is written, or as it would be made anew; writes nothing."""
    pointed, notices = find_current(runs)
    try:
        events = ledger.read_events(runs)
        lost = "was missing" if pointed else ""
    except BrokenLedgerError:
        events, lost = None, "was damaged"
    if events is not None:
        return History(events=events, current=pointed, written=True, notices=notices)
    if lost:
        notices = (*notices, told_of(runs / ledger.LEDGER, "PP-LEDGER-REBUILT", f"{lost}: {ANEW}"))
    made = rebuild(list_runs(runs), pointed)
    return History(events=made, current=pointed, written=False, notices=notices)


def open_history(runs: Path) -> History:
    """Return the history, its ledger there, whole and true; to be called under the lock.

    What killed commands left is cleared away.

    Raises
    ------
    WriteError
        If the ledger cannot be written.
    """
    with suppress(WriteError):  # what cannot be cleared away does no harm
        clear_leftovers(runs)
    history = read_history(runs)
    if not history.written:
        told = read_told(runs)
        history = replace(history, notices=(*history.notices, *told.notices))
        ledger.set_aside(runs)
        if told.answers:  # first: a ledger without events is taken for none
            append_acknowledgements(runs, told.answers)
        ledger.append_events(runs, history.events)
        if history.current:
            with suppress(RunError):  # a pointer to no run; the doctor tells
                append_manifest_sum(runs, sum_manifest(runs / history.current))
    missed = missed_words(history, list_runs(runs))
    if missed:
        ledger.append_events(runs, missed)
    return replace(history, events=(*history.events, *missed), written=True)


def known_sums(runs: Path) -> dict[str, ManifestSum]:
    """Return the sums of manifests by run; none where the ledger cannot tell."""
    try:
        return read_manifest_sums(runs)
    except BrokenLedgerError:
        return {}


def find_current(runs: Path) -> tuple[str | None, tuple[Fault, ...]]:
    """Return the published run's id, and a notice where the pointer says nothing of use."""
    try:
        return current.read_current(runs), ()
    except RunError as error:
        told = f"says nothing of use: {error}"
        return None, (told_of(runs / current.CURRENT, "PP-POINTER-BROKEN", told),)


def told_of(path: Path, code: str, message: str) -> Fault:
    """Return a notice of one of the files beside the runs."""
    return Fault(path.name, 0, "", "", code, f"{path.name} {message}")


def rebuild(notes: Sequence[RunNote], pointed: str | None) -> tuple[Event, ...]:
    """Return the events that manifests and pointer tell of."""
    events = [told_made(note) for note in notes]
    if pointed is None:
        return tuple(events)
    note = next((note for note in notes if note.run_id == pointed), None)
    found = event_of(note, pointed, ledger.PUBLISHED, note_text="rebuilt: when is not known")
    return (*events, found)


def missed_words(history: History, notes: Sequence[RunNote]) -> tuple[Event, ...]:
    """Return the events that a killed command did not come to write."""
    last = history.events[-1] if history.events else None
    order, pointed = history.order, history.current
    by_id = {note.run_id: note for note in notes}
    if last is not None and last.state == ledger.INTENDED:
        if last.run_id == pointed:
            return fulfil(last, order, by_id)
        return (follow(last, ledger.DROPPED, by="", note_text="stopped before the pointer moved"),)
    if pointed is None or order[-1:] == [pointed]:
        return ()
    words = "found published, by another hand than prepos"
    found = event_of(by_id.get(pointed), pointed, ledger.PUBLISHED, note_text=words)
    return (found,)


def fulfil(
    intended: Event, order: Sequence[str], by_id: dict[str, RunNote] | None = None
) -> tuple[Event, ...]:
    """Return the events that follow an intention once the pointer has moved."""
    known = by_id or {}
    if intended.note == ROLLBACK and intended.run_id in order:
        left = [*reversed(order[order.index(intended.run_id) + 1 :])]
        state = ledger.ROLLED_BACK
    else:
        left = [intended.previous] if intended.previous else []
        state = ledger.SUPERSEDED
    ended = [
        event_of(known.get(run), run, state, by=intended.by, note_text=f"by {intended.run_id}")
        for run in left
    ]
    return (*ended, follow(intended, ledger.PUBLISHED, by=intended.by, note_text=intended.note))


def told_made(note: RunNote) -> Event:
    """Return the first event of a run: that it was made, or edited from another."""
    edited = bool(note.edited_from)
    return event_of(
        note,
        note.run_id,
        ledger.EDITED if edited else ledger.MADE,
        at=note.made_at,
        by=note.edited_by,
        previous=note.edited_from,
    )


def event_of(
    note: RunNote | None,
    run_id: str,
    state: str,
    *,
    at: str | None = None,
    by: str = "",
    previous: str = "",
    note_text: str = "",
) -> Event:
    """Return something that became of a run, now if not said otherwise."""
    return Event(
        run_id=run_id,
        plan_id=note.plan_id if note else "",
        kind=note.kind if note else "",
        made_at=note.made_at if note else "",
        state=state,
        at=now() if at is None else at,
        by=by,
        previous=previous,
        note=note_text,
    )


def follow(event: Event, state: str, *, by: str, note_text: str) -> Event:
    """Return what became of the same run next."""
    return replace(event, state=state, at=now(), by=by, note=note_text)


def now() -> str:
    """Return the present instant: ISO, UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def this_person() -> str:
    """Return who runs the command, and where."""
    return f"{user_name()}@{socket.gethostname()}"
