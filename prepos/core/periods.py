"""The grid of periods: whole days counted from the cutoff, backwards and forwards.

Period 0 starts on the cutoff's day and is the first that is not known; period -1 is the last known
one and is whole. With the cutoff on a Monday and seven days these are ISO weeks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from prepos.core.types import IntArray, TimeArray
from prepos.errors import ConfigError

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Periods:
    """Spans of one or seven days around a cutoff; ``horizon`` periods lie ahead."""

    cutoff: date
    days: int  # 1 or 7
    horizon: int  # periods ahead, at least 1

    def __post_init__(self) -> None:
        if self.days not in (1, 7):
            raise ConfigError(f"time.period has {self.days} days, expected 1 or 7")
        if self.horizon < 1:
            raise ConfigError(f"time.horizon is {self.horizon}, expected 1 or more")

    @property
    def starts(self) -> tuple[date, ...]:
        """First day of each period of the horizon."""
        return tuple(self.start(t) for t in range(self.horizon))

    def start(self, period: int) -> date:
        """Return the first day of a period; negative periods lie before the cutoff."""
        return self.cutoff + timedelta(days=period * self.days)

    def end(self, period: int) -> date:
        """Return the last day of a period."""
        return self.start(period + 1) - timedelta(days=1)

    def period_of(self, day: date) -> int:
        """Return the period that holds the day."""
        return (day - self.cutoff).days // self.days

    def middle(self, period: int) -> date:
        """Return the middle day of a period: a unit that has arrived by then serves it.

        What arrives later serves from the next period on.
        """
        return self.start(period) + timedelta(days=(self.days - 1) // 2)

    def periods_of(self, at: TimeArray) -> IntArray:
        """Return the period of every instant (datetime64), shape as given."""
        day = at.astype("datetime64[D]").astype(np.int64)
        return np.floor_divide(day - (self.cutoff - EPOCH).days, self.days)
