"""The record: what one snapshot says, counted once and shared by all origins and signals.

An origin is the cutoff, or an earlier instant at which the same question could have been asked:
what signals were worth there is what they are believed to be worth now. Whatever is learnt of all
series at once, such as seasons and how customers return, is learnt twice: before the oldest origin
for all the earlier ones, and before the cutoff. Assumes that the recent past weighs more than the
distant one, by half-lives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import scipy.sparse as sparse

from prepos.core.demand import History
from prepos.core.kernels import Float32Array
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray, IntArray
from prepos.signals.bank import bank, decay_of, seen_weight
from prepos.signals.customers import Customers, read_customers
from prepos.signals.factors import Factors, make_factors
from prepos.signals.habits import Habits, read_habits
from prepos.signals.options import SignalOptions

Lesson = TypeVar("Lesson")


@dataclass(frozen=True, eq=False)
class Record:
    """A snapshot and what is counted from it; each count is made when first asked for.

    Attributes
    ----------
    snapshot : Snapshot
    options : SignalOptions
    history : History
        C cells that sold and T periods, the latest the one before the cutoff.
    backs : (O,) int
        Periods back from the cutoff of each earlier origin, oldest first; each at most T.
    carried : (C, S) float32 or None
        The sums at the cutoff, where they are carried on; there are no earlier origins then.
    """

    snapshot: Snapshot
    options: SignalOptions
    history: History
    backs: tuple[int, ...] = ()
    carried: Float32Array | None = field(default=None, repr=False)
    _learnt: dict[tuple[Any, int], Any] = field(default_factory=dict, repr=False)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of regions and of SKUs."""
        return len(self.history.regions), len(self.history.skus)

    @property
    def length(self) -> int:
        """Number of known periods."""
        return int(self.history.units.shape[1])

    @cached_property
    def marks(self) -> IntArray:
        """(O + 1,) periods known at each origin, the oldest first, the cutoff last."""
        return np.array([self.length - back for back in (*self.backs, 0)], dtype=np.int64)

    def lesson_back(self, back: int) -> int:
        """Return how far back from the cutoff learning ends for an origin."""
        return max(self.backs) if back else 0

    def learn(self, how: Callable[[Record, int], Lesson], back: int) -> Lesson:
        """Return what ``how(record, lesson_back)`` teaches for an origin; learnt once."""
        key = (how, self.lesson_back(back))
        if key not in self._learnt:
            self._learnt[key] = how(self, key[1])
        found: Lesson = self._learnt[key]
        return found

    def teach(self, how: Callable[[Record, int], Lesson], lesson: Lesson) -> None:
        """Take over what an earlier record learnt for its cutoff."""
        self._learnt[how, 0] = lesson

    @cached_property
    def customers(self) -> Customers:
        """Visits of the customers who may be used one by one."""
        return read_customers(self.snapshot, self.length)

    @cached_property
    def habits(self) -> Habits:
        """What each of these customers bought, and when."""
        return read_habits(self.customers, self.shape[1])

    @cached_property
    def decay(self) -> FloatArray:
        """(S,) weight left one period later, the fastest speed first."""
        return decay_of(self.options.half_life_weeks, self.snapshot.periods.days)

    @cached_property
    def sums(self) -> Float32Array:
        """(O + 1, C, S) discounted units of each cell at each origin and speed."""
        if self.carried is not None:
            return self.carried[None]
        return bank(self.history.units.astype(np.float32), self.decay, self.marks)

    @cached_property
    def sku_units(self) -> Float32Array:
        """(K, T) units of each SKU over all regions."""
        return members(self.history.sku, self.shape[1]) @ self.history.units

    def seen(self, back: int) -> FloatArray:
        """Return (S,) the weights of the periods known at an origin, summed."""
        return seen_weight(self.decay, self.length - back)

    def factors(self, back: int) -> Factors:
        """Return what multiplies demand, as far as it can be known for an origin."""
        return self.learn(_learn_factors, back)

    def cell_worth(self, back: int) -> Float32Array:
        """Return (O + 1, C, S) discounted ordinary periods that each cell's periods are worth."""
        return self.learn(_learn_worth, back)

    @cached_property
    def category(self) -> IntArray:
        """(K,) number of each SKU's category; SKUs without one share theirs."""
        names = np.array(self.snapshot.products.category, dtype=np.str_)
        return np.unique(names, return_inverse=True)[1].astype(np.int64)


def members(group: IntArray, groups: int) -> sparse.csr_array:
    """Return (G, C): 1 where a cell belongs to the group."""
    shape = (groups, len(group))
    return sparse.csr_array((np.ones(len(group)), (group, np.arange(len(group)))), shape=shape)


def _learn_factors(record: Record, lesson_back: int) -> Factors:
    """Return the factors learnt before an instant."""
    until = record.length - lesson_back
    return make_factors(record.snapshot, record.history, until, with_season=record.options.season)


def _learn_worth(record: Record, lesson_back: int) -> Float32Array:
    """Return the discounted worth of every cell's periods."""
    worth = record.learn(_learn_factors, lesson_back).exposure(record.history)
    return bank(worth, record.decay, record.marks)
