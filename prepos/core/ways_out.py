"""What to change so that a plan exists, where limits, overrides and frozen lines contradict."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Change:
    """One thing to change.

    ``name`` is a limit (``storage_m3``, ``vehicles``, ``budget``), a rule of the overrides
    (``pin``) or ``frozen``; ``place`` says whose: a node, a lane, what an override is of, or a
    line's id.
    """

    name: str
    place: str
    unit: str
    now: float
    to: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """Changes that are enough together: with them there is a plan, which was made to see it.

    ``penalty`` is how much is changed, in units of stock; ``cost`` what the plan then costs, in
    currency.
    """

    changes: tuple[Change, ...]
    penalty: float
    cost: float

    def __str__(self) -> str:
        return ", ".join(change.words for change in self.changes)
