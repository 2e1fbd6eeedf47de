"""The limits that touch a node: how full the plan makes each, and what one more is worth.

Prices stand in the certificate. What is used comes of the plan's files, the most of the inputs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pandas as pd

from prepos.core.network import Lane
from prepos.core.run import LOADS, TARGETS, TRANSFERS, RunFiles
from prepos.pipeline.known import Known

UNITS = {"vehicles": "vehicle", "budget": "currency", "min_fill": "unit"}
PLACELESS = ("budget",)  # limits that touch every node
OF_NODES = ("storage_m3", "inbound_m3", "outbound_m3")
WHOLE = "whole_inbound_m3"  # the same room, as whole vehicles fill it: one more m3 is worth both
OF_LANES = ("vehicle_m3", "vehicle_kg", "vehicles")

Amounts = dict[tuple[str, str, str], float]
"""By limit, place and day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLimit:
    """One limit that touches the node, and what one more of its unit is worth.

    Attributes
    ----------
    limit, place : str
        Its name; the node, lane or catchment, empty where it is the whole plan's.
    when : str
        First day of the period, or the day of departure; empty where it is the whole window's.
    price : float
        Currency per ``unit``; 0 where the limit does not bind.
    used, most : float or None
        None where only the run's files could be read, or where neither is told.
    """

    limit: str
    place: str
    when: str
    unit: str
    price: float
    used: float | None = None
    most: float | None = None


def tell_limits(files: RunFiles, node_id: str, known: Known | None) -> tuple[ToldLimit, ...]:
    """Return the limits that touch a node, in the certificate's order."""
    lanes = lanes_of(files, node_id, known)
    used, most = measure(files, node_id, known, lanes) if known else ({}, {})
    rows, found = files.certificate["rows"], []
    whole = {str(row["place"]): float(row["price"]) for row in rows if row["limit"] == WHOLE}
    for row in rows:
        name = str(row["limit"])
        place, when = split_place(name, str(row["place"]))
        mine = place == node_id if name in OF_NODES else place in lanes
        if name == "min_fill":
            mine = catchment_of(files, place).partition("#")[0] == node_id
        if not mine and name not in PLACELESS:
            continue
        unit = UNITS.get(name, name.rpartition("_")[2])
        key = name, place, when
        price = float(row["price"])
        if name == "inbound_m3":
            price += whole.get(str(row["place"]), 0.0)
        line = ToldLimit(limit=name, place=place, when=when, unit=unit, price=price)
        found.append(replace(line, used=used.get(key), most=most.get(key)))
    return tuple(found)


def catchment_of(files: RunFiles, place: str) -> str:
    """Return the catchment of a minimum fill, whose place may name a category after it."""
    categories = files.manifest["config"].get("plan", {}).get("category_min_fill", ())
    endings = (f" {category}" for category in categories if place.endswith(f" {category}"))
    return place.removesuffix(max(endings, key=len, default=""))


def split_place(limit: str, place: str) -> tuple[str, str]:
    """Return whose limit it is, and the day that it begins with, where it has one."""
    if limit in (*OF_NODES, *OF_LANES):
        whose, _, when = place.rpartition(" ")
        return whose, when
    return place, ""


def lanes_of(files: RunFiles, node_id: str, known: Known | None) -> dict[str, Lane | None]:
    """Return the lanes that touch a node; of the files alone, those in use."""
    if known is not None:
        lanes = known.network.lanes
        return {lane.lane_id: lane for lane in lanes if node_id in (lane.origin, lane.destination)}
    moved = touching(files.frames[TRANSFERS], node_id)
    return dict.fromkeys(moved["lane_id"].unique().tolist())


def measure(
    files: RunFiles, node_id: str, known: Known, lanes: Iterable[str]
) -> tuple[Amounts, Amounts]:
    """Return what is used of each limit, and the most of it."""
    used, most = measure_node(files, node_id, known)
    for lane in known.network.lanes:
        if lane.lane_id in lanes:
            measure_lane(files, lane, known, used, most)
    spent = ("transport_cost", "vehicle_cost", "handling_cost")
    used["budget", "", ""] = sum(float(files.kpis["plan"][name]) for name in spent)
    budget = files.manifest["config"]["plan"].get("budget")
    if isinstance(budget, int | float):
        most["budget", "", ""] = float(budget)
    return used, most


def measure_lane(files: RunFiles, lane: Lane, known: Known, used: Amounts, most: Amounts) -> None:
    """Add a lane's vehicles by period, and what those of each departure carry."""
    loads, periods = files.frames[LOADS], known.periods
    mine = loads[loads["lane_id"] == lane.lane_id]
    for t in range(files.kpis["window"]["periods"]) if math.isfinite(lane.vehicles) else ():
        first = pd.Timestamp(periods.start(t))
        inside = mine["ship_date"].between(
            first, first + timedelta(days=periods.days), inclusive="left"
        )
        used["vehicles", lane.lane_id, f"{first:%Y-%m-%d}"] = float(inside.sum())
        most["vehicles", lane.lane_id, f"{first:%Y-%m-%d}"] = lane.vehicles
    for ship_date, some in mine.groupby("ship_date"):
        for name, column in (("vehicle_m3", "volume_m3"), ("vehicle_kg", "weight_kg")):
            key = name, lane.lane_id, f"{ship_date:%Y-%m-%d}"
            used[key] = float(some[column].sum())
            if math.isfinite(room := getattr(lane, name) * len(some)):
                most[key] = float(room)


def measure_node(files: RunFiles, node_id: str, known: Known) -> tuple[Amounts, Amounts]:
    """Return the same of what the node itself limits; storage counts before use."""
    targets = files.frames[TARGETS]
    mine = targets[targets["node_id"] == node_id]
    volume = known.products.unit_volume_m3[known.products.skus.positions(mine["sku"].tolist())]
    units = {
        "storage_m3": mine["closing"] + mine["expected_use"],
        "inbound_m3": mine["receipts"] + mine["transfers_in"],
        "outbound_m3": mine["transfers_out"],
    }
    node = known.network.nodes[known.network.node_axis.position(node_id)]
    used: Amounts = {}
    most: Amounts = {}
    for t in range(files.kpis["window"]["periods"]):
        start = known.periods.start(t)
        inside = (mine["period_start"] == pd.Timestamp(start)).to_numpy()
        for name, amount in units.items():
            key = name, node_id, start.isoformat()
            used[key] = float((amount.to_numpy() * volume)[inside].sum())
            if math.isfinite(getattr(node, name)):
                most[key] = float(getattr(node, name))
    return used, most


def touching(transfers: pd.DataFrame, node_id: str) -> pd.DataFrame:
    """Return the lines that leave or reach a node."""
    ends = np.asarray((transfers["origin"] == node_id) | (transfers["destination"] == node_id))
    return transfers[ends]
