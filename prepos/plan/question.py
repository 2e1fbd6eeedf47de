"""The question that a plan answers: what is known and wished for, before it is made into arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from prepos.core.network import Network
from prepos.core.outlook import Outlook
from prepos.core.products import Products
from prepos.core.stock import Stock
from prepos.core.transfer import Transfer
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
    outlook : Outlook
        Demand by catchment, and the window that is planned.
    overrides : frame or None
        The contract's table.
    frozen : Frozen
        Transfers of the published plan that stand.
    prices : mapping
        By name and place of a limit that SKUs share, the currency per unit that the published plan
        told: where prices are looked for first. They change how long that takes, not how good the
        plan is.
    """

    outlook: Outlook
    network: Network
    products: Products
    stock: Stock
    overrides: pd.DataFrame | None
    options: PlanOptions
    frozen: Frozen = NOTHING_FROZEN
    prices: Mapping[tuple[str, str], float] = field(default_factory=dict)
