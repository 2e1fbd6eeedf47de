"""What an exporter gives: tables of typed cells, and how their text is to be written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from prepos.core.types import AnyArray

ISO = "%Y-%m-%d"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a table's cells become text."""

    delimiter: str = ","
    decimal: str = "."
    line_end: str = "\n"
    quoting: str = "needed"  # needed, all or none
    encoding: str = "utf-8"
    header: bool = True
    dates: str = ISO  # of strftime


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Sheet:
    """One table.

    Attributes
    ----------
    columns : header to (n,) cells
        Text (object), whole numbers (int64), numbers (float64) or days (datetime64).
    name : str
        Of the sheet in a workbook.
    """

    columns: Mapping[str, AnyArray]
    name: str = "Sheet1"
    dialect: Dialect = field(default_factory=Dialect)

    @property
    def rows(self) -> int:
        """How many there are, without the header."""
        return len(next(iter(self.columns.values()), ()))


Files = Mapping[str, tuple[Sheet, ...]]
"""File name to its tables; several in a workbook alone. The ending says how it is written."""
