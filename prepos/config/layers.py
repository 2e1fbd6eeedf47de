"""Where settings come from: TOML files, environment variables and ``--set``, each flat by key.

Every setting remembers its place, so that an error can say where to look.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from prepos.errors import ConfigError

ENVIRONMENT_PREFIX = "PREPOS_"
TABLE_HEADER = re.compile(r"^\s*\[\s*([\w.\"' -]+?)\s*\]")
ASSIGNMENT = re.compile(r"^\s*([\w.\"'-]+)\s*=")


@dataclass(frozen=True, slots=True)
class Words:
    """A value given as plain text, by a flag or the environment; its key decides how to read it."""

    text: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One value and where it was set."""

    value: object
    place: str


Layer = dict[str, Setting]


def read_toml(path: Path, name: str = "") -> Layer:
    """Return the settings of one TOML file.

    Parameters
    ----------
    path : Path
    name : str
        What errors call the file; its path if empty.

    Raises
    ------
    ConfigError
        If the file is missing, unreadable, not UTF-8, or not TOML; says line and column.
    """
    name = name or str(path)
    text = _read_text(path, name)
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name}: {_lower(str(error))}, expected TOML") from None
    lines = _lines_of_keys(text)
    return {
        key: Setting(value, f"{name} line {lines[key]}" if key in lines else name)
        for key, value in flatten(tree)
    }


def read_environment(environment: Mapping[str, str]) -> Layer:
    """Return settings of variables such as ``PREPOS_PLAN__BUDGET``; the double line is the dot."""
    layer: Layer = {}
    for name, text in sorted(environment.items()):
        key = name.removeprefix(ENVIRONMENT_PREFIX)
        if name.startswith(ENVIRONMENT_PREFIX) and "__" in key:
            place = f"environment variable {name}"
            layer |= read_words(key.lower().replace("__", "."), text, place)
    return layer


def read_sets(sets: Sequence[str]) -> Layer:
    """Return settings of ``KEY=VALUE`` words; a later one wins."""
    layer: Layer = {}
    for given in sets:
        key, equals, value = given.partition("=")
        if not equals or not key.strip():
            raise ConfigError(f"--set {given!r}: expected KEY=VALUE such as plan.budget=5000")
        layer |= read_words(key.strip(), value.strip(), f"--set {key.strip()}")
    return layer


def read_words(key: str, text: str, place: str) -> Layer:
    """Return the setting of one key; those of a table where the text is one, as in TOML."""
    try:
        tree = tomllib.loads(f"value = {text}")["value"] if text.startswith("{") else None
    except tomllib.TOMLDecodeError:
        tree = None
    if not isinstance(tree, dict):
        return {key: Setting(Words(text), place)}
    return {name: Setting(value, place) for name, value in flatten(tree, f"{key}.")}


def flatten(tree: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield dotted keys and values; arrays are values."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _read_text(path: Path, name: str) -> str:
    """Return the file's text without a byte order mark."""
    try:
        return path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        raise ConfigError(f"{name} is missing, expected a configuration in TOML") from None
    except IsADirectoryError:
        raise ConfigError(f"{name} is a folder, expected a configuration in TOML") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name}: byte {error.start} is not UTF-8, expected UTF-8") from None
    except OSError as error:
        raise ConfigError(
            f"{name} cannot be read: {_lower(error.strerror or str(error))}"
        ) from None


def _lines_of_keys(text: str) -> dict[str, int]:
    """Return the line on which each dotted key is set, for keys written plainly."""
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if header := TABLE_HEADER.match(line):
            table = _plain(header[1]) + "."
        elif found := ASSIGNMENT.match(line):
            lines.setdefault(table + _plain(found[1]), number)
    return lines


def _plain(key: str) -> str:
    """Return a key without quotes and spaces."""
    return re.sub(r"[\"' ]", "", key)


def _lower(text: str) -> str:
    """Return the text with its first letter small."""
    return text[:1].lower() + text[1:]
