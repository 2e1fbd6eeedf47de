"""Small planning problems to test with: who is where, what lies there, what is wanted.

Regions are named r1, r2 … in the order of the service costs; day 0 is the cutoff, a Monday.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.random import Generator

from prepos.core.axes import make_axis
from prepos.core.demand import Forecast
from prepos.core.network import WEEKDAYS, Lane, Network, Node, Region, Service
from prepos.core.outlook import Outlook
from prepos.core.periods import Periods
from prepos.core.products import Products
from prepos.core.spans import list_spans
from prepos.core.stock import Receipt, Stock
from prepos.core.transfer import Catchments, Plan, Transfer
from prepos.core.types import FloatArray, IntArray
from prepos.plan import (
    Frozen,
    PlanOptions,
    Question,
    make_catchments,
    make_plan,
    planning_window,
)
from prepos.plan.frame import Frame, make_frame
from prepos.plan.problem import Problem, make_problem
from prepos.plan.question import NOTHING_FROZEN
from prepos.plan.shared import list_shared_rows

START = date(2025, 3, 3)  # a Monday
RULES = ("sku", "origin", "destination", "rule", "quantity")

Numbers = float | Sequence[float]


def day(number: int) -> date:
    """Return the day that many days after the cutoff."""
    return START + timedelta(days=number)


def origin(node_id: str, **terms: float) -> Node:
    """Return a node that sends."""
    return Node(node_id=node_id, kind="origin", latitude=0.0, longitude=0.0, **terms)


def forward(node_id: str, **terms: float) -> Node:
    """Return a node that receives."""
    return Node(node_id=node_id, kind="forward", latitude=0.0, longitude=0.0, **terms)


def lane(way: str, days: int = 0, *, name: str = "", on: str = "", **terms: float) -> Lane:
    """Return the lane of a way such as ``DC>A``, leaving on weekdays such as ``mon,thu``."""
    start, end = way.split(">")
    return Lane(
        lane_id=name or way,
        origin=start,
        destination=end,
        lead_time_days=days,
        ship_weekdays=tuple(on.split(",")) if on else WEEKDAYS,
        **terms,
    )


@dataclass(frozen=True)
class Case:
    """One problem, as the planner is given it; ``demand`` is by region."""

    network: Network
    products: Products
    stock: Stock
    demand: Forecast

    def catchments(self, near: int = 3) -> Catchments:
        """Return the regions grouped."""
        return make_catchments(self.network, self.demand, near)

    def grouped(self, catchments: Catchments) -> Forecast:
        """Return the demand by catchment, each with the dispersion of its first region."""
        members = [catchments.of_region == z for z in range(len(catchments.axis))]
        mean = np.stack([self.demand.mean[:, m].sum(axis=1) for m in members], axis=1)
        first = np.stack([self.demand.dispersion[:, m][:, 0] for m in members], axis=1)
        signals = {
            name: np.stack([part[m].sum(axis=0) for m in members])
            for name, part in self.demand.signals.items()
        }
        return replace(
            self.demand,
            regions=catchments.axis,
            mean=mean,
            dispersion=first,
            total_mean=mean.sum(axis=0),
            total_dispersion=first[0],
            signals=signals,
        )

    def plan(
        self, *rules: tuple[str, str, str, str, float], frozen: Frozen = NOTHING_FROZEN, **options
    ) -> Plan:
        """Make the plan; rules are overrides in the contract's order, options PlanOptions's."""
        return make_plan(self.question(*rules, frozen=frozen, **options), plan_id="P")

    def problem(
        self, *rules: tuple[str, str, str, str, float], frozen: Frozen = NOTHING_FROZEN, **options
    ) -> Problem:
        """Assemble the problem that ``plan`` would solve."""
        return make_problem(self.question(*rules, frozen=frozen, **options))

    def question(
        self, *rules: tuple[str, str, str, str, float], frozen: Frozen = NOTHING_FROZEN, **options
    ) -> Question:
        """Return what ``plan`` is asked."""
        chosen = options_of(self, options)
        catchments = self.catchments(chosen.near)
        demand = self.grouped(catchments)
        return Question(
            outlook=Outlook(
                demand=demand,
                dispersion=dispersion_of_spans(demand, self.network, chosen),
                catchments=catchments,
                window=planning_window(self.network, demand.periods, chosen),
            ),
            network=self.network,
            products=self.products,
            stock=self.stock,
            overrides=table_of(rules),
            options=chosen,
            frozen=frozen,
        )

    def with_products(self, **columns: Numbers) -> Case:
        """Return the case with some columns of its products replaced."""
        count = len(self.products)
        arrays = {name: spread(name, value, count) for name, value in columns.items()}
        return replace(self, products=replace(self.products, **arrays))

    def with_categories(self, *categories: str) -> Case:
        """Return the case with each product in a category."""
        return replace(self, products=replace(self.products, category=categories))

    def with_stock(self, **cells: int) -> Case:
        """Return the case with stock set anew: ``DC=5`` is 5 units of every SKU at DC."""
        on_hand = self.stock.on_hand.copy()
        for node, units in cells.items():
            on_hand[self.network.node_axis.position(node)] = units
        return replace(self, stock=replace(self.stock, on_hand=on_hand))

    def with_transit(self, *rows: tuple[tuple[int, str], tuple[int, str], str, int]) -> Case:
        """Return the case with more in transit: (day, hub), (day, end), SKU and units."""
        axis, skus = self.network.node_axis, self.products.skus
        more = [
            Receipt(
                day(when),
                axis.position(end),
                skus.position(sku),
                units,
                hub=axis.position(hub),
                at_hub_on=day(at_hub),
            )
            for (at_hub, hub), (when, end), sku, units in rows
        ]
        receipts = tuple(sorted([*self.stock.receipts, *more]))
        return replace(self, stock=replace(self.stock, receipts=receipts))

    def going_on(self) -> Case:
        """Return the case with all that is in transit past its hubs."""
        return replace(self, stock=self.stock.gone_on())

    def with_nodes(self, **limits: float) -> Case:
        """Return the case with a term of every forward node replaced."""
        nodes = (replace(n, **limits) if n.kind == "forward" else n for n in self.network.nodes)
        return replace(self, network=replace(self.network, nodes=tuple(nodes)))

    def with_lanes(self, *more: Lane, **terms: float) -> Case:
        """Return the case with terms of every lane replaced, and more lanes."""
        lanes = [*(replace(way, **terms) for way in self.network.lanes), *more]
        lanes.sort(key=lambda way: way.lane_id)
        return replace(self, network=replace(self.network, lanes=tuple(lanes)))

    def with_service(self, cost: float) -> Case:
        """Return the case with one cost of service wherever there is service."""
        known = np.isfinite(self.network.service.ship_cost)
        service = replace(self.network.service, ship_cost=np.where(known, cost, np.inf))
        return replace(self, network=replace(self.network, service=service))

    def times(self, factor: float) -> Case:
        """Return the case with all money multiplied."""
        costs = ("shortage_cost", "holding_cost", "return_cost")
        products = replace(self.products, **{c: getattr(self.products, c) * factor for c in costs})
        by_lane = ("cost_per_unit", "cost_per_m3", "cost_per_kg", "vehicle_cost")
        lanes = [
            replace(way, **{c: getattr(way, c) * factor for c in by_lane})
            for way in self.network.lanes
        ]
        nodes = [replace(n, handling_cost=n.handling_cost * factor) for n in self.network.nodes]
        service = replace(self.network.service, ship_cost=self.network.service.ship_cost * factor)
        network = replace(self.network, lanes=tuple(lanes), nodes=tuple(nodes), service=service)
        return replace(self, network=network, products=products)


def options_of(case: Case, options: Mapping[str, object]) -> PlanOptions:
    """Return the options: covering the whole forecast, proving all, holding nothing back.

    Unless told otherwise.
    """
    usual = {"cover": case.demand.periods.horizon, "gap": 0.0, "guard": False}
    return PlanOptions(**{**usual, **options})


def dispersion_of_spans(demand: Forecast, network: Network, options: PlanOptions) -> FloatArray:
    """Return that of the first period for every span of the planning window."""
    periods = planning_window(network, demand.periods, options).horizon
    return np.repeat(demand.dispersion[:1], len(list_spans(periods)[0]), axis=0)


def table_of(rules: Sequence[tuple[str, str, str, str, float]]) -> pd.DataFrame | None:
    """Return overrides as the contract's table."""
    return pd.DataFrame(list(rules), columns=list(RULES)) if rules else None


