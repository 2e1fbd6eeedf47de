"""Lanes and products as arrays, for the loops that load and put away."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepos.core.network import Network
from prepos.core.products import Products
from prepos.core.types import BoolArray, FloatArray, IntArray


class Ways(NamedTuple):
    """Lanes: arrays (L,) by position; ``origin`` and ``destination`` are positions of nodes."""

    origin: IntArray
    destination: IntArray
    lead_time_days: IntArray
    cost_per_unit: FloatArray
    cost_per_m3: FloatArray
    cost_per_kg: FloatArray
    co2e_kg_per_kg: FloatArray
    has_vehicle: BoolArray
    vehicle_cost: FloatArray
    vehicle_m3: FloatArray
    vehicle_kg: FloatArray
    vehicles: FloatArray  # per period


class Goods(NamedTuple):
    """Products: arrays (K,) by position; ``least_sent`` is a departure's minimum lot."""

    volume_m3: FloatArray
    weight_kg: FloatArray
    case_pack: IntArray
    least_sent: IntArray


def list_ways(network: Network) -> Ways:
    """Return the network's lanes."""
    axis, lanes = network.node_axis, network.lanes

    def numbers(name: str) -> FloatArray:
        return np.array([getattr(lane, name) for lane in lanes], dtype=np.float64)

    return Ways(
        axis.positions([lane.origin for lane in lanes]),
        axis.positions([lane.destination for lane in lanes]),
        np.array([lane.lead_time_days for lane in lanes], dtype=np.int64),
        numbers("cost_per_unit"),
        numbers("cost_per_m3"),
        numbers("cost_per_kg"),
        numbers("co2e_kg_per_kg"),
        np.array([lane.has_vehicle for lane in lanes], dtype=np.bool_),
        numbers("vehicle_cost"),
        numbers("vehicle_m3"),
        numbers("vehicle_kg"),
        numbers("vehicles"),
    )


def list_goods(products: Products) -> Goods:
    """Return the products' sizes and lots."""
    return Goods(
        products.unit_volume_m3, products.unit_weight_kg, products.case_pack, products.least_sent
    )
