"""Second opinion on the bound: what moving and lying cost when the limits' prices are paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.verify_book import Given
from prepos.plan.verify_demand import Areas
from prepos.plan.verify_fill import list_wishes
from prepos.plan.verify_limits import Limit
from prepos.plan.verify_vehicles import (
    all_stock,
    carries,
    find_whole,
    has_vehicle,
    vehicle_room,
)
from prepos.plan.verify_ways import Departures, Ways

CASE_SHARE = 1e-6  # of the smallest vehicle, that a case takes at least: none travels without one


@dataclass(frozen=True, eq=False, kw_only=True)
class Tariff:
    """Currency per unit of each limit, and the inputs that the prices are of.

    Attributes
    ----------
    storage, inbound, outbound, whole_inbound : (N, T) float
    vehicle_m3, vehicle_kg : (D,) float
    vehicles : (L, T) float
    budget : float
    served : (Z, G) float
        Of a unit served, by the group of its SKU: its category's least fill, and that of all.
    counted : (D,) float
        m3 that a vehicle of each departure counts for in what whole ones bring in.
    group : (K,) int
        Of each SKU, 0 where its category has no least fill.
    """

    given: Given
    departures: Departures
    storage: FloatArray
    inbound: FloatArray
    outbound: FloatArray
    whole_inbound: FloatArray
    vehicle_m3: FloatArray
    vehicle_kg: FloatArray
    vehicles: FloatArray
    budget: float
    served: FloatArray
    counted: FloatArray
    group: IntArray

    @cached_property
    def room(self) -> tuple[FloatArray, FloatArray]:
        """(L,) m3 and kg of each lane's vehicle."""
        return vehicle_room(self.given)

    @cached_property
    def volume(self) -> FloatArray:
        """(K,) m3 of a unit; no case takes less than a small share of the smallest vehicle."""
        products = self.given.products
        room = self.room[0][has_vehicle(self.given)].min(initial=np.inf)
        least = CASE_SHARE * room / products.case_pack if np.isfinite(room) else 0.0
        return np.maximum(products.unit_volume_m3, least)


def make_tariff(
    given: Given,
    areas: Areas,
    departures: Departures,
    limits: Mapping[str, Limit],
    told: Mapping[str, FloatArray],
) -> Tariff:
    """Return the prices told, by limit and place, as arrays by what they belong to."""
    horizon, nodes, _ = given.shape
    of_nodes = {
        name: told[f"{name}_m3"].reshape(horizon, nodes).T
        for name in ("storage", "inbound", "outbound", "whole_inbound")
    }
    wishes = list_wishes(given, areas)
    fill = told["min_fill"].reshape(wishes.least.shape).T
    return Tariff(
        given=given,
        departures=departures,
        **of_nodes,
        vehicle_m3=told["vehicle_m3"],
        vehicle_kg=told["vehicle_kg"],
        vehicles=told["vehicles"].reshape(-1, horizon),
        budget=float(told["budget"][0]),
        counted=find_whole(given, departures, limits["inbound_m3"].most.reshape(horizon, nodes))[1],
        served=np.append(fill[:, :1], fill[:, :1] + fill[:, 1:], axis=1),
        group=wishes.group,
    )


def gain_of_vehicles(tariff: Tariff) -> float:
    """Return currency, 0 or less: vehicles whose room sells for more than they cost.

    Never more than all the stock there is could fill, and one.
    """
    given, on, lane = tariff.given, tariff.departures, tariff.departures.lane
    room = [np.where(np.isfinite(each), each, 0.0)[lane] for each in tariff.room]
    stock = all_stock(given)
    needed = [s / np.where(r > 0, r, np.inf) for s, r in zip(stock, room, strict=True)]
    most = np.minimum(np.ceil(np.maximum(*needed)) + 1.0, given.of_lanes("vehicles")[lane])
    cost = given.of_lanes("vehicle_cost")[lane] * (1.0 + tariff.budget)
    cost = cost + tariff.vehicles[lane, on.ship_period]
    cost = cost - room[0] * tariff.vehicle_m3 - room[1] * tariff.vehicle_kg
    cost = cost - tariff.counted * tariff.whole_inbound[on.destination, on.arrival_period]
    return float(np.where(has_vehicle(given)[lane], np.minimum(cost, 0.0) * most, 0.0).sum())


def price_ways(tariff: Tariff, skus: IntArray, saved: FloatArray) -> Ways:
    """Return what lying and moving cost units of some SKUs, prices paid; no source open yet.

    ``saved`` (N, K) is currency, 0 or less, for lying at a node at the window's end.
    """
    given, on = tariff.given, tariff.departures
    products, (horizon, nodes, _) = given.products, given.shape
    forward = given.network.is_forward.astype(np.float64)
    stored = np.cumsum(np.pad(tariff.storage, ((0, 0), (1, 0))), axis=1)
    held = forward[:, None] * np.arange(horizon + 1)
    lying = held[:, :, None] * products.holding_cost[skus]
    lying = lying + stored[:, :, None] * tariff.volume[skus]
    lying[:, -1] += saved[:, skus]
    there, back = lying[on.destination, on.arrival_period], lying[on.origin, on.ship_period]
    nowhere = np.full((nodes, horizon, len(skus)), np.inf)
    steps = price_departures(tariff, skus) + back - there
    returned = np.outer(forward, products.return_cost[skus])
    return Ways(on, lying, steps, returned, nowhere, nowhere.copy())


def price_departures(tariff: Tariff, skus: IntArray) -> FloatArray:
    """Return (D, K) what a unit of some SKUs costs on each departure, prices paid.

    Fare and handling cost the budget's price besides, carbon does not.
    """
    given, on, lane = tariff.given, tariff.departures, tariff.departures.lane
    money = 1.0 + tariff.budget
    handling = given.of_nodes("handling_cost")[on.destination]
    per_unit = (given.of_lanes("cost_per_unit")[lane] + handling) * money
    per_m3 = (
        given.of_lanes("cost_per_m3")[lane] * money
        + tariff.vehicle_m3
        + tariff.inbound[on.destination, on.arrival_period]
        + tariff.outbound[on.origin, on.ship_period]
    )
    mine, _ = carries(given, on)
    per_m3[mine] += tariff.whole_inbound[on.destination, on.arrival_period][mine]
    carbon = given.options.carbon_price * given.of_lanes("co2e_kg_per_kg")[lane]
    per_kg = given.of_lanes("cost_per_kg")[lane] * money + carbon + tariff.vehicle_kg
    by_volume = np.outer(per_m3, tariff.volume[skus])
    by_weight = np.outer(per_kg, given.products.unit_weight_kg[skus])
    return np.asarray(per_unit[:, None] + by_volume + by_weight)
