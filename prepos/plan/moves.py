"""What leaves: units of every SKU on every departure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.types import IntArray
from prepos.plan.transport.batch import Flows
from prepos.plan.transport.build import Transport


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """Units sent, by departure and SKU; arrays of equal length, sorted by both, each pair once."""

    departure: IntArray
    sku: IntArray
    units: IntArray


def list_moves(transport: Transport, flows: Flows) -> Moves:
    """Return the units sent on each departure: a flow's, on every leg of its route."""
    length = np.array([len(legs) for legs in transport.legs], dtype=np.int64)
    first = np.append(0, np.cumsum(length))
    legs = np.array([leg for route in transport.legs for leg in route], dtype=np.int64)
    count = length[flows.route]
    flow = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(flow)) - np.repeat(np.cumsum(count) - count, count)
    departure, sku = legs[first[flows.route[flow]] + step], flows.sku[flow]
    skus = len(transport.problem)
    key, position = np.unique(departure * skus + sku, return_inverse=True)
    units = np.bincount(position, flows.units[flow], minlength=len(key))
    return Moves(key // max(skus, 1), key % max(skus, 1), np.rint(units).astype(np.int64))
