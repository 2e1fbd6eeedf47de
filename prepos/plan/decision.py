"""A decision: whose units go where for whom, and the prices that prove how good it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.plan.moves import Moves
from prepos.plan.transport.batch import Flows
from prepos.plan.transport.build import Transport


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Decision:
    """What was decided, and the proof.

    Attributes
    ----------
    flows : Flows
        Positions are those of the ``Transport`` that was decided on.
    vehicles : (D,) int
        By departure, those of frozen lines included.
    over : (S,) float
        By how much each shared row is not kept.
    prices : (S,) float
        Currency per unit of the shared rows.
    bound : float
        What is known that no plan costs less than: by these prices, or more by a solver's word.
    """

    flows: Flows
    vehicles: IntArray
    over: FloatArray
    prices: FloatArray
    bound: float


def list_moves(transport: Transport, flows: Flows) -> Moves:
    """Return the units sent on each departure: a flow's, on every leg of its route; and frozen."""
    length = np.array([len(legs) for legs in transport.legs], dtype=np.int64)
    first = np.append(0, np.cumsum(length))
    legs = np.array([leg for route in transport.legs for leg in route], dtype=np.int64)
    count = length[flows.route]
    flow = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(flow)) - np.repeat(np.cumsum(count) - count, count)
    skus, frozen = len(transport.problem), transport.settled.moves
    departure = np.append(legs[first[flows.route[flow]] + step], frozen.departure)
    sku = np.append(flows.sku[flow], frozen.sku)
    key, position = np.unique(departure * skus + sku, return_inverse=True)
    sent = np.append(flows.units[flow], frozen.units)
    units = np.bincount(position, sent, minlength=len(key))
    return Moves(key // max(skus, 1), key % max(skus, 1), np.rint(units).astype(np.int64))
