"""A mapping file: how a system that we have no exporter for wants its columns.

All that is wrong in it is told at once, with the nearest known name.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from prepos.core.run import DATE, INTEGER, MANIFEST, NUMBER, RUN_TABLES, TEXT, TRANSFERS
from prepos.errors import ConfigError
from prepos.publish.exporters.sheet import ISO, Dialect

LINE_ENDS = {"lf": "\n", "crlf": "\r\n"}
QUOTING = ("needed", "all", "none")
LINE_BREAKERS = ('"', "\r", "\n")  # and the delimiter, where cells are not quoted
UTF_8 = "utf-8"
MOST_DECIMALS, MOST_LETTERS = 12, 1_000_000
HEADS = ("every_line", "first_line", "file")
OWN_COLUMNS = {  # what a line has besides the columns of transfers.csv
    "key": TEXT,
    "document_key": TEXT,
    "document": INTEGER,
    "line": INTEGER,
    "run_id": TEXT,
    "currency": TEXT,
    "origin_name": TEXT,
    "destination_name": TEXT,
}
COLUMNS: dict[str, str] = {**RUN_TABLES[TRANSFERS], **OWN_COLUMNS}
"""Column that a mapping may name, to its type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedColumn:
    """One column of the output."""

    name: str
    of: str = "line"  # line or head
    column: str | None = None  # ours, or
    constant: str | None = None
    dates: str | None = None  # of strftime; else the file's
    decimals: int | None = None  # of a number; else as many as it has
    longest: int | None = None  # letters; more are refused
    prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """A whole mapping file.

    Attributes
    ----------
    name, heads_name : str
        Of the file of lines, and of that of heads where there are two.
    by : tuple of str
        Columns in which the lines of a document agree.
    heads : str
        Where head columns stand: ``every_line``, ``first_line``, or a ``file`` of their own.
    """

    name: str
    heads_name: str
    by: tuple[str, ...]
    heads: str
    dialect: Dialect
    columns: tuple[MappedColumn, ...]


TABLES = ("file", "group", "column")
FILE_KEYS: dict[str, type] = {
    "name": str,
    "heads_name": str,
    "delimiter": str,
    "decimal": str,
    "line_end": str,
    "encoding": str,
    "quoting": str,
    "header": bool,
    "dates": str,
}
GROUP_KEYS: dict[str, type] = {"by": list, "heads": str}
COLUMN_KEYS: dict[str, type] = {
    column.name: int if "int" in str(column.type) else str for column in fields(MappedColumn)
}


def read_mapping(path: Path) -> ColumnMapping:
    """Return a mapping file's content.

    Raises
    ------
    ConfigError
        If it cannot be read, or with everything that is wrong in it.
    """
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read: {error}, expected a mapping in TOML") from error
    problems = list(_problems(tree))
    if problems:
        raise ConfigError("\n".join(f"{path}: {problem}" for problem in problems))
    file, group = dict(tree["file"]), tree.get("group", {})
    name = file.pop("name")
    heads_name = file.pop("heads_name", "heads.csv")
    if "line_end" in file:
        file["line_end"] = LINE_ENDS[file["line_end"]]
    return ColumnMapping(
        name=name,
        heads_name=heads_name,
        by=tuple(group.get("by", ())),
        heads=group.get("heads", "every_line"),
        dialect=Dialect(**file),
        columns=tuple(MappedColumn(**column) for column in tree["column"]),
    )


