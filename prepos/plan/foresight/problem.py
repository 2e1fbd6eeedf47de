"""A foreseen course as a problem whose shared rows can be priced."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.replayed import Course
from prepos.core.types import FloatArray, IntArray
from prepos.plan.foresight.arcs import list_arcs, storage_rows
from prepos.plan.foresight.known import (
    Arcs,
    Slots,
    Supply,
    Tariff,
    Wants,
    list_slots,
    list_supply,
    list_tariff,
    list_wants,
)
from prepos.plan.foresight.limits import list_ceilings, list_purchases, list_rows, number_rows
from prepos.plan.foresight.spoiling import price_write_offs, spoils_in
from prepos.plan.foresight.telling import RETURN
from prepos.plan.transport.purchases import Purchases


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Foreseen:
    """Minimise the cost of K SKUs over P periods under S shared rows: use <= limit.

    Attributes
    ----------
    limit, ceiling : (S,) float
        As of a ``TransportProblem``; no price of a limit that can be kept is above its ceiling.
    bought_in : (V,) int
        The period of each purchase.
    """

    periods: int
    supply: Supply
    wants: Wants
    arcs: Arcs
    slots: Slots
    tariff: Tariff
    limit: FloatArray
    ceiling: FloatArray
    purchases: Purchases
    bought_in: IntArray

    def __len__(self) -> int:
        return len(self.tariff.volume_m3)

    @property
    def constant(self) -> FloatArray:
        """(1,) currency: nothing is paid whatever is decided."""
        return np.zeros(1)

    @property
    def shortage(self) -> float:
        """Currency paid if nothing is served."""
        cost = np.repeat(self.tariff.shortage_cost, np.diff(self.wants.first))
        return float(cost @ self.wants.units)


def foreseen_of(course: Course, carbon_price: float) -> Foreseen:
    """Return the problem of one who knows the course."""
    network, products, periods = course.network, course.products, course.periods
    supply = list_supply(course)
    rows = list_rows(course, supply)
    numbers = number_rows(rows)
    purchases, bought_in = list_purchases(course, supply, rows)
    tariff = list_tariff(network, products, carbon_price)
    spoils_from = int(spoils_in(products, periods).min(initial=periods.horizon))
    if spoils_from < periods.horizon:
        tariff = with_write_offs(tariff, price_write_offs(products, periods))
    return Foreseen(
        periods=periods.horizon,
        supply=supply,
        wants=list_wants(course),
        arcs=list_arcs(network, periods, numbers, spoils_from),
        slots=list_slots(network, storage_rows(network, periods, numbers)),
        tariff=tariff,
        limit=np.array([row.limit for row in rows], dtype=np.float64),
        ceiling=list_ceilings(products, periods.horizon, rows),
        purchases=purchases,
        bought_in=bought_in,
    )


def with_write_offs(tariff: Tariff, price: FloatArray) -> Tariff:
    """Return the tariff with moves (V, K) added that cost a return and nothing else."""
    parts = np.zeros((len(tariff.move), *price.shape))
    parts[RETURN] = price
    return tariff._replace(move=np.concatenate([tariff.move, parts], axis=1))
