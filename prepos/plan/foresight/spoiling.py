"""What may spoil in a foreseen course can be written off, at what a replay charges for that.

A replay writes off what has lain too long at a forward node, and then nobody pays for holding it,
and its room is free. The bound may do so too, from the period on in which the first unit of a SKU
can be too old, whenever that pays; it is never made to, and may serve from what is too old. So it
allows at least what any policy has. At origins nothing spoils.
"""

from __future__ import annotations

import numpy as np

from prepos.core.network import Network
from prepos.core.periods import Periods
from prepos.core.products import Products
from prepos.core.types import FloatArray, IntArray
from prepos.plan.foresight.known import outside_slots

KINDS = 2  # of moves in a period: of units that cost nothing to return, and of those that do


def spoils_in(products: Products, periods: Periods) -> IntArray:
    """Return (K,) the period in which the first unit can be too old, P where none ever is."""
    last_day = np.ceil(products.shelf_life_days) - 1  # on which it sells, from the first day on
    first = np.minimum(np.floor(last_day / periods.days), periods.horizon)
    return first.astype(np.int64)


def price_write_offs(products: Products, periods: Periods) -> FloatArray:
    """Return (KINDS * P, K) currency per unit written off, by period.

    Where a SKU cannot be too old yet it is all that a unit can cost or gain: it never pays.
    """
    horizon = periods.horizon
    price = products.return_cost * np.tile([0.0, 1.0], horizon)[:, None]
    gain = products.shortage_cost + products.return_cost + horizon * products.holding_cost
    early = np.repeat(np.arange(horizon), KINDS)[:, None] < spoils_in(products, periods)
    return np.where(early, gain, price)


def list_write_offs(network: Network, periods: Periods, leaves: int, move: int) -> list[list[int]]:
    """Return [leaves, move, start, end, arrives] of the arcs that leave in a period, slot by slot.

    They are of forward nodes, end where they start, and never arrive; ``move`` is the position of
    the first such move.
    """
    returned = np.flatnonzero(network.is_forward)
    kinds = (outside_slots(network)[returned], returned)  # in the order of their prices
    return [
        [leaves, move + KINDS * leaves + kind, slot, slot, periods.horizon]
        for kind, slots in enumerate(kinds)
        for slot in slots.tolist()
    ]
