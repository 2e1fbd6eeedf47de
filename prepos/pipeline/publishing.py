"""Publish a run, or go back to the one before: everything on disk, then one step, then its word.

The order is that of a power cut at any moment: files synced, the intention in the ledger, the
pointer swapped, its fulfilment in the ledger. What is published was verified, and is looked at by
its sums once more. A database that is to take the plan takes it before the pointer moves: where it
refuses, nothing is published. No command but these moves the pointer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from prepos.config import Config
from prepos.core.faults import Fault
from prepos.core.progress import SILENT, Progress
from prepos.core.run import RunFiles
from prepos.core.verdict import Verdict
from prepos.errors import RunError, UnchangedError, WriteError
from prepos.pipeline.handover import way_to
from prepos.pipeline.history import (
    ROLLBACK,
    History,
    event_of,
    fulfil,
    known_sums,
    open_history,
    read_history,
    this_person,
    told_made,
    told_of,
)
from prepos.pipeline.judging import Judged, judge_again
from prepos.pipeline.publishable import (
    find_run,
    read_plan,
    refuse_failed,
    refuse_same,
    refuse_slacks,
)
from prepos.pipeline.retention import Cleared, clear_old
from prepos.pipeline.write_back import hand_to_database
from prepos.publish import Stopwatch, ledger
from prepos.publish.current import swap_current
from prepos.publish.ledger import BrokenLedgerError
from prepos.publish.lock import Lock, hold_lock
from prepos.publish.manifest_sums import append_manifest_sum, check_manifest, sum_manifest
from prepos.publish.runs import RunNote, copy_run, note_of, sync_run

BY_JOB = "by a job"
NOTHING: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What became of a run, or would.

    Attributes
    ----------
    state : str
        ``published`` or ``proposed``.
    previous : str or None
        The run that was published before.
    passed_over : tuple of str
        Runs that a rollback would have gone to, and that are not whole any more.
    removed : tuple of str
        Runs beyond ``run.keep``.
    """

    run_id: str
    folder: Path
    state: str
    previous: str | None
    passed_over: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    notices: tuple[Fault, ...] = ()


def publish_run(
    config: Config,
    run: str | Path,
    progress: Progress = SILENT,
    *,
    by_job: bool = False,
    despite_slacks: bool = False,
    despite_changes: bool = False,
    dry_run: bool = False,
    wait_s: float = 0.0,
    held: Lock | None = None,
    verdict: Verdict | None = None,
) -> Published:
    """Verify a run and make it the published one.

    Parameters
    ----------
    run : str or Path
        Its id, or a folder; one that lies elsewhere is copied into ``run.folder``.
    by_job : bool
        No person asks for it: with ``plan.approval`` = ``manual`` it is proposed alone.
    despite_slacks : bool
        Publish it although a minimum fill is missed.
    despite_changes : bool
        Publish it although inputs that it is judged by have changed since: as it was verified when
        it was made. Changes of what the forecast alone is made from are noticed either way.
    dry_run : bool
        Look at everything, and write nothing.
    wait_s : float
        Seconds to wait for another command.
    held : Lock or None
        The lock, where the caller holds it already.
    verdict : Verdict or None
        The run's second opinion, where it was just given; else it is verified anew.

    Raises
    ------
    UnchangedError
        If it is the published run already, or plans the same.
    RunError
        If it is not as it was written, fails verification, or was made from other inputs.
    InfeasibleError
        If a minimum fill is missed.
    LockError, WriteError, ExternalError
        If another command is at it, or the disk or the database refuses.
    """
    watch, folder = Stopwatch(progress), find_run(config, run)
    hold = Hold(runs=config.runs, held=held, dry_run=dry_run, command="publish", wait_s=wait_s)
    with hold.history(folder.name) as (history, notices):
        with watch.stage("reading the run"):
            files = read_plan(folder)
            if folder.parent.resolve() == config.runs.resolve():
                check_manifest(folder, known_sums(config.runs).get(folder.name))
        refuse_same(config.runs, history, files, by_job=by_job)
        judged = (
            Judged(verdict=verdict)
            if verdict
            else judge_again(folder, progress, despite_changes=despite_changes)
        )
        refuse_failed(judged.verdict, folder)
        if not despite_slacks:
            refuse_slacks(files, folder)
        note = note_of(folder, files.manifest)
        waits = by_job and config.plan.approval == "manual"
        behind, cleared = NOTHING, Cleared()
        if not dry_run:
            settle(config, files, folder)
            if not waits:
                hand_to_database(config, config.runs / note.run_id)
            step = propose if waits else move_pointer
            behind = step(config.runs, history, note, BY_JOB if by_job else "")
            cleared = clear_old(config)
    return Published(
        run_id=note.run_id,
        folder=config.runs / note.run_id,
        state=ledger.PROPOSED if waits else ledger.PUBLISHED,
        previous=history.current,
        removed=cleared.removed,
        notices=(*notices, *judged.notices, *behind, *cleared.notices),
    )


