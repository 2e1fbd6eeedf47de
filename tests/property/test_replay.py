"""Laws that every replay keeps, whatever the world, the policy and the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import Generator, default_rng

from prepos.core.network import WEEKDAYS
from prepos.core.orders import Orders
from prepos.core.periods import Periods
from prepos.core.policy import Dispatch
from prepos.core.replayed import Course, Replayed
from prepos.core.snapshot import Snapshot
from prepos.core.stock import Stock
from prepos.replay import ReplayOptions, make_course, replay_orders
from tests.instances import START, forward, lane, make_network, make_products, origin
from tests.plain_replay import PlainReplay
from tests.replays import make_orders, snapshots

PERIODS = 3
SHELF_LIVES = (np.inf, np.inf, 1.0, 2.5, 6.0, 13.0)  # days
SEEDS = st.integers(0, 2**32 - 1)
RULES = st.builds(
    ReplayOptions,
    fulfilment=st.sampled_from(["value", "nearest", "own_and_two"]),
    spillover=st.sampled_from([None, None, 0, 1, 2]),
    whole_orders=st.booleans(),
    unserved=st.sampled_from(["lost", "backordered"]),
    opening=st.sampled_from(["table", "cover"]),
    supply=st.sampled_from(["none", "cover"]),
    supply_cover=st.sampled_from([0.5, 2.0]),
    supply_days=st.sampled_from([0, 3, 9]),
    stock_share=st.sampled_from([0.7, 1.0]),
    review=st.sampled_from([1, 2]),
)


class Chance:
    """A policy that sends and values by chance, from what it is shown alone; keeps what it said."""

    def __init__(self, seed: int, *, shuffles: bool = False) -> None:
        self.seed, self.shuffles, self.said = seed, shuffles, []

    def decide(self, snapshot: Snapshot, stock: Stock) -> Dispatch:
        coming = "".join(f"{receipt}" for receipt in stock.receipts).encode()
        shown = [int(snapshot.orders.quantity.sum()), int(stock.on_hand.sum()), crc32(coming)]
        rng = default_rng([self.seed, *shown, snapshot.periods.cutoff.toordinal()])
        lanes, skus = snapshot.network.lanes, len(snapshot.products)
        rows = []
        for _ in range(int(rng.integers(0, 12))):
            way, day = int(rng.integers(len(lanes))), int(rng.integers(2 * snapshot.periods.days))
            ships_on = lanes[way].first_departure(snapshot.periods.cutoff + timedelta(days=day))
            rows.append((way, int(rng.integers(skus)), ships_on, int(rng.integers(1, 15))))
        values = rng.choice([0.0, 0.5, 1.0, 2.5], stock.on_hand.shape)
        if self.shuffles:
            default_rng().shuffle(rows)
        self.said.append(sorted(rows))
        lane_, sku, ships_on, quantity = zip(*rows, strict=True) if rows else ((), (), (), ())
        return Dispatch(
            lane=np.array(lane_, dtype=np.int64),
            sku=np.array(sku, dtype=np.int64),
            ships_on=np.array(ships_on, dtype="datetime64[D]"),
            quantity=np.array(quantity, dtype=np.int64),
            values=values if rng.random() < 0.8 else None,
        )


def some(rng: Generator, least: float, most: float) -> float:
    """Return a number, or no limit at all."""
    return round(float(rng.uniform(least, most)), 2) if rng.random() < 0.6 else np.inf


def random_world(rng: Generator, days: int) -> dict[str, object]:
    """Return network, products, orders before, during and after the periods, and stock."""
    origins, forwards, regions, skus = (int(rng.integers(1, most)) for most in (3, 5, 4, 4))
    names = [f"O{i}" for i in range(origins)], [f"F{i}" for i in range(forwards)]
    nodes = [origin(name, storage_m3=some(rng, 5, 60)) for name in names[0]]
    for name in names[1]:
        limits = {"storage_m3": some(rng, 3, 30), "inbound_m3": some(rng, 2, 30)}
        limits |= {"outbound_m3": some(rng, 1, 10), "handling_cost": float(rng.integers(3)) / 4}
        nodes.append(forward(name, **limits))
    ways = [f"{o}>{f}" for o in names[0] for f in names[1]]
    ways += [f"{a}>{b}" for a in names[1] for b in names[1] if a != b and rng.random() < 0.5]
    ways += [f"{f}>{o}" for o in names[0] for f in names[1] if rng.random() < 0.3]
    lanes = []
    for way in ways:
        on = ",".join(sorted(rng.choice(WEEKDAYS, 3, replace=False))) if rng.random() < 0.5 else ""
        terms = {"cost_per_unit": 0.25, "cost_per_m3": 0.5, "cost_per_kg": 0.125}
        if rng.random() < 0.5:
            terms |= {"vehicle_cost": 4.0, "vehicle_m3": some(rng, 2, 9)}
            terms |= {"vehicle_kg": some(rng, 2, 9), "vehicles": float(rng.choice([1, 2, np.inf]))}
        lanes.append(lane(way, int(rng.integers(0, 2 * days)), on=on, co2e_kg_per_kg=0.5, **terms))
    service = {
        name: np.where(rng.random(regions) < 0.15, np.inf, rng.integers(2, 7, regions) / 2.0)
        for name in names[0] + names[1]
    }
    network = make_network(nodes, lanes, service)
    products = make_products(
        [f"S{k}" for k in range(skus)],
        unit_volume_m3=rng.choice([0.25, 0.5, 1.0, 1.1], skus),
        unit_weight_kg=rng.choice([0.0, 0.5, 1.3], skus),
        case_pack=rng.choice([1, 1, 2, 3], skus),
        minimum_lot=rng.choice([1, 1, 4], skus),
        shelf_life_days=rng.choice(SHELF_LIVES, skus),
    )
    placed = [
        (
            float(rng.uniform(-10 * days, (PERIODS + 1) * days)),
            f"o{int(rng.integers(80))}",
            f"r{int(rng.integers(regions)) + 1}",
            f"S{int(rng.integers(skus))}",
            int(rng.integers(1, 5)),
        )
        for _ in range(int(rng.integers(0, 150)))
    ]
    placed = list({(p[1], p[3]): p for p in placed}.values())  # one line for an order and SKU
    return {
        "orders": make_orders(placed, network, products),
        "periods": Periods(START, days, PERIODS),
        "products": products,
        "network": network,
        "stock": Stock(rng.integers(0, 12, (len(nodes), skus))),
    }


def play(world: dict, rules: ReplayOptions, policy: Chance) -> tuple[Course, Replayed]:
    """Make the course and replay it."""
    course = make_course(**world, options=rules)
    at = snapshots(course, world["orders"])
    return course, replay_orders(course, policy, rules, at)


def same(some: Replayed, other: Replayed, periods: int | None = None) -> bool:
    """Return whether all numbers of the first periods are the same to the last bit."""
    pairs = [(some.served, other.served), (some.late, other.late)]
    pairs += [(each, other.amounts[name]) for name, each in some.amounts.items()]
    return all(a[:periods].tobytes() == b[:periods].tobytes() for a, b in pairs)


@settings(max_examples=150)
@given(seed=SEEDS, days=st.sampled_from([1, 7]), rules=RULES)
def test_replay_is_that_of_plain_python(seed: int, days: int, rules: ReplayOptions) -> None:
    """Compiled loops and plain Python agree on every unit, order and cost, under every rule."""
    world = random_world(default_rng(seed), days)
    policy = Chance(seed)
    course, replayed = play(world, rules, policy)
    plain = PlainReplay(course, rules)
    again = Chance(seed)
    plain.play(again, snapshots(course, world["orders"]))
    assert again.said == policy.said
    for found, expected in ((replayed.served, plain.served), (replayed.late, plain.late)):
        counted = {tuple(map(int, key)): float(found[tuple(key)]) for key in np.argwhere(found)}
        assert counted == {key: units for key, units in expected.items() if units}
    for name, found in replayed.amounts.items():
        if name not in ("planned", "replanned"):
            expected = [plain.amounts[name, period] for period in range(PERIODS)]
            assert found.tolist() == pytest.approx(expected, abs=1e-7), name


@settings(max_examples=60)
@given(seed=SEEDS, rules=RULES)
def test_every_unit_ordered_is_served_or_lost(seed: int, rules: ReplayOptions) -> None:
    """Units served and lost are those ordered; stock falls by what is served and by no more."""
    world = random_world(default_rng(seed), 7)
    course, replayed = play(world, rules, Chance(seed))
    sums = {name: float(each.sum()) for name, each in replayed.amounts.items()}
    assert replayed.served.sum() + sums["lost"] == sums["ordered"] == course.orders.quantity.sum()
    there = course.opening.on_hand.sum() + sum(r.quantity for r in course.opening.receipts)
    assert replayed.served.sum() <= there + sum(s.receipt.quantity for s in course.supply)
    assert sums["turned_away"] <= sums["moved"]


@settings(max_examples=30)
@given(seed=SEEDS, rules=RULES)
def test_same_orders_give_the_same_bytes(seed: int, rules: ReplayOptions) -> None:
    """A second replay of one course is the first: nothing of the course was used up."""
    world = random_world(default_rng(seed), 7)
    course, replayed = play(world, rules, Chance(seed))
    at = snapshots(course, world["orders"])
    assert same(replayed, replay_orders(course, Chance(seed), rules, at))


@settings(max_examples=60)
@given(seed=SEEDS, rules=RULES)
def test_order_of_rows_does_not_matter(seed: int, rules: ReplayOptions) -> None:
    """The same orders and dispatches with their rows shuffled give the same bytes."""
    world = random_world(default_rng(seed), 7)
    course, replayed = play(world, rules, Chance(seed))
    rows = default_rng(seed + 1).permutation(len(world["orders"]))
    shuffled = world | {"orders": take_rows(world["orders"], rows)}
    course = make_course(**shuffled, options=rules)
    policy = Chance(seed, shuffles=True)
    assert same(replayed, replay_orders(course, policy, rules, snapshots(course, world["orders"])))


@settings(max_examples=60)
@given(seed=SEEDS, rules=RULES, kept=st.integers(1, PERIODS - 1))
def test_future_does_not_change_the_past(seed: int, rules: ReplayOptions, kept: int) -> None:
    """Rewriting all orders from a period on changes no earlier decision, unit or cost."""
    rng = default_rng(seed)
    world = random_world(rng, 7)
    policy, other = Chance(seed), Chance(seed)
    _, replayed = play(world, rules, policy)
    later = rewrite_from(world["orders"], world["periods"].start(kept), rng)
    _, changed = play(world | {"orders": later}, rules, other)
    decisions = -(-(kept + 1) // rules.review)  # that at the first rewritten day is still the same
    assert policy.said[:decisions] == other.said[:decisions]
    assert same(replayed, changed, kept)


def take_rows(orders: Orders, rows: np.ndarray) -> Orders:
    """Return some of the lines."""
    columns = ("order", "customer", "region", "sku", "at", "quantity")
    return replace(orders, **{name: getattr(orders, name)[rows] for name in columns})


def rewrite_from(orders: Orders, day, rng: Generator) -> Orders:
    """Return the orders with those from the day on fewer, and of other sizes."""
    later = orders.at >= np.datetime64(day, "s")
    sizes = np.where(later, rng.integers(1, 9, len(orders)), orders.quantity)
    return take_rows(replace(orders, quantity=sizes), np.flatnonzero(~later | (sizes > 3)))
