"""Second opinion on vehicles: what one holds, and what whole ones can bring into a room.

Let the largest that come into a room of R m3 hold V. All together they bring in R only if there are
as many as R / V, rounded up; for every one fewer at least R mod V less. So what they bring, less
R mod V for each, is at most R less R mod V for as many as R / V, rounded up; and a smaller one need
count for no more than it holds.
"""

from __future__ import annotations

import numpy as np

from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.plan.verify_book import Given
from prepos.plan.verify_receipts import list_receipts
from prepos.plan.verify_ways import Departures

NOTHING = 1e-9  # of a vehicle: what a sum errs by


def has_vehicle(given: Given) -> BoolArray:
    """Return (L,) whether stock on each lane travels in vehicles."""
    return np.array([lane.has_vehicle for lane in given.network.lanes], dtype=np.bool_)


def vehicle_room(given: Given) -> tuple[FloatArray, FloatArray]:
    """Return (L,) m3 and kg of a vehicle; one without either limit holds all the stock there is."""
    volume, weight = given.of_lanes("vehicle_m3"), given.of_lanes("vehicle_kg")
    boundless = ~np.isfinite(volume) & ~np.isfinite(weight)
    return np.where(boundless, max(all_stock(given)[0], 1.0), volume), weight


def all_stock(given: Given) -> tuple[float, float]:
    """Return m3 and kg of everything on hand and still to come."""
    coming, on_hand = list_receipts(given)
    units = on_hand.sum(axis=0)
    np.add.at(units, coming["sku"], coming["quantity"])
    products = given.products
    return float(units @ products.unit_volume_m3), float(units @ products.unit_weight_kg)


def carries(given: Given, departures: Departures) -> tuple[IntArray, FloatArray]:
    """Return the departures whose vehicles come in within the window, and m3 that one holds."""
    lane, day = departures.lane, departures.arrival_day
    room = vehicle_room(given)[0][lane]
    inside = day // departures.days < departures.periods
    mine = np.flatnonzero(has_vehicle(given)[lane] & np.isfinite(room) & inside)
    return mine, room[mine]


def find_whole(
    given: Given, departures: Departures, inbound: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the most that whole vehicles bring in (T, N), and what each counts for (D,), in m3.

    Parameters
    ----------
    inbound : (T, N) float
        m3 of room; where there is none, or no vehicle comes, the most is infinite.
    """
    mine, room = carries(given, departures)
    at = departures.arrival_period[mine], departures.destination[mine]
    largest = np.zeros(inbound.shape)
    np.maximum.at(largest, at, room)
    bound = np.isfinite(inbound) & (largest > 0)
    filled = np.where(bound, np.maximum(inbound, 0.0) / np.where(bound, largest, 1.0), 0.0)
    rest = filled % 1.0
    rest = np.where(np.minimum(rest, 1.0 - rest) < NOTHING, 0.0, rest) * largest
    counted = np.zeros(len(departures))
    counted[mine] = np.minimum(rest[at], room)
    return np.where(bound, inbound - rest * np.ceil(filled), np.inf), counted
