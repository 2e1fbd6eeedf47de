"""Whether what publishing stands on is sound: runs, pointer, ledger, disk, solver and clock.

Each check looks at one thing and says what it found; none changes anything. ``mend`` clears away
what killed commands left, under the lock.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from zoneinfo import ZoneInfo

from packaging.requirements import Requirement

from prepos.config import Config
from prepos.core.faults import Fault
from prepos.errors import PreposError, RunError, in_the_way
from prepos.pipeline.history import History, known_sums, open_history, read_history
from prepos.pipeline.told import read_told
from prepos.plan import try_solver
from prepos.publish import check_run, ledger
from prepos.publish.current import read_current
from prepos.publish.files import sha256_of
from prepos.publish.lock import LOCK, hold_lock, is_left_behind, read_holder
from prepos.publish.manifest_sums import ManifestSum, check_manifest
from prepos.publish.receipts import list_kept, sum_in
from prepos.publish.runs import (
    clear_leftovers,
    folder_bytes,
    list_leftovers,
    list_runs,
    try_folder,
)

OK, DOUBT, BROKEN = "ok", "doubt", "broken"
LOOKED_AT = 10  # runs published before whose files are compared with their manifests
ROOM = 3  # free space: so many times the largest run, or it is doubted
LEAST_BYTES = 100_000_000  # or so much
SKEW = timedelta(minutes=1)  # that clocks of machines which share a folder may differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was looked at, how it stands (ok, doubt or broken), and what was found."""

    name: str
    state: str
    message: str


Check = Callable[[Config], Iterator[Finding]]


def examine(config: Config) -> tuple[Finding, ...]:
    """Return what every check finds; an error of ours that one meets is what it finds."""
    return tuple(found for check in CHECKS for found in _look(check, config))


def mend(config: Config, wait_s: float = 0.0) -> tuple[Path, ...]:
    """Clear away what killed commands left, bring the ledger up to date; return what was removed.

    Raises
    ------
    LockError
        If a command is at work.
    WriteError
        If something cannot be removed.
    """
    if not config.runs.is_dir():
        return ()
    with hold_lock(config.runs, command="doctor", wait_s=wait_s):
        removed = tuple(clear_leftovers(config.runs))
        open_history(config.runs)
        return removed


def refuse_broken(found: tuple[Finding, ...]) -> None:
    """Raise RunError naming everything that is broken."""
    broken = [one for one in found if one.state == BROKEN]
    if broken:
        faults = [
            Fault("prepos doctor", 0, one.name, one.state, "PP-DOCTOR", one.message)
            for one in broken
        ]
        names = "; ".join(f"{one.name}: {one.message}" for one in broken)
        raise RunError(f"broken: {names}", faults)


def _look(check: Check, config: Config) -> Iterator[Finding]:
    """Yield what a check finds."""
    try:
        yield from check(config)
    except PreposError as error:
        yield Finding(name=check.__name__.removeprefix("check_"), state=BROKEN, message=str(error))


def check_folder(config: Config) -> Iterator[Finding]:
    """Look whether runs can be written and put in their place."""
    if not config.runs.is_dir():
        wrong = in_the_way(config.runs / LOCK)
        told = wrong or f"{config.runs} is not there yet"
        yield Finding(name="folder", state=BROKEN if wrong else OK, message=told)
        return
    try_folder(config.runs)
    told = f"{config.runs} can be written, and renamed in"
    yield Finding(name="folder", state=OK, message=told)


def check_space(config: Config) -> Iterator[Finding]:
    """Look whether another run fits the disk."""
    if not config.runs.is_dir():
        return
    free = shutil.disk_usage(config.runs).free
    largest = max((folder_bytes(note.folder) for note in list_runs(config.runs)), default=0)
    state = BROKEN if free < largest else DOUBT if free < max(ROOM * largest, LEAST_BYTES) else OK
    told = f"{free / 1e6:,.0f} MB free, the largest run takes {largest / 1e6:,.1f} MB"
    yield Finding(name="space", state=state, message=told)


def check_runs(config: Config) -> Iterator[Finding]:
    """Look whether the published run is there and as it was written, and those before it."""
    pointed = read_current(config.runs)
    if pointed is None:
        yield Finding(name="pointer", state=DOUBT, message="no run is published")
        return
    yield Finding(name="pointer", state=OK, message=f"current points to {pointed}")
    sums = known_sums(config.runs)
    yield look_at(config, pointed, "published run", sums)
    before = [run for run in reversed(read_history(config.runs).order) if run != pointed]
    for run_id in before[:LOOKED_AT]:
        if (config.runs / run_id).is_dir():
            yield look_at(config, run_id, "run before", sums)
        else:
            told = f"{run_id} is gone; a rollback passes over it"
            yield Finding(name="run before", state=DOUBT, message=told)


def look_at(config: Config, run_id: str, name: str, sums: dict[str, ManifestSum]) -> Finding:
    """Compare a run's files with its manifest, and that with its sum in the ledger."""
    try:
        check_manifest(config.runs / run_id, sums.get(run_id))
        count = len(check_run(config.runs / run_id)["files"])
    except RunError as error:
        told = "; ".join([str(error), *(fault.message for fault in error.faults)])
        return Finding(name=name, state=BROKEN, message=told)
    return Finding(name=name, state=OK, message=f"{run_id}: {count} files are as written")


