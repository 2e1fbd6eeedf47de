"""The bound of perfect foresight, worked by hand and reached by policies that know the orders."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from prepos.core.replayed import Course
from prepos.plan import PlanOptions, foresee
from prepos.plan.foresight.arcs import arrival_periods
from prepos.replay import ReplayOptions, replay_orders, total
from tests.instances import forward, lane, origin
from tests.replays import Script, make_stretch, snapshots

EXACT, PRICED = PlanOptions(method="exact"), PlanOptions(method="decompose", gap=1e-6)
BOTH = pytest.mark.parametrize("options", [EXACT, PRICED], ids=["exact", "priced"])


def one_lane(*placed, lead=0, on="", inbound=np.inf, storage=np.inf, vehicle=(), **terms) -> Course:
    """Return two weeks of orders (day, units) in r1, served for 6 from DC or 2 from A."""
    names = ("vehicle_cost", "vehicle_m3", "vehicles")
    ways = lane("DC>A", lead, on=on, cost_per_unit=1.0, **dict(zip(names, vehicle, strict=False)))
    return make_stretch(
        [origin("DC"), forward("A", handling_cost=0.5, inbound_m3=inbound, storage_m3=storage)],
        [ways],
        {"A": [2.0], "DC": [6.0]},
        [(when, f"o{number}", "r1", "S", units) for number, (when, units) in enumerate(placed)],
        periods=2,
        **{"on_hand": {("DC", "S"): 10}, **terms},
    )


def cost_of(course: Course, *lines: tuple[int, str, str, int]) -> float:
    """Return what the replay costs when all of these leave, as said at each period's first day."""
    said = {start: [line for line in lines if start <= line[0] < start + 7] for start in (0, 7)}
    run = replay_orders(
        course, Script(course, said), ReplayOptions(fulfilment="nearest"), snapshots(course)
    )
    return total(run, course.network).total_cost


@BOTH
def test_bound_is_reached_by_moving_just_in_time(options: PlanOptions) -> None:
    """Eight units at 1 for the lane, 0.5 for handling and 2 for service, none held."""
    course = one_lane((1, 5), (8, 3))
    found = foresee(course, options)
    assert found.bound == pytest.approx(8 * 3.5)
    assert found.by_period.tolist() == pytest.approx([5 * 3.5, 3 * 3.5])
    assert found.amounts["sent"].tolist() == pytest.approx([5, 3])
    assert found.amounts["local"].sum() == pytest.approx(8)
    assert cost_of(course, (0, "DC>A", "S", 5), (7, "DC>A", "S", 3)) == pytest.approx(found.bound)


@BOTH
def test_room_to_come_in_is_kept(options: PlanOptions) -> None:
    """Room for four a week: four of five are moved in time, one is served from DC for 6."""
    course = one_lane((1, 5), (8, 3), inbound=4.0)
    assert foresee(course, options).bound == pytest.approx(7 * 3.5 + 6)
    assert cost_of(course, (0, "DC>A", "S", 4), (7, "DC>A", "S", 3)) == pytest.approx(30.5)


@BOTH
def test_what_spoils_is_not_held_and_makes_room(options: PlanOptions) -> None:
    """Three units at A last three days: then nobody holds them, and two more have room there.

    Without a shelf life they would be held, and one of them serve each of the orders.
    """
    terms = {"on_hand": {("DC", "S"): 0, ("A", "S"): 3}, "holding_cost": 1.0}
    course = one_lane((8, 2), storage=3.0, receipts=[(6, "DC", "S", 4)], **terms)
    assert foresee(course, options).bound == pytest.approx(3 + 2 * 2 + 1)
    spoiling = replace(course, products=replace(course.products, shelf_life_days=np.array([3.0])))
    found = foresee(spoiling, options)
    line = (7, "DC>A", "S", 2)
    assert found.bound <= cost_of(spoiling, line) == pytest.approx(2 * 3.5)
    assert found.amounts["sent"].sum() <= 2


