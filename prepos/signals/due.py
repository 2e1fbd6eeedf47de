"""Due: these customers of the region are about to order, and this is what they reorder.

Each customer and SKU bought before is a habit. How likely it returns in each period ahead is read
from habits that were in the same state some weeks ago: purchases so far, time since the last over
its own usual gap, and time since the customer came at all. The gap is shrunk from the household to
the SKU and from there to all. Assumes that a customer's region is that of the latest order.
"""

from __future__ import annotations

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.signals.customers import Customers
from prepos.signals.evidence import Evidence
from prepos.signals.habits import Habits

HORIZONS_BACK = (1, 2)  # horizons before the cutoff at which return is learnt
STATE_HABITS = 20.0  # habits of a state that count as much as all states
GAP_COUNT = 20.0  # gaps of a SKU that count as much as those of all SKUs
SIZE_COUNT = 2.0  # purchases of a household that count as much as the SKU's
PURCHASES_EDGES = np.array([1.5, 2.5, 3.5, 5.5, 9.5, 17.5])
WAIT_EDGES = np.array([0.15, 0.3, 0.5, 0.7, 0.9, 1.1, 1.3, 1.6, 2.0, 3.0, 5.0, 8.0])  # usual gaps
ABSENCE_EDGES = np.array([3.5, 7.0, 14.0, 28.0, 56.0])  # days
STATES = (len(PURCHASES_EDGES) + 1) * (len(WAIT_EDGES) + 1) * (len(ABSENCE_EDGES) + 1)


def due(evidence: Evidence) -> FloatArray:
    """Return (1, H, R, K) units per period ahead."""
    customers, (regions, skus) = evidence.customers, evidence.shape
    if not len(customers):
        return np.zeros((1, 1, regions, skus))
    habits = evidence.habits
    cell = customers.home[habits.customer] * skus + habits.sku
    size = purchase_size(habits, skus)
    expected = expected_purchases(evidence, habits)
    units = np.zeros((1, len(expected), regions * skus))
    for step, times in enumerate(expected):
        units[0, step] = np.bincount(cell, times * size, minlength=regions * skus)
    return units.reshape(1, len(expected), regions, skus)


def purchase_size(habits: Habits, skus: int) -> FloatArray:
    """Return (P,) units that one purchase of each pair holds."""
    units = np.bincount(habits.pair, habits.units)
    times = np.bincount(habits.pair)
    of_sku = np.bincount(habits.sku, units, minlength=skus) / np.maximum(
        np.bincount(habits.sku, times, minlength=skus), 1.0
    )
    return np.asarray((units + SIZE_COUNT * of_sku[habits.sku]) / (times + SIZE_COUNT))


def expected_purchases(evidence: Evidence, habits: Habits) -> FloatArray:
    """Return (H, P): how often each pair is expected to be bought in each period ahead."""
    customers, periods = evidence.customers, evidence.snapshot.periods
    gap = usual_gap(habits, evidence.shape[1])
    bought = np.zeros((periods.horizon, STATES))
    seen = np.zeros(STATES)
    for horizons in HORIZONS_BACK:
        origin = -float(horizons * periods.horizon * periods.days)
        state = _states(customers, habits, gap, origin)
        known = state >= 0
        seen += np.bincount(state[known], minlength=STATES)
        for step in range(periods.horizon):
            opens = origin + step * periods.days
            within = (habits.day >= opens) & (habits.day < opens + periods.days)
            times = np.bincount(habits.pair[within], minlength=len(habits))
            bought[step] += np.bincount(state[known], times[known], minlength=STATES)
    length = evidence.history.units.shape[1]
    overall = len(habits.pair) / (len(habits) * length)
    if seen.any():
        overall = bought.sum() / (seen.sum() * periods.horizon)
    rate = (bought + STATE_HABITS * overall) / (seen + STATE_HABITS)
    return np.asarray(rate[:, _states(customers, habits, gap, 0.0)])


def usual_gap(habits: Habits, skus: int) -> FloatArray:
    """Return (K,) days between two purchases by one customer, shrunk to those of all SKUs."""
    again = np.diff(habits.pair) == 0
    sku = habits.sku[habits.pair[1:][again]]
    days = np.bincount(sku, np.diff(habits.day)[again], minlength=skus)
    count = np.bincount(sku, minlength=skus)
    overall = (days.sum() + 7.0) / (count.sum() + 1.0)
    return np.asarray((days + GAP_COUNT * overall) / (count + GAP_COUNT))


def _states(customers: Customers, habits: Habits, gap: FloatArray, at_day: float) -> IntArray:
    """Return each pair's state (P,) on a day; -1 where it was not bought before."""
    so_far = np.bincount(habits.pair[habits.day < at_day], minlength=len(habits))
    first, last = habits.day[habits.start], habits.day[habits.start + np.maximum(so_far, 1) - 1]
    own_gap = (last - first + gap[habits.sku]) / np.maximum(so_far, 1)
    wait = np.searchsorted(WAIT_EDGES, (at_day - last) / np.maximum(own_gap, 1e-6))
    absence = np.searchsorted(ABSENCE_EDGES, at_day - customers.last_visit(at_day))
    state = np.searchsorted(PURCHASES_EDGES, so_far) * (len(WAIT_EDGES) + 1) + wait
    state = state * (len(ABSENCE_EDGES) + 1) + absence[habits.customer]
    return np.where(so_far > 0, state, -1)
