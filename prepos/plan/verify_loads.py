"""Second opinion on the vehicles: what each carries, what it may, and how many leave.

Recomputed from ``transfers.csv``, ``loads.csv`` and the lanes; knows nothing of any model.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from prepos.core.run import LOADS, RunFiles
from prepos.core.types import AnyArray, FloatArray
from prepos.core.verdict import Check
from prepos.plan.verify_book import Given, Rows, find_rows
from prepos.plan.verify_compare import Where, check_at_most, check_equal, check_holds
from prepos.plan.verify_transfers import Slacks, check_calendar, named, over, shown


def find_loads(run: RunFiles, given: Given) -> tuple[Rows, list[Check]]:
    """Return the loads with positions of lane and nodes."""
    axes = {"lane_id": given.lanes, "origin": given.nodes, "destination": given.nodes}
    return find_rows(run, LOADS, axes, given, key="load_id")


def check_loads(lines: Rows, loads: Rows, given: Given, slacks: Slacks) -> list[Check]:
    """Check each vehicle against its lines and its lane, and the vehicles of each period."""
    lane = loads.at["lane_id"]
    ids = loads["load_id"].astype(str)
    volume = _sum_by(ids, lines["load_id"], lines["volume_m3"])
    weight = _sum_by(ids, lines["load_id"], lines["weight_kg"])
    room, carry = given.of_lanes("vehicle_m3")[lane], given.of_lanes("vehicle_kg")[lane]
    fill = np.maximum(volume / room, weight / carry)
    checks = [
        *check_load_ids(lines, loads, given),
        *check_calendar(loads, given),
        check_equal("load_volume", loads.where("volume_m3", "load_id"), loads["volume_m3"], volume),
        check_equal("load_weight", loads.where("weight_kg", "load_id"), loads["weight_kg"], weight),
        check_equal("load_fill", loads.where("fill", "load_id"), loads["fill"], fill),
        check_equal(
            "load_cost",
            loads.where("cost", "load_id"),
            loads["cost"],
            given.of_lanes("vehicle_cost")[lane],
        ),
        check_at_most("vehicle_m3", loads.where("volume_m3", "load_id"), volume, room),
        check_at_most("vehicle_kg", loads.where("weight_kg", "load_id"), weight, carry),
    ]
    return [*checks, check_vehicles(loads, given, slacks)]


def check_load_ids(lines: Rows, loads: Rows, given: Given) -> list[Check]:
    """Check that lines and vehicles find each other, on the same lane and day."""
    ids = loads["load_id"].astype(str)
    day = dict(zip(ids, loads["ship_date"], strict=True))
    way = dict(zip(ids, loads["lane_id"], strict=True))
    has_vehicle = np.array([lane.has_vehicle for lane in given.network.lanes], dtype=np.bool_)
    needs = has_vehicle[lines.at["lane_id"]]
    on_board = np.isin(lines["load_id"].astype(str), ids)
    same = [
        not load or (day.get(load) == shipped and way.get(load) == lane)
        for load, shipped, lane in zip(
            lines["load_id"], lines["ship_date"], lines["lane_id"], strict=True
        )
    ]
    return [
        check_holds(
            "load_id",
            loads.where("load_id", "lane_id"),
            ~pd.Series(ids).duplicated().to_numpy() & has_vehicle[loads.at["lane_id"]],
            found=shown(ids),
            expected=lambda _: "an id of its own, on a lane with vehicles",
        ),
        check_holds(
            "load_id",
            lines.where("load_id", "transfer_id"),
            np.where(needs, on_board, lines["load_id"] == ""),
            found=shown(lines["load_id"]),
            expected=lambda i: "a load of loads.csv" if needs[i] else "nothing: no vehicles there",
        ),
        check_holds(
            "load_way",
            lines.where("load_id", "transfer_id"),
            np.array(same, dtype=np.bool_),
            found=shown(lines["load_id"]),
            expected=lambda _: "a load of the same lane and ship date",
        ),
    ]


def check_vehicles(loads: Rows, given: Given, slacks: Slacks) -> Check:
    """Check how many vehicles leave on each lane in each period."""
    lanes, horizon = len(given.lanes), given.window.horizon
    period = given.day_of(loads.frame["ship_date"]) // given.periods.days
    inside = (period >= 0) & (period < horizon)
    cell = loads.at["lane_id"][inside] * horizon + period[inside]
    found = np.bincount(cell, minlength=lanes * horizon)
    places = [f"{lane} {start}" for lane in given.lanes for start in given.window.starts]
    limit = np.repeat(given.of_lanes("vehicles"), horizon) + over(slacks, "vehicles", places)
    where = Where(LOADS, "load_id", named([f"vehicles on {place}" for place in places]))
    return check_at_most("vehicles", where, found, limit)


def _sum_by(ids: AnyArray, key: AnyArray, values: AnyArray) -> FloatArray:
    """Return the sum of the values under each id, 0 where there are none."""
    sums = pd.Series(values, dtype=np.float64).groupby(pd.Series(key).astype(str)).sum()
    return np.asarray(sums.reindex(ids, fill_value=0.0), dtype=np.float64)
