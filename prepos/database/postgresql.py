"""PostgreSQL by psycopg: one snapshot that is read with COPY, one transaction that is written.

COPY streams: neither side holds more than a few blocks of a table, at a quarter of the time that a
server-side cursor takes, and the server writes every cell as text. The settings of a transaction
are set inside it, so that a pooler between is no hindrance.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from prepos.core.secrets import HIDDEN, redact
from prepos.database.address import Address
from prepos.database.options import DatabaseOptions
from prepos.database.queries import with_parameters
from prepos.database.retry import LostError
from prepos.database.session import Given, Listed, Relation
from prepos.errors import ConfigError, ExternalError, PreposError

if TYPE_CHECKING:
    import psycopg

FLOATS = {700: "real", 701: "double precision", 790: "money"}  # by the catalogue's numbers
NUMERIC = 1700
SCALE = 0x7FF  # the bits of a numeric's modifier that hold its decimals
CANCELLED, LOCKED, READ_ONLY = "57014", "55P03", "25006"
LOST = ("08", "53", "57P", "40", LOCKED)  # gone, full, shutting down, torn by others, locked
WRONG_QUERY = ("42", "0A", "22", READ_ONLY)  # what a query of the user's own may be guilty of
REFUSED = ("authentication", "no password supplied", "does not exist")  # another try is in vain
CATALOGUE = (
    "SELECT n.nspname, c.relname, pg_catalog.pg_table_is_visible(c.oid) FROM pg_catalog.pg_class c "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname NOT LIKE 'pg\\_%' "
    "AND n.nspname <> 'information_schema' "
    "ORDER BY 1, 2"
)
SETTINGS = {
    "datestyle": "ISO, YMD",
    "timezone": "UTC",
    "extra_float_digits": "1",  # the shortest text that reads back to the same bits
    "synchronize_seqscans": "off",  # from the first row on, whoever else is reading
}
KEPT_ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


def driver() -> ModuleType:
    """Return psycopg; raises ExternalError that says what to install."""
    try:
        import psycopg
    except ImportError as error:
        raise ExternalError(
            f"PostgreSQL is read with psycopg, which is missing ({error}); "
            "install it with pip install 'prepos[db]'"
        ) from error
    return psycopg


@contextmanager
def open_reader(address: Address, options: DatabaseOptions, folder: Path) -> Iterator[Snapshot]:
    """Give a read-only snapshot; raises LostError, ExternalError and ConfigError."""
    with connected(address, options, folder) as connection:
        connection.isolation_level = driver().IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        set_locally(connection, options)
        yield Snapshot(connection, address)


@contextmanager
def connected(
    address: Address, options: DatabaseOptions, folder: Path
) -> Iterator[psycopg.Connection]:
    """Give a connection whose transaction ends with the block; errors are told in our words."""
    psycopg = driver()
    try:
        connection = psycopg.connect(
            address.url,
            client_encoding="utf8",
            application_name="prepos",
            connect_timeout=options.connect_timeout_s,
            **KEPT_ALIVE,
            **_passfile(options, folder),
        )
    except psycopg.Error as error:
        words = f"{address.name} cannot be reached: {words_of(error)}"
        in_vain = any(word in words for word in REFUSED)
        raise (ExternalError if in_vain else LostError)(words) from None
    try:
        with connection:
            yield connection
    except psycopg.Error as error:
        raise told(error, address, options) from None


def set_locally(connection: psycopg.Connection, options: DatabaseOptions) -> None:
    """Set what holds for this transaction alone."""
    limits = {
        "statement_timeout": f"{options.statement_timeout_s}s",
        "lock_timeout": f"{options.lock_timeout_s}s",
    }
    for name, value in (SETTINGS | limits).items():
        set_value(connection, name, value)


def set_value(connection: psycopg.Connection, name: str, value: str) -> None:
    """Set one value for this transaction alone."""
    connection.execute("SELECT pg_catalog.set_config(%s, %s, true)", (name, value))


def told(error: psycopg.Error, address: Address, options: DatabaseOptions) -> PreposError:
    """Return what went wrong as an error of ours."""
    code = error.sqlstate or ""
    if code == CANCELLED:
        return ExternalError(
            f"{address.name} took longer than database.statement_timeout_s = "
            f"{options.statement_timeout_s} s: {words_of(error)}"
        )
    lost = code.startswith(LOST) or (not code and isinstance(error, _gone()))
    return (LostError if lost else ExternalError)(f"{address.name}: {words_of(error)}")


def words_of(error: Exception) -> str:
    """Return a driver's words on one line, without passwords."""
    words = redact(" ".join(str(error).split()))
    password = os.environ.get("PGPASSWORD")
    return words.replace(password, HIDDEN) if password else words


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What PostgreSQL shows one transaction."""

    connection: psycopg.Connection
    address: Address

    def tables(self) -> list[Listed]:
        """Return every table and view that is no part of the server itself."""
        return [Listed(*row) for row in self.connection.execute(CATALOGUE)]

    def table(self, schema: str, name: str) -> Relation:
        """Return a table of the catalogue."""
        quoted = driver().sql.Identifier(schema, name).as_string(self.connection)
        return Relation(sql=quoted, values={})

    def query(self, name: str, text: str, values: Mapping[str, date]) -> Relation:
        """Return a query as a relation; its parameters are read from the transaction's settings."""
        for parameter, value in values.items():
            set_value(self.connection, f"prepos.{parameter}", value.isoformat())
        written = with_parameters(text, lambda p: f"current_setting('prepos.{p}')::date")
        return Relation(sql=f"(\n{written}\n) AS given", query=name, values=values)

    def describe(self, relation: Relation, columns: Sequence[str]) -> tuple[Given, ...]:
        """Return the columns without running anything: the server parses one statement."""
        del columns  # types are known without a look at them
        with self._of_query(relation):
            server = self.connection.pgconn
            parsed = server.prepare(b"", f"SELECT * FROM {relation.sql}".encode())
            if parsed.status != driver().pq.ExecStatus.COMMAND_OK:
                raise driver().errors.error_from_result(parsed)
            found = server.describe_prepared(b"")
            return tuple(
                _given(found.fname(n) or b"", found.ftype(n), found.fmod(n))
                for n in range(found.nfields)
            )

    def copy(self, relation: Relation, columns: Sequence[Given], target: Path) -> int:
        """Write the columns' cells as text to a CSV file; return how many rows there are."""
        sql = driver().sql
        names = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
        select = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT WITH (FORMAT csv, HEADER)").format(
            names, sql.SQL(relation.sql)
        )
        with (
            self._of_query(relation),
            target.open("wb") as sink,
            self.connection.cursor() as cursor,
        ):
            with cursor.copy(select) as blocks:
                for block in blocks:
                    sink.write(block)
            return int(cursor.rowcount)

    @contextmanager
    def _of_query(self, relation: Relation) -> Iterator[None]:
        """Blame a query of the user's own for what it is guilty of."""
        try:
            yield
        except driver().Error as error:
            if relation.query and (error.sqlstate or "").startswith(WRONG_QUERY):
                raise ConfigError(
                    f"query {relation.query!r} cannot be read from {self.address.name}: "
                    f"{words_of(error)}; expected one SELECT that changes nothing"
                ) from None
            raise


def _given(name: bytes, kind: int, modifier: int) -> Given:
    """Return a column as the server describes it."""
    decimals = kind == NUMERIC and modifier >= 0 and (modifier - 4) & SCALE > 0
    return Given(name=name.decode(), fractional="numeric" if decimals else FLOATS.get(kind, ""))


def _gone() -> tuple[type[Exception], ...]:
    """Return the errors that tell of a lost connection where no code does."""
    return driver().OperationalError, driver().InterfaceError


def _passfile(options: DatabaseOptions, folder: Path) -> dict[str, str]:
    """Return the file of passwords for libpq, which reads it; raises ConfigError if others can."""
    if options.passfile is None:
        return {}
    path = (folder / Path(options.passfile).expanduser()).resolve()
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        raise ConfigError(f"database.passfile: {path} cannot be read: {error.strerror}") from None
    if os.name != "nt" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError(
            f"database.passfile: {path} has mode {mode:03o}, expected 600: chmod 600 {path}"
        )
    return {"passfile": str(path)}
