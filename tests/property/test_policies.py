"""The laws that every policy of the replay keeps, on small random networks."""

import math
from collections import defaultdict
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import Generator

from prepos.core.policy import Dispatch, Policy
from prepos.core.replayed import Course
from prepos.core.snapshot import Snapshot
from prepos.core.stock import Receipt, Stock
from prepos.replay import ReplayOptions, replay_orders
from prepos.replay.policies import POLICIES, BaseStock, load_policy
from prepos.replay.policies.expected import quantile
from prepos.replay.supply import orders_within
from tests.instances import Case, day, forward, lane, make_case, origin, random_case
from tests.policies import Line, ask, look_at, snapshot_of, terms_of
from tests.replays import snapshots

CLOSE = 1e-6
names = st.sampled_from([name for name in POLICIES if name != "nothing"])
seeds = st.integers(0, 10_000)
some = settings(max_examples=25, deadline=None, derandomize=True)


def random_lines(rng: Generator, case: Case, days: range) -> list[Line]:
    """Return orders on some of the days."""
    regions, skus = case.network.region_axis, case.products.skus
    return [
        (
            int(rng.choice(days)),
            regions[int(rng.integers(len(regions)))],
            skus[int(rng.integers(len(skus)))],
            int(rng.integers(1, 12)),
        )
        for _ in range(40)
    ]


def draw(seed: int) -> tuple[Case, list[Line]]:
    """Return a random case with everything that limits, and what was ordered before."""
    rng = np.random.default_rng(seed)
    case = random_case(
        rng,
        skus=int(rng.integers(1, 5)),
        forwards=int(rng.integers(1, 4)),
        origins=int(rng.integers(1, 3)),
        periods=int(rng.integers(1, 4)),
        days=int(rng.choice([1, 7])),
        limits=bool(rng.random() < 0.7),
        vehicles=bool(rng.random() < 0.4),
        hubs=bool(rng.random() < 0.3),
    )
    lots = [1, 1, 3, 5]
    case = case.with_products(minimum_lot=rng.choice(lots, len(case.products)))
    return case, random_lines(rng, case, range(-60, 0))


def decide(case: Case, name: str, lines: list[Line], *, review: int = 1) -> Dispatch:
    """Return what the policy of that name sends."""
    return ask(case, load_policy(name, terms_of(case, review=review)), lines)


def same(one: Dispatch, other: Dispatch) -> bool:
    """Return whether two dispatches are alike to the line."""
    columns = ("lane", "sku", "ships_on", "quantity")
    return all(np.array_equal(getattr(one, c), getattr(other, c)) for c in columns)


def moved(case: Case, dispatch: Dispatch) -> list[tuple[int, int, int]]:
    """Return lane, SKU and units of each line."""
    rows = (dispatch.lane.tolist(), dispatch.sku.tolist(), dispatch.quantity.tolist())
    return list(zip(*rows, strict=True))


@some
@given(seed=seeds, name=names)
def test_sends_only_what_is_there(seed: int, name: str) -> None:
    """Of stock on hand at origins, what was due before the cutoff included."""
    case, lines = draw(seed)
    there = case.stock.on_hand.copy()
    for receipt in case.stock.receipts:
        if receipt.arrives_on < day(0):
            there[receipt.node, receipt.sku] += receipt.quantity
    there[case.network.is_forward] = 0
    for way, sku, units in moved(case, decide(case, name, lines)):
        there[case.network.node_axis.position(case.network.lanes[way].origin), sku] -= units
    assert there.min(initial=0) >= 0


@some
@given(seed=seeds, name=names)
def test_whole_cases_and_lots_once_a_lane(seed: int, name: str) -> None:
    """Each lane and SKU has one line, of whole case packs, no less than the minimum lot."""
    case, lines = draw(seed)
    rows = moved(case, decide(case, name, lines))
    assert len({(way, sku) for way, sku, _ in rows}) == len(rows)
    for _, sku, units in rows:
        assert units % case.products.case_pack[sku] == 0
        assert units >= case.products.minimum_lot[sku]


