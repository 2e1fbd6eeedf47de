"""Columns of a checked table as plain lists and arrays, with one meaning for an empty cell."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from prepos.core.types import FloatArray


def read_texts(table: pd.DataFrame, column: str) -> list[str]:
    """Return a column's texts, "" where the cell is empty or the column is absent."""
    if column not in table:
        return [""] * len(table)
    cells = table[column]
    return [str(c) if given else "" for c, given in zip(cells, cells.notna(), strict=True)]


def read_numbers(table: pd.DataFrame, column: str, empty: float = math.nan) -> FloatArray:
    """Return a column's numbers, ``empty`` where the cell is empty or the column is absent."""
    if column not in table:
        return np.full(len(table), empty)
    numbers = np.array(table[column], dtype=np.float64)
    numbers[np.isnan(numbers)] = empty
    return numbers
