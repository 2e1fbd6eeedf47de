"""Training origins: earlier snapshots and the units that then came.

An origin sees only what lies before it; its targets lie before the cutoff. So weights and widths
are fitted on forecasts that could have been made. Where there are very many cells a sample of the
SKUs teaches, of every volume; assumes that what holds for it holds for the others. Cells may be
listed: what came is then told in one row, (..., 1, N) where it else is (..., R, K).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from prepos.core.demand import History
from prepos.core.kernels import Float32Array, serial_kernel
from prepos.core.snapshot import Snapshot
from prepos.core.types import AnyArray, BoolArray, FloatArray, IntArray
from prepos.errors import DemandError
from prepos.forecast.sampling import middle_skus
from prepos.forecast.taught import Taught, list_cells

# Periods of horizon for each period between two origins: so many later, what came lay behind.
STEPS_APART = 4
MOST_CELLS = 500_000  # regions x SKUs that teach; of more, SKUs are sampled


@dataclass(frozen=True, eq=False)
class Training:
    """O origins, oldest first, each with ``steps`` known periods ahead of it.

    ``steps`` is the horizon, less where the history is too short; a history of one period has no
    origin at all.

    Attributes
    ----------
    backs : (O,) int
        Periods back from the cutoff.
    skus : (K,) int
        Position of each column's SKU: all, rising, or a sample of them; of each listed cell.
    taught : Taught or None
        The listed cells, where not all cells of the SKUs are looked at.
    """

    snapshot: Snapshot
    history: History
    backs: tuple[int, ...]
    steps: int
    skus: IntArray
    taught: Taught | None = None

    def __len__(self) -> int:
        return len(self.backs)

    def snapshots(self) -> Iterator[Snapshot]:
        """Yield the snapshot of each origin."""
        return (self.snapshot.back_to(back) for back in self.backs)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Origins, steps, regions and SKUs that teach, or 1 and cells: the shape of what came."""
        rows = len(self.history.regions) if self.taught is None else 1
        return len(self), self.steps, rows, len(self.skus)

    @property
    def cells(self) -> int:
        """Number of cells that are looked at."""
        return self.shape[2] * self.shape[3]

    @cached_property
    def weight(self) -> FloatArray:
        """(K,) for how many cells each in a column stands."""
        return np.ones(len(self.skus)) if self.taught is None else self.taught.weight

    @cached_property
    def kinds(self) -> IntArray:
        """(K,) number of each column's SKU among those that teach, from 0 on without gaps."""
        return np.unique(self.skus, return_inverse=True)[1].astype(np.int64)

    def by_sku(self, losses: FloatArray) -> FloatArray:
        """Return sums over regions (K,) as sums over all cells of each SKU that teaches."""
        if self.taught is None:
            return losses
        return np.asarray(np.bincount(self.kinds, losses * self.weight), dtype=np.float64)

    @cached_property
    def place(self) -> IntArray:
        """(all SKUs,) place of each among those that teach, -1 where it is not one of them."""
        place = np.full(len(self.history.skus), -1, dtype=np.int64)
        place[self.skus] = np.arange(len(self.skus))
        return place

    def places(self, region: IntArray, sku: IntArray) -> IntArray:
        """Return the flat place (M,) of cells in what came, -1 where they do not teach."""
        if self.taught is not None:
            return self.taught.cells.find(region, sku)
        place = self.place[sku]
        return np.where(place >= 0, region * len(self.skus) + place, -1)

    def spread(self, values: AnyArray) -> Float32Array:
        """Return one value (..., C) for each cell of the history as (..., R, K), zero elsewhere."""
        place = self.places(self.history.region, self.history.sku)
        cells = np.flatnonzero(place >= 0)
        full = np.zeros((*values.shape[:-1], self.cells), dtype=np.float32)
        full[..., place[cells]] = values[..., cells]
        return full.reshape(*values.shape[:-1], *self.shape[2:])

    @cached_property
    def units(self) -> Float32Array:
        """(O, steps, R, K): what was ordered after each origin."""
        history, units = self.history, np.zeros(self.shape, dtype=np.float32)
        first = history.units.shape[1] - np.array(self.backs, dtype=np.int64)
        place = self.places(history.region, history.sku)
        _open_up(history.units, first, place, units.reshape(*self.shape[:2], self.cells))
        return units

    @cached_property
    def sums(self) -> Float32Array:
        """(O, R, K): what was ordered in all the steps after each origin."""
        return np.asarray(self.units.sum(axis=1))

    @cached_property
    def had_sold(self) -> BoolArray:
        """(O, R, K): whether a cell had sold before each origin."""
        length = self.history.units.shape[1]
        first = (self.history.units > 0).argmax(axis=1)
        backs = np.array(self.backs, dtype=np.int64)
        return np.asarray(self.spread((first + backs[:, None] < length).astype(np.float32)) > 0)

    @cached_property
    def lines(self) -> Float32Array:
        """(O, steps, R, K): how many order lines came after each origin."""
        orders = self.snapshot.orders
        period = self.snapshot.periods.periods_of(orders.at)
        late = np.flatnonzero(period >= -max(self.backs, default=0))
        lines = np.zeros(self.shape, dtype=np.float32)
        backs = np.array(self.backs, dtype=np.int64)
        place = self.places(orders.region[late], orders.sku[late])
        _count_lines(period[late], backs, place, lines.reshape(*self.shape[:2], self.cells))
        return lines


