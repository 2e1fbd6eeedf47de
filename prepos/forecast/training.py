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
from numpy.typing import NDArray

from prepos.core.demand import History
from prepos.core.snapshot import Snapshot
from prepos.core.types import AnyArray, IntArray
from prepos.errors import DemandError
from prepos.forecast.sampling import middle_skus

Float32Array = NDArray[np.float32]

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
        length, units = self.history.units.shape[1], np.zeros(self.shape, dtype=np.float32)
        for origin, back in enumerate(self.backs):
            window = self.history.units[:, length - back : length - back + self.steps]
            units[origin] = self.spread(window.T)
        return units

    @cached_property
    def lines(self) -> Float32Array:
        """(O, steps, R, K): how many order lines came after each origin."""
        orders = self.snapshot.orders
        span = self.backs[0] if self.backs else 0
        period = self.snapshot.periods.periods_of(orders.at) + span
        late = np.flatnonzero((period >= 0) & (self.place[orders.sku] >= 0))
        grid = (span, *self.shape[2:])
        place = self.place[orders.sku[late]]
        cell = (period[late] * grid[1] + orders.region[late]) * grid[2] + place
        count = np.bincount(cell, minlength=int(np.prod(grid))).astype(np.float32).reshape(grid)
        return np.stack([count[span - back : span - back + self.steps] for back in self.backs])


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
