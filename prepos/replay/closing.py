"""What is counted at a period's end, and at the very end."""

from __future__ import annotations

import numpy as np

from prepos.core.replayed import Course
from prepos.core.types import AnyArray, FloatArray, IntArray
from prepos.replay.options import ReplayOptions
from prepos.replay.serve import SEVERAL
from prepos.replay.service import Desk
from prepos.replay.state import State
from prepos.replay.tally import Tally


def close_period(course: Course, state: State, tally: Tally, period: int) -> None:
    """Charge holding what lies at forward nodes."""
    lying = state.on_hand[course.network.is_forward].sum(axis=0)
    tally.add(period, holding_cost=float(lying @ course.products.holding_cost))


def close_stock(course: Course, state: State, tally: Tally) -> None:
    """Charge, in the last period, the return of what transfers brought and nobody wanted."""
    stranded = state.brought.sum(axis=0)
    cost = float(stranded @ course.products.return_cost)
    tally.add(-1, stranded=float(stranded.sum()), stranded_cost=cost, return_cost=cost)


def close_orders(course: Course, desk: Desk, tally: Tally, options: ReplayOptions) -> None:
    """Count the orders by period, charge their service, and what of them was lost.

    What waits is lost in the last period.
    """
    lines, periods = desk.lines, course.periods
    edges = lines.edges[:: periods.days]
    period = np.repeat(np.arange(periods.horizon), np.diff(edges))
    waits = options.unserved == "backordered"

    def by_period(numbers: AnyArray, where: IntArray = period) -> FloatArray:
        sums = np.bincount(where, numbers.astype(np.float64), periods.horizon)
        return np.asarray(sums, dtype=np.float64)

    lost_in = np.full_like(period, periods.horizon - 1) if waits else period
    starts = np.flatnonzero(np.diff(lines.order, prepend=-1))
    split = desk.parcel[: len(starts)] == SEVERAL
    cost = np.where(
        np.isfinite(course.network.service.ship_cost), course.network.service.ship_cost, 0
    )
    tally.add_all(
        ordered=by_period(lines.quantity),
        backordered=by_period(desk.delayed) * waits,
        lost=by_period(desk.left, lost_in),
        shortage_cost=by_period(desk.left * course.products.shortage_cost[lines.sku], lost_in),
        orders=by_period(np.ones(len(starts)), period[starts]),
        split_orders=by_period(split, period[starts]),
        service_cost=((desk.prompt + desk.late) * cost).sum(axis=(1, 2)),
    )
