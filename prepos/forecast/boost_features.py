"""What the boost is shown of a cell at an origin.

The stack's words, how the SKU, its category and the region move, when the cell last sold, and what
multiplies demand ahead.

All stands on the periods before the origin. A SKU that had sold nothing by then is left alone:
that it is listed at all may be known only because it sold later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from prepos.core.kernels import Float32Array
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.signals.evidence import Evidence

FEW_UNITS = 1e-3  # per period, beside which means are compared, so that empty ones can be
FEW_OF_SKU, FEW_OF_MANY = 0.1, 1.0  # units per period of a SKU; of a category or region
LONG = 52  # periods since the last sale; longer ago is as long
LATE = 26  # periods whose share with sales is told
TOP = 30  # categories that are told apart, those with most SKUs; the others are one
LEAST_WORTH = 0.05  # ordinary periods; with less a level cannot be told


@dataclass(frozen=True, eq=False)
class Told:
    """What is known at one origin.

    Attributes
    ----------
    evidence : Evidence
    columns : F arrays (1 or H, R, K) float32
        The stack's.
    mean : (1 or H, R, K) float32
        What the stack says, per period.
    steps : int
        Periods ahead that are told of as one.
    """

    evidence: Evidence
    columns: Sequence[Float32Array]
    mean: Float32Array
    steps: int

    @property
    def cells(self) -> int:
        """Number of cells, R x K."""
        return int(np.prod(self.evidence.shape))

    @cached_property
    def total(self) -> FloatArray:
        """(R x K,) units that the stack expects in all the steps."""
        rate = _over_steps(self.mean, slice(None), self.steps).astype(np.float64)
        return np.asarray(rate * self.steps)

    @cached_property
    def is_known(self) -> BoolArray:
        """(K,) whether the SKU had sold."""
        return np.asarray(self.evidence.by_sku(self._sku_level[-1]) > 0)

    def features(self, cells: IntArray) -> Float32Array:
        """Return (N, features) of flat cells, the category's number last."""
        row, sku = np.divmod(cells, self.evidence.shape[1])
        asked = self.evidence.asked
        region = row if asked is None else asked.region[cells]
        mean = _over_steps(self.mean, cells, self.steps) + FEW_UNITS
        words = [_over_steps(column, cells, self.steps) for column in self.columns]
        told = [np.log(mean), *(np.log((word + FEW_UNITS) / mean) for word in words)]
        ahead = self.evidence.ahead
        plain = ahead.size == 1
        factor = np.ones(len(cells)) if plain else _over_steps(ahead, cells, self.steps)
        since, share, since_of_sku = self._sales
        told += [np.log(np.maximum(factor, FEW_UNITS)), since[cells], share[cells]]
        told += [since_of_sku[sku], *self._of_sku[:, sku], *self._of_region[:, region]]
        return np.column_stack([*told, self._category[sku]]).astype(np.float32)

    @cached_property
    def _sku_level(self) -> FloatArray:
        """(S, K) units of each SKU per ordinary period; of all SKUs."""
        evidence = self.evidence.whole
        sums = [
            np.bincount(evidence.history.sku, units, minlength=evidence.shape[1])
            for units in evidence.sums.T
        ]
        worth = [np.maximum(evidence.open_worth(s), LEAST_WORTH) for s in range(evidence.speeds)]
        return np.asarray(np.stack(sums) / np.stack(worth))

    @cached_property
    def _of_sku(self) -> FloatArray:
        """(2 S - 1, K): the SKU's and its category's moves, and the SKU's level."""
        level, group = self._sku_level, self.evidence.whole.category
        of_group = np.asarray([np.bincount(group, units) for units in level], np.float64)
        moves = [
            _moves(level, FEW_OF_SKU),
            _moves(of_group, FEW_OF_MANY)[:, group],
            np.log(level[-1:] + FEW_UNITS),
        ]
        return np.asarray(self.evidence.by_sku(np.vstack(moves)))

    @cached_property
    def _of_region(self) -> FloatArray:
        """(S, R): the region's moves, and its level."""
        evidence = self.evidence
        sums = [
            np.bincount(evidence.history.region, units, minlength=evidence.record.shape[0])
            for units in evidence.sums.T
        ]
        level = np.stack(sums) / evidence.seen[:, None]
        return np.vstack([_moves(level, FEW_OF_MANY), np.log(level[-1:] + FEW_UNITS)])

    @cached_property
    def _sales(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Periods since the cell's last sale, share of late ones with sales; since the SKU's."""
        history, length = self.evidence.history, self.evidence.length
        sold = history.units[:, max(0, length - LONG) : length] > 0
        since = np.where(sold.any(axis=1), sold[:, ::-1].argmax(axis=1), LONG)
        cells, region, sku = self.evidence.cells
        place = region * self.evidence.shape[1] + sku
        of_cell, share = np.full(self.cells, float(LONG)), np.zeros(self.cells)
        of_cell[place] = since[cells]
        share[place] = sold[cells, -LATE:].mean(axis=1)
        of_sku = np.full(self.evidence.record.shape[1], LONG, dtype=np.int64)
        np.minimum.at(of_sku, history.sku, since)
        return of_cell, share, self.evidence.by_sku(of_sku.astype(np.float64))

    @cached_property
    def _category(self) -> FloatArray:
        """(K,) number of the SKU's category, by how many SKUs are in it."""
        group = self.evidence.whole.category
        rank = np.argsort(np.argsort(-np.bincount(group), kind="stable"), kind="stable")
        return np.asarray(self.evidence.by_sku(np.minimum(rank, TOP)[group]).astype(np.float64))


def _moves(level: FloatArray, few: float) -> FloatArray:
    """Return (S - 1, N): how far each speed's level lies above the next slower one's."""
    return np.asarray(np.log((level[:-1] + few) / (level[1:] + few)))


def _over_steps(
    values: FloatArray | Float32Array, cells: IntArray | slice, steps: int
) -> FloatArray:
    """Return the mean over steps of values (1 or H, R, K) at flat cells."""
    flat = values.reshape(len(values), -1)
    if len(flat) == 1:
        return np.asarray(flat[0][cells])
    return np.asarray(flat[:steps][:, cells].mean(axis=0))
