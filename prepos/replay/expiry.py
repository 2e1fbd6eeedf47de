"""Stock past its shelf life is written off: what a transfer had brought costs its return.

That is what the plan charges a unit that it moved and that is not used; what no transfer brought
costs nothing, as if it had stayed where it came from. Units are told either way.
"""

from __future__ import annotations

import numpy as np

from prepos.core.types import IntArray
from prepos.replay.shelves import Shelves
from prepos.replay.state import Site, State
from prepos.replay.tally import Tally


def write_off(
    site: Site, state: State, shelves: Shelves, *, last_day: int, period: int, tally: Tally
) -> tuple[IntArray, IntArray, IntArray]:
    """Take off the stock what cannot be sold after ``last_day``; return nodes, SKUs and units."""
    node, sku, units = shelves.expire(last_day)
    state.on_hand[node, sku] -= units
    left = np.minimum(state.brought[node, sku], state.on_hand[node, sku])
    returned = state.brought[node, sku] - left  # older stock goes first
    state.brought[node, sku] = left
    cost = float(returned @ site.return_cost[sku])
    tally.add(period, expired=float(units.sum()), expired_cost=cost, return_cost=cost)
    return node, sku, units
