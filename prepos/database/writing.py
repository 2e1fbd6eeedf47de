"""Which transaction is opened for which system."""

from __future__ import annotations

from collections.abc import Mapping

from prepos.database import duckdb_file, postgresql_writer, sqlite_file
from prepos.database.address import DUCKDB, POSTGRESQL, SQLITE
from prepos.database.session import OpenWriter

WRITERS: Mapping[str, OpenWriter] = {
    POSTGRESQL: postgresql_writer.open_writer,
    DUCKDB: duckdb_file.open_writer,
    SQLITE: sqlite_file.open_writer,
}
