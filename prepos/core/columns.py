"""What a column is and what a table is: the two nouns that the contract is written in.

Stands on nothing; the rules here are data, so that the SQL that checks a table, its published
schema and its documentation are all made from one place.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict, Unpack


class Kind(StrEnum):
    """How a cell is read."""

    ID = "id"  # kept to the letter
    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    DATE = "date"
    INSTANT = "instant"  # ISO date or date-time; an offset is turned into the run's time zone
    BOOLEAN = "boolean"
    CHOICE = "choice"
    WEEKDAYS = "weekdays"  # "mon,thu"


MAXIMUM_UNITS = 1_000_000_000  # whole numbers above this are overflow or a wrong column
QUANTILES = (5, 10, 25, 50, 75, 90, 95, 99)  # per cent
TRUE_WORDS = ("true", "t", "yes", "y", "1", "on")
FALSE_WORDS = ("false", "f", "no", "n", "0", "off")

REFERRED = {"products": "sku", "nodes": "node_id", "regions": "region_id"}  # the id referred to

_FRICTIONLESS = {
    Kind.WHOLE: "integer",
    Kind.NUMBER: "number",
    Kind.DATE: "date",
    Kind.INSTANT: "datetime",
    Kind.BOOLEAN: "boolean",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its name, kind, unit, rule and meaning."""

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    required: bool = False
    minimum: float | None = None  # the least value allowed
    above: float | None = None  # every value is greater than this
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    default: str = ""  # what an empty cell stands for, in words
    refers: str = ""  # the table whose key the ids come from
    wildcard: bool = False  # "*" stands for all ids

    @property
    def expectation(self) -> str:
        """What a cell must hold, in the words of a message."""
        words = {
            Kind.ID: "an id",
            Kind.TEXT: "text",
            Kind.WHOLE: "a whole number",
            Kind.NUMBER: "a number",
            Kind.DATE: "a date such as 2025-03-31",
            Kind.INSTANT: "a date or date-time such as 2025-03-31T09:30:00",
            Kind.BOOLEAN: "true or false",
            Kind.CHOICE: f"one of {', '.join(self.choices)}",
            Kind.WEEKDAYS: "weekdays such as mon,thu",
        }[self.kind]
        return f"{words}{self.range_words}"

    @property
    def told(self) -> str:
        """The meaning, with its unit."""
        return f"{self.meaning} ({self.unit})" if self.unit else self.meaning

    @property
    def range_words(self) -> str:
        """The bounds in words, with a leading blank; empty where there are none."""
        most = "" if self.maximum in (None, MAXIMUM_UNITS) else f"{self.maximum:,.0f}"
        if self.above is not None:
            return f" above {self.above:g}{f' and at most {most}' if most else ''}"
        if self.minimum is not None:
            return f" from {self.minimum:g} to {most}" if most else f" of {self.minimum:g} or more"
        return ""

    def schema(self) -> dict[str, object]:
        """Return the column as a Frictionless field descriptor."""
        field: dict[str, object] = {
            "name": self.name,
            "type": _FRICTIONLESS.get(self.kind, "string"),
            "description": self.meaning,
        }
        if self.kind is Kind.INSTANT:
            field["format"] = "any"
        if self.kind is Kind.BOOLEAN:
            field["trueValues"] = list(TRUE_WORDS)
            field["falseValues"] = list(FALSE_WORDS)
        if self.unit:
            field["unit"] = self.unit
        if self.default:
            field["default"] = self.default
        if constraints := self._constraints():
            field["constraints"] = constraints
        return field

    def _constraints(self) -> dict[str, object]:
        """Return the rules in Frictionless's words."""
        rules: dict[str, object] = {"required": True} if self.required else {}
        bounds = (
            ("minimum", self.minimum),
            ("exclusiveMinimum", self.above),
            ("maximum", self.maximum),
        )
        for name, bound in bounds:
            if bound is not None:
                rules[name] = int(bound) if float(bound).is_integer() else bound
        if self.choices:
            rules["enum"] = list(self.choices)
        return rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: its columns, and the columns that tell two rows apart.

    ``label`` names one row in a message: column names in braces are filled in.
    """

    name: str
    meaning: str
    label: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    required: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in the contract's order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return the column of that name; raises KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def schema(self) -> dict[str, object]:
        """Return the table as a Frictionless Table Schema."""
        schema: dict[str, object] = {
            "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
            "name": self.name,
            "description": self.meaning,
            "fields": [column.schema() for column in self.columns],
        }
        if self.key and all(self.column(name).required for name in self.key):
            schema["primaryKey"] = list(self.key)
        foreign = [
            {
                "fields": [column.name],
                "reference": {"resource": column.refers, "fields": [REFERRED[column.refers]]},
            }
            for column in self.columns
            if column.refers and not column.wildcard
        ]
        if foreign:
            schema["foreignKeys"] = foreign
        return schema


class _Rules(TypedDict, total=False):
    unit: str
    required: bool
    minimum: float
    above: float
    maximum: float
    default: str
    refers: str
    wildcard: bool


def id_column(name: str, meaning: str, **rules: Unpack[_Rules]) -> Column:
    """Return a column of ids."""
    return Column(name=name, kind=Kind.ID, meaning=meaning, **rules)


def text_column(name: str, meaning: str, **rules: Unpack[_Rules]) -> Column:
    """Return a column of free text."""
    return Column(name=name, kind=Kind.TEXT, meaning=meaning, **rules)


def whole_column(name: str, meaning: str, **rules: Unpack[_Rules]) -> Column:
    """Return a column of whole numbers, 0 or more unless said otherwise."""
    if "above" not in rules:
        rules.setdefault("minimum", 0)
    rules.setdefault("maximum", MAXIMUM_UNITS)
    return Column(name=name, kind=Kind.WHOLE, meaning=meaning, **rules)


def number_column(name: str, meaning: str, **rules: Unpack[_Rules]) -> Column:
    """Return a column of numbers, 0 or more unless said otherwise."""
    if "above" not in rules:
        rules.setdefault("minimum", 0)
    return Column(name=name, kind=Kind.NUMBER, meaning=meaning, **rules)


def date_column(name: str, meaning: str, **rules: Unpack[_Rules]) -> Column:
    """Return a column of dates."""
    return Column(name=name, kind=Kind.DATE, meaning=meaning, **rules)


def instant_column(name: str, meaning: str, **rules: Unpack[_Rules]) -> Column:
    """Return a column of dates or date-times."""
    return Column(name=name, kind=Kind.INSTANT, meaning=meaning, **rules)


def choice_column(
    name: str, choices: tuple[str, ...], meaning: str, **rules: Unpack[_Rules]
) -> Column:
    """Return a column of set words."""
    return Column(name=name, kind=Kind.CHOICE, choices=choices, meaning=meaning, **rules)


def point_columns(required: bool) -> tuple[Column, Column]:
    """Latitude and longitude."""
    return (
        number_column(
            "latitude", "WGS 84", unit="degrees", required=required, minimum=-90, maximum=90
        ),
        number_column(
            "longitude", "WGS 84", unit="degrees", required=required, minimum=-180, maximum=180
        ),
    )


def quantile_columns(required: bool = False) -> tuple[Column, ...]:
    """Quantiles of demand, named by their per cent."""
    return tuple(
        number_column(f"q{share:02d}", f"{share} % quantile", unit="units", required=required)
        for share in QUANTILES
    )
