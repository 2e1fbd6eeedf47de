"""The signals by name: adding one is adding a file, a line here and its name in ``names``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from prepos.core.kernels import Float32Array, serial_kernel
from prepos.core.types import AnyArray
from prepos.errors import DemandError
from prepos.signals.announced import intents
from prepos.signals.due import due
from prepos.signals.evidence import Evidence
from prepos.signals.given import given
from prepos.signals.neighbours import neighbours
from prepos.signals.new_buyers import new_buyers
from prepos.signals.own import own
from prepos.signals.pool import pool
from prepos.signals.shrunk import shrunk
from prepos.signals.together import together


class Signal(Protocol):
    """What one source of knowledge says about the periods ahead."""

    def __call__(self, evidence: Evidence, /) -> AnyArray:
        """Return (F, 1 or H, R, K) units per period, never negative: F ways of saying it.

        The second axis has length 1 where all periods ahead are alike.
        """
        ...


SIGNALS: dict[str, Signal] = {
    "own": own,
    "pool": pool,
    "neighbours": neighbours,
    "together": together,
    "due": due,
    "new_buyers": new_buyers,
    "intents": intents,
    "given": given,
}
TABLE_OF = {"intents": "intents", "given": "forecasts"}  # signals that a table is needed for


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One way in which a signal speaks.

    Attributes
    ----------
    signal : str
    mean : (1 or H, R, K) float32
        Units per period ahead.
    parts : name to (R, K) float32
        Shares of the mean that are other signals' words; the rest is the signal's own.
    """

    signal: str
    mean: Float32Array
    parts: Mapping[str, Float32Array] = field(default_factory=dict)


def read_columns(
    names: Collection[str], evidence: Evidence, *, with_parts: bool = True
) -> list[Column]:
    """Return the columns of the named signals; raises DemandError where one is not sound.

    Where ``own`` and ``pool`` are both asked for, what is shrunk from one to the other is there,
    too, unless shares are not to be shrunk; and to ``neighbours`` as well where these are.
    """
    return list(each_column(names, evidence, with_parts=with_parts))


def each_column(
    names: Collection[str], evidence: Evidence, *, with_parts: bool = True
) -> Iterator[Column]:
    """Yield the columns of the named signals as they are read, for where all are too many at once.

    Raises DemandError at one that is not sound.
    """
    shrinks = {"own", "pool"} <= set(names) and evidence.record.options.shrinkage
    for name in names:
        for values in SIGNALS[name](evidence):
            yield _sound(Column(name, np.asarray(values, dtype=np.float32)))
        if name in ("pool", "neighbours") and shrinks:
            near = name == "neighbours"
            for way in shrunk(evidence, with_neighbours=near, with_shares=with_parts):
                parts = _parts(name, way.own, way.near) if with_parts else {}
                yield _sound(Column(name, way.mean, parts))


def _parts(name: str, own_share: Float32Array, near_share: Float32Array) -> dict[str, Float32Array]:
    """Return the shares of a shrunk column that are not its signal's own."""
    if name == "pool":
        return {"own": own_share}
    return {"own": own_share, "pool": 1.0 - own_share - near_share}


def _sound(column: Column) -> Column:
    """Return the column; raises DemandError where it is negative or not finite."""
    if not _is_sound(column.mean.ravel()):
        raise DemandError(f"signal {column.signal} is negative or not finite somewhere")
    return column


@serial_kernel
def _is_sound(values: Float32Array) -> bool:
    """Return whether all values are finite and none is negative; all are looked at in one pass."""
    sound = 0
    for number in range(len(values)):
        sound += (values[number] >= 0.0) & (values[number] < np.inf)
    return sound == len(values)


def read_signals(names: Iterable[str], evidence: Evidence) -> dict[str, AnyArray]:
    """Return each signal's own columns (F, 1 or H, R, K); raises DemandError for unsound ones."""
    read = {name: np.asarray(SIGNALS[name](evidence)) for name in names}
    for name, values in read.items():
        for mean in values:
            _sound(Column(name, mean))
    return read
