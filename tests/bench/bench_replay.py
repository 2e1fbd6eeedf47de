"""How fast past orders are served anew: the kernel alone, and whole replays of three months.

Run it as a script: ``python tests/bench/bench_replay.py``. After a warm-up every call is repeated;
the figure is the median, the best in brackets. Processor time: other programs hardly show.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.random import default_rng

from prepos.core.axes import make_axis
from prepos.core.network import Lane, Network, Node, Region, Service
from prepos.core.orders import Orders
from prepos.core.periods import Periods
from prepos.core.policy import Dispatch
from prepos.core.products import Products
from prepos.core.snapshot import Snapshot
from prepos.core.stock import Stock
from prepos.replay import ReplayOptions, make_course, replay_orders, total
from prepos.replay.lines import Lines, sequence_lines
from prepos.replay.serve import NOBODY, Books, serve_day, weigh
from prepos.replay.servers import list_servers
from tests.instances import START, day, make_products

ORIGINS, FORWARDS, REGIONS, SKUS = 2, 18, 500, 10_000
LINES = 100_000
WEEKS = 13
ORDER_LINES = 3.0  # per order, on average
REPEATS = 15
WANTED = 1_000_000  # lines a second inside the kernel
RULES = (
    ReplayOptions(fulfilment="nearest"),
    ReplayOptions(fulfilment="value"),
    ReplayOptions(fulfilment="own_and_two"),
    ReplayOptions(fulfilment="value", whole_orders=True),
    ReplayOptions(fulfilment="value", unserved="backordered"),
)


def draw_network(rng: np.random.Generator) -> Network:
    """Return nodes and regions strewn over a square, every origin with a lane to every node."""
    kinds = ["origin"] * ORIGINS + ["forward"] * FORWARDS
    nodes = [
        Node(node_id=f"N{i:02d}", kind=kind, latitude=0.0, longitude=0.0)
        for i, kind in enumerate(kinds)
    ]
    regions = [Region(region_id=f"R{r:03d}", latitude=0, longitude=0) for r in range(REGIONS)]
    here, there = rng.random((len(nodes), 1, 2)), rng.random((1, REGIONS, 2))
    distance_km = 1000.0 * np.hypot(*np.moveaxis(here - there, 2, 0))
    lanes = [
        Lane(
            lane_id=f"{a.node_id}>{b.node_id}",
            origin=a.node_id,
            destination=b.node_id,
            lead_time_days=2,
            cost_per_unit=0.5,
        )
        for a in nodes[:ORIGINS]
        for b in nodes[ORIGINS:]
    ]
    nobody = np.zeros(0, dtype=np.int64)
    return Network(
        nodes=tuple(nodes),
        regions=tuple(regions),
        lanes=tuple(lanes),
        service=Service(3.0 + distance_km / 200.0, np.ceil(distance_km / 400.0), distance_km),
        neighbours=(nobody, nobody, np.zeros(0)),
    )


def draw_orders(rng: np.random.Generator, network: Network, products: Products) -> Orders:
    """Return lines strewn over the weeks, few SKUs and regions with most of them."""
    order = np.sort(rng.integers(0, int(LINES / ORDER_LINES), LINES))
    sku = (SKUS * rng.random(LINES) ** 2.5).astype(np.int64)
    order, sku = np.unique(np.stack([order, sku]), axis=1)
    of_order = (REGIONS * rng.random(int(LINES / ORDER_LINES)) ** 1.5).astype(np.int64)
    seconds = np.sort(rng.integers(0, WEEKS * 7 * 86400, len(of_order)))
    return Orders(
        make_axis("customer_id", ()),
        network.region_axis,
        products.skus,
        order=order,
        customer=np.full(len(order), -1),
        region=of_order[order],
        sku=sku,
        at=np.datetime64(START, "s") + seconds[order],
        quantity=rng.geometric(0.6, len(order)),
    )


class Push:
    """A policy that spreads half of what an origin holds over its lanes, each week anew."""

    def decide(self, snapshot: Snapshot, stock: Stock) -> Dispatch:
        lanes = snapshot.network.lanes
        origin = snapshot.network.node_axis.positions([lane.origin for lane in lanes])
        units = stock.on_hand[origin] // (2 * FORWARDS)
        lane, sku = units.nonzero()
        return Dispatch(
            lane=lane,
            sku=sku,
            ships_on=np.full(len(lane), np.datetime64(snapshot.periods.cutoff, "D")),
            quantity=units[lane, sku],
            values=0.5 * np.log1p(stock.on_hand),
        )


def time_kernel(lines: Lines, network: Network, rules: ReplayOptions, stock: Stock) -> list[float]:
    """Return the seconds that serving all lines takes, for each repeat."""
    servers = list_servers(network, rules)
    values = default_rng(1).random(stock.on_hand.shape) if rules.fulfilment == "value" else None
    worth = weigh(values, stock.on_hand.shape)
    taken = []
    for _ in range(REPEATS + 1):
        on_hand = np.array(stock.on_hand, order="F")
        books = Books(
            on_hand,
            np.zeros_like(on_hand, order="F"),
            lines.quantity.copy(),
            np.full(len(lines.order), NOBODY),
            np.zeros(network.service.ship_cost.shape),
        )
        began = time.process_time()
        for today in range(len(lines.edges) - 1):
            serve_day(lines, today, servers, worth, books, rules.whole_orders)
        taken.append(time.process_time() - began)
    return taken[1:]


def time_replay(work: Callable[[], object]) -> list[float]:
    """Return the processor seconds of each of a few calls after the first."""
    taken = []
    for _ in range(4):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return taken[1:]


def main() -> None:
    """Print lines a second, and seconds a replay."""
    rng = default_rng(0)
    network = draw_network(rng)
    products = make_products([f"S{k:05d}" for k in range(SKUS)])
    orders, periods = draw_orders(rng, network, products), Periods(day(0), 7, WEEKS)
    stock = np.zeros((len(network.nodes), SKUS), dtype=np.int64)
    asked = np.bincount(orders.sku, orders.quantity, SKUS)
    stock[:ORIGINS] = np.ceil(asked / 2 / ORIGINS)
    stock[ORIGINS:] = rng.binomial(asked.astype(np.int64), 0.4 / FORWARDS, (FORWARDS, SKUS))
    print(f"{len(orders):,} lines, {len(network.nodes)} nodes, {REGIONS} regions, {SKUS:,} SKUs")
    lines = sequence_lines(orders, periods)
    for rules in RULES:
        told = f"{rules.fulfilment}{', whole orders' * rules.whole_orders}, {rules.unserved}"
        taken = time_kernel(lines, network, rules, Stock(stock))
        speed, best = (len(orders) / t for t in (float(np.median(taken)), min(taken)))
        verdict = "as wanted" if speed >= WANTED else f"below the {WANTED / 1e6:g} M wanted"
        course = make_course(orders, periods, products, network, Stock(stock), rules)

        def at(week: int) -> Snapshot:
            now = Periods(periods.start(week), 7, WEEKS)
            nobody = np.zeros(0, dtype=np.bool_)
            return Snapshot(orders, now, products, network, nobody, {})

        def replay(course=course, rules=rules, at=at) -> object:
            return total(replay_orders(course, Push(), rules, at), network)

        whole = time_replay(replay)
        print(
            f"  {told:36s} kernel {speed / 1e6:5.2f} M lines/s ({best / 1e6:.2f}), {verdict}; "
            f"{WEEKS} weeks {np.median(whole):5.2f} s ({min(whole):.2f})"
        )


if __name__ == "__main__":
    main()
