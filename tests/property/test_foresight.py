"""Laws of the bound of perfect foresight, in worlds of all kinds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import default_rng

from prepos.core.replayed import Course
from prepos.core.stock import Receipt
from prepos.plan import PlanOptions, foresee
from prepos.replay import ReplayOptions, make_course, replay_orders, total
from tests.instances import day
from tests.property.test_replay import RULES, SEEDS, Chance, random_world
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
