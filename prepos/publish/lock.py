"""One writer at a time: the lock of the folder of runs, who holds it, and what became of them.

``lock`` is JSON, whole whenever it is seen: it is written aside and linked into its place. Its
holder keeps it locked for the kernel too (flock), so that one whose process ended is told from one
that works, whatever became of the number of the process. Only on the same machine is a lock ever
taken over: what runs elsewhere, on a shared folder, cannot be seen from here. Where there is no
flock, a lock left behind stays until it is removed by hand.
"""

from __future__ import annotations

import errno
import getpass
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from prepos.core.letters import harmless
from prepos.errors import LockError, write_error
from prepos.publish.held import hold_open, is_free

LOCK = "lock"
ASIDE = ".lock-"  # prefix of a lock that is being written
POLL_S = 0.1  # between two looks at a lock that is waited for
YOUNG_S = 10.0  # what was written so lately may still be being written
# what a file system says that knows no second name of a file
NO_LINKS = (errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP)
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a lock: machine, process and person, what for, and since when.

    ``boot`` and ``started`` tell the process from another of the same number; empty where the
    system does not tell. ``since`` is an instant in UTC, ``run`` a run's id or empty.
    """

    host: str
    boot: str
    pid: int
    started: str
    user: str
    command: str
    since: str
    run: str

    def __str__(self) -> str:
        of = f" of run {self.run}" if self.run else ""
        who = f"{self.user} on {self.host}, process {self.pid}"
        return harmless(f"`prepos {self.command}`{of} by {who}, since {self.since}")


UNKNOWN = Holder(host="", boot="", pid=0, started="", user="", command="", since="", run="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A lock that is held; ``taken_over`` is who left it behind, None where it was free."""

    path: Path
    holder: Holder
    taken_over: Holder | None


@contextmanager
def hold_lock(runs: Path, *, command: str, run: str = "", wait_s: float = 0.0) -> Iterator[Lock]:
    """Hold the lock of a folder of runs; it is free again however the block ends.

    Parameters
    ----------
    runs : Path
        Made if it is not there.
    command, run : str
        What it is held for, told to whoever comes meanwhile.
    wait_s : float
        Seconds to wait for whoever holds it.

    Raises
    ------
    LockError
        If another process holds it; says who, where and since when.
    WriteError
        If the folder cannot be written.
    """
    path, me = runs / LOCK, this_process(command, run)
    try:
        runs.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=ASIDE, dir=runs)
    except OSError as error:
        raise write_error(path, error) from error
    aside = Path(name)
    try:
        _write(handle, aside, me)
        left = _take(path, aside, time.monotonic() + wait_s)
        yield Lock(path=path, holder=me, taken_over=left)
    finally:
        with suppress(OSError):  # what was done is done; a lock without its process is nobody's
            aside.unlink(missing_ok=True)
            if _is_at(path, handle):
                path.unlink(missing_ok=True)
        os.close(handle)


def read_holder(runs: Path) -> Holder | None:
    """Return who holds the lock, or left it behind; None where it is free."""
    try:
        told = json.loads((runs / LOCK).read_bytes())
        return Holder(**{field.name: told[field.name] for field in fields(Holder)})
    except (FileNotFoundError, NotADirectoryError):  # a link that leads nowhere is no free place
        return UNKNOWN if (runs / LOCK).is_symlink() else None
    except (OSError, ValueError, KeyError, TypeError):
        return UNKNOWN


def is_left_behind(runs: Path) -> bool:
    """Return whether a lock lies there whose process has ended; False where in doubt."""
    holder = read_holder(runs)
    return holder is not None and _has_ended(runs / LOCK, holder)


def refuse_held(runs: Path) -> None:
    """Raise LockError where another process holds the lock, before any work is begun."""
    holder = read_holder(runs)
    if holder is not None and not _has_ended(runs / LOCK, holder):
        raise _held_by(runs / LOCK, holder)


def this_process(command: str, run: str = "") -> Holder:
    """Return this process as the holder of a lock."""
    return Holder(
        host=socket.gethostname(),
        boot=_boot(),
        pid=os.getpid(),
        started=_started(os.getpid()),
        user=user_name(),
        command=command,
        since=datetime.now(UTC).isoformat(timespec="seconds"),
        run=run,
    )


def user_name() -> str:
    """Return who runs this process, by number where the name is not known."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # of a number that has no name, as in a container
        return str(os.getuid()) if sys.platform != "win32" else ""


def _take(path: Path, aside: Path, deadline: float) -> Holder | None:
    """Put the lock in its place; return who left one behind there."""
    while not _link(aside, path):
        holder = read_holder(path.parent)
        if holder is None:
            continue
        if _has_ended(path, holder):
            if _replace(path, aside):
                return holder
            continue  # another has just done so
        if time.monotonic() >= deadline:
            raise _held_by(path, holder)
        time.sleep(POLL_S)
    return None


def _held_by(path: Path, holder: Holder) -> LockError:
    """Return the error that names the holder."""
    who = str(holder) if holder.pid else "a process that it does not name"
    return LockError(
        f"{path} is held: {who}; expected it free; --wait SECONDS waits for it, and a lock whose "
        "process is surely gone may be removed by hand"
    )


def _write(handle: int, aside: Path, holder: Holder) -> None:
    """Write a lock that is open beside its place, held for the kernel; raises WriteError."""
    hold_open(handle)
    try:
        os.write(handle, json.dumps(asdict(holder), indent=2, ensure_ascii=False).encode())
        os.fsync(handle)
        aside.chmod(0o644)
    except OSError as error:
        raise write_error(aside, error) from error


def _link(aside: Path, path: Path) -> bool:
    """Put the lock in its place in one step if it is free; return whether it was."""
    try:
        os.link(aside, path)
        aside.unlink()
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise write_error(path, error) from error
        return _reserve(aside, path)
    return True


def _reserve(aside: Path, path: Path) -> bool:
    """Do the same where files have one name alone: an empty file keeps the place for a moment."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        os.replace(aside, path)
    except FileExistsError:
        return False
    except OSError as error:
        raise write_error(path, error) from error
    return True


def _replace(path: Path, aside: Path) -> bool:
    """Replace a lock that was left behind; of two who try one does, and that is returned."""
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        if hold_open(handle) and _is_at(path, handle):
            os.replace(aside, path)
            return True
        return False
    except OSError as error:
        raise write_error(path, error) from error
    finally:
        os.close(handle)


def _has_ended(path: Path, holder: Holder) -> bool:
    """Return whether the process behind a lock is surely gone."""
    if holder.pid and holder.host != socket.gethostname():
        return False
    if not holder.pid:
        return age_s(path) > YOUNG_S and is_free(path)
    lives = holder.boot == _boot() and _started(holder.pid) == holder.started != ""
    return not lives and is_free(path)


def age_s(path: Path) -> float:
    """Return how many seconds ago a file was written, 0 where it is gone."""
    with suppress(OSError):
        return time.time() - path.stat().st_mtime
    return 0.0


def _is_at(path: Path, handle: int) -> bool:
    """Return whether the open file is the one of that path."""
    with suppress(OSError):
        return os.path.samestat(os.stat(path), os.fstat(handle))
    return False


def _boot() -> str:
    """Return which start of the machine this is; empty where the system does not tell."""
    with suppress(OSError):
        return BOOT_ID.read_text().strip()
    return ""


def _started(pid: int) -> str:
    """Return when a process began, in ticks since the machine did; empty where it is not told."""
    with suppress(OSError, IndexError):
        # proc_pid_stat(5): field 22, counted behind the name, which may hold blanks
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return ""
