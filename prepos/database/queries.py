"""Queries that stand for tables: SQL by name in a TOML file, with ``:cutoff`` as its one parameter.

A parameter's value never becomes SQL: it is handed to the database apart from the text.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from prepos.errors import ConfigError

CUTOFF = "cutoff"
_SKIPPED = (  # texts, quoted names, comments, dollar quotes and casts hold no parameters
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|(\$\w*\$).*?\1|::"
)
_PARAMETER = re.compile(rf"(?s){_SKIPPED}|:(?P<name>[A-Za-z_]\w*)")


def read_queries(path: Path) -> dict[str, str]:
    """Return name to SQL; raises ConfigError where the file is missing or is none of queries."""
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        words = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"data.queries: {path} cannot be read: {words}") from None
    odd = [name for name, query in tree.items() if not isinstance(query, str)]
    if odd:
        raise ConfigError(f"{path}: {odd[0]} is no text, expected SQL in quotes")
    return {name: query.strip().rstrip(";") for name, query in tree.items()}


def find_query(queries: Mapping[str, str], name: str, key: str) -> str:
    """Return the SQL of that name; raises ConfigError with the nearest one."""
    if name in queries:
        return queries[name]
    close = difflib.get_close_matches(name, queries, n=1)
    hint = f", nearest is {close[0]}" if close else ""
    where = "the file that data.queries names" if queries else "a file named by data.queries"
    raise ConfigError(f"{key}: there is no query {name!r}, expected it in {where}{hint}")


def parameters_of(query: str) -> tuple[str, ...]:
    """Return the names of the parameters, each once."""
    found = (match["name"] for match in _PARAMETER.finditer(query))
    return tuple(dict.fromkeys(name for name in found if name))


def with_parameters(query: str, written: Callable[[str], str]) -> str:
    """Return the query with its parameters as a database writes them."""
    return _PARAMETER.sub(lambda m: written(m["name"]) if m["name"] else m[0], query)