def framed(problem: Problem) -> Frame:
    """Return the look-ups of a problem with all its limits."""
    return make_frame(problem, list_shared_rows(problem))


def spread(name: str, value: Numbers, count: int) -> FloatArray | IntArray:
    """Return one number, or one for each SKU, as a product column."""
    kind = np.int64 if name in ("case_pack", "minimum_lot") else np.float64
    return np.broadcast_to(np.asarray(value, dtype=kind), (count,)).copy()


def make_network(
    nodes: Sequence[Node], lanes: Sequence[Lane], service: Mapping[str, Sequence[float]]
) -> Network:
    """Return a network; ``service`` is the cost of a unit from each node to r1, r2 …."""
    nodes = sorted(nodes, key=lambda node: node.node_id)
    cost = np.array([service[node.node_id] for node in nodes], dtype=float)
    regions = [Region(region_id=f"r{i + 1}", latitude=0, longitude=0) for i in range(cost.shape[1])]
    nobody = np.zeros(0, dtype=np.int64)
    return Network(
        nodes=tuple(nodes),
        regions=tuple(regions),
        lanes=tuple(sorted(lanes, key=lambda way: way.lane_id)),
        service=Service(cost, np.ones_like(cost), np.where(np.isfinite(cost), cost, 0.0) * 10),
        neighbours=(nobody, nobody, np.zeros(0)),
    )


