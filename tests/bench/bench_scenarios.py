"""The plan beside a stochastic program of 30 scenarios, on demand that neither has seen.

Cases of the benchmarks' family with 60 SKUs and one period. Both plans know the same distribution;
the program sees 30 paths of it. What each then costs is the mean over 200 other paths, served at
least cost from what lies where. Times are processor seconds of one thread, of the plan from the
question to its transfers and reasons, of the program from its paths to a dispatch.

``python tests/bench/bench_scenarios.py --seeds 5``
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import numpy as np
from country import NODES, draw_blocks, make_country
from family import DISPERSION, NEAR
from family_tables import NODE, REGION, list_network
from numpy.random import default_rng
from scipy.stats import t as student

from prepos.core.axes import make_axis
from prepos.core.demand import Forecast
from prepos.core.network import Lane, Network, Node, Region, Service
from prepos.core.outlook import Outlook
from prepos.core.periods import Periods
from prepos.core.policy import Dispatch
from prepos.core.products import Products
from prepos.core.stock import Stock
from prepos.core.transfer import Plan
from prepos.core.types import FloatArray, IntArray
from prepos.plan import PlanOptions, Question, make_catchments, make_plan
from prepos.plan.paths import sample_paths
from prepos.plan.problem import Problem, make_problem
from prepos.plan.scenarios import plan_scenarios
from prepos.plan.transport.batch import answer
from prepos.plan.transport.problem import (
    NO_ROW,
    Goods,
    Places,
    Ranks,
    Routes,
    TransportProblem,
    without_terms,
)
from prepos.plan.transport.purchases import no_purchases

SKUS, SCENARIOS, UNSEEN = 60, 30, 200
COST, TIMES = 1.005, 20.0  # at most, of the program's cost; at least, as fast as it
SURE = 0.95
LOOSE = 0.5  # gap, in the warm-up
PERIOD_START = date(2026, 11, 2)


class Result(NamedTuple):
    """One case and method: costs by unseen path (S,), and processor seconds."""

    method: str
    ours: FloatArray
    theirs: FloatArray
    our_s: float
    their_s: float

    @property
    def ratio(self) -> float:
        return float(self.ours.mean() / self.theirs.mean())


def make_question(seed: int) -> Question:
    """Return a case of the family as the planner is asked."""
    country = make_country(seed)
    (block,) = draw_blocks(country, SKUS, seed)
    tables = list_network(country, country.room * (block.volume_m3 @ block.mean))
    nodes = tuple(
        Node(
            node_id=str(row.node_id),
            kind=str(row.kind),
            latitude=float(row.latitude),
            longitude=float(row.longitude),
            inbound_m3=np.inf if np.isnan(row.inbound_m3) else float(row.inbound_m3),
        )
        for row in tables["nodes"].sort_values("node_id").itertuples()
    )
    lanes = tuple(
        Lane(
            lane_id=f"{row.origin}>{row.destination}",
            origin=str(row.origin),
            destination=str(row.destination),
            lead_time_days=0,
            cost_per_unit=float(row.cost_per_unit),
            cost_per_m3=float(row.cost_per_m3),
        )
        for row in tables["lanes"].itertuples()
    )
    regions = tuple(Region(region_id=str(name), latitude=0.0, longitude=0.0) for name in REGION)
    order = np.argsort(NODE)
    ship_cost = country.ship_cost[order]
    nobody = np.zeros(0, dtype=np.int64)
    network = Network(
        nodes,
        regions,
        tuple(sorted(lanes, key=lambda lane: lane.lane_id)),
        Service(ship_cost, np.ones_like(ship_cost), np.zeros_like(ship_cost)),
        (nobody, nobody, np.zeros(0)),
    )
    skus = make_axis("sku", np.char.mod("K%07d", np.arange(1, SKUS + 1)).tolist())
    periods = Periods(PERIOD_START, 7, 1)
    share = (
        country.population / np.bincount(country.catchment, country.population)[country.catchment]
    )
    by_region = forecast_of(
        network.region_axis, skus, periods, (block.mean[:, country.catchment] * share).T
    )
    catchments = make_catchments(network, by_region, NEAR)
    mean = np.zeros((len(catchments.axis), SKUS))
    np.add.at(mean, catchments.of_region, by_region.total_mean)
    ones = np.ones(SKUS, dtype=np.int64)
    products = Products(
        skus=skus,
        unit_volume_m3=block.volume_m3,
        unit_weight_kg=block.weight_kg,
        unit_value=block.value,
        shortage_cost=block.shortage_cost,
        holding_cost=block.holding_cost,
        return_cost=block.return_cost,
        case_pack=ones,
        minimum_lot=ones,
        category=("",) * SKUS,
        shelf_life_days=np.full(SKUS, np.inf),
        launched_on=("",) * SKUS,
    )
    demand = forecast_of(catchments.axis, skus, periods, mean)
    return Question(
        outlook=Outlook(
            demand=demand, dispersion=demand.dispersion, catchments=catchments, window=periods
        ),
        network=network,
        products=products,
        stock=Stock(np.ascontiguousarray(block.units.T[order])),
        overrides=None,
        options=PlanOptions(cover=1, near=NEAR),
    )


def forecast_of(regions, skus, periods: Periods, mean: FloatArray) -> Forecast:
    """Return a forecast of one period with the family's dispersion."""
    spread = np.full_like(mean, DISPERSION)
    return Forecast(regions, skus, periods, mean[None], spread[None], mean, spread, {"own": mean})


