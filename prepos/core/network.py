"""Nodes that hold stock, regions that order, lanes between nodes, and what service costs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from prepos.core.axes import Axis, make_axis
from prepos.core.types import FloatArray, IntArray
from prepos.errors import NetworkError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A place that holds stock."""

    node_id: str
    kind: str  # "origin" holds stock to send, "forward" receives it
    latitude: float
    longitude: float
    name: str = ""
    storage_m3: float = math.inf
    inbound_m3: float = math.inf  # per period
    outbound_m3: float = math.inf  # per period
    handling_cost: float = 0.0  # currency per unit coming in by transfer

    def __post_init__(self) -> None:
        if self.kind not in ("origin", "forward"):
            raise NetworkError(
                f"node {self.node_id}: kind is {self.kind!r}, expected origin or forward"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """An area planned as one."""

    region_id: str
    latitude: float
    longitude: float
    name: str = ""
    population: float = math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A directed way to move stock from one node to another."""

    lane_id: str
    origin: str
    destination: str
    lead_time_days: int  # from pick to put-away
    cost_per_unit: float = 0.0  # currency
    cost_per_m3: float = 0.0
    cost_per_kg: float = 0.0
    vehicle_cost: float = 0.0  # currency per vehicle
    vehicle_m3: float = math.inf
    vehicle_kg: float = math.inf
    vehicles: float = math.inf  # per period
    ship_weekdays: tuple[str, ...] = WEEKDAYS
    co2e_kg_per_kg: float = 0.0  # kg CO2e for each kg moved

    def __post_init__(self) -> None:
        way = f"lane {self.origin} -> {self.destination}"
        if self.lead_time_days < 0:
            raise NetworkError(
                f"{way}: lead_time_days is {self.lead_time_days}, expected 0 or more"
            )
        if self.origin == self.destination:
            raise NetworkError(f"{way}: destination is its origin, expected another node")
        if not self.ship_weekdays:
            raise NetworkError(f"{way}: ship_weekdays is empty, expected at least one of mon … sun")

    @property
    def has_vehicle(self) -> bool:
        """Whether stock on this lane travels in whole vehicles."""
        return (
            self.vehicle_cost > 0
            or math.isfinite(self.vehicle_m3)
            or math.isfinite(self.vehicle_kg)
            or math.isfinite(self.vehicles)
        )

    def ships_on(self, day: date) -> bool:
        """Return whether the lane leaves on this day."""
        return WEEKDAYS[day.weekday()] in self.ship_weekdays

    def first_departure(self, day: date) -> date:
        """Return the first day from this one on that the lane leaves."""
        return next(d for d in (day + timedelta(days=i) for i in range(7)) if self.ships_on(d))

    def arrival(self, ship_date: date) -> date:
        """Return the day stock shipped then is put away."""
        return ship_date + timedelta(days=self.lead_time_days)


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """What it takes to serve a region's order from a node.

    Attributes
    ----------
    ship_cost : (N, R) float
        Currency per unit; infinite where the node cannot serve the region.
    transit_days : (N, R) float
    distance_km : (N, R) float
        Great-circle.
    """

    ship_cost: FloatArray
    transit_days: FloatArray
    distance_km: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The whole map. Nodes, regions and lanes are sorted by id.

    ``neighbours`` has three columns of equal length: region, neighbour (positions) and weight.
    """

    nodes: tuple[Node, ...]
    regions: tuple[Region, ...]
    lanes: tuple[Lane, ...]
    service: Service
    neighbours: tuple[IntArray, IntArray, FloatArray]

    @property
    def node_axis(self) -> Axis:
        """Node ids."""
        return make_axis("node_id", (node.node_id for node in self.nodes))

    @property
    def region_axis(self) -> Axis:
        """Region ids."""
        return make_axis("region_id", (region.region_id for region in self.regions))

    @property
    def is_forward(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """(N,) bool: which nodes receive stock ahead of orders."""
        return np.array([node.kind == "forward" for node in self.nodes], dtype=np.bool_)
