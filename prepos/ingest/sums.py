"""What the inputs are, without reading them as tables: the sum of each file's bytes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from prepos.ingest.gate import digest


def input_sums(paths: Mapping[str, str], folder: Path) -> dict[str, str] | None:
    """Return the SHA-256 of each table's file; None where one can only be known by reading it.

    Parameters
    ----------
    paths : table name to path
        As configured; relative ones are relative to ``folder``. A table of a database has no sum
        before it is read, nor has a file that cannot be opened.
    """
    if any("://" in path for path in paths.values()):
        return None
    try:
        return {table: digest(folder / path) for table, path in paths.items()}
    except OSError:
        return None