def units_sent(question: Question, plan: Plan) -> Dispatch:
    """Return the plan's transfers by position."""
    lanes = {lane.lane_id: number for number, lane in enumerate(question.network.lanes)}
    lines = plan.transfers
    return Dispatch(
        lane=np.array([lanes[line.lane_id] for line in lines], dtype=np.int64),
        sku=question.products.skus.positions([line.sku for line in lines]),
        ships_on=np.array([line.ship_date for line in lines], dtype="datetime64[D]"),
        quantity=np.array([line.quantity for line in lines], dtype=np.int64),
    )


def cost_paths(problem: Problem, dispatch: Dispatch, paths: IntArray) -> FloatArray:
    """Return (S,) what a dispatch costs on each path of one period, served at least cost."""
    start, end = problem.lane_ends
    lain, moved = problem.on_hand.copy(), np.zeros_like(problem.on_hand)
    np.subtract.at(lain, (start[dispatch.lane], dispatch.sku), dispatch.quantity)
    np.add.at(moved, (end[dispatch.lane], dispatch.sku), dispatch.quantity)
    assert (lain >= 0).all(), "more was sent than lay there"
    came_m3 = moved @ problem.products.unit_volume_m3
    room = np.array([node.inbound_m3 for node in problem.network.nodes])
    assert (came_m3 <= room * (1 + 1e-9) + 1e-9).all(), "more came in than there is room for"
    fare = float((problem.unit_move[dispatch.lane, dispatch.sku] * dispatch.quantity).sum())
    sources = place_sources(np.concatenate([lain, moved]))
    return fare + np.array([serve(problem, sources, path[0]) for path in paths])


def place_sources(units: IntArray):
    """Return what lies at nodes, by release: first all that stayed, then all that was moved."""
    sku, release = np.nonzero(units.T)
    return without_terms(
        np.searchsorted(sku, np.arange(units.shape[1] + 1)), release, units[release, sku]
    )


