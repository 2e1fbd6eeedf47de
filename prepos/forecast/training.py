"""Training origins: earlier snapshots and the units that then came.

An origin sees only what lies before it; its targets lie before the cutoff. So weights and widths
are fitted on forecasts that could have been made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from prepos.core.demand import History
from prepos.core.snapshot import Snapshot
from prepos.errors import DemandError

Float32Array = NDArray[np.float32]

STEPS_APART = 4  # periods of horizon for each period between two origins


@dataclass(frozen=True, eq=False)
class Training:
    """O origins, oldest first, each with ``steps`` known periods ahead of it.

    ``steps`` is the horizon, less where the history is too short; a history of one period has no
    origin at all.
    """

    snapshot: Snapshot
    history: History
    backs: tuple[int, ...]  # periods back from the cutoff
    steps: int

    def __len__(self) -> int:
        return len(self.backs)

    def snapshots(self) -> Iterator[Snapshot]:
        """Yield the snapshot of each origin."""
        return (self.snapshot.back_to(back) for back in self.backs)

    @cached_property
    def units(self) -> Float32Array:
        """(O, steps, R, K): what was ordered after each origin."""
        history = self.history
        shape = (len(self), self.steps, len(history.regions), len(history.skus))
        units = np.zeros(shape, dtype=np.float32)
        length = history.units.shape[1]
        for origin, back in enumerate(self.backs):
            window = history.units[:, length - back : length - back + self.steps]
            units[origin][:, history.region, history.sku] = window.T
        return units

    @cached_property
    def lines(self) -> Float32Array:
        """(O, steps, R, K): how many order lines came after each origin."""
        history, orders = self.history, self.snapshot.orders
        span = self.backs[0] if self.backs else 0
        period = self.snapshot.periods.periods_of(orders.at) + span
        late = np.flatnonzero(period >= 0)
        grid = (span, len(history.regions), len(history.skus))
        cell = (period[late] * grid[1] + orders.region[late]) * grid[2] + orders.sku[late]
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
    return Training(snapshot, history, tuple(reversed(backs)), steps)
