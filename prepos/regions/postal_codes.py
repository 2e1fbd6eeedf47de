"""Postal codes as points, kept to the letter: ``02139`` and ``2139`` are two codes.

One leniency: a ZIP+4 (``10001-1234``) that the table lacks is looked up by its first five digits,
since the last four only name a side of a street within them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from prepos.core.types import FloatArray, IntArray
from prepos.regions.columns import read_numbers, read_texts

ZIP_PLUS_4 = re.compile(r"[0-9]{5}-[0-9]{4}")


@dataclass(frozen=True, slots=True, eq=False)
class PostalCodes:
    """Where postal codes lie: the ``places`` table, (Q,) codes."""

    row_of: dict[str, int]
    latitude: FloatArray
    longitude: FloatArray

    def __len__(self) -> int:
        return len(self.row_of)

    def rows(self, codes: list[str]) -> IntArray:
        """Return the row of each code, -1 where it is unknown."""
        rows = (self._row(code) for code in codes)
        return np.fromiter(rows, dtype=np.int64, count=len(codes))

    def shortens(self, code: str) -> bool:
        """Return whether a code is only known by its first five digits."""
        return (
            ZIP_PLUS_4.fullmatch(code) is not None
            and code not in self.row_of
            and code[:5] in self.row_of
        )

    def _row(self, code: str) -> int:
        """Return the row of one code."""
        row = self.row_of.get(code, -1)
        return self.row_of[code[:5]] if row < 0 and self.shortens(code) else row


def read_postal_codes(table: pd.DataFrame | None) -> PostalCodes:
    """Return the codes of a checked ``places`` table; none where there is no table."""
    if table is None:
        return PostalCodes({}, np.zeros(0), np.zeros(0))
    codes = read_texts(table, "postal_code")
    return PostalCodes(
        {code: row for row, code in enumerate(codes)},
        read_numbers(table, "latitude"),
        read_numbers(table, "longitude"),
    )
