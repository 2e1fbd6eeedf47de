"""The question that a plan answers: what is known and wished for, before it is made into arrays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from prepos.core.demand import Forecast
from prepos.core.network import Network
from prepos.core.products import Products
from prepos.core.stock import Stock
from prepos.core.transfer import Catchments, Transfer
from prepos.core.types import FloatArray
from prepos.plan.options import PlanOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """The published plan: its transfers that ship before a day stand, the others may be changed.

    ``published`` are those others; None where no plan was published, so that none is deviated from.
    """

    before: date | None = None
    transfers: tuple[Transfer, ...] = ()
    published: tuple[Transfer, ...] | None = None


NOTHING_FROZEN = Frozen()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Question:
    """What to decide on.

    Attributes
    ----------
    demand : Forecast
        By catchment: the same groups, in the same order, as ``catchments``.
    dispersion : (P, Z, K) float
        Of the demand of every span of the planning window, by ``span_number``.
    overrides : frame or None
        The contract's table.
    frozen : Frozen
        Transfers of the published plan that stand.
    """

    demand: Forecast
    dispersion: FloatArray
    catchments: Catchments
    network: Network
    products: Products
    stock: Stock
    overrides: pd.DataFrame | None
    options: PlanOptions
    frozen: Frozen = NOTHING_FROZEN
