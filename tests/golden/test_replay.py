"""Replays whose cost a book tells: one period of a newsvendor, and a base stock over many days.

The numbers are those of Snyder and Shen (2019), Fundamentals of Supply Chain Theory, second
edition: Example 4.7 (demand Poisson with mean 6, holding 1, shortage 4: 8 units cost 3.5701). The
same section gives a base stock with lead time: its cost is the newsvendor's over the demand of the
lead time and one period more.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import poisson

from prepos.core.network import Lane
from prepos.core.policy import Dispatch
from prepos.core.snapshot import Snapshot
from prepos.core.stock import Stock
from prepos.replay import ReplayOptions, replay_orders, total
from tests.instances import forward, lane, origin
from tests.replays import Placed, make_dispatch, make_stretch, measured, snapshots

HOLDING, SHORTAGE, MEAN, UNITS, COST = 1.0, 4.0, 6.0, 8, 3.570106945770946
NOBODY = np.inf


def one_shop(placed: list[Placed], way: Lane, **terms: object):
    """Return a stretch in which A alone serves r1, at no cost, and DC has plenty."""
    return make_stretch(
        [origin("DC"), forward("A")],
        [way],
        {"A": [0.0], "DC": [NOBODY]},
        placed,
        holding_cost=HOLDING,
        shortage_cost=SHORTAGE,
        return_cost=0.0,
        **terms,
    )


@pytest.mark.parametrize("units", [6, 7, 8, 9, 10])
def test_newsvendor(units: int) -> None:
    """Over every demand there can be, a replay costs what the newsvendor's formula says."""
    demands = np.arange(1, 40)
    chance = poisson.pmf(np.arange(40), MEAN)
    cost = [units * HOLDING]  # no demand
    for demand in demands.tolist():
        course = one_shop([(0.5, "o1", "r1", "S", demand)], lane("DC>A"), on_hand={("DC", "S"): 99})
        cost.append(measured(course, {0: [(0, "DC>A", "S", units)]}).total_cost)
    short = chance @ np.maximum(np.arange(40) - units, 0)
    left = chance @ np.maximum(units - np.arange(40), 0)
    assert chance @ cost == pytest.approx(HOLDING * left + SHORTAGE * short)
    assert (chance @ cost == pytest.approx(COST, abs=1e-6)) == (units == UNITS)
    assert chance @ cost >= COST - 1e-6


class OneForOne:
    """Sends each day what was ordered the day before: the position stays what it was."""

    def __init__(self, course) -> None:
        self.course = course

    def decide(self, snapshot: Snapshot, stock: Stock) -> Dispatch:
        orders, cutoff = snapshot.orders, np.datetime64(snapshot.periods.cutoff, "s")
        units = int(orders.quantity[orders.at >= cutoff - np.timedelta64(1, "D")].sum())
        today = (snapshot.periods.cutoff - self.course.periods.cutoff).days
        return make_dispatch(self.course, [(today, "DC>A", "S", units)] if units else [])


@pytest.mark.parametrize(("daily", "lead"), [(2.0, 2), (6.0, 0)])
def test_base_stock(daily: float, lead: int) -> None:
    """Waiting charged by the day, the mean cost of a day is the book's, within its error."""
    days, lot = 4000, 50
    demand = np.random.default_rng(7).poisson(daily, days).tolist()
    placed = [(t + 0.5, f"o{t:04d}", "r1", "S", units) for t, units in enumerate(demand) if units]
    course = one_shop(
        placed,
        lane("DC>A", lead),
        on_hand={("A", "S"): UNITS, ("DC", "S"): 10**6},
        periods=days,
        days=1,
    )
    rules = ReplayOptions(unserved="backordered", backorder_cost=SHORTAGE)
    replayed = replay_orders(course, OneForOne(course), rules, snapshots(course))
    cost = replayed.amounts["holding_cost"] + replayed.amounts["backorder_cost"]
    lots = cost.reshape(-1, lot).mean(axis=1)  # days near each other are alike, lots hardly
    error = lots.std(ddof=1) / np.sqrt(len(lots))
    assert error < 0.05 * COST
    assert abs(cost.mean() - COST) < 3 * error
    measures = total(replayed, course.network)
    late = 1 - poisson.cdf(UNITS, MEAN)  # chance that some wait at a day's end
    waits = replayed.amounts["backorder_cost"] > 0
    assert waits.mean() == pytest.approx(late, abs=0.02)
    assert measures.fill_rate == pytest.approx(1.0, abs=1e-3)