@BOTH
def test_what_a_transfer_brought_is_written_off_for_its_return(options: PlanOptions) -> None:
    """Sent for an order that came late, it pays its return in the week in which it is too old."""
    course = one_lane((1, 5), shelf_life_days=3.0, holding_cost=0.0, return_cost=4.0)
    assert cost_of(course, (0, "DC>A", "S", 6)) == pytest.approx(5 * 3.5 + 1.5 + 4)
    assert foresee(course, options).bound == pytest.approx(5 * 3.5)


@BOTH
def test_room_is_shared_by_skus_where_it_is_worth_most(options: PlanOptions) -> None:
    """Of two m3 the small SKU takes half of one, and three quarters of the large one the rest."""
    course = one_lane((1, 2), inbound=2.0)
    two = make_stretch(
        course.network.nodes,
        course.network.lanes,
        {"A": [2.0], "DC": [6.0]},
        [(1, "o1", "r1", "L", 1), (1, "o2", "r1", "S", 1)],
        skus=("L", "S"),
        on_hand={("DC", "L"): 5, ("DC", "S"): 5},
        unit_volume_m3=[2.0, 0.5],
    )
    assert foresee(two, options).bound == pytest.approx(3.5 + 0.75 * 3.5 + 0.25 * 6)


@BOTH
def test_stock_waits_where_it_came_in_time(options: PlanOptions) -> None:
    """What is wanted in the second week comes in the first, as the second has no room for it."""
    course = one_lane((8, 6), inbound=4.0)
    assert foresee(course, options).bound == pytest.approx(6 * 3.5 + 2 * 0.1)
    assert cost_of(course, (0, "DC>A", "S", 2), (7, "DC>A", "S", 4)) == pytest.approx(21.2)


@BOTH
def test_no_more_lies_there_than_there_is_storage_for(options: PlanOptions) -> None:
    """One unit may wait over the week's end; four come after it; the sixth is served from DC."""
    course = one_lane((8, 6), inbound=4.0, storage=1.0)
    assert foresee(course, options).bound == pytest.approx(5 * 3.5 + 0.1 + 6)


@BOTH
def test_old_stock_is_not_returned(options: PlanOptions) -> None:
    """Three units that lie at A unwanted are held for two weeks, and nothing else."""
    course = one_lane(on_hand={("A", "S"): 3})
    assert foresee(course, options).bound == pytest.approx(3 * 2 * 0.1)
    assert cost_of(course) == pytest.approx(0.6)


@BOTH
def test_vehicles_cost_by_the_part_they_fill(options: PlanOptions) -> None:
    """Two units in a vehicle for five cost two fifths of it; one for one each is dearer than DC."""
    course = one_lane((1, 2), vehicle=(5.0, 5.0))
    found = foresee(course, options)
    assert found.bound == pytest.approx(2 * (3.5 + 1.0))
    assert found.amounts["vehicle"].tolist() == pytest.approx([2.0, 0.0])
    assert foresee(one_lane((1, 2), vehicle=(5.0, 1.0, 1.0)), options).bound == pytest.approx(12.0)


@BOTH
def test_what_nobody_has_is_lost(options: PlanOptions) -> None:
    """The eleventh and twelfth unit cost 10 each."""
    found = foresee(one_lane((1, 12)), options)
    assert found.bound == pytest.approx(10 * 3.5 + 20)
    assert found.amounts["shortage"].tolist() == pytest.approx([20, 0])


@pytest.mark.parametrize(
    ("lead", "on", "expected"),
    [(0, "", [0]), (1, "", [0, 1]), (4, "fri", [1]), (2, "fri", [0]), (6, "mon,tue", [0, 1])],
)
def test_lane_arrives_when_its_weekdays_say(lead: int, on: str, expected: list[int]) -> None:
    """A week that begins on a Monday: only days on which the lane leaves count."""
    course = one_lane(lead=lead, on=on)
    assert arrival_periods(course.network.lanes[0], course.periods, 0) == expected