@serial_kernel
def _open_up(history: FloatArray, first: IntArray, place: IntArray, units: Float32Array) -> None:
    """Write the history's cells (C, T) from each origin's first period on to units (O, S, flat)."""
    for cell in range(len(history)):
        if place[cell] < 0:
            continue
        for origin in range(units.shape[0]):
            for step in range(units.shape[1]):
                came = history[cell, first[origin] + step]
                if came > 0:
                    units[origin, step, place[cell]] = came


@serial_kernel
def _count_lines(period: IntArray, backs: IntArray, place: IntArray, lines: Float32Array) -> None:
    """Count each line in the step after each origin that it came in; lines (O, S, flat)."""
    for line in range(len(period)):
        if place[line] < 0:
            continue
        for origin in range(lines.shape[0]):
            step = period[line] + backs[origin]
            if 0 <= step < lines.shape[1]:
                lines[origin, step, place[line]] += 1.0


def training_origins(snapshot: Snapshot, origins: int, *, listed: bool = False) -> Training:
    """Return the latest origins whose next periods are known.

    Where cells may be ``listed`` they are, if most never sold or SKUs are sampled.

    Where the horizon is long they lie some periods apart, so that the later ones come after all
    that the older ones were judged by.

    Raises
    ------
    DemandError
        Where no order lies before the cutoff.
    """
    if not len(snapshot.orders):
        raise DemandError(
            f"orders before the cutoff {snapshot.periods.cutoff} are 0, expected at least one"
        )
    history = snapshot.history()
    length = history.units.shape[1]
    steps = max(1, min(snapshot.periods.horizon, length // 2))
    backs = tuple(reversed(range(steps, length, -(-steps // STEPS_APART))[:origins]))
    if listed:
        every = np.arange(len(history.skus))
        return _with_listed(Training(snapshot, history, backs, steps, every))
    skus = middle_skus(snapshot.orders, max(1, MOST_CELLS // max(len(history.regions), 1)))
    return Training(snapshot, history, backs, steps, skus)


def _with_listed(training: Training) -> Training:
    """Return the training on listed cells, or as it is where all cells are looked at."""
    history, skus = training.history, training.skus
    taught = list_cells(history, skus)
    if len(taught.cells) > MOST_CELLS:
        few = len(skus) * MOST_CELLS // len(taught.cells)
        taught = list_cells(history, middle_skus(training.snapshot.orders, max(1, few)))
    if len(taught.cells) == len(history.regions) * len(skus):
        return training
    return replace(training, skus=taught.cells.sku, taught=taught)
