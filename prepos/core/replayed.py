"""Past orders as they are to be served anew, and what came of it under one policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prepos.core.network import Network
from prepos.core.orders import Orders
from prepos.core.periods import Periods
from prepos.core.products import Products
from prepos.core.stock import Stock
from prepos.core.types import FloatArray


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
        At the first day; its receipts are all that will come whatever is decided, in transit by
        then or replenished later.
    """

    orders: Orders
    periods: Periods
    products: Products
    network: Network
    opening: Stock


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Replayed:
    """What happened under one policy.

    Attributes
    ----------
    served : (P, N, R) float
        Units by period, node and region.
    amounts : name to (P,) float
        What adds up over periods: costs by part, units, orders, loads; see `replay.measures`.
    """

    periods: Periods
    served: FloatArray
    amounts: Mapping[str, FloatArray]
