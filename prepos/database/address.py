"""Where a table of a database lies: ``system://place#schema.table`` or ``…#query:NAME``.

An address is written into manifests and messages, so that it may not hold a password.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NoReturn
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from prepos.core.secrets import redact
from prepos.errors import ConfigError

POSTGRESQL, DUCKDB, SQLITE = "postgresql", "duckdb", "sqlite"
SYSTEMS = {"postgresql": POSTGRESQL, "postgres": POSTGRESQL, "duckdb": DUCKDB, "sqlite": SQLITE}
SECRETS = {"password", "sslpassword"}  # of a URL's parameters, however they are written
QUERY = "query:"
REMEDY = (
    "expected none: set PGPASSWORD, or write it to ~/.pgpass or to the file that database.passfile "
    "names"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A table, a view or a named query of a database; a whole database where all three are empty.

    ``file`` is the path of an embedded database, as written; ``url`` is without what is behind #.
    """

    system: str
    url: str
    name: str  # of the database, for messages
    file: str = ""
    schema: str = ""
    table: str = ""
    query: str = ""

    @property
    def what(self) -> str:
        """What is meant in the database, as written behind the #."""
        if self.query:
            return f"{QUERY}{self.query}"
        return f"{self.schema}.{self.table}" if self.schema else self.table

    @property
    def label(self) -> str:
        """What messages call it."""
        return f"{self.name}#{self.what}" if self.what else self.name

    def path(self, folder: Path) -> Path:
        """Return where an embedded database lies; relative ones start in the folder."""
        return folder / self.file


def is_address(text: str) -> bool:
    """Return whether it is a URL and not the path of a file."""
    return "://" in text


def label_of(text: str) -> str:
    """Return what messages call a table that is configured so: its file's name, or its address."""
    return parse_address("data", text).label if is_address(text) else Path(text).name


def parse_address(key: str, text: str, *, whole: bool = False) -> Address:
    """Return the address that a setting holds.

    Parameters
    ----------
    key : str
        The setting, for messages.
    whole : bool
        A whole database is meant, not a table of it.

    Raises
    ------
    ConfigError
        If the system is not known, a password is in it, or it names no table.
    """
    scheme, _, _ = text.partition("://")
    if scheme not in SYSTEMS:
        close = difflib.get_close_matches(scheme, SYSTEMS, n=1)
        hint = f", nearest is {close[0]}" if close else ""
        _refuse(key, scheme, f"expected one of {', '.join(dict.fromkeys(SYSTEMS.values()))}{hint}")
    try:
        parts = urlsplit(text)
        names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    except ValueError as error:
        _refuse(key, scheme, f"expected a URL ({error})")
    if redact(text) != text or parts.password is not None or not SECRETS.isdisjoint(names):
        raise ConfigError(f"{key} holds a password, {REMEDY}")
    if whole and parts.fragment:
        _refuse(key, scheme, f"expected a database, without #{parts.fragment}")
    return _address(key, text, parts, whole=whole)


def _address(key: str, text: str, parts: SplitResult, *, whole: bool) -> Address:
    """Return the address of a URL and its parts."""
    system = SYSTEMS[parts.scheme]
    file = "" if system == POSTGRESQL else _file(key, parts)
    schema, table, query = _target(unquote(parts.fragment))
    if not (whole or table or query):
        _refuse(key, parts.scheme, "expected #table, #schema.table or #query:NAME behind it")
    return Address(
        system=system,
        url=text.partition("#")[0],
        name=PurePosixPath(file or unquote(parts.path)).name or system,
        file=file,
        schema=schema,
        table=table,
        query=query,
    )


def _file(key: str, parts: SplitResult) -> str:
    """Return the file's path: behind three slashes a relative one, behind four an absolute one."""
    path = unquote(parts.path).removeprefix("/")
    if parts.netloc or not path or path == ":memory:":
        example = f"{parts.scheme}:///file.{parts.scheme}"
        _refuse(key, parts.scheme, f"expected three slashes and a file's path, such as {example}")
    return path


def _target(fragment: str) -> tuple[str, str, str]:
    """Return schema, table and query as they are named behind the #."""
    if fragment.startswith(QUERY):
        return "", "", fragment.removeprefix(QUERY)
    schema, dot, table = fragment.partition(".")
    return (schema, table, "") if dot else ("", fragment, "")


def _refuse(key: str, scheme: str, expected: str) -> NoReturn:
    """Raise ConfigError without showing more of the URL than its beginning."""
    raise ConfigError(f"{key} is {scheme}://…, {expected}")
