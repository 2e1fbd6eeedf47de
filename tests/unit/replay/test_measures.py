"""What a replay cost and how well it served, worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from prepos.replay import measure, total
from prepos.replay.measures import weighted_quantile
from tests.instances import forward, lane, origin
from tests.replays import make_stretch, run


def stretch():
    """Return two weeks in which A, B and DC serve r1 and r2 from 10, 40 and 90 km."""
    course = make_stretch(
        [origin("DC"), forward("A", handling_cost=0.25), forward("B")],
        [lane("DC>A", cost_per_unit=0.5, co2e_kg_per_kg=2.0)],
        {"A": [1.0, 4.0], "B": [4.0, 1.0], "DC": [9.0, 9.0]},
        [
            (1.5, "a", "r1", "S", 4),
            (2.5, "b", "r2", "S", 2),
            (8.5, "c", "r2", "S", 3),
            (9.5, "d", "r1", "S", 20),
        ],
        on_hand={("DC", "S"): 10, ("B", "S"): 1},
        periods=2,
    )
    service = course.network.service
    days = np.where(service.ship_cost < 4, 1.0, np.where(service.ship_cost < 9, 2.0, 5.0))
    service = replace(service, transit_days=days)
    return replace(course, network=replace(course.network, service=service))


SENT = {0: [(0, "DC>A", "S", 6)]}


def test_periods() -> None:
    """Week 1: A 4 to r1, B 1 and A 1 to r2. Week 2: A 1 and DC 2 to r2, DC 2 to r1, 18 lost."""
    course = stretch()
    first, second = measure(run(course, SENT), course.network)
    assert (first.ordered, first.fill_rate, first.lost) == (6, 1.0, 0)
    assert first.local_share == first.next_day_share == pytest.approx(5 / 6)
    assert first.two_day_share == 1.0
    assert first.service_cost == 4 * 1.0 + 1 * 1.0 + 1 * 4.0
    assert first.mean_distance_km == pytest.approx((5 * 10 + 40) / 6)
    assert (first.orders, first.split_share) == (2, 0.5)
    assert first.holding_cost == pytest.approx(0.1)
    assert (first.transport_cost, first.handling_cost) == (3.0, 1.5)
    assert (second.ordered, second.lost, second.shortage_cost) == (23, 18, 180.0)
    assert (second.local_share, second.next_day_share) == (0.0, 0.0)
    assert second.two_day_share == pytest.approx(1 / 23)
    assert second.service_cost == 1 * 4.0 + 4 * 9.0
    assert second.p90_distance_km == 90.0
    assert second.moved == second.stranded == 0


def test_total_is_of_all_periods() -> None:
    """Sums add up; shares are of all units, not the mean of the periods'."""
    course = stretch()
    replayed = run(course, SENT)
    both, whole = measure(replayed, course.network), total(replayed, course.network)
    for name in ("total_cost", "ordered", "lost", "moved", "service_cost", "orders", "co2e_kg"):
        assert getattr(whole, name) == pytest.approx(sum(getattr(each, name) for each in both))
    assert whole.fill_rate == pytest.approx(11 / 29)
    assert whole.split_share == pytest.approx(2 / 4)


def test_carbon_costs_what_it_is_priced_at() -> None:
    """6 kg are moved, 2 kg CO2e each."""
    course = stretch()
    replayed = run(course, SENT)
    free, priced = (total(replayed, course.network, carbon_price=price) for price in (0.0, 0.5))
    assert (free.co2e_kg, free.carbon_cost, priced.carbon_cost) == (12.0, 0.0, 6.0)
    assert priced.total_cost == pytest.approx(free.total_cost + 6.0)


def test_what_was_brought_and_not_wanted_is_stranded() -> None:
    """8 brought on top of 1 at B: 1 old unit and 1 new one are sold, 7 are returned."""
    course = make_stretch(
        [origin("DC"), forward("B")],
        [lane("DC>B")],
        {"B": [1.0], "DC": [9.0]},
        [(3.5, "a", "r1", "S", 2)],
        on_hand={("DC", "S"): 8, ("B", "S"): 1},
        return_cost=1.5,
    )
    measures = total(run(course, {0: [(0, "DC>B", "S", 8)]}), course.network)
    assert (measures.stranded, measures.stranded_cost, measures.return_cost) == (7, 10.5, 10.5)


def test_shares_of_nothing_are_no_number() -> None:
    """A week without orders was neither well nor badly served."""
    course = make_stretch([origin("DC")], [], {"DC": [1.0]}, [])
    measures = total(run(course), course.network)
    names = ("fill_rate", "local_share", "mean_distance_km", "p90_distance_km", "split_share")
    assert all(np.isnan(getattr(measures, name)) for name in names)
    assert measures.total_cost == 0


QUANTILES = (  # weights of 1, 2 and 3 km, level, km
    ((1.0, 1.0, 1.0), 0.5, 2.0),
    ((9.0, 1.0, 0.0), 0.9, 1.0),
    ((8.0, 1.0, 1.0), 0.9, 2.0),
    ((0.0, 0.0, 4.0), 0.9, 3.0),
)


@pytest.mark.parametrize(("weight", "level", "expected"), QUANTILES)
def test_weighted_quantile(weight, level: float, expected: float) -> None:
    """The least that a share of the weight does not exceed; rows in any order."""
    km = np.array([3.0, 1.0, 2.0])
    found = weighted_quantile(km, np.array([weight[2], weight[0], weight[1]]), level)
    assert found == expected
