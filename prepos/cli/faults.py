"""How an error is told: one line, its faults grouped, the first few of each shown.

An error of the system or of a library is told in our words where it is sure what it means.
"""

from __future__ import annotations

import errno
import sys
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from prepos.cli.paths import has_no_place
from prepos.core.letters import harmless
from prepos.errors import (
    InfeasibleError,
    InputError,
    OutOfMemoryError,
    PreposError,
    WriteError,
)

if TYPE_CHECKING:
    from prepos.core.faults import Fault
    from prepos.core.ways_out import WayOut

# no space, over quota, read-only, not permitted, file too large: the place's fault, not the code's
DISK_TROUBLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG)
NO_PLACE = "No usable temporary directory"  # in the words of `tempfile`
NO_MEMORY = (  # in the words of DuckDB, Arrow, Python and C++
    "Out of Memory Error",
    "Failed to launch worker thread",
    "can't start new thread",
    "bad_alloc",
)
UNLOADED = "failed to map segment from shared object"  # of a library, at the end of a message
FEWER = "nothing was published; expected more of it, or fewer SKUs, regions or periods"
SHOWN = 3  # faults of one file and code that are spelled out


def as_told(error: Exception) -> PreposError | None:
    """Return an error of the disk or of memory in our words; None for any other."""
    words = str(error).split("\n")[0]
    if (
        isinstance(error, MemoryError)
        or not_loaded(error)
        or any(sign in words for sign in NO_MEMORY)
    ):
        return OutOfMemoryError(f"memory ran out{f' ({words})' if words else ''}; {FEWER}")
    if not isinstance(error, OSError):
        return None
    if isinstance(error, FileNotFoundError) and has_no_place():
        return WriteError("the working folder is gone, expected to be called in one that is there")
    if error.errno == errno.ENOMEM:
        return OutOfMemoryError(f"memory ran out ({error.strerror}); {FEWER}")
    if error.errno in DISK_TROUBLE or NO_PLACE in words:
        return WriteError(f"{error.filename or 'a file'} cannot be written: {error.strerror}")
    return None


def not_loaded(error: BaseException | None) -> bool:
    """Return whether a library was wanted and there was no memory for it, whoever told so first."""
    if not isinstance(error, ImportError | OSError):
        return False
    first = str(error).split("\n")[0]
    return first.endswith(UNLOADED) or not_loaded(error.__cause__ or error.__context__)


def report_error(error: PreposError, *, as_json: bool) -> int:
    """Print the error to standard error, or as JSON to standard output; return its exit code.

    What standard output does not take goes to standard error; where nobody hears, the code tells.
    """
    if as_json:
        from prepos.cli.screen import Screen

        with suppress(WriteError):
            Screen(as_json=True, quiet=True).show("", error_payload(error))
            return error.exit_code
    with suppress(OSError):
        sys.stderr.write(harmless("\n".join(error_lines(error))) + "\n")
        sys.stderr.flush()
    return error.exit_code


def error_payload(error: PreposError) -> dict[str, Any]:
    """Return the error for ``--json``."""
    faults = error.faults if isinstance(error, InputError) else ()
    return {
        "error": type(error).__name__,
        "message": str(error),
        "exit_code": error.exit_code,
        "faults": [asdict(fault) for fault in faults],
    } | ways_payload(error)


def error_lines(error: PreposError) -> list[str]:
    """Return the error for a person."""
    first, *rest = str(error).split("\n")
    if rest:
        count = len(rest) + 1
        lines = [f"prepos: {count} things are wrong:", f"  {first}", *(f"  {r}" for r in rest)]
    else:
        lines = [f"prepos: {first}"]
    if isinstance(error, InputError) and error.faults:
        lines += fault_lines(error.faults)
    if isinstance(error, InfeasibleError):
        lines += way_lines(error.ways_out)
    return lines


def ways_payload(error: PreposError) -> dict[str, Any]:
    """Return what ``--json`` tells of the ways out, where there may be any."""
    if not isinstance(error, InfeasibleError):
        return {}
    return {"ways_out": [asdict(way) for way in error.ways_out]}


def way_lines(ways: Sequence[WayOut]) -> list[str]:
    """Return the ways out for a person: the least change first, and which plan is the cheapest."""
    if not ways:
        return []
    cheapest = min(way.cost for way in ways)
    lines = ["", "way out:" if len(ways) == 1 else "ways out, the least change first:"]
    for number, way in enumerate(ways, start=1):
        best = ", the cheapest" if len(ways) > 1 and way.cost == cheapest else ""
        first, *rest = [change.words for change in way.changes]
        lines.append(f"  {number}. {first}")
        lines += [f"     and {words}" for words in rest]
        lines.append(f"     the plan then costs {way.cost:,.2f}{best}")
    return lines


def fault_lines(faults: Sequence[Fault]) -> list[str]:
    """Return the faults grouped by file and code, the first of each, and how many there are."""
    groups: dict[tuple[str, str], list[Fault]] = defaultdict(list)
    for fault in sorted(faults):
        groups[fault.file, fault.code].append(fault)
    lines: list[str] = []
    file = None
    for (name, code), found in groups.items():
        if name != file:
            lines += ["", name]
            file = name
        times = f" ({len(found):,} times)" if len(found) > 1 else ""
        lines.append(f"  {code}{times}")
        for fault in found[:SHOWN]:
            place = f"line {fault.line}: " if fault.line else ""
            lines.append(f"    {place}{fault.message}")
        if len(found) > SHOWN:
            lines.append(f"    … and {len(found) - SHOWN:,} more")
    code = min(groups)[1]
    total = "1 fault" if len(faults) == 1 else f"{len(faults):,} faults"
    return [*lines, "", f"{total} in all; `prepos explain {code}` tells more about a code"]