def roll_back(
    config: Config,
    *,
    to: str | Path | None = None,
    dry_run: bool = False,
    wait_s: float = 0.0,
    held: Lock | None = None,
) -> Published:
    """Publish the run before again, or the one named; those that are not whole are passed over.

    Raises
    ------
    RunError
        If there is none to go back to, or the one named is not as it was written.
    UnchangedError
        If the one named is the published one.
    LockError, WriteError, ExternalError
        If another command is at it, or the disk or the database refuses.
    """
    runs = config.runs
    hold = Hold(runs=runs, held=held, dry_run=dry_run, command="rollback", wait_s=wait_s)
    with hold.history("" if to is None else Path(to).name) as (history, notices):
        before = [run for run in reversed(history.order) if run != history.current]
        wanted = before if to is None else [find_run(config, to).name]
        if wanted == [history.current]:
            raise UnchangedError(f"run {history.current} is the published one already")
        files, broken = first_whole(runs, wanted)
        note = note_of(runs / files.manifest["run_id"], files.manifest)
        behind = NOTHING
        if not dry_run:
            sync_run(note.folder)
            hand_to_database(config, note.folder)
            behind = move_pointer(runs, history, note, ROLLBACK)
    return Published(
        run_id=note.run_id,
        folder=note.folder,
        state=ledger.PUBLISHED,
        previous=history.current,
        passed_over=tuple(broken),
        notices=(*notices, *behind),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """How a command comes by the history: under the lock, its own or the caller's, or looking on.

    A dry run takes no lock, and writes nothing.
    """

    runs: Path
    held: Lock | None
    dry_run: bool
    command: str
    wait_s: float

    @contextmanager
    def history(self, run: str) -> Iterator[tuple[History, tuple[Fault, ...]]]:
        """Give the history, and what is worth knowing of it and of the lock."""
        if self.dry_run:
            history = read_history(self.runs)
            yield history, history.notices
            return
        lock = nullcontext(self.held) if self.held else None
        with lock or hold_lock(self.runs, command=self.command, run=run, wait_s=self.wait_s) as own:
            history = open_history(self.runs)
            yield history, (*(() if self.held else told_takeover(own)), *history.notices)


def told_takeover(lock: Lock) -> tuple[Fault, ...]:
    """Return a notice where a lock was taken over from a process that had ended."""
    left = lock.taken_over
    if left is None:
        return ()
    told = f"a lock that was left behind is taken over: {left}"
    return (Fault(str(lock.path), 0, "", "", "PP-LOCK-STALE", told),)


def first_whole(runs: Path, wanted: list[str]) -> tuple[RunFiles, list[str]]:
    """Return the first run that is as it was written, and those before it that are not."""
    broken: list[str] = []
    sums = known_sums(runs)
    for run_id in wanted:
        try:
            check_manifest(runs / run_id, sums.get(run_id))
            return read_plan(runs / run_id), broken
        except RunError as error:
            broken.append(f"{run_id}: {error}")
    if broken:
        raise RunError(f"no run before is whole: {'; '.join(broken)}")
    raise RunError("no run was published before, expected `prepos rollback --to RUN`")


def settle(config: Config, files: RunFiles, folder: Path) -> None:
    """See that a run lies on disk under its own id in the folder of runs."""
    place = config.runs / files.manifest["run_id"]
    if folder.resolve() != place.resolve():
        copy_run(folder, place, files.manifest, way_to(config.folder, place))
    sync_run(place)


def propose(runs: Path, history: History, note: RunNote, words: str) -> tuple[Fault, ...]:
    """Record a run as proposed, and earlier proposals as superseded by it; nothing to notice."""
    last = ledger.last_events(history.events)
    waiting = [event for event in last.values() if event.state == ledger.PROPOSED]
    events = [
        event_of(None, event.run_id, ledger.SUPERSEDED, by=this_person(), note_text=words)
        for event in waiting
    ]
    made = () if note.run_id in last else (told_made(note),)
    found = event_of(note, note.run_id, ledger.PROPOSED, by=this_person(), note_text=words)
    append_manifest_sum(runs, sum_manifest(runs / note.run_id))
    ledger.append_events(runs, (*made, *events, found))
    return ()


def move_pointer(runs: Path, history: History, note: RunNote, words: str) -> tuple[Fault, ...]:
    """Write the intention, swap the pointer, write that it is done; return what to notice."""
    known = ledger.last_events(history.events)
    made = () if note.run_id in known else (told_made(note),)
    intended = event_of(
        note,
        note.run_id,
        ledger.INTENDED,
        by=this_person(),
        previous=history.current or "",
        note_text=words,
    )
    append_manifest_sum(runs, sum_manifest(runs / note.run_id))
    ledger.append_events(runs, (*made, intended))
    swap_current(runs, note.run_id)
    try:
        ledger.append_events(runs, fulfil(intended, history.order))
    except (WriteError, BrokenLedgerError) as error:  # it is published all the same
        told = f"is behind, the next command brings it up to date: {error}"
        return (told_of(runs / ledger.LEDGER, "PP-LEDGER-BEHIND", told),)
    return ()
