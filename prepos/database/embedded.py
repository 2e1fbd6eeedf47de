"""What databases that are one file have in common."""

from __future__ import annotations

from pathlib import Path

from prepos.core.faults import Fault
from prepos.database.address import Address
from prepos.errors import TableError


def quoted(name: str) -> str:
    """Return a name of the catalogue as SQL takes it to the letter."""
    return '"' + name.replace('"', '""') + '"'


def check_file(path: Path, address: Address) -> None:
    """Raise TableError where there is no file: a new and empty database would be made of it."""
    if not path.is_file():
        message = f"database {path} does not exist, expected a file of {address.system}"
        fault = Fault(address.label, 0, "", str(path), "PP-FILE-MISSING", message)
        raise TableError(f"{address.label}: {message}", [fault])