def serve(problem: Problem, sources, wanted: IntArray) -> float:
    """Return what it costs at least to serve (Z, K) units from where units lie, and the rest."""
    catchments, products = problem.catchments, problem.products
    sku, zone = np.nonzero(wanted.T)
    of_zone, server = np.nonzero(catchments.servers)
    releases = np.arange(2 * NODES)
    nothing, no_rows = np.zeros(2 * NODES), np.zeros(2 * NODES + 1, dtype=np.int64)
    none, nobody = np.zeros(0), np.zeros(0, dtype=np.int64)
    node = releases % NODES
    zero = np.zeros_like(releases)
    market = TransportProblem(
        periods=1,
        sources=sources,
        ranks=Ranks(
            np.searchsorted(sku, np.arange(len(products) + 1)),
            zone,
            wanted[zone, sku],
            np.ones((len(sku), 1), dtype=np.float32),
        ),
        goods=Goods(
            products.unit_volume_m3,
            products.unit_weight_kg,
            products.shortage_cost,
            products.holding_cost,
            products.return_cost,
            wanted.sum(axis=0).astype(np.float64),
            np.zeros(len(products), dtype=np.int64),
            np.zeros((len(products), len(catchments.axis))),
            np.zeros((len(products), NODES)),
        ),
        routes=Routes(
            np.arange(2 * NODES + 1),
            node,
            zero,
            zero,
            nothing,
            nothing,
            nothing,
            no_rows,
            nobody,
            none,
            none,
            none,
        ),
        places=Places(
            node,
            zero,
            releases >= NODES,
            np.searchsorted(of_zone, np.arange(len(catchments.axis) + 1)),
            server,
            np.ascontiguousarray(catchments.service_cost.transpose(2, 0, 1)),
            problem.network.is_forward,
            np.full((NODES, 1), NO_ROW),
            np.full((len(catchments.axis), 1), NO_ROW),
        ),
        limit=none,
        ceiling=none,
        purchases=no_purchases(0),
        constant=np.zeros(len(products)),
    )
    cost, _ = answer(market, none, np.zeros(len(sources.units)))
    return float(cost.sum()) + market.shortage


def run(seed: int, methods: Sequence[str], gap: float) -> list[Result]:
    """Make the plans of a case by each method, and the program; try them on unseen paths."""
    question = make_question(seed)
    seen, unseen = (
        sample_paths(question.outlook, paths, default_rng([seed, number]))
        for number, paths in enumerate((SCENARIOS, UNSEEN))
    )
    problem = make_problem(question)
    begun = time.process_time()
    dispatch = plan_scenarios(question, seen)
    their_s = time.process_time() - begun
    theirs = cost_paths(problem, dispatch, unseen)
    found = []
    for method in methods:
        asked = replace(question, options=replace(question.options, method=method, gap=gap))
        begun = time.process_time()
        plan = make_plan(asked, plan_id="bench")
        our_s = time.process_time() - begun
        ours = cost_paths(problem, units_sent(question, plan), unseen)
        found.append(Result(method, ours, theirs, our_s, their_s))
        print_result(seed, found[-1])
    return found


def print_result(seed: int, found: Result) -> None:
    """Print one line of the table."""
    apart = (found.ours - found.theirs) / found.theirs.mean()
    within = student.ppf((1 + SURE) / 2, UNSEEN - 1) * apart.std(ddof=1) / UNSEEN**0.5
    print(
        f"{seed:4d} {found.method:9s} {found.ours.mean():10.1f} {found.theirs.mean():10.1f} "
        f"{found.ratio:8.4f} {within:7.4f} {found.our_s:8.2f} {found.their_s:8.2f}",
        flush=True,
    )


def main() -> None:
    """Print each case, then the targets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--methods", nargs="*", default=["decompose", "exact"])
    parser.add_argument("--gap", type=float, default=PlanOptions().gap, help="asked of the plan")
    given = parser.parse_args()
    options = PlanOptions(cover=1, near=NEAR, method="decompose", gap=LOOSE)
    make_plan(replace(make_question(0), options=options), plan_id="compiles")
    print(
        f"{'seed':>4s} {'method':9s} {'plan':>10s} {'program':>10s} {'ratio':>8s} {'+-':>7s} "
        f"{'plan s':>8s} {'program':>8s}",
        flush=True,
    )
    cases = [run(seed, given.methods, given.gap) for seed in range(1, given.seeds + 1)]
    for results in zip(*cases, strict=True):
        ratios = np.array([result.ratio for result in results])
        mean, half = float(ratios.mean()), 0.0
        if len(ratios) > 1:
            wide = student.ppf((1 + SURE) / 2, len(ratios) - 1)
            half = wide * float(ratios.std(ddof=1)) / len(ratios) ** 0.5
        times = float(np.median([result.their_s / result.our_s for result in results]))
        share, method = f"{mean:.4f} +- {half:.4f}", results[0].method
        print(f"{method}: cost, share of the program's: {share}, <= {COST}: {tell(mean <= COST)}")
        print(
            f"{method}: times as fast, median: {times:.1f}, >= {TIMES:.0f}: {tell(times >= TIMES)}"
        )


def tell(holds: bool) -> str:
    """Return the verdict."""
    return "+ reached" if holds else "- missed"


if __name__ == "__main__":
    main()
