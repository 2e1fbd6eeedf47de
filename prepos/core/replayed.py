"""Past orders as they are to be served anew, and what came of it under one policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from prepos.core.network import Network
from prepos.core.orders import Orders
from prepos.core.periods import Periods
from prepos.core.products import Products
from prepos.core.stock import Receipt, Stock
from prepos.core.types import FloatArray
from prepos.errors import TableError


@dataclass(frozen=True, slots=True, order=True)
class Supply:
    """Units that a node is sent from outside the network, known from the day they are ordered."""

    ordered_on: date
    receipt: Receipt

    def __post_init__(self) -> None:
        if self.receipt.arrives_on < self.ordered_on:
            raise TableError(
                f"supply: arrives_on is {self.receipt.arrives_on}, "
                f"expected {self.ordered_on}, when it was ordered, or later"
            )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Course:
    """The stretch of the past that is replayed: the same for every policy.

    Attributes
    ----------
    orders : Orders
        Every line placed within the periods.
    periods : Periods
        The first day, and the P periods that are replayed.
    opening : Stock
        At the first day, with what is in transit by then.
    supply : tuple of Supply
        What comes later whatever is decided, sorted.
    """

    orders: Orders
    periods: Periods
    products: Products
    network: Network
    opening: Stock
    supply: tuple[Supply, ...] = ()

    def __post_init__(self) -> None:
        placed = self.periods.periods_of(self.orders.at)
        outside = np.flatnonzero((placed < 0) | (placed >= self.periods.horizon))
        if len(outside):
            first, last = self.periods.cutoff, self.periods.end(self.periods.horizon - 1)
            raise TableError(
                f"orders: ordered_at is {self.orders.at[outside[0]]} in one line, "
                f"expected {first} to {last}, which is replayed"
            )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Replayed:
    """What happened under one policy.

    Attributes
    ----------
    served : (P, N, R) float
        Units by the period they were served in, node and region.
    late : (P, N, R) float
        Those of them that had waited at least a day.
    amounts : name to (P,) float
        What adds up over periods: costs by part, units, orders, vehicles; see `replay.measures`.
    """

    periods: Periods
    served: FloatArray
    late: FloatArray
    amounts: Mapping[str, FloatArray]
