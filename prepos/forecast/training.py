"""Training origins: earlier snapshots and the units that then came.

An origin sees only what lies before it; its targets lie before the cutoff. So weights and widths
are fitted on forecasts that could have been made. Where there are very many cells a sample of the
SKUs teaches, of every volume; assumes that what holds for it holds for the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from prepos.core.demand import History
from prepos.core.kernels import Float32Array, serial_kernel
from prepos.core.snapshot import Snapshot
from prepos.core.types import AnyArray, FloatArray, IntArray
from prepos.errors import DemandError
from prepos.forecast.sampling import middle_skus

STEPS_APART = 4  # periods of horizon for each period between two origins
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
        Positions of the SKUs that teach, rising: all, or a sample of them.
    """

    snapshot: Snapshot
    history: History
    backs: tuple[int, ...]
    steps: int
    skus: IntArray

    def __len__(self) -> int:
        return len(self.backs)

    def snapshots(self) -> Iterator[Snapshot]:
        """Yield the snapshot of each origin."""
        return (self.snapshot.back_to(back) for back in self.backs)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Origins, steps, regions and SKUs that teach: the shape of what came."""
        return len(self), self.steps, len(self.history.regions), len(self.skus)

    @cached_property
    def place(self) -> IntArray:
        """(all SKUs,) place of each among those that teach, -1 where it is not one of them."""
        place = np.full(len(self.history.skus), -1, dtype=np.int64)
        place[self.skus] = np.arange(len(self.skus))
        return place

    def spread(self, values: AnyArray) -> Float32Array:
        """Return one value (..., C) for each cell of the history as (..., R, K), zero elsewhere."""
        place = self.place[self.history.sku]
        cells = np.flatnonzero(place >= 0)
        full = np.zeros((*values.shape[:-1], *self.shape[2:]), dtype=np.float32)
        full[..., self.history.region[cells], place[cells]] = values[..., cells]
        return full

    @cached_property
    def units(self) -> Float32Array:
        """(O, steps, R, K): what was ordered after each origin."""
        history, units = self.history, np.zeros(self.shape, dtype=np.float32)
        first = history.units.shape[1] - np.array(self.backs, dtype=np.int64)
        _open_up(history.units, first, history.region, self.place[history.sku], units)
        return units

    @cached_property
    def sums(self) -> Float32Array:
        """(O, R, K): what was ordered in all the steps after each origin."""
        return np.asarray(self.units.sum(axis=1))

    @cached_property
    def lines(self) -> Float32Array:
        """(O, steps, R, K): how many order lines came after each origin."""
        orders = self.snapshot.orders
        period = self.snapshot.periods.periods_of(orders.at)
        late = np.flatnonzero(period >= -max(self.backs, default=0))
        lines = np.zeros(self.shape, dtype=np.float32)
        backs = np.array(self.backs, dtype=np.int64)
        place = self.place[orders.sku[late]]
        _count_lines(period[late], backs, orders.region[late], place, lines)
        return lines


@serial_kernel
def _open_up(
    history: FloatArray, first: IntArray, region: IntArray, place: IntArray, units: Float32Array
) -> None:
    """Write the history's cells (C, T) from each origin's first period on to units (O, S, R, K)."""
    for cell in range(len(history)):
        if place[cell] < 0:
            continue
        for origin in range(units.shape[0]):
            for step in range(units.shape[1]):
                came = history[cell, first[origin] + step]
                if came > 0:
                    units[origin, step, region[cell], place[cell]] = came


@serial_kernel
def _count_lines(
    period: IntArray, backs: IntArray, region: IntArray, place: IntArray, lines: Float32Array
) -> None:
    """Count each line in the step after each origin that it came in; lines (O, S, R, K)."""
    for line in range(len(period)):
        if place[line] < 0:
            continue
        for origin in range(lines.shape[0]):
            step = period[line] + backs[origin]
            if 0 <= step < lines.shape[1]:
                lines[origin, step, region[line], place[line]] += 1.0


def training_origins(snapshot: Snapshot, origins: int) -> Training:
    """Return the latest origins whose next periods are known.

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
    backs = range(steps, length, -(-steps // STEPS_APART))[:origins]
    skus = middle_skus(snapshot.orders, max(1, MOST_CELLS // max(len(history.regions), 1)))
    return Training(snapshot, history, tuple(reversed(backs)), steps, skus)
