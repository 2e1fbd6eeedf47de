"""A linear or mixed-integer program as sparse arrays: models build it, solvers read it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csc_matrix

from prepos.core.types import AnyArray, BoolArray, FloatArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Program:
    """Minimise constant + cost @ x; row_lower <= matrix @ x <= row_upper, lower <= x <= upper."""

    cost: FloatArray
    lower: FloatArray
    upper: FloatArray
    integer: BoolArray
    matrix: csc_matrix
    row_lower: FloatArray
    row_upper: FloatArray
    constant: float = 0.0  # what is paid whatever is done


@dataclass(slots=True)
class Entries:
    """Sparse entries, gathered in pieces and put together once."""

    rows: list[AnyArray] = field(default_factory=list)
    columns: list[AnyArray] = field(default_factory=list)
    values: list[AnyArray] = field(default_factory=list)

    def add(self, rows: AnyArray, columns: AnyArray, values: AnyArray | float) -> None:
        """Add entries; a single value holds for all."""
        self.rows.append(rows)
        self.columns.append(columns)
        self.values.append(
            values if isinstance(values, np.ndarray) else np.full(len(rows), float(values))
        )

    def matrix(self, rows: int, columns: int) -> csc_matrix:
        """Return the matrix; every place has one entry at most."""
        if not self.rows:
            return csc_matrix((rows, columns))
        row, column = np.concatenate(self.rows), np.concatenate(self.columns)
        order = np.lexsort((row, column))
        first = np.zeros(columns + 1, dtype=np.int32)
        np.cumsum(np.bincount(column, minlength=columns), out=first[1:])
        found = (np.concatenate(self.values)[order], row[order].astype(np.int32), first)
        return csc_matrix(found, shape=(rows, columns))
