"""Every error that prepos raises on purpose, with the exit code a command ends with.

PreposError
├── ConfigError          2   wrong use, faulty configuration or environment
├── InputError           3   bad input; carries every fault found
│   ├── TableError       3   a table breaks its contract
│   ├── NetworkError     3   nodes, regions, lanes or services do not make sense
│   ├── DemandError      3   history or forecast does not make sense
│   └── RunError         3   a run's files are missing, altered or fail verification
├── InfeasibleError      4   limits contradict; says which, by how much
├── SolverError          5   no plan that stands; the last plan does
├── LockError            6   another run holds the lock
├── WriteError           7   cannot write
├── ExternalError        8   database, cluster or optional driver
├── OutOfMemoryError     1   the process may have no more memory
├── InternalError        1   prepos broke a law of its own: a fault of the program
└── UnchangedError      99   the plan equals the published one
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from prepos.core.faults import Fault
    from prepos.core.ways_out import WayOut


class PreposError(Exception):
    """The family: everything a command reports in one line and an exit code."""

    exit_code: ClassVar[int] = 1


class ConfigError(PreposError):
    """The command was used wrongly, or a configuration value cannot be."""

    exit_code = 2


class InputError(PreposError):
    """Input that cannot be used, with all faults found at once.

    Parameters
    ----------
    message : str
        One line that says what was being read.
    faults : sequence of Fault
        Each names file, line, column, value, code and expectation.
    """

    exit_code = 3

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)


class TableError(InputError):
    """A table breaks its contract."""


class NetworkError(InputError):
    """Nodes, regions, lanes or services do not make sense together."""


class DemandError(InputError):
    """A history or a forecast does not make sense."""


class RunError(InputError):
    """A run's files are missing, altered, or fail verification."""


class InfeasibleError(PreposError):
    """Limits contradict each other; the message says which and by how much.

    Parameters
    ----------
    message : str
    ways_out : sequence of WayOut
        What could be changed so that there is a plan, the least first; empty where none is known.
    """

    exit_code = 4

    def __init__(self, message: str, ways_out: Sequence[WayOut] = ()) -> None:
        super().__init__(message)
        self.ways_out = tuple(ways_out)


class SolverError(PreposError):
    """The solver gave no plan that stands."""

    exit_code = 5


class LockError(PreposError):
    """Another run holds the lock."""

    exit_code = 6


class WriteError(PreposError):
    """A file cannot be written; the message says where."""

    exit_code = 7


class ExternalError(PreposError):
    """A database, a cluster or an optional driver failed or is missing."""

    exit_code = 8


class OutOfMemoryError(PreposError):
    """The process may have no more memory; a command was stopped in its midst."""


class InternalError(PreposError):
    """A law that the program keeps was broken: a fault of the program, not of its input."""


class UnchangedError(PreposError):
    """Nothing to change: the plan equals the published one."""

    exit_code = 99


def write_error(path: Path, error: OSError) -> WriteError:
    """Return the error that says where writing failed, and why."""
    return WriteError(f"cannot write {path}: {in_the_way(path) or error.strerror or error}")


def in_the_way(path: Path) -> str:
    """Return what stands on the way to a path and is no folder; empty where all is well."""
    with suppress(OSError):
        for place in reversed(path.parents):
            if place.is_symlink() and not place.exists():
                return f"{place} is a link to {place.readlink()}, which is not there"
            if place.is_file():
                return f"{place} is a file, expected a folder"
    return ""