def _problems(tree: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong: first unknown keys and types, and only if there are none the values."""
    shapes = list(_misshapen(tree))
    yield from shapes or _wrong_values(tree)


def _misshapen(tree: Mapping[str, Any]) -> Iterator[str]:
    """Yield unknown tables and keys, and values of another type."""
    yield from (_unknown(key, TABLES) for key in tree if key not in TABLES)
    for table, known in (("file", FILE_KEYS), ("group", GROUP_KEYS)):
        found = tree.get(table, {})
        if not isinstance(found, Mapping):
            yield f"{table} is {found!r}, expected a table [{table}]"
        else:
            yield from _misfits(table, found, known)
    columns = tree.get("column", [])
    if not (isinstance(columns, list) and columns and all(isinstance(c, dict) for c in columns)):
        yield "column is missing, expected [[column]] once a column of the output"
        return
    for number, column in enumerate(columns, start=1):
        yield from _misfits(f"column {number}", column, COLUMN_KEYS)


def _misfits(place: str, found: Mapping[str, Any], known: Mapping[str, type]) -> Iterator[str]:
    """Yield the keys of one table that are unknown or of another type."""
    for key, value in found.items():
        if key not in known:
            yield f"{place}: {_unknown(key, known)}"
        elif type(value) is not known[key]:
            yield f"{place}: {key} is {value!r}, expected {SPOKEN[known[key]]}"


SPOKEN = {str: "text in quotes", bool: "true or false", int: "a whole number", list: "an array"}


def _wrong_values(tree: Mapping[str, Any]) -> Iterator[str]:
    """Yield values that cannot be."""
    file, group = tree.get("file", {}), tree.get("group", {})
    yield from _wrong_file(file)
    heads = group.get("heads", "every_line")
    yield from _choice("group: heads", heads, HEADS)
    for name in group.get("by", ()):
        yield from _choice("group: by", name, RUN_TABLES[TRANSFERS])
    kinds = {column.get("of", "line") for column in tree["column"]}
    if heads != "every_line" and "head" not in kinds:
        yield f"group: heads is {heads!r}, expected a column with of = 'head'"
    if heads == "file" and "line" not in kinds:
        yield f"group: heads is {heads!r}, expected a column with of = 'line'"
    names: set[str] = set()
    for column in tree["column"]:
        yield from _wrong_column(column)
        yield from _wrong_texts(column, file)
        if column.get("name") in names:
            yield f"column {column['name']!r} is there twice, expected once"
        names.add(column.get("name", ""))


def _wrong_file(file: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong in ``[file]``."""
    for key in ("name", "heads_name"):
        name = file.get(key, "heads.csv" if key == "heads_name" else "")
        own = name == MANIFEST or name.endswith((".xlsx", ".parquet"))
        if own or not name.isprintable() or not name or Path(name).name != name:
            yield f"file: {key} is {name!r}, expected the name of a text file, without a folder"
    if file.get("name") == file.get("heads_name", "heads.csv"):
        yield f"file: heads_name is {file.get('name')!r}, expected another than name"
    yield from _choice("file: line_end", file.get("line_end", "lf"), LINE_ENDS)
    yield from _choice("file: quoting", file.get("quoting", "needed"), QUOTING)
    yield from _choice("file: decimal", file.get("decimal", "."), (".", ","))
    delimiter = file.get("delimiter", ",")
    if (
        len(delimiter) != 1
        or delimiter == '"'
        or not (delimiter == "\t" or delimiter.isprintable())
    ):
        yield f"file: delimiter is {delimiter!r}, expected one letter"
    if delimiter == file.get("decimal", ".") and file.get("quoting") == "none":
        yield f"file: delimiter and decimal are both {delimiter!r}, expected two letters"
    encoding = file.get("encoding", UTF_8)
    if not can_write("", encoding):
        yield f"file: encoding is {encoding!r}, expected one such as utf-8 or cp1252"
    elif not can_write(delimiter, encoding):
        yield f"file: delimiter is {delimiter!r}, expected a letter that {encoding} has"
    if not _is_pattern(file.get("dates", ISO)):
        yield f"file: dates is {file['dates']!r}, expected a pattern such as %d.%m.%Y"


def _wrong_column(column: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong in one ``[[column]]``."""
    place = f"column {column.get('name', '')!r}"
    if not column.get("name"):
        yield f"{place}: name is empty, expected the output's header"
    yield from _choice(f"{place}: of", column.get("of", "line"), ("line", "head"))
    if ("column" in column) == ("constant" in column):
        yield f"{place}: expected either column or constant"
    if "column" not in column:
        return
    source = column["column"]
    yield from _choice(f"{place}: column", source, COLUMNS)
    kind = COLUMNS.get(source)
    if kind is not None and "dates" in column and kind != DATE:
        yield f"{place}: dates is given, expected only for a day, which {source} is not"
    if not _is_pattern(column.get("dates", ISO)):
        yield f"{place}: dates is {column['dates']!r}, expected a pattern such as %d.%m.%Y"
    for key, least, most in (("decimals", 0, MOST_DECIMALS), ("longest", 1, MOST_LETTERS)):
        if not least <= column.get(key, least) <= most:
            yield f"{place}: {key} is {column[key]}, expected {least} to {most:,}"
    if kind is not None and "decimals" in column and kind not in (INTEGER, NUMBER):
        yield f"{place}: decimals is given, expected only for a number, which {source} is not"


def _wrong_texts(column: Mapping[str, Any], file: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts of one ``[[column]]`` that the file cannot hold as it is to be written."""
    encoding, delimiter = file.get("encoding", UTF_8), file.get("delimiter", ",")
    for key in ("name", "constant", "prefix"):
        text = column.get(key, "")
        place = f"column {column.get('name', '')!r}: {key} is {text!r}"
        if can_write("", encoding) and not can_write(text, encoding):
            yield f"{place}, expected letters that {encoding} has"
        if file.get("quoting") == "none" and not {delimiter, *LINE_BREAKERS}.isdisjoint(text):
            yield f"{place}, expected neither delimiter, quote nor line end: quoting is 'none'"


def can_write(text: str, encoding: str) -> bool:
    """Return whether a text can be written in an encoding; nothing can in one that is unknown."""
    try:
        text.encode(encoding)
    except (LookupError, UnicodeError):
        return False
    return True


def _is_pattern(dates: str) -> bool:
    """Return whether a pattern writes days on one line."""
    return bool(dates) and dates.isprintable()


def _choice(what: str, found: object, known: Collection[str]) -> Iterator[str]:
    """Yield a complaint where a word is none of those known."""
    if found not in known:
        close = _nearest(str(found), known)
        yield f"{what} is {found!r}, expected one of {', '.join(known)}{close}"


def _unknown(key: str, known: Collection[str]) -> str:
    """Return the words for a key that there is not."""
    return f"{key} is no known key{_nearest(key, known) or ', expected ' + ', '.join(known)}"


def _nearest(word: str, known: Collection[str]) -> str:
    """Return ``, nearest is …`` for a word that resembles a known one, else nothing."""
    close = difflib.get_close_matches(word, known, n=1)
    return f", nearest is {close[0]}" if close else ""