@some
@given(seed=seeds, name=names, review=st.integers(1, 2))
def test_leaves_by_the_calendar_and_arrives_in_time(seed: int, name: str, review: int) -> None:
    """From an origin to a forward node, on the lane's first day, before the next decision.

    It comes by the middle day of the window's last period.
    """
    case, lines = draw(seed)
    window, days = terms_of(case).window, case.demand.periods.days
    kinds = {node.node_id: node.kind for node in case.network.nodes}
    dispatch = decide(case, name, lines, review=review)
    for way, ships_on in zip(dispatch.lane.tolist(), dispatch.ships_on.tolist(), strict=True):
        used = case.network.lanes[way]
        assert (kinds[used.origin], kinds[used.destination]) == ("origin", "forward")
        assert ships_on == used.first_departure(day(0)) < day(review * days)
        assert used.arrival(ships_on) <= day((window - 1) * days + (days - 1) // 2)


@some
@given(seed=seeds, name=names)
def test_room_holds(seed: int, name: str) -> None:
    """Storage on the position, inbound and outbound by period."""
    case, lines = draw(seed)
    volume, periods = case.products.unit_volume_m3, case.demand.periods
    window = terms_of(case).window
    lying = case.stock.on_hand @ volume
    came, went = defaultdict(float), defaultdict(float)
    for receipt in case.stock.receipts:
        period = periods.period_of(receipt.arrives_on)
        if period < window:
            lying[receipt.node] += receipt.quantity * volume[receipt.sku]
        came[receipt.node, period] += receipt.quantity * volume[receipt.sku]
    dispatch, axis = decide(case, name, lines), case.network.node_axis
    touched = set()
    days = dispatch.ships_on.tolist()
    for (way, sku, units), ships_on in zip(moved(case, dispatch), days, strict=True):
        used = case.network.lanes[way]
        start, end = axis.position(used.origin), axis.position(used.destination)
        period = periods.period_of(used.arrival(ships_on))
        touched |= {(end, period)}
        lying[end] += units * volume[sku]
        came[end, period] += units * volume[sku]
        went[start, periods.period_of(ships_on)] += units * volume[sku]
    for node, period in touched:
        assert lying[node] <= case.network.nodes[node].storage_m3 + CLOSE
        assert came[node, period] <= case.network.nodes[node].inbound_m3 + CLOSE
    for (node, _), left in went.items():
        assert left <= case.network.nodes[node].outbound_m3 + CLOSE


@some
@given(seed=seeds, name=names)
def test_vehicles_hold_what_is_sent(seed: int, name: str) -> None:
    """Case by case in any order, each into the first vehicle with room."""
    case, lines = draw(seed)
    products, loads = case.products, defaultdict(list)
    for way, sku, units in moved(case, decide(case, name, lines)):
        size = np.array([products.unit_volume_m3[sku], products.unit_weight_kg[sku]])
        pack = int(products.case_pack[sku])
        loads[way] += [size * pack] * (units // pack)
    for way, cases in loads.items():
        used = case.network.lanes[way]
        if not used.has_vehicle:
            continue
        free = np.tile([used.vehicle_m3, used.vehicle_kg], (int(used.vehicles), 1))
        for one in np.random.default_rng(seed).permutation(cases):
            fits = np.flatnonzero((free >= one - CLOSE).all(axis=1))
            assert len(fits)
            free[fits[0]] -= one


@some
@given(seed=seeds, name=names)
def test_the_future_is_not_seen(seed: int, name: str) -> None:
    """Whatever is ordered from the cutoff on, the decision is the same."""
    case, lines = draw(seed)
    later = random_lines(np.random.default_rng(seed), case, range(40))
    assert same(decide(case, name, lines), decide(case, name, lines + later))


@some
@given(seed=seeds, name=names)
def test_the_order_of_rows_does_not_matter(seed: int, name: str) -> None:
    """Orders of one instant, and receipts, in any order."""
    case, lines = draw(seed)
    rng = np.random.default_rng(seed)
    lines = [(-1, *rest) for _, *rest in lines]
    snapshot = snapshot_of(case, lines)
    rows = rng.permutation(len(lines))
    columns = ("region", "sku", "quantity")
    mixed = {c: getattr(snapshot.orders, c)[rows] for c in columns}
    shuffled: Snapshot = replace(snapshot, orders=replace(snapshot.orders, **mixed))
    receipts: list[Receipt] = [
        case.stock.receipts[i] for i in rng.permutation(len(case.stock.receipts))
    ]
    policy = load_policy(name, terms_of(case))
    assert same(
        policy.decide(snapshot, case.stock),
        policy.decide(shuffled, Stock(case.stock.on_hand, tuple(receipts))),
    )


@some
@given(seed=seeds, name=names)
def test_money_has_no_unit(seed: int, name: str) -> None:
    """All costs four times as high: the same decision."""
    case, lines = draw(seed)
    assert same(decide(case, name, lines), decide(case.times(4.0), name, lines))


@some
@given(seed=seeds, name=names)
def test_a_decision_is_taken_once(seed: int, name: str) -> None:
    """What is decided again, with what was sent on its way, is next to nothing more.

    A vehicle may pay now that the others are gone, or a case be rounded: not as much again.
    """
    case, lines = draw(seed)
    first = decide(case, name, lines)
    on_hand, coming = case.stock.on_hand.copy(), list(case.stock.receipts)
    for (way, sku, units), ships_on in zip(
        moved(case, first), first.ships_on.tolist(), strict=True
    ):
        used, axis = case.network.lanes[way], case.network.node_axis
        on_hand[axis.position(used.origin), sku] -= units
        coming.append(Receipt(used.arrival(ships_on), axis.position(used.destination), sku, units))
    after = replace(case, stock=Stock(on_hand, tuple(sorted(coming))))
    again = decide(after, name, lines)
    assert again.quantity.sum() <= 0.5 * first.quantity.sum() + case.products.least_sent.sum()


@dataclass
class Counting:
    """A policy that counts the units another one sends."""

    policy: Policy
    units: list[int] = field(default_factory=list)

    def decide(self, snapshot: Snapshot, stock: Stock) -> Dispatch:
        dispatch = self.policy.decide(snapshot, stock)
        self.units.append(int(dispatch.quantity.sum()))
        return dispatch


@some
@given(seed=seeds, name=names, review=st.integers(1, 2))
def test_all_that_is_decided_is_carried_out(seed: int, name: str, review: int) -> None:
    """Replayed over weeks of orders, nothing is cut for want of room, or turned away.

    Origins hold plenty: their own orders take some before a lane's day comes. Nothing is overdue
    at the first day: the replay lets it take that day's room.
    """
    case, lines = draw(seed)
    case = case.with_stock(**{n.node_id: 1000 for n in case.network.nodes if n.kind == "origin"})
    due = tuple(receipt for receipt in case.stock.receipts if receipt.arrives_on >= day(0))
    days = case.demand.periods.days
    lines += random_lines(np.random.default_rng(seed), case, range(4 * days))
    periods = replace(case.demand.periods, horizon=4)
    known = snapshot_of(case, lines, day(4 * days)).orders
    course = Course(
        orders=orders_within(known, periods),
        periods=periods,
        products=case.products,
        network=case.network,
        opening=replace(case.stock, receipts=due),
    )
    policy = Counting(load_policy(name, terms_of(case, review=review)))
    options = ReplayOptions(review=review, fulfilment="nearest")
    replayed = replay_orders(course, policy, options, snapshots(course, known))
    assert replayed.amounts["moved"].sum() == sum(policy.units)
    assert replayed.amounts["turned_away"].sum() == 0


@some
@given(seed=seeds)
def test_room_is_filled_to_the_last_case(seed: int) -> None:
    """Where room is short, what is left of it holds no unit that is still wanted."""
    rng = np.random.default_rng(seed)
    skus = [f"S{k}" for k in range(6)]
    volume, mean = rng.uniform(0.05, 2.0, 6).round(2), rng.uniform(0.5, 9.0, 6).round(2)
    room = float(rng.uniform(1.0, mean @ volume))
    case = make_case(
        [origin("DC"), forward("A", inbound_m3=room)],
        [lane("DC>A")],
        {"A": [1.0], "DC": [math.inf]},
        {sku: [[float(m)]] for sku, m in zip(skus, mean, strict=True)},
        on_hand={("DC", sku): 100 for sku in skus},
        unit_volume_m3=volume,
    )
    dispatch = ask(case, BaseStock(look=look_at(case)))
    sent = np.zeros(6)
    sent[dispatch.sku] = dispatch.quantity
    wanting = sent < quantile(mean, np.zeros(6), 0.8)
    left = room - sent @ volume
    assert wanting.any()
    assert -CLOSE <= left < volume[wanting].min()


@pytest.mark.parametrize("name", POLICIES)
def test_something_is_sent(name: str) -> None:
    """The laws above are not kept by sending nothing: most random cases send."""
    sending = [len(decide(*draw_with(name, seed))) > 0 for seed in range(60)]
    assert np.mean(sending) > 0.4 or name == "nothing"


def draw_with(name: str, seed: int) -> tuple[Case, str, list[Line]]:
    """Return the arguments of ``decide``."""
    case, lines = draw(seed)
    return case, name, lines