@BOTH
def test_stock_that_cannot_come_in_time_does_not(options: PlanOptions) -> None:
    """A lane that leaves on Fridays for four days is too late for the first week."""
    assert foresee(one_lane((6, 1), lead=4, on="fri"), options).bound == pytest.approx(6.0)
    assert foresee(one_lane((13, 1), lead=4, on="fri"), options).bound == pytest.approx(3.5)


@BOTH
def test_world_without_orders_or_stock_costs_nothing(options: PlanOptions) -> None:
    """The bound is 0, and so is what is left unproven."""
    found = foresee(one_lane(on_hand={}), options)
    assert (found.bound, found.gap) == (0.0, 0.0)


def test_bound_of_a_search_cut_short_is_told_honestly() -> None:
    """With no time for more than a pass it is lower, and the gap says by how much at most."""
    course = one_lane((1, 5), (8, 3), inbound=4.0)
    hasty = foresee(course, replace(PRICED, time_limit_s=1e-9))
    best = foresee(course, EXACT).bound
    assert hasty.bound <= best <= hasty.cost + 1e-9
    assert hasty.gap == pytest.approx((hasty.cost - hasty.bound) / hasty.cost)


def tiny_course(rng: Generator) -> Course:
    """Return two days with up to four units of one SKU, and two forward nodes."""
    limits = {"storage_m3": float(rng.choice([1, np.inf])), "inbound_m3": float(rng.integers(1, 4))}
    nodes = [origin("DC"), forward("A", **limits), forward("B", handling_cost=0.25)]
    lanes = [
        lane("DC>A", int(rng.integers(2)), cost_per_unit=float(rng.integers(3)) / 2),
        lane(str(rng.choice(["DC>B", "A>B"])), 0, cost_per_unit=float(rng.integers(3)) / 2),
    ]
    service = {name: rng.integers(1, 9, 2) / 2.0 for name in ("A", "B")} | {"DC": [6.0, np.inf]}
    placed = [
        (float(rng.integers(2)) + 0.5, f"o{number}", f"r{rng.integers(2) + 1}", "S", 1)
        for number in range(int(rng.integers(1, 5)))
    ]
    return make_stretch(
        nodes,
        lanes,
        service,
        placed,
        on_hand={("DC", "S"): int(rng.integers(3)), ("A", "S"): int(rng.integers(2))},
        periods=2,
        days=1,
        shortage_cost=float(rng.choice([3.0, 8.0])),
        return_cost=float(rng.choice([0.0, 2.0])),
    )


def least_of_all(course: Course) -> float:
    """Return the least cost over all dispatches and some worths of a unit, by trying them."""
    places = [(when, way.lane_id) for when in range(2) for way in course.network.lanes]
    least = np.inf
    for units in product(range(3), repeat=len(places)):
        lines = [(*place, "S", many) for place, many in zip(places, units, strict=True) if many]
        said = {when: [(w, p, s, n) for w, p, s, n in lines if w == when] for when in range(2)}
        for worth in (None, [[0.0], [9.0], [0.0]], [[9.0], [0.0], [0.0]]):
            policy = Script(course, said, worth)
            run = replay_orders(course, policy, ReplayOptions(), snapshots(course))
            least = min(least, total(run, course.network).total_cost)
    return least


def test_bound_lies_at_or_just_below_the_best_of_all_dispatches() -> None:
    """In tiny worlds everything can be tried; in most of them the bound is reached."""
    courses = [tiny_course(default_rng(seed)) for seed in range(6)]
    bounds = np.array([foresee(course, EXACT).bound for course in courses])
    best = np.array([least_of_all(course) for course in courses])
    assert (bounds <= best + 1e-9).all()
    assert (bounds >= best - 1e-9).sum() >= 3
