"""Rolling replays of the plan beside the exact form with gains, on demand whose law is known.

Both know each period's distribution and decide anew at each period's beginning over the same
horizon, or the plan over a shorter one (``--cover``); orders are served alike. Told is what each
paid in all, as a ratio with a 95 % interval over worlds: the sum over all periods, what lies
forward at the end being returned.

``python tests/bench/bench_rolling.py --worlds 6 --horizon 4 --cover 3``
"""

from __future__ import annotations

import argparse
import time
from datetime import date, timedelta

import gains_form
import numpy as np
from rolling_world import NEAR, World, draw_demand, make_world, roll
from scipy.stats import t as student

from prepos.core.axes import make_axis
from prepos.core.demand import Forecast
from prepos.core.network import Lane, Network, Node, Region, Service
from prepos.core.outlook import Outlook
from prepos.core.periods import Periods
from prepos.core.products import Products
from prepos.core.spans import sum_spans
from prepos.core.stock import Receipt, Stock
from prepos.core.types import IntArray
from prepos.plan import PlanOptions, Question, make_catchments, make_plan

COST = 1.003  # at most, of the exact form's
SURE = 0.95
START = date(2026, 11, 2)  # a Monday


def decide(world: World, on_hand: IntArray, coming: IntArray, now: int, horizon: int) -> IntArray:
    """Return units to send now (O, F, K), as `prepos plan` decides."""
    question = ask(world, on_hand, coming, now, horizon)
    plan = make_plan(question, plan_id="bench")
    node = {each.node_id: n for n, each in enumerate(question.network.nodes)}
    sent = np.zeros((world.origins, world.forwards, world.skus), dtype=np.int64)
    for line in plan.transfers:
        if line.ship_date == question.outlook.window.cutoff:
            to = node[line.destination] - world.origins
            sent[node[line.origin], to, int(line.sku[1:])] += line.quantity
    return sent


def ask(world: World, on_hand: IntArray, coming: IntArray, now: int, horizon: int) -> Question:
    """Return the question that the planner answers."""
    periods = Periods(START + timedelta(weeks=now), 7, horizon)
    network = map_of(world)
    skus = make_axis("sku", [f"K{k:05d}" for k in range(world.skus)])
    mean = world.mean[now : now + horizon]
    own = np.full_like(mean, world.dispersion)
    scatter = sum_spans(own * mean**2) / np.maximum(sum_spans(mean), 1e-300) ** 2
    total, spread = mean.sum(axis=0), scatter[horizon - 1]
    by_region = Forecast(
        network.region_axis, skus, periods, mean, own, total, spread, {"own": total}
    )
    catchments = make_catchments(network, by_region, NEAR)
    demand = Forecast(catchments.axis, skus, periods, mean, own, total, spread, {"own": total})
    assert (catchments.of_region == np.arange(world.forwards)).all(), "a catchment a region"
    ones = np.ones(world.skus, dtype=np.int64)
    arrivals = [
        Receipt(periods.start(int(t)), int(n), int(k), int(coming[t, n, k]))
        for t, n, k in np.argwhere(coming[:horizon] > 0)
    ]
    return Question(
        outlook=Outlook(demand=demand, dispersion=scatter, catchments=catchments, window=periods),
        network=network,
        products=Products(
            skus=skus,
            unit_volume_m3=world.volume_m3,
            unit_weight_kg=np.ones(world.skus),
            unit_value=np.ones(world.skus),
            shortage_cost=world.shortage_cost,
            holding_cost=world.holding_cost,
            return_cost=world.return_cost,
            case_pack=ones,
            minimum_lot=ones,
            category=("",) * world.skus,
            shelf_life_days=np.full(world.skus, np.inf),
            launched_on=("",) * world.skus,
        ),
        stock=Stock(on_hand, tuple(sorted(arrivals))),
        overrides=None,
        options=PlanOptions(cover=horizon, near=NEAR, guard=False),
    )


def map_of(world: World) -> Network:
    """Return the map: ids sort as nodes are numbered."""
    nodes = tuple(
        Node(
            node_id=f"N{n:02d}",
            kind="origin" if n < world.origins else "forward",
            latitude=0.0,
            longitude=0.0,
            inbound_m3=np.inf if n < world.origins else float(world.room_m3[n - world.origins]),
        )
        for n in range(world.nodes)
    )
    lanes = tuple(
        Lane(
            lane_id=f"N{o:02d}>N{world.origins + f:02d}",
            origin=f"N{o:02d}",
            destination=f"N{world.origins + f:02d}",
            lead_time_days=7 * int(world.lead_periods[o, f]),
            cost_per_unit=float(world.fare[o, f]),
            ship_weekdays=("mon",),
        )
        for o in range(world.origins)
        for f in range(world.forwards)
    )
    regions = tuple(
        Region(region_id=f"R{z:02d}", latitude=0.0, longitude=0.0) for z in range(world.forwards)
    )
    cost = np.full_like(world.service, np.inf)
    np.put_along_axis(
        cost, world.servers.T, np.take_along_axis(world.service, world.servers.T, axis=0), axis=0
    )
    nobody = np.zeros(0, dtype=np.int64)
    service = Service(cost, np.ones_like(cost), np.zeros_like(cost))
    return Network(nodes, regions, lanes, service, (nobody, nobody, np.zeros(0)))


def main() -> None:
    """Roll both over world after world, and tell the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=6)
    parser.add_argument("--skus", type=int, default=300)
    parser.add_argument("--periods", type=int, default=8)
    parser.add_argument("--horizon", type=int, default=4)
    parser.add_argument("--dear", type=float, default=1.0, help="times, to hold and to return")
    parser.add_argument("--cover", type=int, help="periods that the plan looks at; all else")
    given = parser.parse_args()
    cover, ratios = given.cover or given.horizon, []
    print(f"{'world':>5s} {'plan':>12s} {'exact':>12s} {'ratio':>8s} {'CPU s':>8s} {'exact':>8s}")
    for seed in range(1, given.worlds + 1):
        world = make_world(
            seed, skus=given.skus, periods=given.periods + given.horizon, dear=given.dear
        )
        demand = draw_demand(world, seed)
        paid, spent = [], []
        for policy, horizon in ((decide, cover), (gains_form.decide, given.horizon)):
            begun = time.process_time()
            costs = roll(world, demand, policy, periods=given.periods, horizon=horizon)
            paid.append(costs.sum())
            spent.append(time.process_time() - begun)
        ratios.append(paid[0] / paid[1])
        print(
            f"{seed:5d} {paid[0]:12,.0f} {paid[1]:12,.0f} {ratios[-1]:8.4f} "
            f"{spent[0]:8.1f} {spent[1]:8.1f}",
            flush=True,
        )
    mean, half = float(np.mean(ratios)), 0.0
    if len(ratios) > 1:
        wide = student.ppf((1 + SURE) / 2, len(ratios) - 1)
        half = wide * float(np.std(ratios, ddof=1)) / len(ratios) ** 0.5
    verdict = "+ reached" if mean <= COST else "- missed"
    print(
        f"T = {given.horizon}, the plan's {cover}: cost, share of the exact form's: "
        f"{mean:.4f} +- {half:.4f}, <= {COST}: {verdict}"
    )


if __name__ == "__main__":
    main()
