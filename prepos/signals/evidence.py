"""What one snapshot says, counted once and shared by all signals.

Stands on the snapshot alone, so nothing here can know of the cutoff or later. Assumes that the
recent past weighs more than the distant one, by half-lives.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sparse

from prepos.core.demand import History
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray, IntArray
from prepos.signals.customers import Customers, read_customers
from prepos.signals.habits import Habits, read_habits
from prepos.signals.options import SignalOptions

NEW_REGION_PERIODS = 2.0  # periods of silence that count as much as what is around a region


@dataclass(frozen=True, eq=False)
class Evidence:
    """A snapshot and what is counted from it; each count is made when first asked for."""

    snapshot: Snapshot
    options: SignalOptions

    @property
    def shape(self) -> tuple[int, int]:
        """Number of regions and of SKUs."""
        return len(self.snapshot.orders.regions), len(self.snapshot.orders.skus)

    @cached_property
    def history(self) -> History:
        """Units by cell and period."""
        return self.snapshot.history().latest(self.options.window)

    @cached_property
    def customers(self) -> Customers:
        """Visits of the customers who may be used one by one."""
        return read_customers(self.snapshot, self.options.window)

    @cached_property
    def habits(self) -> Habits:
        """What each of these customers bought, and when."""
        return read_habits(self.customers, self.shape[1])

    @cached_property
    def discounts(self) -> FloatArray:
        """(S, T): how much each past period weighs at each speed."""
        return np.stack([self.discount(weeks) for weeks in self.options.half_life_weeks])

    def discount(self, half_life_weeks: float) -> FloatArray:
        """Return the weight (T,) of each past period, 1 for the latest."""
        ages = np.arange(self.history.units.shape[1])[::-1] * self.snapshot.periods.days / 7.0
        return np.asarray(0.5 ** (ages / half_life_weeks))

    @cached_property
    def slow_units(self) -> FloatArray:
        """(C,) discounted units of each cell at the slowest speed."""
        return np.asarray(self.history.units @ self.discounts[-1])

    @cached_property
    def region_size(self) -> FloatArray:
        """(R,) units per period over all SKUs; a silent region borrows population or neighbours.

        The longer a region has been silent the less it borrows.
        """
        exposure = self.discounts[-1].sum()
        units = np.bincount(self.history.region, self.slow_units, minlength=self.shape[0])
        around = _size_around(self, units / exposure)
        borrowed = (units + NEW_REGION_PERIODS * around) / (exposure + NEW_REGION_PERIODS)
        return np.asarray(np.where(units > 0, units / exposure, borrowed))

    @cached_property
    def neighbours(self) -> sparse.csr_array:
        """(R, R) weights of each region's neighbours, rows summing to 1 where there are any."""
        region, neighbour, weight = self.snapshot.network.neighbours
        size = self.shape[0]
        matrix = sparse.csr_array((weight, (region, neighbour)), shape=(size, size))
        total: FloatArray = np.asarray(matrix.sum(axis=1)).ravel()
        return sparse.csr_array(sparse.diags_array(1.0 / np.where(total > 0, total, 1.0)) @ matrix)

    @cached_property
    def category(self) -> IntArray:
        """(K,) number of each SKU's category; SKUs without one share theirs."""
        names = np.array(self.snapshot.products.category, dtype=np.str_)
        return np.unique(names, return_inverse=True)[1].astype(np.int64)

    @cached_property
    def exposure(self) -> FloatArray:
        """(S, K) discounted periods that each SKU could have sold in, from its launch on."""
        length = self.history.units.shape[1]
        days = np.array(
            [launched or "0001-01-01" for launched in self.snapshot.products.launched_on],
            dtype="datetime64[D]",
        )
        first = self.snapshot.periods.periods_of(days) + length
        reached = np.concatenate(
            [
                np.cumsum(self.discounts[:, ::-1], axis=1)[:, ::-1],
                np.zeros((len(self.discounts), 1)),
            ],
            axis=1,
        )
        return np.asarray(reached[:, np.clip(first, 0, length)])


def _size_around(evidence: Evidence, size: FloatArray) -> FloatArray:
    """Return what each region would sell if it were like its population, its neighbours, or all."""
    selling = size > 0
    mean = size[selling].mean() if selling.any() else 0.0
    weights = evidence.neighbours @ selling.astype(np.float64)
    around = np.where(weights > 0, (evidence.neighbours @ size) / np.maximum(weights, 1e-12), mean)
    population = np.array([region.population for region in evidence.snapshot.network.regions])
    if len(population) != len(size):
        return around
    served = population[selling & np.isfinite(population)].sum()
    if served <= 0:
        return around
    by_head = population * (size[selling & np.isfinite(population)].sum() / served)
    return np.asarray(np.where(np.isfinite(by_head), by_head, around))