def check_ledger(config: Config) -> Iterator[Finding]:
    """Look whether the ledger can be read, and agrees with pointer and folders."""
    history = read_history(config.runs)
    lost = [notice for notice in history.notices if notice.code == "PP-LEDGER-REBUILT"]
    if lost:
        state = BROKEN if "damaged" in lost[0].message else DOUBT
        told = f"{lost[0].message}; --fix makes it anew"
        yield Finding(name="ledger", state=state, message=told)
        return
    doubts = [*ledger_doubts(config, history)]
    for doubt in doubts:
        yield Finding(name="ledger", state=DOUBT, message=doubt)
    if not doubts:
        told = f"{len(history.events):,} events, in keeping with pointer and folders"
        yield Finding(name="ledger", state=OK, message=told)


def ledger_doubts(config: Config, history: History) -> Iterator[str]:
    """Yield what ledger, pointer and folders say differently."""
    last = history.order[-1] if history.order else None
    if history.written and last != history.current:
        yield f"it says {last or 'nothing'} is published, current says {history.current}"
    there = {note.run_id for note in list_runs(config.runs)}
    states = ledger.last_states(history.events)
    gone = sorted(
        run for run, state in states.items() if run not in there and state != ledger.REMOVED
    )
    if gone:
        yield f"it tells of runs that are not there: {', '.join(gone)}"


def check_receipts(config: Config) -> Iterator[Finding]:
    """Look whether the files of what other systems answered are whole, and in the ledger."""
    kept = [path for _, path in list_kept(config.runs)]
    if not kept:
        return
    told = {one.file for one in read_told(config.runs).answers}
    torn = [path.name for path in kept if sha256_of(path) != sum_in(path)]
    strange = [path.name for path in kept if sum_in(path) not in told]
    if torn:
        words = f"altered since they were kept: {', '.join(torn)}"
    elif strange:
        words = f"kept, but not in the ledger: {', '.join(strange)}; reconcile them again"
    else:
        words = f"{len(kept):,} files are as they came, and in the ledger"
    state = BROKEN if torn else DOUBT if strange else OK
    yield Finding(name="receipts", state=state, message=words)


def check_leftovers(config: Config) -> Iterator[Finding]:
    """Look for what killed commands left."""
    left = [path.name for path in list_leftovers(config.runs)]
    told = f"left by killed commands: {', '.join(left)}; --fix removes it" if left else "none"
    yield Finding(name="leftovers", state=DOUBT if left else OK, message=told)


def check_lock(config: Config) -> Iterator[Finding]:
    """Look who holds the lock."""
    holder = read_holder(config.runs)
    if holder is None:
        yield Finding(name="lock", state=OK, message="free")
    elif is_left_behind(config.runs):
        told = f"left behind by {holder}; the next command takes it over, --fix removes it"
        yield Finding(name="lock", state=DOUBT, message=told)
    else:
        yield Finding(name="lock", state=OK, message=f"held by {holder}")


def check_solver(config: Config) -> Iterator[Finding]:
    """Look whether the solver solves."""
    solver = try_solver(config.plan.solver)
    yield Finding(name="solver", state=OK, message=f"{solver} solves a trial")


def check_versions(_config: Config) -> Iterator[Finding]:
    """Look whether every library is there, in a version that prepos was written for."""
    wrong = [*wrong_versions(requires("prepos") or ())]
    told = "; ".join(wrong) or "every library is of a version that prepos needs"
    yield Finding(name="versions", state=BROKEN if wrong else OK, message=told)


def wrong_versions(needs: list[str] | tuple[str, ...]) -> Iterator[str]:
    """Yield the requirements that what is installed does not meet; extras are left out."""
    for need in map(Requirement, needs):
        if need.marker is not None and not need.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version(need.name)
        except PackageNotFoundError:
            yield f"{need.name} is missing, expected {need.specifier}"
            continue
        if not need.specifier.contains(found, prereleases=True):
            yield f"{need.name} is {found}, expected {need.specifier}"


def check_clock(config: Config) -> Iterator[Finding]:
    """Look whether time has gone backwards since the newest run or event."""
    at = [note.made_at for note in list_runs(config.runs)]
    at += [event.at for event in read_history(config.runs).events]
    latest = max((datetime.fromisoformat(told) for told in at if told), default=None)
    now = datetime.now(UTC)
    if latest is not None and latest > now + SKEW:
        told = f"the clock says {now:%Y-%m-%d %H:%M} UTC, but a run was at {latest:%Y-%m-%d %H:%M}"
        yield Finding(name="clock", state=BROKEN, message=told)
    else:
        yield Finding(name="clock", state=OK, message=f"{now:%Y-%m-%d %H:%M} UTC, after every run")


def check_zone(config: Config) -> Iterator[Finding]:
    """Look whether the machine's day is the run's."""
    zone = config.time.timezone
    run, machine = datetime.now(ZoneInfo(zone)), datetime.now().astimezone()
    same = run.date() == machine.date()
    told = f"{run:%Y-%m-%d} in {zone}, {machine:%Y-%m-%d} in the machine's zone {machine:%Z}"
    yield Finding(name="time zone", state=OK if same else DOUBT, message=told)


CHECKS: tuple[Check, ...] = (
    check_folder,
    check_space,
    check_runs,
    check_ledger,
    check_receipts,
    check_leftovers,
    check_lock,
    check_solver,
    check_versions,
    check_clock,
    check_zone,
)
