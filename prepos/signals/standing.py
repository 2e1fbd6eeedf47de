"""Standing: what is known at an origin of customers, of what they bought before, and of SKUs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepos.core.kernels import serial_kernel
from prepos.core.types import FloatArray, IntArray
from prepos.signals.customers import Customers
from prepos.signals.habits import Habits

RECENT_DAYS = 28.0  # what sells of late
GAP_COUNT = 20.0  # gaps of a SKU that count as much as those of all SKUs
RETURN_ORDERS = 100.0  # orders after a first purchase that count as much as those of all SKUs
SIZE_FADE = 0.9  # what is left of a visit's weight one visit later in a customer's usual size


class Standing(NamedTuple):
    """What is known at an origin of U customers, P habits and K SKUs.

    Attributes
    ----------
    day : float
    known : (U,) int
        Visits so far.
    size : (U,) float
        Logarithm of the SKUs in an order of the customer, the latest weighing most.
    times : (P,) int
        Purchases so far; 0 where the habit is not known yet.
    gap : (K,) float
        Days between two purchases by one customer, shrunk to those of all SKUs.
    returns : (K,) float
        Logarithm of the chance that it is in an order of one who bought it before.
    recent : (K,) float
        Logarithm of the share of recent orders that hold it.
    units : (K,) float
        That one purchase holds.
    """

    day: float
    known: IntArray
    size: FloatArray
    times: IntArray
    gap: FloatArray
    returns: FloatArray
    recent: FloatArray
    units: FloatArray


def stand(customers: Customers, habits: Habits, skus: int, origin_day: float = 0.0) -> Standing:
    """Return what is known at an origin (days from the cutoff)."""
    known = customers.known(origin_day)
    times, counts = _count(habits, known, origin_day, skus)
    bought, again, chances, days, lately, units = counts
    visits = max(float(known.sum()), 1.0)
    first_recent = origin_day - RECENT_DAYS
    recent_visits = float((known - customers.known(first_recent)).sum())
    gap_of_all = (days.sum() + 7.0) / (again.sum() + 1.0)
    return_of_all = (again.sum() + 0.5) / (chances.sum() + 1.0)
    lines_of_visit = np.bincount(customers.line_visit, minlength=len(customers.visit_day))
    usual = max(float(bought.sum()) / visits, 1.0)
    return Standing(
        day=origin_day,
        known=known,
        size=np.log(_sizes(customers.start, known, lines_of_visit, usual)),
        times=times,
        gap=(days + GAP_COUNT * gap_of_all) / (again + GAP_COUNT),
        returns=np.log((again + RETURN_ORDERS * return_of_all) / (chances + RETURN_ORDERS)),
        recent=np.log((lately + 0.5) / (recent_visits + 1.0)),
        units=units / np.maximum(bought, 1.0),
    )


@serial_kernel
def _count(
    habits: Habits, known: IntArray, origin: float, skus: int
) -> tuple[IntArray, FloatArray]:
    """Return (P,) purchases so far, and (6, K) what they come to by SKU.

    These are purchases, those after the first, orders since the first, days between purchases,
    recent purchases, and units.
    """
    customer, sku, start, rank, day = (
        habits.customer,
        habits.sku,
        habits.start,
        habits.rank,
        habits.day,
    )
    times, counts = np.zeros(len(customer), dtype=np.int64), np.zeros((6, skus))
    for pair in range(len(customer)):
        visits, first, item = known[customer[pair]], start[pair], sku[pair]
        end, recent = first, 0.0
        while end < start[pair + 1] and rank[end] < visits:
            recent += day[end] >= origin - RECENT_DAYS
            end += 1
        times[pair] = end - first
        if end > first:
            counts[4, item] += recent
            counts[0, item] += end - first
            counts[1, item] += end - first - 1
            counts[2, item] += visits - 1 - rank[first]
            counts[3, item] += day[end - 1] - day[first]
            counts[5, item] += habits.bought[end - 1]
    return times, counts


@serial_kernel
def _sizes(start: IntArray, known: IntArray, lines: IntArray, usual: float) -> FloatArray:
    """Return (U,) the usual number of SKUs in an order of each customer."""
    size = np.empty(len(known))
    for customer in range(len(known)):
        total, weight = 0.0, 0.0
        for visit in range(start[customer], start[customer] + known[customer]):
            total = total * SIZE_FADE + lines[visit]
            weight = weight * SIZE_FADE + 1.0
        size[customer] = (total + usual) / (weight + 1.0)
    return size
