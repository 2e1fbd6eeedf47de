"""Send nothing: every order is served from where stock lies anyway."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.policy import Dispatch, Policy
from prepos.core.snapshot import Snapshot
from prepos.core.stock import Stock
from prepos.replay.policies.terms import Terms


@dataclass(frozen=True, slots=True)
class Nothing:
    """What any other policy is measured against."""

    def decide(self, snapshot: Snapshot, stock: Stock) -> Dispatch:
        """Return an empty dispatch."""
        del snapshot, stock  # nothing to look at
        none = np.zeros(0, dtype=np.int64)
        return Dispatch(lane=none, sku=none, ships_on=none.astype("datetime64[D]"), quantity=none)


def nothing(_: Terms) -> Policy:
    """Make the policy."""
    return Nothing()
