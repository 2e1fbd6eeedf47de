"""Numbers to pixels, and the round ones that an axis names."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

MARGIN = 0.07  # of the span, left free at both ends
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)  # between ticks, times a power of ten
TICKS = 7  # at most


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from numbers ``low`` to ``high`` to pixels ``start`` to ``end``."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the pixel of a number."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    @property
    def step(self) -> float:
        """What lies between two ticks: round, and so wide that there are not too many."""
        least = (self.high - self.low) / TICKS
        power = 10.0 ** math.floor(math.log10(least))
        return next(power * step for step in STEPS if power * step >= least)

    @property
    def ticks(self) -> list[float]:
        """Round numbers within the span."""
        first = math.ceil(self.low / self.step)
        last = math.floor(self.high / self.step)
        return [number * self.step for number in range(first, last + 1)]


def make_scale(values: Iterable[float], start: float, end: float) -> Scale:
    """Return the scale that holds the values with room around; one alone is in the middle."""
    known = list(values)
    low, high = min(known, default=0.0), max(known, default=1.0)
    room = MARGIN * (high - low) or 0.05 * abs(high) or 1.0
    return Scale(low - room, high + room, start, end)
