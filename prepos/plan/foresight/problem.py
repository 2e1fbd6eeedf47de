"""A foreseen course as a problem whose shared rows can be priced."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_matrix

from prepos.core.products import Products
from prepos.core.replayed import Course
from prepos.core.types import FloatArray, IntArray
from prepos.plan.foresight.known import (
    Arcs,
    Row,
    Slots,
    Supply,
    Tariff,
    Wants,
    list_arcs,
    list_rows,
    list_slots,
    list_supply,
    list_tariff,
    list_wants,
    vehicle_room,
)
from prepos.plan.program import Entries
from prepos.plan.transport.problem import Purchases


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
    purchases, bought_in = list_purchases(course, supply, rows)
    return Foreseen(
        periods=periods.horizon,
        supply=supply,
        wants=list_wants(course),
        arcs=list_arcs(network, periods, rows),
        slots=list_slots(network, periods, rows),
        tariff=list_tariff(network, products, carbon_price),
        limit=np.array([row.limit for row in rows], dtype=np.float64),
        ceiling=list_ceilings(products, periods.horizon, rows),
        purchases=purchases,
        bought_in=bought_in,
    )


def list_purchases(course: Course, supply: Supply, rows: list[Row]) -> tuple[Purchases, IntArray]:
    """Return what vehicles of each lane and period cost and give room for, and the periods."""
    row_of = {(row.kind, row.place, row.period): number for number, row in enumerate(rows)}
    products, horizon = course.products, course.periods.horizon
    units = np.repeat(np.arange(len(products)), np.diff(supply.first))
    volume = float(products.unit_volume_m3[units] @ supply.units)
    weight = float(products.unit_weight_kg[units] @ supply.units)
    lanes = [number for number, lane in enumerate(course.network.lanes) if lane.has_vehicle]
    entries, cost, most = Entries(), [], []
    for number, period in ((number, period) for number in lanes for period in range(horizon)):
        lane = course.network.lanes[number]
        room = vehicle_room(lane, volume)
        for kind, amount in zip(("m3", "kg"), room, strict=True):
            row = row_of.get((kind, number, period))
            if row is not None:
                entries.add(np.array([row]), np.array([len(cost)]), -amount)
        cost.append(lane.vehicle_cost)
        most.append(min(lane.vehicles, max(volume / room[0], weight / room[1]) + 1.0))
    take = csc_matrix(entries.matrix(len(rows), len(cost)))
    bought_in = np.tile(np.arange(horizon), len(lanes))
    return Purchases(np.array(cost), np.array(most), take), bought_in


def list_ceilings(products: Products, periods: int, rows: list[Row]) -> FloatArray:
    """Return (S,) prices of rows above which no unit would pay for them: all that one can gain."""
    gain = products.shortage_cost + products.return_cost + periods * products.holding_cost

    def most(size: FloatArray) -> float:
        some = size > 0
        return float((gain[some] / size[some]).max(initial=0.0)) or 1.0

    by_m3, by_kg = most(products.unit_volume_m3), most(products.unit_weight_kg)
    return np.array([by_kg if row.kind == "kg" else by_m3 for row in rows], dtype=np.float64)
