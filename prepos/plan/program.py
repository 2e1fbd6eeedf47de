"""A linear or mixed-integer program as sparse arrays: models build it, solvers read it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csc_matrix

from prepos.core.types import AnyArray, BoolArray, FloatArray, IntArray


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
        self.values.append(np.broadcast_to(np.asarray(values, dtype=np.float64), np.shape(rows)))

    def matrix(self, rows: int, columns: int) -> csc_matrix:
        """Return the matrix; entries at one place add up."""
        if not self.rows:
            return csc_matrix((rows, columns))
        return csc_matrix(
            (
                np.concatenate(self.values),
                (np.concatenate(self.rows), np.concatenate(self.columns)),
            ),
            shape=(rows, columns),
        )


@dataclass(slots=True)
class Rows:
    """Rows under construction: their entries and bounds."""

    entries: Entries = field(default_factory=Entries)
    lower: list[FloatArray] = field(default_factory=list)
    upper: list[FloatArray] = field(default_factory=list)
    count: int = 0

    def open(self, lower: AnyArray | float, upper: AnyArray | list[float]) -> IntArray:
        """Open one row for each upper bound and return their positions."""
        most = np.asarray(upper, dtype=np.float64)
        self.upper.append(most)
        self.lower.append(np.broadcast_to(np.asarray(lower, dtype=np.float64), most.shape))
        opened = np.arange(self.count, self.count + len(most))
        self.count += len(most)
        return opened
