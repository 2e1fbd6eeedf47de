"""The second opinion: a sound run passes, every cell that is tampered with is found and named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import nbinom, poisson

from prepos.core.axes import Axis
from prepos.core.network import Lane, Network, Node, Region, Service
from prepos.core.periods import Periods
from prepos.core.products import Products
from prepos.core.run import (
    ALLOCATION,
    CATCHMENTS,
    FORECAST,
    FORECAST_TOTAL,
    KPIS,
    LOADS,
    REDIRECTS,
    ROUTING,
    RUN_TABLES,
    SIGNALS,
    SUPPLY,
    TARGETS,
    TRANSFERS,
    VALUES,
    RunFiles,
)
from prepos.core.stock import Receipt, Stock
from prepos.core.verdict import CHECKS
from prepos.errors import RunError
from prepos.plan.options import PlanOptions
from prepos.plan.verification import verify_plan
from prepos.plan.verify_book import Given

START = date(2025, 3, 3)  # a Monday
NODES, SKUS, REGIONS = ("A", "B", "DC"), ("007", "NA"), ("r1", "r2", "r3", "r4", "r5")
AREA = {"r1": "A", "r2": "B", "r3": "A", "r4": "A#2", "r5": "unserved"}
CHEAPEST = {"A": "A", "B": "B", "A#2": "A", "unserved": None}
VOLUME, WEIGHT = {"007": 0.5, "NA": 0.25}, {"007": 2.0, "NA": 1.0}
SHORTAGE, HOLDING, RETURN = {"007": 30.0, "NA": 23.0}, {"007": 0.2, "NA": 0.1}, {"007": 2, "NA": 1}
SHIP_COST = {  # currency per unit by node, to r1 … r5
    "A": (1.0, 4.0, 2.0, 1.5, np.inf),
    "B": (3.0, 1.0, 4.0, np.inf, np.inf),
    "DC": (6.0, 6.0, 7.0, 6.5, np.inf),
}
DISTANCE = {"A": (10, 60, 20, 15, 900), "B": (60, 10, 70, 65, 900), "DC": (200, 210, 220, 205, 900)}
LANES = (
    Lane(lane_id="A>B", origin="A", destination="B", lead_time_days=1, cost_per_unit=1.0),
    Lane(lane_id="B>A", origin="B", destination="A", lead_time_days=1, cost_per_unit=1.0),
    Lane(
        lane_id="DC>A",
        origin="DC",
        destination="A",
        lead_time_days=2,
        cost_per_m3=2.0,
        cost_per_kg=0.1,
        co2e_kg_per_kg=0.05,
        vehicle_cost=15.0,
        vehicle_m3=4.0,
        vehicle_kg=20.0,
        vehicles=2,
        ship_weekdays=("mon", "thu"),
    ),
    Lane(
        lane_id="DC>B",
        origin="DC",
        destination="B",
        lead_time_days=4,
        cost_per_unit=0.5,
        cost_per_m3=1.0,
    ),
)
HANDLING = {"A": 0.3, "B": 0.2, "DC": 0.0}
ON_HAND = {("A", "NA"): 2, ("DC", "007"): 20, ("DC", "NA"): 30}
OVERDUE, COMING = ("A", "NA", -2, 1), ("DC", "007", 2, 8)  # node, SKU, day, units
MOVES = (  # SKU, units, lane, day, vehicle
    ("007", 4, "DC>A", 0, 1),
    ("NA", 6, "DC>A", 0, 1),
    ("007", 4, "DC>A", 3, 1),
    ("NA", 5, "DC>B", 0, 0),
)
MEANS = {"r1": (1.5, 2.0), "r2": (0.0, 3.0), "r3": (0.5, 1.0), "r4": (0.25, 0.5), "r5": (0.5, 0.0)}
DISPERSION = {"007": (0.0, 0.0, 0.0), "NA": (0.4, 0.3, 0.5)}  # of week 1, both weeks, week 2
SPANS = ((0, 0), (0, 1), (1, 1))
ASIDE = (  # way, SKU, node, catchment, period, moved, from, to, units
    ("both", "NA", "A", "A", 0, 0, 0, 1, 1.0),
    ("both", "NA", "A", "A", 0, 0, 1, 3, 1.5),
    ("both", "007", "DC", "A", 0, 0, 0, 1, 1.0),
    ("both", "NA", "DC", "B", 0, 0, 0, 2, 2.0),
    ("nothing", "007", "DC", "A", 1, 0, 2, 3, 1.0),
    ("plan", "007", "A", "A", 1, 1, 2, 3, 0.75),
    ("plan", "007", "DC", "A", 1, 0, 2, 3, 0.25),
    ("plan", "007", "A", "A#2", 1, 1, 0, 1, 1.0),
    ("plan", "NA", "A", "A", 1, 1, 3, 6, 3.0),
    ("plan", "NA", "B", "B", 1, 1, 2, 4, 2.0),
    ("plan", "NA", "B", "B", 1, 1, 4, 6, 2.0),
)
SOURCES = (  # SKU, node, first day, units: stock, with what is overdue, and what is to come
    ("007", "DC", -1, 20),
    ("007", "DC", 2, 8),
    ("NA", "A", -1, 3),
    ("NA", "DC", -1, 30),
)
WEEKS = ("2025-03-03", "2025-03-10")
LEAVES = ("2025-03-03", "2025-03-06", "2025-03-10")  # in time to serve the second week on DC>A
PRICES = {  # currency per unit of each limit that there is
    **{("storage_m3", f"{node} {week}"): 0.0 for node in NODES for week in WEEKS},
    **{("inbound_m3", f"{node} {week}"): 0.0 for node in NODES for week in WEEKS},
    **{("outbound_m3", f"{node} {week}"): 0.0 for node in NODES for week in WEEKS},
    **{("vehicle_m3", f"DC>A {day}"): 0.25 for day in LEAVES},
    **{("vehicle_kg", f"DC>A {day}"): 0.0 for day in LEAVES},
    **{("whole_inbound_m3", f"A {week}"): 0.0 for week in WEEKS},
    **{("vehicles", f"DC>A {week}"): 0.0 for week in WEEKS},
    ("budget", ""): 0.5,
    ("storage_m3", "A 2025-03-03"): 0.3,
    ("storage_m3", "A 2025-03-10"): 0.1,
    ("inbound_m3", "A 2025-03-03"): 0.2,
}


def given() -> Given:
    """Return the inputs as the nouns of the house."""
    nodes = tuple(
        Node(
            node_id=node,
            kind="origin" if node == "DC" else "forward",
            latitude=0.0,
            longitude=0.0,
            storage_m3=40.0 if node == "DC" else 10.0,
            inbound_m3=8.0,
            outbound_m3=9.0,
            handling_cost=HANDLING[node],
        )
        for node in NODES
    )
    regions = tuple(Region(region_id=region, latitude=0.0, longitude=0.0) for region in REGIONS)
    on_hand = np.array([[ON_HAND.get((node, sku), 0) for sku in SKUS] for node in NODES])
    receipts = tuple(
        Receipt(START + timedelta(days=day), NODES.index(node), SKUS.index(sku), units)
        for node, sku, day, units in (OVERDUE, COMING)
    )
    ship_cost = np.array([SHIP_COST[node] for node in NODES])
    distance = np.array([DISTANCE[node] for node in NODES], dtype=float)
    nobody = np.array([], dtype=np.int64)
    return Given(
        network=Network(
            nodes,
            regions,
            LANES,
            Service(ship_cost, np.ones_like(ship_cost), distance),
            (nobody, nobody, np.array([])),
        ),
        products=Products(
            skus=Axis("sku", SKUS),
            unit_volume_m3=np.array([VOLUME[sku] for sku in SKUS]),
            unit_weight_kg=np.array([WEIGHT[sku] for sku in SKUS]),
            unit_value=np.zeros(2),
            shortage_cost=np.array([SHORTAGE[sku] for sku in SKUS]),
            holding_cost=np.array([HOLDING[sku] for sku in SKUS]),
            return_cost=np.array([RETURN[sku] for sku in SKUS], dtype=float),
            case_pack=np.array([2, 1]),
            minimum_lot=np.array([4, 5]),
            category=("", ""),
            shelf_life_days=np.full(2, np.inf),
            launched_on=("", ""),
        ),
        stock=Stock(on_hand, receipts),
        overrides=None,
        options=PlanOptions(near=2, budget=60.0, carbon_price=2.0),
        periods=Periods(cutoff=START, days=7, horizon=3),
        floor=0.001,
    )


def day_of(days: int) -> pd.Timestamp:
    """Return a day after the cutoff."""
    return pd.Timestamp(START + timedelta(days=days))


def frame_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows with the types that a run is read back with."""
    frame = pd.DataFrame(rows)
    for name in frame:
        if name in ("period_start", "ship_date", "arrival_date", "lies_from", "at_hub_on"):
            frame[name] = frame[name].astype("datetime64[s]")
    return frame


