"""Speak SQL to DuckDB safely: quoting, and a connection that stays inside its memory and folder.

Nothing of the user's ever becomes SQL but through `literal`; columns are addressed by position.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from prepos.errors import ExternalError

FETCHED = 10_000  # rows turned into Python at a time
_GLOB = re.compile(r"([\[*?])")


def literal(text: str) -> str:
    """Return the text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def name(identifier: str) -> str:
    """Return the text as an SQL identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def day(value: date) -> str:
    """Return the day as an SQL date."""
    return f"DATE '{value.isoformat()}'"


def file(path: Path) -> str:
    """Return the path as an SQL string that DuckDB takes for this one file, brackets and all."""
    return literal(_GLOB.sub(r"[\1]", path.as_posix()))


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[tuple[Any, ...]]:
    """Yield what SQL selects, some rows at a time; nothing else may be asked meanwhile."""
    found = connection.execute(query)
    while some := found.fetchmany(FETCHED):
        yield from some


def connect(work_folder: Path, *, memory_mb: int) -> duckdb.DuckDBPyConnection:
    """Return a connection that downloads nothing and spills into the work folder."""
    spill = work_folder / "spill"
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "memory_limit": f"{memory_mb}MB",
        "temp_directory": str(spill),
    }
    try:
        connection = duckdb.connect(config=settings)
        connection.execute("SET TimeZone = 'UTC'")
    except duckdb.OutOfMemoryException as error:
        raise MemoryError(str(error)) from error
    except duckdb.Error as error:
        raise ExternalError(f"cannot start DuckDB: {error}") from error
    return connection
