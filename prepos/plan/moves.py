"""What leaves: units of every SKU on every departure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from prepos.core.types import IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """Units sent, by departure and SKU; arrays of equal length, sorted by both, each pair once."""

    departure: IntArray
    sku: IntArray
    units: IntArray

    def rows(self) -> list[tuple[int, int, int]]:
        """Return (departure, SKU, units) one by one."""
        columns = (self.departure.tolist(), self.sku.tolist(), self.units.tolist())
        return list(zip(*columns, strict=True))


def moves_of(units: Mapping[tuple[int, int], int]) -> Moves:
    """Return moves from units by (departure, SKU)."""
    rows = sorted((*pair, count) for pair, count in units.items())
    table = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return Moves(table[0], table[1], table[2])
