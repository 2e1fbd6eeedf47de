"""The departures a policy may use: from origins to forward nodes, soon enough to be of use.

A lane leaves on its first allowed day before the next decision, and counts where it arrives by the
middle day of the window's last period. Routes through another forward node are left to the planner.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.network import Lane
from prepos.core.products import Products
from prepos.core.types import FloatArray, IntArray, TimeArray
from prepos.replay.policies.situation import Situation


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Routes:
    """M departures, by the node they go to, then by lane.

    Attributes
    ----------
    lane, origin, node : (M,) int
        Positions.
    ships_on : (M,) datetime64[D]
    ship_period, arrival_period : (M,) int
    unit_cost : (M, K) float
        Currency to move and put away a unit, without vehicles.
    unit_share : (M, K) float
        Of a vehicle that a unit takes, by volume or weight, whichever is more; 0 without vehicles.
    full_cost : (M, K) float
        Currency per unit in a full vehicle; infinite where no vehicle takes a case.
    vehicle_cost : (M,) float
    vehicles : (M,) float
        The most there are in the period; infinite where nothing limits them.
    """

    lane: IntArray
    origin: IntArray
    node: IntArray
    ships_on: TimeArray
    ship_period: IntArray
    arrival_period: IntArray
    unit_cost: FloatArray
    unit_share: FloatArray
    full_cost: FloatArray
    vehicle_cost: FloatArray
    vehicles: FloatArray

    def cheapest_to(self, nodes: int) -> FloatArray:
        """Return (N, K) currency per unit by the cheapest route; infinite where there is none."""
        least = np.full((nodes, self.unit_cost.shape[1]), np.inf)
        np.minimum.at(least, self.node, self.full_cost)
        return least


def list_routes(situation: Situation) -> Routes:
    """Return every departure of use, with what it costs."""
    network, window = situation.snapshot.network, situation.window
    axis, is_forward = network.node_axis, network.is_forward
    useful_until = window.middle(window.horizon - 1)
    found = []
    for position, lane in enumerate(network.lanes):
        origin, node = axis.position(lane.origin), axis.position(lane.destination)
        day = lane.first_departure(window.cutoff)
        in_time = day <= situation.last_departure and lane.arrival(day) <= useful_until
        if in_time and is_forward[node] and not is_forward[origin] and lane.vehicles >= 1:
            found.append((node, position, origin, day))
    found.sort()
    lanes = [network.lanes[position] for _, position, _, _ in found]
    days = [day for *_, day in found]
    handling = np.array([network.nodes[node].handling_cost for node, *_ in found])
    products = situation.snapshot.products
    unit_cost = move_cost(lanes, products) + handling[:, None]
    share = vehicle_share(lanes, products)
    vehicle_cost = np.array([lane.vehicle_cost for lane in lanes], dtype=np.float64)
    fits = share * products.case_pack <= 1.0
    return Routes(
        lane=np.array([position for _, position, _, _ in found], dtype=np.int64),
        origin=np.array([origin for _, _, origin, _ in found], dtype=np.int64),
        node=np.array([node for node, *_ in found], dtype=np.int64),
        ships_on=np.array(days, dtype="datetime64[D]"),
        ship_period=np.array([window.period_of(day) for day in days], dtype=np.int64),
        arrival_period=np.array(
            [window.period_of(way.arrival(day)) for way, day in zip(lanes, days, strict=True)],
            dtype=np.int64,
        ),
        unit_cost=unit_cost,
        unit_share=share,
        full_cost=np.where(fits, unit_cost + vehicle_cost[:, None] * share, np.inf),
        vehicle_cost=vehicle_cost,
        vehicles=np.array([np.floor(lane.vehicles) for lane in lanes], dtype=np.float64),
    )


def move_cost(lanes: list[Lane], products: Products) -> FloatArray:
    """Return (M, K) currency per unit moved, by unit, m3 and kg."""
    per_unit = np.array([lane.cost_per_unit for lane in lanes], dtype=np.float64)
    per_m3 = np.array([lane.cost_per_m3 for lane in lanes], dtype=np.float64)
    per_kg = np.array([lane.cost_per_kg for lane in lanes], dtype=np.float64)
    by_size = np.outer(per_m3, products.unit_volume_m3) + np.outer(per_kg, products.unit_weight_kg)
    return np.asarray(per_unit[:, None] + by_size)


def vehicle_share(lanes: list[Lane], products: Products) -> FloatArray:
    """Return (M, K) share of a vehicle that one unit takes; 0 where a vehicle has no limit."""
    volume_room = np.array([lane.vehicle_m3 for lane in lanes], dtype=np.float64)
    weight_room = np.array([lane.vehicle_kg for lane in lanes], dtype=np.float64)
    return np.maximum(
        np.outer(1 / volume_room, products.unit_volume_m3),
        np.outer(1 / weight_room, products.unit_weight_kg),
    )
