"""Laws of the bound of perfect foresight, in worlds of all kinds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import default_rng

from prepos.core.network import Lane
from prepos.core.policy import Dispatch
from prepos.core.replayed import Course
from prepos.core.snapshot import Snapshot
from prepos.core.stock import Receipt, Stock
from prepos.plan import PlanOptions, foresee
from prepos.plan.foresight.arcs import MOVES
from prepos.plan.foresight.problem import foreseen_of
from prepos.plan.foresight.program import place_columns, price_columns, write_foreseen
from prepos.plan.solver import solve_program
from prepos.replay import ReplayOptions, make_course, replay_orders, total
from tests.instances import day
from tests.property.test_replay import PERIODS, RULES, SEEDS, Chance, random_world
from tests.replays import snapshots

CARBON = 0.3  # currency per kg CO2e
SAME = 1e-7


def costly_world(seed: int, days: int) -> dict[str, object]:
    """Return a world in which holding, returning and lacking cost now much, now nothing."""
    rng = default_rng(seed)
    world = random_world(rng, days)
    products, stock = world["products"], world["stock"]
    costs = {
        "holding_cost": rng.choice([0.0, 0.1, 1.5], len(products)),
        "return_cost": rng.choice([0.0, 0.5, 4.0], len(products)),
        "shortage_cost": rng.choice([0.5, 3.0, 10.0], len(products)),
    }
    coming = [
        Receipt(
            day(int(rng.integers(-2, 4 * days))),
            int(rng.integers(len(stock.on_hand))),
            int(rng.integers(len(products))),
            int(rng.integers(1, 9)),
        )
        for _ in range(int(rng.integers(6)))
    ]
    stock = replace(stock, receipts=tuple(sorted(coming)))
    return world | {"products": replace(products, **costs), "stock": stock}


def course_of(world: dict[str, object], rules: ReplayOptions) -> Course:
    """Return the course, supply that comes to forward nodes included."""
    course = make_course(**world, options=rules)
    moved = [
        replace(
            each, receipt=replace(each.receipt, node=len(course.network.nodes) - 1 - number % 2)
        )
        for number, each in enumerate(course.supply)
    ]
    return replace(course, supply=tuple(sorted(moved)))


@settings(max_examples=60)
@given(seed=SEEDS, days=st.sampled_from([1, 7]), rules=RULES, tries=st.integers(1, 4))
def test_no_policy_beats_the_bound(seed: int, days: int, rules: ReplayOptions, tries: int) -> None:
    """Whatever is sent and however orders are served, the replay costs no less than the bound."""
    world, lost = costly_world(seed, days), replace(rules, unserved="lost")
    course = course_of(world, lost)
    bound = foresee(course, PlanOptions(carbon_price=CARBON, method="exact")).bound
    for number in range(tries):
        policy = Chance(seed + number)
        replayed = replay_orders(course, policy, lost, snapshots(course, world["orders"]))
        cost = total(replayed, course.network, carbon_price=CARBON).total_cost
        assert cost >= bound - SAME * (1.0 + abs(bound))


@settings(max_examples=25)
@given(seed=SEEDS, days=st.sampled_from([1, 7]), rules=RULES)
def test_prices_prove_what_the_program_finds(seed: int, days: int, rules: ReplayOptions) -> None:
    """Both ways give one bound; costs by part sum to what was found, by period to the bound."""
    course = course_of(costly_world(seed, days), rules)
    exact = foresee(course, PlanOptions(carbon_price=CARBON, method="exact"))
    priced = foresee(course, PlanOptions(carbon_price=CARBON, method="decompose", gap=1e-5))
    assert priced.bound == pytest.approx(exact.bound, rel=2e-5, abs=1e-6)
    assert priced.bound <= exact.bound + SAME * (1.0 + abs(exact.bound))
    assert priced.cost >= exact.bound - SAME * (1.0 + abs(exact.bound))
    for found in (exact, priced):
        units = ("sent", "served", "local")
        parts = sum(each.sum() for name, each in found.amounts.items() if name not in units)
        assert parts == pytest.approx(found.cost, rel=1e-6, abs=1e-6)
        assert found.by_period.sum() == pytest.approx(found.bound, rel=1e-9, abs=1e-6)


class Follower:
    """A policy that knows the orders: it sends what the bound's program sends, in whole units."""

    def __init__(self, course: Course, up: float, last: bool) -> None:
        foreseen = foreseen_of(course, CARBON)
        columns = place_columns(foreseen)
        program = write_foreseen(foreseen, columns, price_columns(foreseen, columns))
        solved = solve_program(program, solver="highs", gap=0.0, time_limit_s=60.0)
        self.bound, self.lines = solved.bound, []
        sent = np.floor(solved.values[: columns.lain].reshape(len(foreseen), -1) + up)
        on_lanes = foreseen.arcs.move < MOVES * len(course.network.lanes)
        for sku, arc in np.argwhere((sent >= 1) & on_lanes).tolist():
            way = int(foreseen.arcs.move[arc]) % len(course.network.lanes)
            span = int(foreseen.arcs.leaves[arc]), int(foreseen.arcs.arrives[arc])
            days = days_between(course, course.network.lanes[way], *span)
            self.lines.append((way, sku, days[-1 if last else 0], int(sent[sku, arc])))

    def decide(self, snapshot: Snapshot, stock: Stock) -> Dispatch:
        rows = [line for line in self.lines if line[2] >= snapshot.periods.cutoff]
        way, sku, ships_on, units = zip(*rows, strict=True) if rows else ((), (), (), ())
        return Dispatch(
            lane=np.array(way, dtype=np.int64),
            sku=np.array(sku, dtype=np.int64),
            ships_on=np.array(ships_on, dtype="datetime64[D]"),
            quantity=np.array(units, dtype=np.int64),
        )


def days_between(course: Course, way: Lane, leaves: int, arrives: int) -> list[date]:
    """Return the days of a period on which a lane leaves that reaches another."""
    periods = course.periods
    days = [periods.start(leaves) + timedelta(days=each) for each in range(periods.days)]
    reached = [(day, min(periods.period_of(way.arrival(day)), PERIODS)) for day in days]
    return [day for day, period in reached if way.ships_on(day) and period == arrives]


@settings(max_examples=40)
@given(
    seed=SEEDS, days=st.sampled_from([1, 7]), rules=RULES, up=st.floats(0, 0.9), last=st.booleans()
)
def test_who_follows_the_bound_does_not_beat_it(
    seed: int, days: int, rules: ReplayOptions, up: float, last: bool
) -> None:
    """Not even who knows the orders, and sends what the bound sends, beats it."""
    world, lost = costly_world(seed, days), replace(rules, unserved="lost", review=1)
    ones = np.ones(len(world["products"]), dtype=np.int64)
    world["products"] = replace(world["products"], case_pack=ones, minimum_lot=ones)
    course = course_of(world, lost)
    policy = Follower(course, up, last)
    replayed = replay_orders(course, policy, lost, snapshots(course, world["orders"]))
    cost = total(replayed, course.network, carbon_price=CARBON).total_cost
    assert cost >= policy.bound - SAME * (1.0 + abs(policy.bound))
