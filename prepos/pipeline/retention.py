"""Which run folders are kept: the published one, where a rollback goes, what waits, and some.

And with each of them the runs that it was made from, without which it can neither be repeated nor
shown beside what it changed: the plan it stood on, the forecast it carried on, the one it edited.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from prepos.config import Config
from prepos.core.faults import Fault
from prepos.errors import RunError, WriteError
from prepos.pipeline.history import (
    History,
    event_of,
    known_sums,
    read_history,
    this_person,
    told_of,
)
from prepos.publish import check_run, ledger
from prepos.publish.manifest_sums import check_manifest
from prepos.publish.runs import RunNote, list_runs, remove_run


class Cleared(NamedTuple):
    """The ids of runs that were removed, and a notice of each that could not be."""

    removed: tuple[str, ...] = ()
    notices: tuple[Fault, ...] = ()


def clear_old(config: Config) -> Cleared:
    """Remove the runs beyond ``run.keep``, the oldest first; to be called under the lock."""
    if not config.run.keep:
        return Cleared()
    faults: dict[str, Fault] = {}
    try:
        notes, history = list_runs(config.runs), read_history(config.runs)
        before = run_before(config.runs, notes, history)
        old = too_old(notes, history, before, config.run.keep)
        events = [event_of(note, note.run_id, ledger.REMOVED, by=this_person()) for note in old]
        if events:  # told first: a run that is told of and gone by half is taken for damaged
            ledger.append_events(config.runs, events)
    except WriteError as error:  # another time: what was published stands
        return Cleared((), (told_of(config.runs / ledger.LEDGER, "PP-LEDGER-BEHIND", str(error)),))
    for note in old:
        try:
            remove_run(note.folder)
        except WriteError as error:
            faults[note.run_id] = Fault(note.run_id, 0, "", "", "PP-RUN-NOT-REMOVED", str(error))
    gone = (note.run_id for note in old if note.run_id not in faults)
    return Cleared(tuple(gone), tuple(faults.values()))


def too_old(
    notes: Sequence[RunNote], history: History, before: str | None, keep: int
) -> list[RunNote]:
    """Return the runs to remove: all beyond the newest ``keep`` of those that nothing needs.

    ``before`` is the run that a rollback goes to.
    """
    states = ledger.last_states(history.events)
    needed = {history.current, before}
    free = [
        note
        for note in notes
        if note.run_id not in needed and states.get(note.run_id) != ledger.PROPOSED
    ]
    old = free[: max(len(free) - keep, 0)]
    kept = [note for note in notes if note not in old]
    made_from = {run_id for note in kept for run_id in note.made_from}
    return [note for note in old if note.run_id not in made_from]


def run_before(runs: Path, notes: Sequence[RunNote], history: History) -> str | None:
    """Return the run that a rollback goes to: the last one before that is as it was written."""
    folders = {note.run_id: note.folder for note in notes}
    sums = known_sums(runs)
    for run_id in reversed(history.order):
        if run_id != history.current and run_id in folders:
            try:
                check_manifest(folders[run_id], sums.get(run_id))
                check_run(folders[run_id])
            except RunError:
                continue
            return run_id
    return None
