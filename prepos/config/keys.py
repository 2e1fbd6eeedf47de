"""Which keys there are and what may stand in them, read off the options' own types."""

from __future__ import annotations

import difflib
import math
import tomllib
import types
from collections.abc import Iterable, Mapping
from dataclasses import is_dataclass
from datetime import date, datetime
from typing import Any, Union, get_args, get_origin, get_type_hints

from prepos.config.layers import Words

NONE = "none"  # takes a limit or a choice away: TOML has no null, JSON no infinity


class MisfitError(ValueError):
    """A value that its key cannot hold; the message says what is expected."""


def keys_of(options: type, section: str) -> dict[str, object]:
    """Return dotted key to type hint for every field of an options class, nested ones included."""
    keys: dict[str, object] = {}
    for name, hint in get_type_hints(options).items():
        if isinstance(hint, type) and is_dataclass(hint):
            keys |= keys_of(hint, f"{section}.{name}")
        else:
            keys[f"{section}.{name}"] = hint
    return keys


def tables_of_names(hints: Mapping[str, object]) -> dict[str, object]:
    """Return the keys of tables whose names are the user's own, with the hint of their values."""
    tables = {key: hint for key, hint in hints.items() if get_origin(hint) is Mapping}
    return {key: get_args(hint)[1] for key, hint in tables.items()}


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``, nearest is …`` for a word that resembles a known one, else nothing."""
    known = sorted(known)
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if not close:  # the right name in the wrong table
        close = [key for key in known if key.rpartition(".")[2] == word.rpartition(".")[2]][:1]
    return f", nearest is {close[0]}" if close else ""


def fit(value: object, hint: object) -> object:
    """Return the value as its key's type holds it.

    Raises
    ------
    MisfitError
        With what was expected, in words.
    """
    if isinstance(value, Words):
        value = value.text if hint is str else _read_words(value.text)
    if get_origin(hint) is Mapping:
        raise MisfitError("a table, each name with a value")
    if get_origin(hint) in (Union, types.UnionType):
        return _fit_optional(value, hint)
    if get_origin(hint) is tuple:
        return _fit_array(value, get_args(hint)[0])
    if isinstance(hint, type) and issubclass(hint, tuple):
        return _fit_record(value, hint)
    return _fit_scalar(value, hint)


def _read_words(text: str) -> object:
    """Return what a flag's text says in TOML, or the text itself."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _fit_optional(value: object, hint: object) -> object:
    """Return None for the word, else the value as the type beside None."""
    if value == NONE:
        return None
    inner = next(arg for arg in get_args(hint) if arg is not type(None))
    try:
        return fit(value, inner)
    except MisfitError as misfit:
        raise MisfitError(f'{misfit}, or "{NONE}"') from None


def _fit_array(value: object, item: object) -> tuple[object, ...]:
    """Return an array as a tuple."""
    if not isinstance(value, list):
        raise MisfitError("an array")
    return tuple(fit(each, item) for each in value)


def _fit_record(value: object, record: type) -> object:
    """Return a named tuple from a table of its fields, or from an array in their order."""
    hints: dict[str, object] = get_type_hints(record)
    cells = value if isinstance(value, dict) else {}
    if isinstance(value, list) and len(value) == len(hints):
        cells = dict(zip(hints, value, strict=True))
    if set(cells) != set(hints):
        raise MisfitError(f"a table of {', '.join(hints)}")
    built: object = record(*(fit(cells[name], hint) for name, hint in hints.items()))
    return built


def _fit_scalar(value: object, hint: object) -> object:
    """Return a number, a truth, a text or a date."""
    if hint in (bool, str) and type(value) is hint:
        return value
    if hint is date:
        return _fit_date(value)
    if hint is float and value == NONE:
        return math.inf
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    number = float(value) if plain else math.nan  # type: ignore[arg-type]
    if hint is int and number.is_integer():
        return int(number)
    if hint is float and not math.isnan(number):
        return number
    raise MisfitError(SPOKEN.get(hint, str(hint)))


def _fit_date(value: object) -> date:
    """Return a date written as a TOML date or as ISO text."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise MisfitError(SPOKEN[date]) from None


SPOKEN: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text in quotes",
    date: "a date such as 2026-11-02",
}
