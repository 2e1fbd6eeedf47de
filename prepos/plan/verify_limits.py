"""Second opinion on what SKUs share: every limit of the inputs, and the price the run puts on each.

Any prices from 0 on prove a bound; so all that is asked of ``certificate.json`` is that each limit
has one, and that a wish is not dearer than leaving it unmet.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from prepos.core.run import CERTIFICATE, RunFiles
from prepos.core.types import FloatArray
from prepos.core.verdict import Check
from prepos.plan.verify_book import Given
from prepos.plan.verify_compare import RELATIVE, Where, check_holds
from prepos.plan.verify_costs import number
from prepos.plan.verify_demand import Areas
from prepos.plan.verify_fill import list_wishes
from prepos.plan.verify_stock import find_received
from prepos.plan.verify_transfers import named
from prepos.plan.verify_vehicles import find_whole, has_vehicle, vehicle_room
from prepos.plan.verify_ways import Departures

SCHEMA = "prepos/certificate@1"
FILL_PENALTY = 2.0  # times the dearest unit there can be: a wish, dearer than any shortage


@dataclass(frozen=True, eq=False)
class Limit:
    """One kind of limit at its places; infinite where there is none. ``dearest`` bounds prices."""

    places: list[str]
    most: FloatArray
    dearest: float = math.inf


def list_limits(given: Given, areas: Areas, departures: Departures) -> dict[str, Limit]:
    """Return every limit that SKUs share, by name; (T, N), (D,), (L, T), (G, Z) flattened."""
    starts = given.window.starts
    nodes = [f"{node} {start}" for start in starts for node in given.nodes]
    received = (find_received(given) @ given.products.unit_volume_m3).ravel()
    every = len(starts)
    limits = {
        "storage_m3": Limit(nodes, np.tile(given.of_nodes("storage_m3"), every)),
        "inbound_m3": Limit(nodes, np.tile(given.of_nodes("inbound_m3"), every) - received),
        "outbound_m3": Limit(nodes, np.tile(given.of_nodes("outbound_m3"), every)),
    }
    leaving = [
        f"{given.lanes[lane]} {given.window.cutoff + timedelta(days=day)}"
        for lane, day in zip(departures.lane.tolist(), departures.ship_day.tolist(), strict=True)
    ]
    for name, room in zip(("vehicle_m3", "vehicle_kg"), vehicle_room(given), strict=True):
        bounded = (has_vehicle(given) & np.isfinite(room))[departures.lane]
        limits[name] = Limit(leaving, np.where(bounded, 0.0, np.inf))
    inbound = limits["inbound_m3"].most.reshape(every, -1)
    whole, _ = find_whole(given, departures, inbound)
    limits["whole_inbound_m3"] = Limit(nodes, whole.ravel())
    lanes = [f"{lane} {start}" for lane in given.lanes for start in starts]
    budget = math.inf if given.options.budget is None else given.options.budget
    wishes = list_wishes(given, areas)
    limits["vehicles"] = Limit(lanes, np.repeat(given.of_lanes("vehicles"), every))
    limits["budget"] = Limit([""], np.array([budget]))
    limits["min_fill"] = Limit(
        wishes.places,
        np.where(wishes.least > 0, -wishes.least, np.inf).ravel(),
        wish_penalty(given, areas),
    )
    return limits


def wish_penalty(given: Given, areas: Areas) -> float:
    """Return currency per unit that a minimum fill is missed by: twice the dearest unit, and more.

    The dearest unit is served, moved, handled, short, returned and held to the end at the most that
    each costs, and it moves otherwise than published.
    """
    products, horizon = given.products, given.window.horizon
    service = areas.cost.max(initial=0.0)
    move = unit_fares(given).max(initial=0.0)
    rest = products.shortage_cost + products.return_cost + products.holding_cost * horizon
    strayed = (
        2.0 * given.stability_cost
    )  # one unit fewer where it was published, one more elsewhere
    return FILL_PENALTY * (float(service + move + strayed + rest.max(initial=0.0)) or 1.0)


def unit_fares(given: Given) -> FloatArray:
    """Return (L, K) currency to move a unit on each lane: transport, handling and carbon."""
    products = given.products
    handling = given.of_nodes("handling_cost")[given.lane_destination]
    carbon = given.options.carbon_price * given.of_lanes("co2e_kg_per_kg")
    return np.asarray(
        (given.of_lanes("cost_per_unit") + handling)[:, None]
        + np.outer(given.of_lanes("cost_per_m3"), products.unit_volume_m3)
        + np.outer(given.of_lanes("cost_per_kg") + carbon, products.unit_weight_kg)
    )


def find_prices(
    run: RunFiles, limits: Mapping[str, Limit]
) -> tuple[dict[str, FloatArray], list[Check]]:
    """Return the price of each limit by place, 0 where none is told, and the checks of them."""
    rows = run.certificate.get("rows", [])
    prices = {name: np.zeros(len(limit.places)) for name, limit in limits.items()}
    left = {
        (name, place): position
        for name, limit in limits.items()
        for position, place in enumerate(limit.places)
        if np.isfinite(limit.most[position])
    }
    sound = np.zeros(len(rows), dtype=np.bool_)
    names = [(str(row.get("limit")), str(row.get("place"))) for row in rows]
    for i, (row, key) in enumerate(zip(rows, names, strict=True)):
        price, position = number(row.get("price")), left.pop(key, None)
        if position is None:
            continue
        sound[i] = 0 <= price <= limits[key[0]].dearest * (1 + RELATIVE) and math.isfinite(price)
        prices[key[0]][position] = price if sound[i] else 0.0
    missing = [" ".join(key).strip() for key in left]
    return prices, [
        check_holds(
            "prices",
            Where(CERTIFICATE, "rows", named([" ".join(key).strip() for key in names])),
            sound,
            found=lambda i: f"{rows[i].get('price')}",
            expected=lambda i: told_once(limits, names[i][0]),
        ),
        check_holds(
            "prices",
            Where(CERTIFICATE, "rows", named(missing)),
            np.zeros(len(missing), dtype=np.bool_),
            found=lambda _: "without it",
            expected=lambda _: "a price of every limit",
        ),
        check_holds(
            "prices",
            Where(CERTIFICATE, "schema", lambda _: CERTIFICATE),
            [run.certificate.get("schema") == SCHEMA],
            found=lambda _: f"{run.certificate.get('schema')}",
            expected=lambda _: SCHEMA,
        ),
    ]


def told_once(limits: Mapping[str, Limit], name: str) -> str:
    """Return what is expected of a price, in words."""
    dearest = limits[name].dearest if name in limits else math.inf
    most = f" to {dearest:.6g}" if math.isfinite(dearest) else " on"
    return f"a price from 0{most}, once for each limit of the inputs"