def make_products(skus: Sequence[str], **columns: Numbers) -> Products:
    """Return products of these SKUs; costs and sizes are plain numbers or one for each SKU."""
    usual: dict[str, Numbers] = {
        "unit_volume_m3": 1.0,
        "unit_weight_kg": 1.0,
        "unit_value": 0.0,
        "shortage_cost": 10.0,
        "holding_cost": 0.1,
        "return_cost": 1.0,
        "case_pack": 1,
        "minimum_lot": 1,
        "shelf_life_days": np.inf,
    }
    chosen = {**usual, **columns}
    return Products(
        skus=make_axis("sku", skus),
        category=("",) * len(skus),
        launched_on=("",) * len(skus),
        **{name: spread(name, value, len(skus)) for name, value in chosen.items()},
    )


def make_case(
    nodes: Sequence[Node],
    lanes: Sequence[Lane],
    service: Mapping[str, Sequence[float]],
    wanted: Mapping[str, Sequence[Sequence[float]]],
    *,
    on_hand: Mapping[tuple[str, str], int],
    receipts: Sequence[tuple[int, str, str, int]] = (),
    dispersion: float = 0.0,
    days: int = 7,
    **columns: Numbers,
) -> Case:
    """Return a case.

    Parameters
    ----------
    wanted : SKU to (T, R) numbers
        Mean demand by period and region.
    on_hand : (node, SKU) to units
    receipts : sequence of (day, node, SKU, units)
    columns : numbers
        Of the products.
    """
    network = make_network(nodes, lanes, service)
    products = make_products(sorted(wanted), **columns)
    skus, places = products.skus, network.node_axis
    mean = np.stack([np.asarray(wanted[sku], dtype=float) for sku in skus], axis=2)
    stocked = np.zeros((len(places), len(skus)), dtype=np.int64)
    for (node, sku), units in on_hand.items():
        stocked[places.position(node), skus.position(sku)] = units
    coming = sorted(
        Receipt(day(when), places.position(node), skus.position(sku), units)
        for when, node, sku, units in receipts
    )
    demand = Forecast(
        network.region_axis,
        skus,
        Periods(START, days, len(mean)),
        mean,
        np.full_like(mean, dispersion),
        mean.sum(axis=0),
        np.full_like(mean[0], dispersion),
        {"own": 0.75 * mean.sum(axis=0), "pool": 0.25 * mean.sum(axis=0)},
    )
    return Case(network, products, Stock(stocked, tuple(coming)), demand)


def one_lane(
    wanted: float, stock: int, *, periods: int = 1, dispersion: float = 0.0, **columns: Numbers
) -> Case:
    """Return the newsvendor's case: DC holds the stock, A serves r1, the lane costs 1."""
    return make_case(
        [origin("DC"), forward("A")],
        [lane("DC>A", cost_per_unit=1.0)],
        {"A": [2.0], "DC": [np.inf]},
        {"S": [[wanted]] * periods},
        on_hand={("DC", "S"): stock},
        dispersion=dispersion,
        **columns,
    )


def moved(plan: Plan) -> dict[tuple[str, str, str], int]:
    """Return units by (SKU, origin, destination)."""
    units: dict[tuple[str, str, str], int] = {}
    for line in plan.transfers:
        key = (line.sku, line.origin, line.destination)
        units[key] = units.get(key, 0) + line.quantity
    return units


def published(sku: str, units: int, way: str, *, ships: int, name: str = "") -> Transfer:
    """Return a line of the published plan."""
    start, end = way.split(">")
    return Transfer(
        transfer_id="T0",
        sku=sku,
        quantity=units,
        origin=start,
        destination=end,
        lane_id=name or way,
        ship_date=day(ships),
        arrival_date=day(ships),
        load_id="",
        volume_m3=0.0,
        weight_kg=0.0,
        transport_cost=0.0,
        expected_saving=0.0,
        chance_unused=0.0,
        reason="",
    )


