"""What lies where, what is under way and which room is left, as it stands on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from prepos.core.replayed import Course
from prepos.core.stock import Receipt, Stock
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.replay.moves import Moves
from prepos.replay.ways import Goods, Ways, list_goods, list_ways


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Site:
    """What stays as it is while days go by."""

    ways: Ways
    goods: Goods
    return_cost: FloatArray  # (K,) currency per unit
    handling_cost: FloatArray  # (N,) currency per unit put away
    is_forward: BoolArray  # (N,)
    storage_m3: FloatArray  # (N,)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class State:
    """What the days change; arrays change in place.

    Attributes
    ----------
    on_hand : (N, K) int
        One SKU's nodes lie together in memory.
    brought : (N, K) int
        Units of ``on_hand`` at forward nodes that transfers brought; older stock goes first.
    under_way : day to Moves
        Transfers by the day they arrive.
    inbound_m3 : (N, T) float
        Room left for what comes in, by period of arrival; T goes beyond the replayed periods.
    outbound_m3 : (N, T) float
    vehicles : (L, T) float
        Left for departures, by period.
    """

    on_hand: IntArray
    brought: IntArray
    under_way: dict[int, Moves] = field(default_factory=dict)
    inbound_m3: FloatArray
    outbound_m3: FloatArray
    vehicles: FloatArray


def open_site(course: Course) -> Site:
    """Return what does not change."""
    nodes = course.network.nodes
    return Site(
        ways=list_ways(course.network),
        goods=list_goods(course.products),
        return_cost=course.products.return_cost,
        handling_cost=np.array([node.handling_cost for node in nodes], dtype=np.float64),
        is_forward=course.network.is_forward,
        storage_m3=np.array([node.storage_m3 for node in nodes], dtype=np.float64),
    )


def open_state(course: Course, site: Site) -> State:
    """Return the state before the first day."""
    periods = course.periods
    length = periods.horizon + int(site.ways.lead_time_days.max(initial=0)) // periods.days + 1

    def room(limits: Sequence[float] | FloatArray) -> FloatArray:
        return np.repeat(np.array(limits, dtype=np.float64)[:, None], length, axis=1)

    on_hand = np.array(course.opening.on_hand, dtype=np.int64, order="F")
    return State(
        on_hand=on_hand,
        brought=np.zeros_like(on_hand, order="F"),
        inbound_m3=room([node.inbound_m3 for node in course.network.nodes]),
        outbound_m3=room([node.outbound_m3 for node in course.network.nodes]),
        vehicles=room(site.ways.vehicles),
    )


def show_stock(state: State, site: Site, coming: Mapping[int, list[Receipt]], first: date) -> Stock:
    """Return the stock as a planner knows it: on hand, and in transit on lanes and from outside.

    ``coming`` holds what was ordered from outside, by day of arrival counted from ``first``.
    """
    units: dict[tuple[date, int, int], int] = {}
    for day, moves in state.under_way.items():
        nodes = site.ways.destination[moves.lane].tolist()
        for node, sku, sent in zip(nodes, moves.sku.tolist(), moves.units.tolist(), strict=True):
            key = (first + timedelta(days=day), node, sku)
            units[key] = units.get(key, 0) + sent
    for receipts in coming.values():
        for receipt in receipts:
            key = (receipt.arrives_on, receipt.node, receipt.sku)
            units[key] = units.get(key, 0) + receipt.quantity
    rows = sorted(units.items())
    return Stock(np.array(state.on_hand, order="C"), tuple(Receipt(*key, n) for key, n in rows))