def transfer_rows() -> list[dict[str, Any]]:
    """Return the transfers; their ids are worked out apart, with sha256sum."""
    ids = ("Tdfac292db507", "T9aa970d7f826", "Tbb4a62fa8775", "Te26b05d1be13")
    rows = []
    for (sku, units, lane_id, day, vehicle), key in zip(MOVES, ids, strict=True):
        lane = next(lane for lane in LANES if lane.lane_id == lane_id)
        volume, weight = units * VOLUME[sku], units * WEIGHT[sku]
        shipped = day_of(day)
        rows.append(
            {
                "transfer_id": key,
                "plan_id": "run",
                "sku": sku,
                "quantity": units,
                "origin": lane.origin,
                "destination": lane.destination,
                "lane_id": lane_id,
                "ship_date": shipped,
                "arrival_date": shipped + timedelta(days=lane.lead_time_days),
                "load_id": f"{lane_id}@{shipped.date()}/{vehicle}" if vehicle else "",
                "volume_m3": volume,
                "weight_kg": weight,
                "transport_cost": units * lane.cost_per_unit
                + volume * lane.cost_per_m3
                + weight * lane.cost_per_kg,
                "expected_saving": 1.0,
                "chance_unused": 0.25,
                "reason": "near",
            }
        )
    return rows