def random_case(
    rng: Generator,
    *,
    skus: int = 2,
    forwards: int = 2,
    origins: int = 1,
    regions: int = 3,
    periods: int = 2,
    days: int = 7,
    limits: bool = False,
    vehicles: bool = False,
    hubs: bool = False,
) -> Case:
    """Return a random case that doing nothing always keeps.

    ``limits`` gives the forward nodes storage and throughput, ``vehicles`` the lanes vehicles,
    ``hubs`` lanes between forward nodes.
    """
    senders = [f"O{i}" for i in range(origins)]
    receivers = [f"F{i}" for i in range(forwards)]
    names = [f"S{k:03d}" for k in range(skus)]
    volume = rng.uniform(0.2, 2.0, skus).round(3)
    mean = rng.lognormal(0.3, 0.9, (periods, regions, skus)).round(3)
    mean[rng.random(mean.shape) < 0.15] = 0.0
    need = mean.sum(axis=(0, 1))
    on_hand = {
        (node, sku): int(rng.integers(0, 3 + need[k] * share))
        for node, share in [*((o, 1.5) for o in senders), *((f, 0.3) for f in receivers)]
        for k, sku in enumerate(names)
    }
    receipts = [
        (
            int(rng.integers(-3, periods * days + 3)),
            str(rng.choice(senders + receivers)),
            str(rng.choice(names)),
            int(rng.integers(1, 6)),
        )
        for _ in range(int(rng.integers(0, 4)))
    ]
    room = float(need @ volume) / forwards
    lying = {
        node: sum(on_hand[node, sku] * v for sku, v in zip(names, volume, strict=True))
        + sum(q * volume[names.index(s)] for _, j, s, q in receipts if j == node)
        for node in receivers
    }
    nodes = [origin(o) for o in senders]
    for node in receivers:
        terms = {"handling_cost": round(float(rng.uniform(0, 0.3)), 3)}
        if limits:
            terms["storage_m3"] = lying[node] + room * float(rng.uniform(0.2, 0.8))
            terms["inbound_m3"] = lying[node] + room * float(rng.uniform(0.1, 0.6))
            terms["outbound_m3"] = room * float(rng.uniform(0.0, 0.5))
        nodes.append(forward(node, **terms))
    ways = [f"{o}>{f}" for o in senders for f in receivers]
    if hubs:
        ways += [f"{a}>{b}" for a in receivers for b in receivers if a != b]
    lanes = []
    for way in ways:
        terms = {
            "cost_per_unit": round(float(rng.uniform(0.05, 0.6)), 3),
            "cost_per_m3": round(float(rng.uniform(0, 0.4)), 3),
        }
        if vehicles:
            terms |= {
                "vehicle_cost": round(float(rng.uniform(1, 8)), 2),
                "vehicle_m3": round(room * float(rng.uniform(0.3, 1.5)) + 8.0, 2),
                "vehicle_kg": round(room * float(rng.uniform(0.5, 1.5)) + 8.0, 2),
                "vehicles": 2.0,
            }
        lead = int(rng.integers(0, max(2, periods * days - days + 1)))
        on = ",".join(sorted(rng.choice(WEEKDAYS, 3, replace=False))) if rng.random() < 0.5 else ""
        lanes.append(lane(way, lead, on=on, **terms))
    service = {f: rng.uniform(1, 5, regions).round(3) for f in receivers}
    service |= {o: rng.uniform(4, 9, regions).round(3) for o in senders}
    if rng.random() < 0.3:  # one region out of one node's reach
        service[receivers[0]][0] = np.inf
    return make_case(
        nodes,
        lanes,
        service,
        {sku: mean[:, :, k] for k, sku in enumerate(names)},
        on_hand=on_hand,
        receipts=receipts,
        dispersion=float(rng.choice([0.0, 0.3])),
        days=days,
        unit_volume_m3=volume,
        unit_weight_kg=rng.uniform(0.2, 2.0, skus).round(3),
        shortage_cost=rng.uniform(6, 15, skus).round(3),
        holding_cost=rng.uniform(0, 0.3, skus).round(3),
        return_cost=rng.choice([0.0, 1.0, 3.0], skus),
        case_pack=rng.choice([1, 1, 2, 4], skus),
    )


def in_transit(case: Case, rng: Generator, *, rows: int = 6) -> Case:
    """Return the case with receipts whose hubs are ahead of them, some to come after the window.

    Their nodes have room for them besides what they had.
    """
    axis, skus = case.network.node_axis, case.products.skus
    days = case.demand.periods.days * len(case.demand.mean)
    found, room = [], np.zeros(len(axis))
    for _ in range(rows):
        hub, end = (str(node) for node in rng.choice(axis.ids, 2, replace=False))
        at_hub, more = (int(rng.integers(0, days)) for _ in range(2))
        sku, units = str(rng.choice(skus.ids)), int(rng.integers(1, 8))
        found.append(((at_hub, hub), (at_hub + more, end), sku, units))
        room[axis.position(end)] += units * case.products.unit_volume_m3[skus.position(sku)]
    nodes = [
        replace(node, storage_m3=node.storage_m3 + more, inbound_m3=node.inbound_m3 + more)
        for node, more in zip(case.network.nodes, room.tolist(), strict=True)
    ]
    network = replace(case.network, nodes=tuple(nodes))
    return replace(case, network=network).with_transit(*found)
