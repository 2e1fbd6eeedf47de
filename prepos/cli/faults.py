"""How an error is told: one line, its faults grouped, the first few of each shown."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from prepos.errors import InputError, PreposError

if TYPE_CHECKING:
    from prepos.core.faults import Fault

SHOWN = 3  # faults of one file and code that are spelled out


def report_error(error: PreposError, *, as_json: bool) -> int:
    """Print the error to standard error, or as JSON to standard output; return its exit code."""
    if as_json:
        from prepos.cli.screen import Screen

        Screen(as_json=True, quiet=True).show("", error_payload(error))
    else:
        sys.stderr.write("\n".join(error_lines(error)) + "\n")
    return error.exit_code


def error_payload(error: PreposError) -> dict[str, Any]:
    """Return the error for ``--json``."""
    faults = error.faults if isinstance(error, InputError) else ()
    return {
        "error": type(error).__name__,
        "message": str(error),
        "exit_code": error.exit_code,
        "faults": [asdict(fault) for fault in faults],
    }


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
