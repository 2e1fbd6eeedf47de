"""The signals by name: adding one is adding a file and a line here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np

from prepos.core.types import FloatArray
from prepos.errors import DemandError
from prepos.signals.due import due
from prepos.signals.evidence import Evidence
from prepos.signals.given import given
from prepos.signals.neighbours import neighbours
from prepos.signals.new_buyers import new_buyers
from prepos.signals.own import own
from prepos.signals.pool import pool
from prepos.signals.together import together


class Signal(Protocol):
    """What one source of knowledge says about the periods ahead."""

    def __call__(self, evidence: Evidence, /) -> FloatArray:
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
    "given": given,
}
OWN_SIGNALS = tuple(name for name in SIGNALS if name != "given")


def read_signals(names: Iterable[str], evidence: Evidence) -> dict[str, FloatArray]:
    """Return each signal's columns (F, 1 or H, R, K); raises DemandError where one is not sound."""
    columns = {name: SIGNALS[name](evidence) for name in names}
    for name, values in columns.items():
        if not (np.isfinite(values).all() and (values >= 0).all()):
            raise DemandError(f"signal {name} is negative or not finite somewhere")
    return columns
