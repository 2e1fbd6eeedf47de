"""Small stretches of the past to replay with: who orders what when, and policies to try on them.

Regions are named r1, r2 … in the order of the service costs; day 0 is the first, a Monday.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from prepos.core.axes import make_axis
from prepos.core.network import Lane, Network, Node
from prepos.core.orders import Orders
from prepos.core.periods import Periods
from prepos.core.policy import Dispatch
from prepos.core.products import Products
from prepos.core.replayed import Course, Replayed
from prepos.core.snapshot import Snapshot
from prepos.core.stock import Receipt, Stock
from prepos.replay import Measures, ReplayOptions, replay_orders, total
from tests.instances import START, Numbers, day, make_network, make_products

Placed = tuple[float, str, str, str, int]  # day, order, region, SKU, units
Sent = tuple[int, str, str, int]  # day, lane, SKU, units


def make_orders(placed: Sequence[Placed], network: Network, products: Products) -> Orders:
    """Return order lines, sorted; a day may have a fraction."""
    seconds = [np.datetime64(START, "s") + np.timedelta64(round(p[0] * 86400), "s") for p in placed]
    rows = sorted((at, *p[1:]) for at, p in zip(seconds, placed, strict=True))
    names = make_axis("order_id", (row[1] for row in rows))
    return Orders(
        make_axis("customer_id", ()),
        network.region_axis,
        products.skus,
        order=np.array([names.position(row[1]) for row in rows], dtype=np.int64),
        customer=np.full(len(rows), -1),
        region=network.region_axis.positions([row[2] for row in rows]),
        sku=products.skus.positions([row[3] for row in rows]),
        at=np.array([row[0] for row in rows], dtype="datetime64[s]"),
        quantity=np.array([row[4] for row in rows], dtype=np.int64),
    )


@dataclass
class Script:
    """A policy that says at each decision what it was told to; keeps what it was shown."""

    course: Course
    lines: Mapping[int, Sequence[Sent]]  # by day of the decision
    values: Sequence[Sequence[float]] | None = None  # (N, K)
    shown: list[tuple[Snapshot, Stock]] = field(default_factory=list)

    def decide(self, snapshot: Snapshot, stock: Stock) -> Dispatch:
        self.shown.append((snapshot, stock))
        now = (snapshot.periods.cutoff - self.course.periods.cutoff).days
        return make_dispatch(self.course, self.lines.get(now, ()), self.values)


def make_dispatch(
    course: Course, lines: Sequence[Sent], values: Sequence[Sequence[float]] | None = None
) -> Dispatch:
    """Return the lines as a dispatch."""
    lanes = make_axis("lane_id", (way.lane_id for way in course.network.lanes))
    return Dispatch(
        lane=lanes.positions([line[1] for line in lines]),
        sku=course.products.skus.positions([line[2] for line in lines]),
        ships_on=np.array([day(line[0]) for line in lines], dtype="datetime64[D]"),
        quantity=np.array([line[3] for line in lines], dtype=np.int64),
        values=None if values is None else np.array(values, dtype=np.float64),
    )


def snapshots(course: Course, orders: Orders | None = None) -> Callable[[int], Snapshot]:
    """Return what was known at each period's first day."""

    def at(period: int) -> Snapshot:
        periods = course.periods
        return Snapshot(
            orders if orders is not None else course.orders,
            Periods(periods.start(period), periods.days, periods.horizon),
            course.products,
            course.network,
            np.zeros(0, dtype=np.bool_),
            {},
        )

    return at


def make_stretch(
    nodes: Sequence[Node],
    lanes: Sequence[Lane],
    service: Mapping[str, Sequence[float]],
    placed: Sequence[Placed],
    *,
    skus: Sequence[str] = ("S",),
    on_hand: Mapping[tuple[str, str], int] = {},
    receipts: Sequence[tuple[int, str, str, int]] = (),
    periods: int = 1,
    days: int = 7,
    **columns: Numbers,
) -> Course:
    """Return a stretch: receipts are (day, node, SKU, units), columns those of the products."""
    network, products = make_network(nodes, lanes, service), make_products(skus, **columns)
    stocked = np.zeros((len(nodes), len(skus)), dtype=np.int64)
    for (node, sku), units in on_hand.items():
        stocked[network.node_axis.position(node), products.skus.position(sku)] = units
    coming = sorted(
        Receipt(day(when), network.node_axis.position(node), products.skus.position(sku), units)
        for when, node, sku, units in receipts
    )
    return Course(
        orders=make_orders(placed, network, products),
        periods=Periods(START, days, periods),
        products=products,
        network=network,
        opening=Stock(stocked, tuple(coming)),
    )


def run(
    course: Course, lines: Mapping[int, Sequence[Sent]] = {}, *, values=None, **options: object
) -> Replayed:
    """Replay the course with what is sent, by day of decision."""
    policy = Script(course, lines, values)
    return replay_orders(course, policy, ReplayOptions(**options), snapshots(course))


def measured(course: Course, lines: Mapping[int, Sequence[Sent]] = {}, **options) -> Measures:
    """Replay the course and return the measures in total."""
    return total(run(course, lines, **options), course.network)
