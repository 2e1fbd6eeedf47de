"""Second opinion on what moves: each line, and the planner's overrides.

Recomputed from ``transfers.csv`` and the lanes; knows nothing of any model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd

from prepos.core.run import TRANSFERS, RunFiles
from prepos.core.types import AnyArray, FloatArray
from prepos.core.verdict import Check
from prepos.plan.verify_book import Given, Rows, find_rows
from prepos.plan.verify_compare import LIMIT, Where, always, check_equal, check_holds

EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday

Slacks = Mapping[tuple[str, str], float]
"""(limit, place) to the quantity that the plan says it is over by."""


def find_lines(run: RunFiles, given: Given) -> tuple[Rows, list[Check]]:
    """Return the transfers with positions of SKU, nodes and lane."""
    axes = {
        "sku": given.skus,
        "origin": given.nodes,
        "destination": given.nodes,
        "lane_id": given.lanes,
    }
    return find_rows(run, TRANSFERS, axes, given, key="transfer_id")


def check_lines(lines: Rows, given: Given, plan_id: str) -> list[Check]:
    """Check every transfer by itself, and that no two undo each other."""
    lane, sku, quantity = lines.at["lane_id"], lines.at["sku"], lines["quantity"]
    products = given.products
    volume = quantity * products.unit_volume_m3[sku]
    weight = quantity * products.unit_weight_kg[sku]
    cost = (
        quantity * given.of_lanes("cost_per_unit")[lane]
        + volume * given.of_lanes("cost_per_m3")[lane]
        + weight * given.of_lanes("cost_per_kg")[lane]
    )
    risk = lines["chance_unused"]
    return [
        check_holds(
            "plan_id",
            lines.where("plan_id", "transfer_id"),
            lines["plan_id"] == plan_id,
            found=shown(lines["plan_id"]),
            expected=lambda _: plan_id,
        ),
        *check_ids(lines),
        *check_calendar(lines, given),
        check_holds(
            "case_pack",
            lines.where("quantity", "transfer_id"),
            (quantity > 0) & (quantity % products.case_pack[sku] == 0),
            found=shown(quantity),
            expected=lambda i: f"a multiple of {products.case_pack[sku[i]]} above 0",
        ),
        check_equal(
            "line_volume", lines.where("volume_m3", "transfer_id"), lines["volume_m3"], volume
        ),
        check_equal(
            "line_weight", lines.where("weight_kg", "transfer_id"), lines["weight_kg"], weight
        ),
        check_equal(
            "line_cost",
            lines.where("transport_cost", "transfer_id"),
            lines["transport_cost"],
            cost,
        ),
        check_holds(
            "line_risk",
            lines.where("chance_unused", "transfer_id"),
            (risk >= 0) & (risk <= 1),
            found=shown(risk),
            expected=lambda _: "0 to 1",
        ),
        check_lots(lines, given),
        check_back_and_forth(lines, given),
    ]


def check_lots(lines: Rows, given: Given) -> Check:
    """Check that each departure takes the minimum lot of every SKU, if any; frozen ones stand."""
    sku, quantity = lines.at["sku"], lines["quantity"]
    departure = pd.DataFrame({name: lines[name] for name in ("sku", "lane_id", "ship_date")})
    sent = departure.assign(quantity=quantity).groupby(list(departure))["quantity"]
    stands = given.day_of(lines.frame["ship_date"]) < given.frozen_day
    taken, least = sent.transform("sum").to_numpy(), given.products.minimum_lot[sku]
    return check_holds(
        "minimum_lot",
        lines.where("quantity", "transfer_id"),
        stands | (taken >= least),
        found=lambda i: f"{quantity[i]} of {taken[i]} on its departure",
        expected=lambda i: f"{least[i]} or more on a departure",
    )


def check_ids(lines: Rows) -> list[Check]:
    """Check that ids are unique, and made of what the line decides."""
    ids = lines["transfer_id"].astype(str)
    days = lines.frame["ship_date"].dt.strftime("%Y-%m-%d").astype(str).to_numpy()
    keys = [
        [f"{sku}|{lane}|{day}", f"{sku}|{lane}|{day}|{load}"]
        for sku, lane, day, load in zip(
            lines["sku"], lines["lane_id"], days, lines["load_id"], strict=True
        )
    ]
    made = [[_digest(key) for key in pair] for pair in keys]
    return [
        check_holds(
            "transfer_id",
            lines.where("transfer_id", "sku", "lane_id"),
            ~pd.Series(ids).duplicated().to_numpy(),
            found=shown(ids),
            expected=lambda _: "an id of its own",
        ),
        check_holds(
            "transfer_id",
            lines.where("transfer_id", "sku", "lane_id"),
            [found in pair for found, pair in zip(ids, made, strict=True)],
            found=shown(ids),
            expected=lambda i: " or ".join(made[i]),
        ),
    ]


def check_calendar(rows: Rows, given: Given) -> list[Check]:
    """Check lane, ship date and arrival date of transfers or of loads."""
    lane = rows.at["lane_id"]
    name = "transfer_id" if rows.file == TRANSFERS else "load_id"
    ship, arrive = (given.day_of(rows.frame[c]) for c in ("ship_date", "arrival_date"))
    lead = given.of_lanes("lead_time_days").astype(np.int64)[lane]
    weekday = (ship + _epoch_day(given) + EPOCH_WEEKDAY) % 7
    lanes = given.network.lanes
    right_ends = (given.lane_origin[lane] == rows.at["origin"]) & (
        given.lane_destination[lane] == rows.at["destination"]
    )
    last = given.window.horizon * given.periods.days
    return [
        check_holds(
            "lane",
            rows.where("lane_id", name),
            right_ends,
            found=shown(rows["lane_id"]),
            expected=lambda i: (
                f"a lane from {rows['origin'][i]} to {rows['destination'][i]}, "
                f"not from {lanes[lane[i]].origin} to {lanes[lane[i]].destination}"
            ),
        ),
        check_holds(
            "ship_date",
            rows.where("ship_date", name),
            given.lane_ships[lane, weekday] & (ship >= 0) & (ship < last),
            found=_dates(rows, "ship_date"),
            expected=lambda i: (
                f"{', '.join(lanes[lane[i]].ship_weekdays)} from {given.window.cutoff} to "
                f"{given.window.end(given.window.horizon - 1)}"
            ),
        ),
        check_holds(
            "arrival_date",
            rows.where("arrival_date", name),
            arrive == ship + lead,
            found=_dates(rows, "arrival_date"),
            expected=lambda i: f"the ship date and {lead[i]} days",
        ),
    ]


def check_back_and_forth(lines: Rows, given: Given) -> Check:
    """Check that no SKU goes out and back between two nodes in one period."""
    period = given.day_of(lines.frame["ship_date"]) // given.periods.days
    sku, origin, end = (lines.at[c] for c in ("sku", "origin", "destination"))
    ways = set(zip(sku.tolist(), origin.tolist(), end.tolist(), period.tolist(), strict=True))
    back = [
        (k, j, i, t) in ways
        for k, i, j, t in zip(
            sku.tolist(), origin.tolist(), end.tolist(), period.tolist(), strict=True
        )
    ]
    return check_holds(
        "back_and_forth",
        lines.where("destination", "transfer_id"),
        ~np.array(back, dtype=np.bool_),
        found=shown(lines["destination"]),
        expected=lambda i: f"nothing of {lines['sku'][i]} to come back in that period",
    )


def check_overrides(lines: Rows, given: Given, slacks: Slacks) -> list[Check]:
    """Check the planner's word for each SKU and pair of nodes, over the whole window."""
    if given.overrides is None or not len(given.overrides):
        return []
    moved: dict[tuple[str, str, str], float] = {}
    for sku, origin, end, quantity in zip(
        lines["sku"], lines["origin"], lines["destination"], lines["quantity"], strict=True
    ):
        moved[sku, origin, end] = moved.get((sku, origin, end), 0.0) + quantity
    spare = sum(quantity for (limit, _), quantity in slacks.items() if limit == "override") + LIMIT
    checks = []
    quantities = given.overrides["quantity"].astype(np.float64).fillna(0.0)
    columns = (given.overrides[c] for c in ("sku", "origin", "destination", "rule"))
    for item, origin, end, rule, asked in zip(*columns, quantities, strict=True):
        skus = list(given.skus) if item == "*" else [item]
        found = np.array([moved.get((sku, origin, end), 0.0) for sku in skus])
        least = asked if rule in ("min", "pin") else 0.0
        most = {"min": np.inf, "forbid": 0.0}.get(rule, asked)
        way = f"{origin} -> {end}"
        checks.append(
            check_holds(
                "override",
                Where(TRANSFERS, "quantity", named([f"override for {k} {way}" for k in skus])),
                (found >= least - spare) & (found <= most + spare),
                found=shown(found),
                expected=partial(always, f"{rule} {asked:g}"),
            )
        )
    return checks


def over(slacks: Slacks, limit: str, places: list[str]) -> FloatArray:
    """Return what the plan says each place is over its limit by, 0 where it says nothing."""
    return np.array([slacks.get((limit, place), 0.0) for place in places], dtype=np.float64)


def shown(values: AnyArray) -> Callable[[int], str]:
    """Return the words for a row's value."""
    return lambda i: f"{values[i]}"


def named(things: list[str]) -> Callable[[int], str]:
    """Return the name of each of a list of things."""
    return lambda i: things[i]


def _dates(rows: Rows, column: str) -> Callable[[int], str]:
    """Return the words for a row's date."""
    return lambda i: str(rows.frame[column].iloc[i].date())


def _digest(key: str) -> str:
    """Return the id that a decision's key makes."""
    return "T" + hashlib.sha256(key.encode()).hexdigest()[:12]


def _epoch_day(given: Given) -> int:
    """Return the cutoff as days after 1970-01-01."""
    return int(np.datetime64(given.periods.cutoff, "D").astype(np.int64))