def load_rows(transfers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one row a vehicle."""
    rows = []
    for key in sorted({line["load_id"] for line in transfers} - {""}):
        lines = [line for line in transfers if line["load_id"] == key]
        volume, weight = (sum(line[c] for line in lines) for c in ("volume_m3", "weight_kg"))
        same = ("load_id", "lane_id", "origin", "destination", "ship_date", "arrival_date")
        rows.append(
            {name: lines[0][name] for name in same}
            | {
                "volume_m3": volume,
                "weight_kg": weight,
                "fill": max(volume / 4.0, weight / 20.0),
                "cost": 15.0,
            }
        )
    return rows


def chance(area: str, sku: str, since: int, low: int, high: int, until: int) -> float:
    """Return the chance that a unit is used for some ranks: half of those before are lost."""
    before = wanted_by(area, sku, low, high, since - 1) if since else 0.0
    return wanted_by(area, sku, low, high, until) - 0.5 * before


def wanted_by(area: str, sku: str, low: int, high: int, until: int) -> float:
    """Return the chance that ranks are wanted by a week's end: the mean over their units."""
    mean, units = (until + 1) * area_mean(area, sku), np.arange(low, high)
    return float(scattered(mean, DISPERSION[sku][SPANS.index((0, until))]).sf(units).mean())


def scattered(mean: float, dispersion: float) -> Any:
    """Return the law of a demand."""
    if not dispersion:
        return poisson(mean)
    return nbinom(1 / dispersion, 1 / (1 + dispersion * mean))


def enough(sku: str) -> float:
    """Return the chance that all stock, that to come included, suffices for both weeks' demand."""
    stock = sum(units for held, *_, units in SOURCES if held == sku)
    means = [2 * area_mean(area, sku) for area in CHEAPEST]
    spread = DISPERSION[sku][1] * sum(mean**2 for mean in means) / sum(means) ** 2
    return float(scattered(sum(means), spread).cdf(stock))


def besides(sku: str, left: float) -> tuple[float, float, float]:
    """Return units that so many left at DC serve of who else falls short, their cost and km."""
    total = sum(area_mean(area, sku) for area in CHEAPEST)
    part = {area: area_mean(area, sku) / total for area in CHEAPEST if area != "unserved"}
    other = {area: own * (1.0 - own) for area, own in part.items()}
    units = 0.75 * (1.0 - enough(sku)) * left
    cost, km = (
        units * sum(share * area_value(told, "DC", area, sku) for area, share in other.items())
        for told in (SHIP_COST, DISTANCE)
    )
    return units * sum(other.values()), cost, km


def saved(sku: str) -> float:
    """Return currency that a unit left at DC saves."""
    units, cost, _ = besides(sku, 1.0)
    return SHORTAGE[sku] * units - cost


def area_mean(area: str, sku: str) -> float:
    """Return a catchment's mean in every period."""
    return sum(MEANS[region][SKUS.index(sku)] for region in REGIONS if AREA[region] == area)


def allocation_rows() -> list[dict[str, Any]]:
    """Return what is put aside in both ways; ``use`` is by week."""
    rows = []
    for way in ("nothing", "plan"):
        for told, sku, node, area, period, moved, low, high, units in ASIDE:
            if told in ("both", way):
                by_end = [
                    units * chance(area, sku, period, low, high, until) if until >= period else 0.0
                    for until in (0, 1)
                ]
                rows.append(
                    {
                        "plan": way,
                        "sku": sku,
                        "node_id": node,
                        "catchment_id": area,
                        "period_start": day_of(7 * period),
                        "moved": moved,
                        "rank_from": low,
                        "rank_to": high,
                        "units": units,
                        "expected_use": by_end[1],
                        "relieved": enough(sku)
                        * (units * chance(area, sku, 0, low, high, 1) - by_end[1]),
                        "use": (by_end[0], by_end[1] - by_end[0]),
                    }
                )
    return rows


def target_rows(
    transfers: list[dict[str, Any]], allocation: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return stock by node, SKU and period, counted one by one."""
    rows = []
    for node in NODES:
        for sku in SKUS:
            stock = idle = float(ON_HAND.get((node, sku), 0))
            stock, idle = (
                s + (OVERDUE[3] if OVERDUE[:2] == (node, sku) else 0) for s in (stock, idle)
            )
            for period in (0, 1):
                first, last = day_of(7 * period), day_of(7 * period + 6)
                moves = [line for line in transfers if line["sku"] == sku]
                into = sum(
                    line["quantity"]
                    for line in moves
                    if line["destination"] == node and first <= line["arrival_date"] <= last
                )
                out = sum(
                    line["quantity"]
                    for line in moves
                    if line["origin"] == node and first <= line["ship_date"] <= last
                )
                receipts = COMING[3] if (*COMING[:2], 0) == (node, sku, period) else 0
                at = [row for row in allocation if (row["node_id"], row["sku"]) == (node, sku)]
                use, without = (
                    sum(row["use"][period] for row in at if row["plan"] == way)
                    for way in ("plan", "nothing")
                )
                opening, stock = stock, stock + receipts + into - out - use
                idle += receipts - without
                row = {
                    "node_id": node,
                    "sku": sku,
                    "period_start": first,
                    "opening": opening,
                    "receipts": float(receipts),
                    "transfers_in": float(into),
                    "transfers_out": float(out),
                    "expected_use": use,
                    "closing": stock,
                    "closing_without_plan": idle,
                    "fill_rate": fill_rate(node, sku, period, allocation),
                }
                if any(row[name] for name in list(row)[3:-1]):
                    rows.append(row)
    return rows


def fill_rate(node: str, sku: str, period: int, allocation: list[dict[str, Any]]) -> float:
    """Return the share served of the demand of the node's own catchments."""
    own = [area for area, cheapest in CHEAPEST.items() if cheapest == node]
    demand = sum(area_mean(area, sku) for area in own)
    served = sum(
        row["use"][period]
        for row in allocation
        if row["plan"] == "plan" and row["catchment_id"] in own and row["sku"] == sku
    )
    return min(served / demand, 1.0) if demand else 1.0


def area_value(values: dict[str, tuple[float, ...]], node: str, area: str, sku: str) -> float:
    """Return a node's mean cost or distance to a catchment, weighted by the total forecast."""
    members = [region for region in REGIONS if AREA[region] == area]
    weights = [MEANS[region][SKUS.index(sku)] for region in members]
    told = [values[node][REGIONS.index(region)] for region in members]
    return float(np.average(told, weights=weights if sum(weights) else None))


def figures(
    way: str,
    transfers: list[dict[str, Any]],
    loads: list[dict[str, Any]],
    allocation: list[dict[str, Any]],
    targets: list[dict[str, Any]],
) -> dict[str, float]:
    """Return one way's part of ``kpis.json``, summed row by row."""
    rows = [row for row in allocation if row["plan"] == way]
    moved = transfers if way == "plan" else []
    closing = "closing" if way == "plan" else "closing_without_plan"
    forward = [row for row in targets if row["node_id"] != "DC"]
    returned = dict.fromkeys(((node, sku) for node in ("A", "B") for sku in SKUS), 0.0)
    for cell in returned:
        came = sum(m["quantity"] for m in moved if (m["destination"], m["sku"]) == cell)
        aside = [r for r in rows if r["moved"] and (r["node_id"], r["sku"]) == cell]
        kept = sum(row["units"] for row in aside)
        returned[cell] = kept - sum(row["expected_use"] for row in aside) + max(0.0, came - kept)
    demand = {sku: 2 * sum(MEANS[region][SKUS.index(sku)] for region in REGIONS) for sku in SKUS}
    got = [(row["sku"], row["expected_use"] + row["relieved"]) for row in rows]
    last = [r for r in targets if r["node_id"] == "DC" and r["period_start"] == day_of(7)]
    spare = [(row["sku"], besides(row["sku"], row[closing])) for row in last]
    got += [(sku, units) for sku, (units, _, _) in spare]
    served = {sku: sum(units for other, units in got if other == sku) for sku in SKUS}
    who = [(row, row["node_id"], row["catchment_id"], row["sku"]) for row in rows]
    co2e = sum(0.05 * line["weight_kg"] for line in moved if line["lane_id"] == "DC>A")
    costs = {
        "transport_cost": sum(line["transport_cost"] for line in moved),
        "vehicle_cost": 15.0 * len(loads) if moved else 0.0,
        "handling_cost": sum(line["quantity"] * HANDLING[line["destination"]] for line in moved),
        "service_cost": sum(
            r["expected_use"] * area_value(SHIP_COST, n, z, k)
            + r["relieved"] * area_value(SHIP_COST, "DC", z, k)
            for r, n, z, k in who
        )
        + sum(cost for _, (_, cost, _) in spare),
        "holding_cost": sum(row[closing] * HOLDING[row["sku"]] for row in forward),
        "return_cost": sum(units * RETURN[sku] for (_, sku), units in returned.items()),
        "shortage_cost": sum(SHORTAGE[sku] * (demand[sku] - served[sku]) for sku in SKUS),
        "stability_cost": 0.0,
        "carbon_cost": 2.0 * co2e,
    }
    use = sum(served.values())
    near = sum(r["expected_use"] for r, node, area, _ in who if CHEAPEST[area] == node)
    km = sum(
        r["expected_use"] * area_value(DISTANCE, n, z, k)
        + r["relieved"] * area_value(DISTANCE, "DC", z, k)
        for r, n, z, k in who
    ) + sum(far for _, (_, _, far) in spare)
    return {
        "total_cost": sum(costs.values()),
        **costs,
        "units": float(sum(line["quantity"] for line in moved)),
        "loads": len(loads) if moved else 0,
        "volume_m3": sum(line["volume_m3"] for line in moved),
        "fill_rate": use / sum(demand.values()),
        "local_share": near / sum(demand.values()),
        "mean_distance_km": km / use,
        "co2e_kg": co2e,
    }


def forecast_rows() -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the forecast's three files."""
    cells = [
        (region, sku, MEANS[region][i])
        for region in REGIONS
        for i, sku in enumerate(SKUS)
        if MEANS[region][i]
    ]
    return {
        FORECAST: [
            {
                "region_id": region,
                "sku": sku,
                "period_start": day_of(7 * period),
                "mean": mean,
                "q50": 0.0,
                "q90": 2.0,
            }
            for region, sku, mean in cells
            for period in range(3)
        ],
        FORECAST_TOTAL: [
            {"region_id": region, "sku": sku, "mean": 3 * mean, "q50": 1.0, "q90": 4.0}
            for region, sku, mean in cells
        ],
        SIGNALS: [
            {"region_id": region, "sku": sku, "signal": signal, "mean": part * 3 * mean}
            for region, sku, mean in cells
            for signal, part in (("own", 0.75), ("pool", 0.25))
        ],
    }


def catchment_rows() -> list[dict[str, Any]]:
    """Return the demand of every span of the window."""
    return [
        {
            "catchment_id": area,
            "sku": sku,
            "period_start": day_of(7 * first),
            "periods": last - first + 1,
            "mean": (last - first + 1) * area_mean(area, sku),
            "dispersion": dispersion,
        }
        for area in sorted(CHEAPEST)
        for sku in SKUS
        for (first, last), dispersion in zip(SPANS, DISPERSION[sku], strict=True)
        if area_mean(area, sku)
    ]


def supply_rows() -> list[dict[str, Any]]:
    """Return the sources; a unit is valued so that none is worth serving anyone at these prices."""
    return [
        {
            "sku": sku,
            "node_id": node,
            "lies_from": day_of(first),
            "hub_node_id": node,
            "at_hub_on": day_of(first),
            "units": units,
            "value": SHORTAGE[sku] + 1.0,
        }
        for sku, node, first, units in SOURCES
    ]


def value_rows() -> list[dict[str, Any]]:
    """Return what the stock on hand is worth as its source tells, and a unit where none lies.

    At DC what it saves as spare comes on top.
    """
    told = [
        (row["node_id"], row["sku"], row["value"] + (row["node_id"] == "DC") * saved(row["sku"]))
        for row in supply_rows()
    ]
    now = [row["lies_from"] == day_of(-1) for row in supply_rows()]
    rows = [*(each for each, lies in zip(told, now, strict=True) if lies), ("B", "007", 4.5)]
    return [dict(zip(("node_id", "sku", "value"), row, strict=True)) for row in rows]


def routing_rows() -> list[dict[str, Any]]:
    """Return the nodes of the cells that are not served nearest first.

    B holds NA, and a unit there is worth nothing; so it serves r1 and r3 before A, where one is
    worth 24. r4 has A and DC alone, r2 has B nearest; and 007 is dearest where it is farthest.
    """
    at_origin = 24.0 + saved("NA")
    ranked = (
        ("r1", 1, "B", 3.0, 0.0),
        ("r1", 2, "A", 1.0, 24.0),
        ("r1", 3, "DC", 6.0, at_origin),
        ("r3", 1, "B", 4.0, 0.0),
        ("r3", 2, "A", 2.0, 24.0),
        ("r3", 3, "DC", 7.0, at_origin),
    )
    return [
        {
            "region_id": region,
            "sku": "NA",
            "rank": rank,
            "node_id": node,
            "service_cost": cost,
            "value": value,
            "price": cost + value,
        }
        for region, rank, node, cost, value in ranked
    ]


def stressed(idle: float) -> list[dict[str, float]]:
    """Return what is told of harder times: made up, but that late lanes leave doing nothing."""
    told = ((0.25, 1.0, 80.0, 100.0), (0.5, 1.0, 160.0, 150.0), (1.0, 2.0, idle, idle - 3.0))
    names = ("demand", "lead_time", "nothing", "plan")
    return [
        dict(zip(names, case, strict=True))
        | {"saving": case[2] - case[3], "share": (case[2] - case[3]) / case[2]}
        for case in told
    ]


def proven() -> float:
    """Return what prices and values prove: no rank pays, so all demand is short and all idles."""
    short = sum(
        2 * SHORTAGE[sku] * sum(MEANS[region][i] for region in REGIONS)
        for i, sku in enumerate(SKUS)
    )
    at_a = 2 * HOLDING["NA"] + VOLUME["NA"] * (0.3 + 0.1)  # two weeks of holding and storage
    idle = 3 * (at_a - SHORTAGE["NA"] - 1) - 28 * (SHORTAGE["007"] + 1) - 30 * (SHORTAGE["NA"] + 1)
    idle -= 28 * saved("007") + 30 * saved("NA")
    paid = 10.0 * (0.3 + 0.1) + 8.0 * 0.2 + 60.0 * 0.5  # a vehicle pays for itself: 15 < 4 * 0.25
    return short + idle - paid


def no_redirects() -> pd.DataFrame:
    """Return that nothing in transit is taken off at a hub."""
    kinds = {"date": "datetime64[s]", "integer": "int64", "number": "float64", "text": "str"}
    columns = RUN_TABLES[REDIRECTS].items()
    return pd.DataFrame({name: pd.Series(dtype=kinds[kind]) for name, kind in columns})


def make_run() -> RunFiles:
    """Return the whole run, worked out row by row."""
    transfers, allocation = transfer_rows(), allocation_rows()
    loads, targets = load_rows(transfers), target_rows(transfers, allocation)
    parts = transfers, loads, allocation, targets
    kpis: dict[str, Any] = {way: figures(way, *parts) for way in ("plan", "nothing")}
    total = kpis["plan"]["total_cost"]
    kpis |= {
        "window": {"cutoff": "2025-03-03", "period_days": 7, "periods": 2},
        "redirect_saving": 0,
        "slack_penalty": 0,
        "objective": total,
        "bound": proven(),
        "gap": (total - proven()) / total,
        "method": "decompose",
        "status": "feasible",
        "slacks": [],
        "held_back": None,
        "stress": stressed(kpis["nothing"]["total_cost"]),
    }
    rows = {
        TRANSFERS: transfers,
        LOADS: loads,
        TARGETS: targets,
        ALLOCATION: [{k: v for k, v in row.items() if k != "use"} for row in allocation],
        CATCHMENTS: catchment_rows(),
        SUPPLY: supply_rows(),
        VALUES: value_rows(),
        ROUTING: routing_rows(),
        **forecast_rows(),
    }
    return RunFiles(
        frames={name: frame_of(told) for name, told in rows.items()} | {REDIRECTS: no_redirects()},
        kpis=kpis,
        manifest={},
        certificate={
            "schema": "prepos/certificate@1",
            "bound": proven(),
            "rows": [
                {"limit": limit, "place": place, "price": price}
                for (limit, place), price in PRICES.items()
            ],
        },
    )


def tamper(run: RunFiles, file: str, row: int, column: str, value: Any) -> RunFiles:
    """Return the run with one cell changed; a function changes what stands there."""
    frame = run.frames[file].copy()
    old = frame[column].iloc[row]
    new = value(old) if callable(value) else value
    if isinstance(new, float) and frame[column].dtype == np.int64:
        frame[column] = frame[column].astype(float)
    frame.iloc[row, frame.columns.get_loc(column)] = new
    return replace(run, frames={**run.frames, file: frame})


def tamper_kpis(run: RunFiles, key: str, value: Any) -> RunFiles:
    """Return the run with one figure changed, named with dots."""
    *outer, name = key.split(".")
    kpis = {**run.kpis}
    inner = kpis
    for step in outer:
        inner[step] = {**inner[step]}
        inner = inner[step]
    inner[name] = value(inner[name]) if callable(value) else value
    return replace(run, kpis=kpis)


def test_a_sound_run_passes() -> None:
    """Every check of a run worked out by hand passes, and all were made."""
    verdict = verify_plan(make_run(), given(), "run")
    assert [str(fault) for fault in verdict.faults] == []
    assert verdict.passed
    unasked = {"override", "frozen"}  # neither overrides nor a published plan are given
    assert {check.name for check in verdict.checks} == set(CHECKS) - unasked
    assert all(check.worst < 1e-6 for check in verdict.checks if check.name not in LIMITS)


LIMITS = {"storage_m3", "inbound_m3", "outbound_m3", "put_aside", "on_hand"}

Change = Callable[[Any], Any]
CELLS: tuple[tuple[str, int, str, Any, str], ...] = (  # file, row, column, value, check
    (TRANSFERS, 0, "quantity", 6, "line_volume"),
    (TRANSFERS, 0, "quantity", 3, "case_pack"),
    (TRANSFERS, 0, "quantity", -2, "case_pack"),
    (TRANSFERS, 3, "quantity", 40, "on_hand"),
    (TRANSFERS, 0, "quantity", 2, "minimum_lot"),
    (TRANSFERS, 3, "quantity", 4, "minimum_lot"),
    (TRANSFERS, 0, "plan_id", "other", "plan_id"),
    (TRANSFERS, 1, "transfer_id", "Tdfac292db507", "transfer_id"),
    (TRANSFERS, 1, "transfer_id", "T000000000000", "transfer_id"),
    (TRANSFERS, 0, "sku", "7", "known_ids"),
    (TRANSFERS, 0, "origin", "nowhere", "known_ids"),
    (TRANSFERS, 0, "destination", "B", "lane"),
    (TRANSFERS, 3, "lane_id", "DC>A", "lane"),
    (TRANSFERS, 0, "ship_date", day_of(1), "ship_date"),
    (TRANSFERS, 0, "ship_date", day_of(-7), "ship_date"),
    (TRANSFERS, 3, "ship_date", day_of(14), "ship_date"),
    (TRANSFERS, 0, "arrival_date", day_of(1), "arrival_date"),
    (TRANSFERS, 0, "load_id", "", "load_id"),
    (TRANSFERS, 3, "load_id", "DC>A@2025-03-03/1", "load_id"),
    (TRANSFERS, 0, "load_id", "DC>A@2025-03-06/1", "load_way"),
    (TRANSFERS, 0, "volume_m3", 2.0001, "line_volume"),
    (TRANSFERS, 0, "weight_kg", 7.0, "line_weight"),
    (TRANSFERS, 0, "transport_cost", lambda cost: cost * 1.00001, "line_cost"),
    (TRANSFERS, 0, "chance_unused", 1.5, "line_risk"),
    (LOADS, 0, "load_id", "DC>A@2025-03-03/2", "load_id"),
    (LOADS, 0, "lane_id", "DC>B", "load_id"),
    (LOADS, 0, "destination", "B", "lane"),
    (LOADS, 0, "ship_date", day_of(3), "load_way"),
    (LOADS, 0, "arrival_date", day_of(3), "arrival_date"),
    (LOADS, 0, "volume_m3", 3.0, "load_volume"),
    (LOADS, 0, "weight_kg", 3.0, "load_weight"),
    (LOADS, 0, "fill", 0.5, "load_fill"),
    (LOADS, 0, "cost", 0.0, "load_cost"),
    (TARGETS, 0, "node_id", "DC", "targets"),
    (TARGETS, 0, "opening", 5.0, "targets"),
    (TARGETS, 1, "receipts", 1.0, "targets"),
    (TARGETS, 1, "transfers_in", 1.0, "targets"),
    (TARGETS, 1, "transfers_out", 1.0, "targets"),
    (TARGETS, 1, "expected_use", 0.0, "targets"),
    (TARGETS, 1, "closing", lambda units: units + 1e-4, "targets"),
    (TARGETS, 1, "closing_without_plan", 9.0, "targets"),
    (TARGETS, 1, "fill_rate", 0.1, "fill_rate"),
    (TARGETS, 1, "period_start", day_of(1), "known_ids"),
    (ALLOCATION, 0, "plan", "best", "known_ids"),
    (ALLOCATION, 0, "units", 0.5, "expected_use"),
    (ALLOCATION, 0, "expected_use", lambda use: use * 1.0001, "expected_use"),
    (ALLOCATION, 9, "relieved", lambda units: units * 1.0001, "expected_use"),
    (ALLOCATION, 0, "relieved", 1.0, "cost"),
    (ALLOCATION, 0, "rank_to", 0, "slice"),
    (ALLOCATION, 0, "moved", 2, "slice"),
    (ALLOCATION, 0, "moved", 1, "put_aside"),
    (ALLOCATION, 9, "moved", 0, "put_aside"),
    (ALLOCATION, 1, "rank_from", 0, "slice_width"),
    (ALLOCATION, 0, "node_id", "B", "put_aside"),
    (ALLOCATION, 0, "node_id", "B", "on_hand"),
    (ALLOCATION, 13, "period_start", day_of(0), "on_hand"),
    (ALLOCATION, 13, "period_start", day_of(0), "expected_use"),
    (ALLOCATION, 3, "catchment_id", "unserved", "server"),
    (ALLOCATION, 10, "units", 8.0, "slice_width"),
    (ALLOCATION, 0, "period_start", day_of(14), "known_ids"),
    (CATCHMENTS, 0, "mean", 2.5, "forecast"),
    (CATCHMENTS, 0, "mean", 0.0, "catchments"),
    (CATCHMENTS, 1, "mean", 4.1, "spans"),
    (CATCHMENTS, 1, "periods", 3, "catchments"),
    (CATCHMENTS, 1, "periods", 3, "spans"),
    (CATCHMENTS, 1, "periods", 1, "catchments"),
    (CATCHMENTS, 1, "dispersion", 0.2, "expected_use"),
    (CATCHMENTS, 4, "dispersion", 5.0, "expected_use"),
    (CATCHMENTS, 3, "dispersion", 0.2, "targets"),
    (SUPPLY, 0, "units", 21, "supply"),
    (SUPPLY, 0, "value", 30.0, "proof"),
    (SUPPLY, 0, "value", -1.0, "supply"),
    (SUPPLY, 1, "lies_from", day_of(3), "supply"),
    (SUPPLY, 2, "sku", "7", "known_ids"),
    (SUPPLY, 1, "hub_node_id", "A", "supply"),
    (SUPPLY, 1, "at_hub_on", day_of(3), "supply"),
    (SUPPLY, 0, "value", 30.0, "values"),
    (VALUES, 0, "value", lambda value: value + 0.01, "values"),
    (VALUES, 0, "value", 0.0, "values"),
    (VALUES, -1, "value", -4.5, "values"),
    (VALUES, 0, "node_id", "B", "values"),
    (VALUES, 0, "sku", "7", "known_ids"),
    (ROUTING, 0, "rank", 2, "routing"),
    (ROUTING, 1, "rank", 4, "routing"),
    (ROUTING, 0, "node_id", "A", "routing"),
    (ROUTING, 3, "region_id", "r4", "routing"),
    (ROUTING, 0, "sku", "007", "routing"),
    (ROUTING, 0, "service_cost", 3.1, "routing"),
    (ROUTING, 1, "value", 24.1, "routing"),
    (ROUTING, 2, "price", 30.1, "routing"),
    (ROUTING, 2, "node_id", "C", "known_ids"),
    (CATCHMENTS, 0, "catchment_id", "C", "known_ids"),
    (CATCHMENTS, 0, "period_start", day_of(14), "catchments"),
    (FORECAST, 0, "mean", 2.5, "forecast"),
    (FORECAST, 0, "q90", -1.0, "forecast"),
    (FORECAST, 0, "region_id", "r9", "known_ids"),
    (FORECAST_TOTAL, 1, "mean", 1.0, "cost"),
    (SIGNALS, 0, "mean", 1.0, "signals"),
)


@pytest.mark.parametrize(("file", "row", "column", "value", "check"), CELLS)
def test_a_tampered_cell_is_found(file: str, row: int, column: str, value: Any, check: str) -> None:
    """One cell changed in any file fails the check that it belongs to."""
    run = make_run()
    verdict = verify_plan(tamper(run, file, row, column, value), given(), "run")
    assert not verdict.check(check).passed, [str(fault) for fault in verdict.faults]
    assert not verdict.passed


FIGURES: tuple[tuple[str, Any, str], ...] = (
    *(
        (f"{way}.{name}", lambda value: value + 0.01, "cost")
        for way in ("plan", "nothing")
        for name in figures("plan", [], [], allocation_rows(), [])
    ),
    ("plan.total_cost", None, "cost"),
    ("bound", lambda value: value + 1.0, "bound"),
    ("bound", None, "bound"),
    ("gap", 0.0, "bound"),
    ("objective", 1.0, "bound"),
    ("slack_penalty", 1.0, "bound"),
    ("redirect_saving", 1.0, "redirect"),
    ("status", "optimal", "bound"),
    ("stress", [], "stress"),
    ("stress", stressed(1.0), "stress"),
    ("window", {"cutoff": "2025-03-03", "period_days": 7, "periods": 3}, "window"),
    (
        "slacks",
        [{"limit": "storage_m3", "place": "A 2025-03-03", "quantity": 1.0, "penalty": 0.0}],
        "slack",
    ),
)


@pytest.mark.parametrize("name", ["nothing", "plan", "saving", "share"])
def test_a_tampered_stress_is_found(name: str) -> None:
    """What the late plan saves has to be what doing nothing costs, less the plan."""
    run = make_run()
    told = [{**case} for case in run.kpis["stress"]]
    told[-1][name] += 0.01
    verdict = verify_plan(tamper_kpis(run, "stress", told), given(), "run")
    assert not verdict.check("stress").passed


def test_a_cell_that_is_not_ranked_is_missed() -> None:
    """A row fewer is found, and a row twice."""
    run = make_run()
    frame = run.frames[ROUTING]
    for rows in (frame.iloc[:5], frame.iloc[[0, 1, 2, 3, 4, 5, 5]]):
        verdict = verify_plan(replace(run, frames={**run.frames, ROUTING: rows}), given(), "run")
        assert verdict.check("routing").broken == 1, verdict.faults


def test_what_is_held_back_is_not_handed_over() -> None:
    """A run that moves lines that nobody asked for, and says it holds all back, is told of each."""
    held = {"lines": 2, "units": 5.0, "saving": 0.5, "share": 0.001}
    verdict = verify_plan(tamper_kpis(make_run(), "held_back", held), given(), "run")
    lines = [fault for fault in verdict.check("guard").faults if fault.file == TRANSFERS]
    assert len(lines) == len(MOVES)


@pytest.mark.parametrize(("key", "value", "check"), FIGURES)
def test_a_tampered_figure_is_found(key: str, value: Any, check: str) -> None:
    """One figure of kpis.json changed fails its check, and the fault names it."""
    verdict = verify_plan(tamper_kpis(make_run(), key, value), given(), "run")
    assert not verdict.check(check).passed
    assert all(fault.file == KPIS for fault in verdict.check(check).faults)
    assert any(fault.column == key for fault in verdict.check(check).faults)


def test_a_fault_names_file_line_column_value_and_expectation() -> None:
    """The words are those of every other message of the house."""
    run = tamper(make_run(), TRANSFERS, 1, "arrival_date", day_of(4))
    fault = verify_plan(run, given(), "run").check("arrival_date").faults[0]
    assert (fault.file, fault.line, fault.column) == (TRANSFERS, 3, "arrival_date")
    assert str(fault) == (
        "transfers.csv line 3: transfer T9aa970d7f826: arrival_date is 2025-03-07, expected the "
        "ship date and 2 days [PP-VERIFY-ARRIVAL-DATE]"
    )


def test_a_lot_is_what_all_lines_of_a_departure_take() -> None:
    """Two vehicles share one lot; what leaves on another day is another lot."""
    together = tamper(make_run(), TRANSFERS, 2, "ship_date", day_of(0))
    inputs = replace(given(), products=replace(given().products, minimum_lot=np.array([8, 1])))
    assert verify_plan(together, inputs, "run").check("minimum_lot").passed
    apart = verify_plan(make_run(), inputs, "run").check("minimum_lot")
    assert str(apart.faults[0]) == (
        "transfers.csv line 2: transfer Tdfac292db507: quantity is 4 of 4 on its departure, "
        "expected 8 or more on a departure [PP-VERIFY-MINIMUM-LOT]"
    )
    assert apart.broken == 2


def node_limit(field: str, value: float) -> Change:
    """Return inputs in which a limit of node A is another."""

    def change(inputs: Given) -> Given:
        nodes = tuple(
            replace(node, **{field: value}) if node.node_id == "A" else node
            for node in inputs.network.nodes
        )
        return replace(inputs, network=replace(inputs.network, nodes=nodes))

    return change


def lane_limit(field: str, value: float) -> Change:
    """Return inputs in which a limit of lane DC>A is another."""

    def change(inputs: Given) -> Given:
        lanes = tuple(
            replace(lane, **{field: value}) if lane.lane_id == "DC>A" else lane
            for lane in inputs.network.lanes
        )
        return replace(inputs, network=replace(inputs.network, lanes=lanes))

    return change


def option(**changes: Any) -> Change:
    """Return inputs with another option."""
    return lambda inputs: replace(inputs, options=replace(inputs.options, **changes))


def override(rule: str, quantity: float, sku: str = "NA") -> Change:
    """Return inputs with the planner's word on DC to B."""
    row = {"sku": sku, "origin": "DC", "destination": "B", "rule": rule, "quantity": quantity}
    return lambda inputs: replace(inputs, overrides=pd.DataFrame([row | {"note": ""}]))


@pytest.mark.parametrize(
    ("change", "check", "words"),
    [
        (node_limit("storage_m3", 5.0), "storage_m3", "node A 2025-03-03: storage_m3 is 6.25"),
        (node_limit("inbound_m3", 5.0), "inbound_m3", "is 5.5, expected at most 5, over by 0.5"),
        (node_limit("handling_cost", 0.1), "cost", "plan.handling_cost is 5.2, expected 2.4"),
        (lane_limit("co2e_kg_per_kg", 0.1), "cost", "plan.co2e_kg is 1.1, expected 2.2"),
        (option(carbon_price=3.0), "cost", "plan.carbon_cost is 2.2, expected 3.3"),
        (lane_limit("vehicle_m3", 3.0), "vehicle_m3", "volume_m3 is 3.5, expected at most 3"),
        (lane_limit("vehicle_kg", 13.0), "vehicle_kg", "weight_kg is 14, expected at most 13"),
        (lane_limit("vehicles", 1), "vehicles", "vehicles on DC>A 2025-03-03"),
        (option(budget=50.0), "budget", "expected at most 50"),
        (option(min_fill=0.9), "min_fill", "fill of unserved"),
        (option(near=1, cover=2), "server", "expected one of B"),
        (option(cover=1), "window", "'periods': 1"),
        (override("forbid", 0.0), "override", "expected forbid 0"),
        (override("max", 4.0), "override", "override for NA DC -> B: quantity is 5.0"),
        (override("pin", 6.0), "override", "expected pin 6"),
        (override("min", 6.0, "*"), "override", "override for 007 DC -> B: quantity is 0.0"),
    ],
)
def test_a_broken_limit_is_named(change: Change, check: str, words: str) -> None:
    """A limit of the inputs that the plan breaks is told with place and quantity."""
    inputs = change(given())
    run = make_run()
    if check == "server":
        run = tamper(run, ALLOCATION, 13, "node_id", "A")
    verdict = verify_plan(run, inputs, "run")
    told = [fault.message for fault in verdict.check(check).faults]
    assert any(words in message for message in told), told


@pytest.mark.parametrize("rule", [("max", 5.0), ("pin", 5.0), ("min", 5.0), ("max", np.nan)])
def test_overrides_that_are_kept_pass(rule: tuple[str, float]) -> None:
    """The planner's word on what moves as asked is no fault; no quantity is zero."""
    verdict = verify_plan(make_run(), override(*rule)(given()), "run")
    assert verdict.check("override").passed == (rule[1] == 5.0)


def test_a_wish_that_is_not_met_passes_where_it_is_named() -> None:
    """A slack of the minimum fill, with its quantity and penalty, is part of an honest plan."""
    run, inputs = make_run(), option(min_fill=0.9)(given())
    got = dict.fromkeys(CHEAPEST, 0.0)
    for row in run.frames[ALLOCATION].itertuples():
        got[row.catchment_id] += row.expected_use if row.plan == "plan" else 0.0
    wanted = {area: 0.9 * 2 * sum(area_mean(area, sku) for sku in SKUS) for area in CHEAPEST}
    # Twice: the dearest service and move (half a m3, 2 kg, carbon, handled), short, returned, held.
    penalty = 2 * (6.5 + (0.5 * 2 + 2 * 0.1 + 2 * 0.1 + 0.3) + 30 + 2 + 2 * 0.2)
    slacks = [
        {
            "limit": "min_fill",
            "place": z,
            "quantity": wanted[z] - got[z],
            "penalty": penalty * (wanted[z] - got[z]),
        }
        for z in CHEAPEST
        if wanted[z] > got[z]
    ]
    due = sum(slack["penalty"] for slack in slacks)
    total = run.kpis["plan"]["total_cost"] + due
    for key, value in (
        ("slacks", slacks),
        ("slack_penalty", due),
        ("objective", total),
        ("gap", (total - proven()) / total),
    ):
        run = tamper_kpis(run, key, value)
    wishes = [{"limit": "min_fill", "place": z, "price": 0.0} for z in CHEAPEST]
    rows = [*run.certificate["rows"], *wishes]
    run = replace(run, certificate={**run.certificate, "rows": rows})
    verdict = verify_plan(run, inputs, "run")
    assert [str(fault) for fault in verdict.faults] == []
    cheaper = tamper_kpis(run, "slacks", [{**slack, "penalty": 1.0} for slack in slacks])
    told = verify_plan(cheaper, inputs, "run").check("slack").faults
    assert len(told) == len(slacks)
    assert f"at {penalty:g} a unit" in told[0].message


def test_stock_that_comes_back_is_found() -> None:
    """One SKU from DC to B and on another line back within a week is told."""
    run = make_run()
    lines = run.frames[TRANSFERS]
    back = lines.iloc[[3]].assign(origin="B", destination="A", lane_id="B>A")
    there = lines.iloc[[3]].assign(origin="A", destination="B", lane_id="A>B")
    frame = pd.concat([lines, back, there], ignore_index=True)
    verdict = verify_plan(replace(run, frames={**run.frames, TRANSFERS: frame}), given(), "run")
    assert [fault.line for fault in verdict.check("back_and_forth").faults] == [6, 7]


def test_stock_leaves_only_after_it_came() -> None:
    """A receipt of Wednesday may leave on Thursday, not on Wednesday."""
    inputs = given()
    wednesday = replace(LANES[2], ship_weekdays=("mon", "wed", "thu"))
    lanes = tuple(wednesday if lane.lane_id == "DC>A" else lane for lane in LANES)
    on_hand = inputs.stock.on_hand.copy()
    on_hand[2, 0] = 6  # DC, SKU 007: four leave on Monday, four later; one is aside by Thursday
    stock = replace(inputs.stock, on_hand=on_hand)
    inputs = replace(inputs, network=replace(inputs.network, lanes=lanes), stock=stock)
    run = make_run()
    assert verify_plan(run, inputs, "run").check("on_hand").passed
    early = tamper(run, TRANSFERS, 2, "ship_date", day_of(2))
    faults = verify_plan(early, inputs, "run").check("on_hand").faults
    assert len(faults) == 1
    assert (
        "007 at DC, put aside by 2025-03-04 or leaving by the next day: units is 8, expected at "
        "most 6, over by 2"
    ) in faults[0].message


def test_what_comes_after_the_middle_of_a_week_is_not_put_aside_for_it() -> None:
    """Two of NA at B for the first week: in time on Thursday, day 3, and too late on Friday."""
    run = tamper(make_run(), ALLOCATION, 13, "period_start", day_of(0))
    thursday = tamper(run, TRANSFERS, 3, "arrival_date", day_of(3))
    assert verify_plan(thursday, given(), "run").check("on_hand").passed
    (fault,) = verify_plan(run, given(), "run").check("on_hand").faults
    assert (
        "NA at B, put aside by 2025-03-06 or leaving by the next day: units is 2, expected at "
        "most 0, over by 2"
    ) in fault.message


def test_a_run_without_a_plan_is_refused() -> None:
    """A forecast alone cannot be verified: the missing files are named."""
    run = make_run()
    frames = {name: frame for name, frame in run.frames.items() if name != TARGETS}
    with pytest.raises(RunError, match=r"run run holds no plan: targets\.csv is missing"):
        verify_plan(replace(run, frames=frames), given(), "run")
    with pytest.raises(RunError, match=r"holds no plan: kpis\.json is missing"):
        verify_plan(replace(run, kpis={}), given(), "run")
    with pytest.raises(RunError, match=r"holds no plan: certificate\.json is missing"):
        verify_plan(replace(run, certificate={}), given(), "run")


def test_worse_than_doing_nothing_is_found() -> None:
    """A plan that costs more than moving nothing, without the planner's word, is a fault."""
    run = make_run()
    cheap = tamper_kpis(run, "nothing.total_cost", 1.0)
    faults = verify_plan(cheap, given(), "run").check("bound").faults
    assert [fault.column for fault in faults] == ["plan.total_cost"]
    overfull = node_limit("storage_m3", 0.5)(given())  # what lies at A must leave, at any cost
    assert verify_plan(cheap, overfull, "run").check("bound").passed


def test_what_is_not_told_is_not_asked_for() -> None:
    """Without signals and budget the checks of both are left out."""
    run = make_run()
    frames = {name: frame for name, frame in run.frames.items() if name != SIGNALS}
    rows = [row for row in run.certificate["rows"] if row["limit"] != "budget"]
    bound = proven() + 60.0 * 0.5  # without the budget's price
    run = replace(run, frames=frames, certificate={**run.certificate, "bound": bound, "rows": rows})
    run = tamper_kpis(run, "gap", 1.0 - proven() / run.kpis["objective"])
    verdict = verify_plan(run, option(budget=None)(given()), "run")
    assert [str(fault) for fault in verdict.faults] == []
    assert not {"signals", "budget"} & {check.name for check in verdict.checks}
    with pytest.raises(KeyError, match="signals"):
        verdict.check("signals")
