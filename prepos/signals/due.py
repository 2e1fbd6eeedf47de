"""Due: these customers of the region are about to order, and this is what they reorder.

The sum over customers of the orders expected in each period ahead, times the chance that a SKU
bought before is in an order, times the units that one purchase holds. Assumes that a customer
orders to the region of the latest order.
"""

from __future__ import annotations

import numpy as np

from prepos.core.kernels import Float32Array, serial_kernel
from prepos.core.types import AnyArray, FloatArray, IntArray
from prepos.signals.asked import Asked
from prepos.signals.customers import Customers
from prepos.signals.evidence import Evidence
from prepos.signals.habits import Habits
from prepos.signals.ordering import Ordering, expected_orders, learn_ordering
from prepos.signals.record import Record
from prepos.signals.repeats import learn_repeats, repeat_chances
from prepos.signals.standing import Standing, stand

SIZE_COUNT = 2.0  # purchases of a household that count as much as the SKU's


def due(evidence: Evidence) -> Float32Array:
    """Return (1, H, R, K) units per period ahead."""
    if not len(evidence.customers):
        return np.zeros((1, 1, *evidence.shape), dtype=np.float32)
    units = due_units(
        evidence.customers,
        evidence.habits,
        evidence.once(orders_of),
        evidence.record.learn(repeats_of, evidence.back),
        shape=evidence.record.shape,
        origin_day=evidence.origin_day,
        asked=evidence.asked,
    )
    return evidence.from_now(units)


def orders_of(evidence: Evidence) -> FloatArray:
    """Return (U, H): orders that are expected of each customer in each period ahead."""
    return expected_orders(
        evidence.customers,
        evidence.record.learn(ordering_of, evidence.back),
        days=evidence.days,
        origin_day=evidence.origin_day,
    )


def ordering_of(record: Record, back: int) -> Ordering:
    """Return how customers ordered up to an instant, so many periods before the cutoff."""
    periods = record.snapshot.periods
    return learn_ordering(
        record.customers,
        horizon=periods.horizon,
        days=periods.days,
        until_day=-float(back * periods.days),
    )


def repeats_of(record: Record, back: int) -> FloatArray:
    """Return the weights (F,) of what customers bought again up to such an instant."""
    until_day = -float(back * record.snapshot.periods.days)
    return learn_repeats(record.customers, record.habits, record.shape[1], until_day)


def due_units(
    customers: Customers,
    habits: Habits,
    orders: FloatArray,
    repeats: FloatArray,
    *,
    shape: tuple[int, int],
    origin_day: float = 0.0,
    asked: Asked | None = None,
) -> Float32Array:
    """Return (1, H, R, K) units per period from an origin on, by what is known before it.

    Where cells are listed they are told as (1, H, 1, N).

    Parameters
    ----------
    orders : (U, H) float
        Expected of each customer in each period.
    repeats : (F,) float
        Weights of ``repeat_features``.
    shape : (R, K)
    origin_day : float
        Days from the cutoff, 0 or less.
    asked : Asked, optional
        The cells that are listed.
    """
    standing = stand(customers, habits, shape[1], origin_day)
    chance = repeat_chances(habits, standing, repeats)
    home = customers.homes(standing.known)
    rows, columns = shape if asked is None else (1, len(asked))
    units = np.zeros((1, orders.shape[1], rows, columns), dtype=np.float32)
    place = places_of(habits, home, shape[1], asked)
    _add(habits, standing, orders, chance, place, units[0].reshape(orders.shape[1], -1))
    return units


def places_of(habits: Habits, home: IntArray, skus: int, asked: Asked | None) -> IntArray:
    """Return the flat place (P,) of each habit's cell at the customer's home; -1 if not listed."""
    place = np.empty(len(habits.sku), dtype=np.int64)
    table = np.zeros(0, dtype=np.int32) if asked is None else asked.table
    _find_places(habits, home, skus, table, place)
    return place


@serial_kernel
def _find_places(
    habits: Habits, home: IntArray, skus: int, table: AnyArray, place: IntArray
) -> None:
    """Write where each habit's cell lies among all, or among those that the table lists."""
    for pair in range(len(place)):
        cell = home[habits.customer[pair]] * skus + habits.sku[pair]
        place[pair] = table[cell] - 1 if len(table) else cell


@serial_kernel
def _add(
    habits: Habits,
    standing: Standing,
    orders: FloatArray,
    chance: Float32Array,
    place: IntArray,
    units: Float32Array,
) -> None:
    """Add every habit's units (H, flat) to its place."""
    for pair in range(len(habits.sku)):
        times, customer, sku = standing.times[pair], habits.customer[pair], habits.sku[pair]
        if times == 0 or place[pair] < 0:
            continue
        bought = habits.bought[habits.start[pair] + times - 1]
        size = (bought + SIZE_COUNT * standing.units[sku]) / (times + SIZE_COUNT)
        for step in range(orders.shape[1]):
            expected = orders[customer, step] * chance[pair] * size
            units[step, place[pair]] += expected
