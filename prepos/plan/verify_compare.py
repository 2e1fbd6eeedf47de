"""How the second opinion compares: what was found, what was expected, and where it stands.

Stands on nothing but numpy. At most a handful of faults is told for each check, the count is whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from prepos.core.faults import Fault
from prepos.core.run import line_of
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.core.verdict import Check, code_of

RELATIVE = 1e-6  # what a recomputed number may differ by, as a share of it
SMALLEST = 1e-9  # what it may differ by where it should be zero, in its own unit
LIMIT = 1e-5  # what a limit may be passed by, as a share of it: a solver's own tolerance
TOLD = 20  # faults told for each check


@dataclass(frozen=True, slots=True)
class Where:
    """Where values stand: a file's column, the thing each belongs to, and its row if it has one."""

    file: str
    column: str
    thing: Callable[[int], str]
    rows: IntArray | None = None

    def line(self, i: int) -> int:
        """Return the line of the i-th value, 0 where it stands in no single one."""
        return 0 if self.rows is None else line_of(self.file, int(self.rows[i]))


def check_equal(
    name: str,
    where: Where,
    found: ArrayLike,
    expected: ArrayLike,
    *,
    smallest: ArrayLike = SMALLEST,
    relative: float = RELATIVE,
) -> Check:
    """Check that numbers are what recomputing them gives."""
    want = np.asarray(expected, dtype=np.float64)
    have = np.asarray(found, dtype=np.float64)
    room = np.asarray(smallest, dtype=np.float64) + relative * np.abs(want)
    return _check(name, where, have, off=np.abs(have - want), room=room, words=_exactly(want))


def check_at_most(
    name: str, where: Where, found: ArrayLike, limit: ArrayLike, *, relative: float = LIMIT
) -> Check:
    """Check that numbers keep a limit; an infinite one is kept by all."""
    most = np.asarray(limit, dtype=np.float64)
    have = np.asarray(found, dtype=np.float64)
    room = relative * np.maximum(1.0, np.abs(np.where(np.isfinite(most), most, 0.0)))
    over = np.where(np.isfinite(most), have - np.where(np.isfinite(most), most, 0.0), 0.0)
    return _check(
        name,
        where,
        have,
        off=np.maximum(over, 0.0),
        room=room,
        words=lambda i: f"at most {_number(most[i])}, over by {_number(over[i])}",
    )


def check_holds(
    name: str,
    where: Where,
    holds: ArrayLike,
    *,
    found: Callable[[int], str],
    expected: Callable[[int], str],
) -> Check:
    """Check that something is so, row by row."""
    wrong = np.flatnonzero(~np.asarray(holds, dtype=np.bool_))
    faults = [_fault(name, where, int(i), found(int(i)), expected(int(i))) for i in wrong[:TOLD]]
    return Check(name=name, compared=int(np.size(holds)), broken=len(wrong), faults=tuple(faults))


def merge_checks(checks: list[Check]) -> tuple[Check, ...]:
    """Return one check a name, in the order in which names first came."""
    merged: dict[str, Check] = {}
    for check in checks:
        old = merged.get(check.name, Check(name=check.name, compared=0))
        merged[check.name] = Check(
            name=check.name,
            compared=old.compared + check.compared,
            broken=old.broken + check.broken,
            worst=max(old.worst, check.worst),
            faults=(old.faults + check.faults)[:TOLD],
        )
    return tuple(merged.values())


def always(words: str, _: int) -> str:
    """Return the same words for every row."""
    return words


def _check(
    name: str,
    where: Where,
    have: FloatArray,
    *,
    off: FloatArray,
    room: FloatArray,
    words: Callable[[int], str],
) -> Check:
    """Return the check of numbers that may be off by the room there is."""
    passed: BoolArray = off <= room  # a NaN does not pass
    wrong = np.flatnonzero(~passed)
    faults = [_fault(name, where, int(i), _number(have[i]), words(int(i))) for i in wrong[:TOLD]]
    return Check(
        name=name,
        compared=int(have.size),
        broken=len(wrong),
        worst=float(np.max(off, initial=0.0)),
        faults=tuple(faults),
    )


def _exactly(want: FloatArray) -> Callable[[int], str]:
    """Return the words for the number expected."""
    return lambda i: _number(want[i])


def _fault(name: str, where: Where, i: int, found: str, expected: str) -> Fault:
    """Return one fault in the house's words."""
    told = f"{where.thing(i)}: {where.column} is {found}, expected {expected}"
    return Fault(where.file, where.line(i), where.column, found, code_of(name), told)


def _number(value: float) -> str:
    """Return a number as short as it can be told."""
    return f"{value:.12g}"
