"""Evidence: the record as it stood at one origin, which is all that a signal is shown.

Whatever is asked of it stands on the periods before the origin. A signal that goes to the record's
customers or habits itself says from which day on it may not look. It may be asked of listed cells
only: they are told the same as among all, since what is learnt is learnt from all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import scipy.sparse as sparse

from prepos.core.demand import History
from prepos.core.kernels import Float32Array, serial_kernel
from prepos.core.snapshot import Snapshot
from prepos.core.types import AnyArray, FloatArray, IntArray
from prepos.signals.around import learn_neighbours
from prepos.signals.asked import Asked
from prepos.signals.customers import Customers
from prepos.signals.giants import most_units, without_giants
from prepos.signals.habits import Habits
from prepos.signals.options import SignalOptions
from prepos.signals.record import Record
from prepos.signals.region_sizes import region_sizes

Told = TypeVar("Told")


@dataclass(frozen=True, eq=False)
class Evidence:
    """What a record says of one origin, ``back`` periods before the cutoff; 0 is the cutoff.

    Attributes
    ----------
    record : Record
    back : int
    asked : Asked or None
        The cells that are asked of; None asks of all. Listed cells are told in one row, (1, N)
        where all are told as (R, K): read R and K so in what follows.
    """

    record: Record
    back: int = 0
    asked: Asked | None = None
    _told: dict[Any, Any] = field(default_factory=dict, repr=False)

    def once(self, how: Callable[[Evidence], Told]) -> Told:
        """Return what ``how(evidence)`` says; worked out at the first time of asking."""
        if how not in self._told:
            self._told[how] = how(self)
        found: Told = self._told[how]
        return found

    def at(self, back: int) -> Evidence:
        """Return what the same record says of another of its origins."""
        return Evidence(self.record, back, self.asked)

    def of(self, cells: Asked | None) -> Evidence:
        """Return the same origin, asked of these cells alone; of all where there are none."""
        return Evidence(self.record, self.back, cells)

    @cached_property
    def whole(self) -> Evidence:
        """The same origin, asked of all cells."""
        return self if self.asked is None else Evidence(self.record, self.back)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of what is told: regions and SKUs, or one row of listed cells."""
        return self.record.shape if self.asked is None else (1, len(self.asked))

    def by_sku(self, values: AnyArray) -> AnyArray:
        """Return values (..., all SKUs), one for each column: (..., K)."""
        return values if self.asked is None else values[..., self.asked.sku]

    def by_region(self, values: AnyArray) -> AnyArray:
        """Return values (..., all regions) beside the columns: (..., R, 1), or (..., 1, N)."""
        return values[..., None] if self.asked is None else values[..., None, self.asked.region]

    def by_category(self, values: AnyArray) -> AnyArray:
        """Return values (all regions, G) of each cell's region and its SKU's category: (R, K)."""
        if self.asked is None:
            return np.take(values, self.category, axis=1)
        return values[self.asked.region, self.category][None]

    def find(self, region: IntArray, sku: IntArray) -> IntArray:
        """Return the flat place (M,) of cells in what is told, -1 where they are not asked of."""
        return region * self.shape[1] + sku if self.asked is None else self.asked.find(region, sku)

    @property
    def horizon(self) -> int:
        """Number of periods ahead."""
        return self.record.snapshot.periods.horizon

    @property
    def days(self) -> int:
        """Days in a period."""
        return self.record.snapshot.periods.days

    @property
    def origin_day(self) -> float:
        """The origin in days from the cutoff: 0, or negative."""
        return -float(self.back * self.days)

    @property
    def lesson_day(self) -> float:
        """The day, from the cutoff, before which all that is learnt for the origin lies."""
        return -float(self.record.lesson_back(self.back) * self.days)

    @property
    def length(self) -> int:
        """Number of periods known at the origin."""
        return self.record.length - self.back

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot that the record was counted from; it may know of more than the origin."""
        return self.record.snapshot

    @property
    def history(self) -> History:
        """All cells of the record; only the first ``length`` of its periods are known."""
        return self.record.history

    @cached_property
    def cells(self) -> tuple[IntArray, IntArray, IntArray]:
        """Which of the history's cells are asked of, and the row and column of each."""
        place = self.find(self.history.region, self.history.sku)
        here = np.flatnonzero(place >= 0)
        return here, *np.divmod(place[here], max(self.shape[1], 1))

    @property
    def customers(self) -> Customers:
        """Visits of the customers who may be used one by one, later ones too."""
        return self.record.customers

    @property
    def habits(self) -> Habits:
        """What these customers bought and when, later purchases too."""
        return self.record.habits

    @property
    def neighbours(self) -> sparse.csr_array:
        """(R, R) weights of each region's neighbours, rows summing to 1 where there are any."""
        return self.record.learn(learn_neighbours, self.back)

    @property
    def category(self) -> IntArray:
        """(K,) number of the category of each column's SKU."""
        return self.by_sku(self.record.category)

    @property
    def speeds(self) -> int:
        """Number of speeds S, the fastest first."""
        return len(self.record.decay)

    @property
    def _place(self) -> int:
        """Position of the origin among those of the record."""
        return int(np.flatnonzero(self.record.marks == self.length)[0])

    @cached_property
    def sums(self) -> Float32Array:
        """(C, S) discounted units of all the history's cells."""
        return np.asarray(self.record.sums[self._place])

    def units(self, speed: int) -> Float32Array:
        """Return (R, K) discounted units at a speed, not to be written to."""
        if speed not in self._told:
            full = np.zeros(self.shape, dtype=np.float32)
            _scatter(self.sums, *self.cells, speed, full)
            full.flags.writeable = False
            self._told[speed] = full
        found: Float32Array = self._told[speed]
        return found

    @cached_property
    def seen(self) -> FloatArray:
        """(S,) the weights of all known periods, summed."""
        return self.record.seen(self.back)

    @cached_property
    def is_plain(self) -> bool:
        """Whether every period of every cell is an ordinary one: nothing multiplies demand."""
        factors = self.record.factors(self.back)
        tables = len(factors.local) + len(factors.open_share)
        return not tables and bool((factors.sku == 1).all() and (factors.region == 1).all())

    def sku_worth(self, speed: int) -> FloatArray:
        """Return (K,) discounted ordinary periods that each SKU was on sale for."""
        if self.is_plain:
            return np.full(self.shape[1], self.seen[speed])
        return self.by_sku(self._discounted(self.record.factors(self.back).sku, speed))

    def open_worth(self, speed: int) -> FloatArray:
        """Return (K,) the same of all regions together, less by what stock-outs hid there."""
        known = self.record.factors(self.back).of_skus(self.length)
        return (
            self.sku_worth(speed) if self.is_plain else self.by_sku(self._discounted(known, speed))
        )

    def worth(self, speed: int) -> FloatArray:
        """Return (R, K) or (1, 1) discounted ordinary periods: what turns units into a level."""
        if self.is_plain:
            return np.full((1, 1), self.seen[speed])
        worth = self.by_region(self.region_worth(speed)) * self.sku_worth(speed)
        cells, *place = self.cells
        worth[tuple(place)] = self.history_worth(speed)[cells]
        return np.asarray(worth)

    def region_worth(self, speed: int) -> FloatArray:
        """Return (all regions,) ordinary periods that one of each region is worth."""
        of_region = self.record.factors(self.back).region
        return np.asarray(self._discounted(of_region, speed) / self.seen[speed])

    def history_worth(self, speed: int) -> AnyArray:
        """Return (C,) or one number: the discounted ordinary periods of the history's cells."""
        if self.is_plain:
            return np.asarray(self.seen[speed])
        return np.asarray(self.record.cell_worth(self.back)[self._place, :, speed])

    def _discounted(self, values: Float32Array, speed: int) -> FloatArray:
        """Return each row's known periods, discounted and summed."""
        weights = self.record.decay[speed] ** np.arange(self.length)[::-1]
        return np.asarray(values[:, : self.length] @ weights, dtype=np.float64)

    @cached_property
    def ahead(self) -> Float32Array:
        """(H, R, K) or (1, 1, 1): what multiplies a level in each period ahead.

        At an earlier origin this counts what is known to have been out of stock then, since the
        units that came are those of the open days.
        """
        if self.is_plain:
            return np.ones((1, 1, 1), dtype=np.float32)
        factors = self.record.factors(self.back)
        columns = slice(self.length, self.length + self.horizon)
        of_sku = self.by_sku(factors.sku[:, columns].T)
        of_region = self.by_region(factors.region[:, columns].T)
        times = np.ascontiguousarray(of_region * of_sku[:, None, :], dtype=np.float32)
        flat = times.reshape(self.horizon, -1)
        for cells in (factors.local, factors.open_share):
            step, place = cells.column - self.length, self.find(cells.region, cells.sku)
            here = np.flatnonzero((step >= 0) & (step < self.horizon) & (place >= 0))
            flat[step[here], place[here]] *= cells.value[here]
        return times

    @cached_property
    def ahead_of_now(self) -> Float32Array:
        """(H, R, K) or (1, 1, 1): the periods ahead beside those of late, for signals in units."""
        if self.is_plain:
            return self.ahead
        speed = min(1, self.speeds - 1)
        late = self.worth(speed) / self.seen[speed]
        return np.asarray(self.ahead / np.maximum(late, 0.1), dtype=np.float32)

    def onward(self, level: Float32Array) -> Float32Array:
        """Return (1 or H, R, K): a level (R, K) in each period ahead."""
        return level[None] if self.is_plain else np.asarray(level * self.ahead)

    def from_now(self, units: Float32Array) -> Float32Array:
        """Return units (..., 1 or H, R, K) of late as those of each period ahead."""
        return units if self.is_plain else np.asarray(units * self.ahead_of_now)

    @cached_property
    def region_size(self) -> FloatArray:
        """(all regions,) units per period over all SKUs; silent regions borrow."""
        units = np.bincount(self.history.region, self.sums[:, -1], minlength=self.record.shape[0])
        regions = self.snapshot.network.regions
        population = np.array([region.population for region in regions], dtype=np.float64)
        return region_sizes(
            np.asarray(units, dtype=np.float64), float(self.seen[-1]), self.neighbours, population
        )


def gather(snapshot: Snapshot, options: SignalOptions, backs: tuple[int, ...] = ()) -> Evidence:
    """Return the evidence of a snapshot at its cutoff; earlier origins share its record."""
    orders = without_giants(snapshot.orders, most_units(snapshot.orders))
    history = History.count(orders, snapshot.periods)
    window = options.window(snapshot.periods.days)
    return Evidence(Record(snapshot, options, history.latest(window), backs))


@serial_kernel
def _scatter(
    sums: Float32Array,
    cells: IntArray,
    region: IntArray,
    place: IntArray,
    speed: int,
    full: Float32Array,
) -> None:
    """Write the sums of a speed where they belong."""
    for number in range(len(cells)):
        full[region[number], place[number]] = sums[cells[number], speed]
