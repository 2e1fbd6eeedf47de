"""Ordering: how often each customer is expected to order in every period ahead.

A customer's own rate is orders after the first per day since it, both discounted, shrunk to those
of all by a gamma prior that is fitted on all. What the rate misses is learnt at earlier origins:
by orders so far, and by how many orders the silence since the last one has skipped at the own rate,
customers ordered that many times more or less than their rate says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression

from prepos.core.kernels import serial_kernel
from prepos.core.types import FloatArray, IntArray
from prepos.signals.customers import Customers

HALF_LIFE_DAYS = 60.0  # at which orders and days are forgotten in a customer's rate
STATE_ORDERS = 5.0  # orders expected in a state that count as much as its rates
ORDERS_EDGES = np.array([1.5, 2.5, 4.5, 9.5, 24.5])  # orders so far
SKIPPED_EDGES = np.array([0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0])  # orders skipped
STATES = (len(ORDERS_EDGES) + 1) * (len(SKIPPED_EDGES) + 1)
SHAPES = (0.05, 1000.0)  # the prior's shape stays within: all differ, all are alike


@dataclass(frozen=True, slots=True, eq=False)
class Ordering:
    """What was learnt of when customers order.

    Attributes
    ----------
    shape, rate : float
        Of the gamma prior of orders per day: mean shape / rate.
    multiple : (H, S) float
        Orders in each period ahead per order that the own rate says, by state.
    expected, came : (N,) float
        The chance that any order comes within the horizon, at rising numbers of expected ones.
    """

    shape: float
    rate: float
    multiple: FloatArray
    expected: FloatArray
    came: FloatArray


def learn_ordering(
    customers: Customers, *, horizon: int, days: int, until_day: float = 0.0
) -> Ordering:
    """Return how customers ordered, from what lies before a day.

    Parameters
    ----------
    horizon, days : int
        Periods ahead, and days in each.
    until_day : float
        Days from the cutoff; nothing at or after it is used.

    References
    ----------
    Robbins (1956), empirical Bayes; Fader, Hardie and Lee (2005), Marketing Science 24(2), 275-284,
    for orders as Poisson with gamma rates.
    """
    shape, rate = fit_prior(customers, until_day)
    said, orders = np.zeros((horizon, STATES)), np.zeros((horizon, STATES))
    origins = [until_day - back * horizon * days for back in (1, 2)]
    for origin in origins:
        state, own_rate = _standing(customers, origin, shape, rate)
        known = state >= 0
        for step in range(horizon):
            opens = origin + step * days
            times = customers.known(opens + days) - customers.known(opens)
            orders[step] += np.bincount(state[known], times[known], minlength=STATES)
            said[step] += np.bincount(state[known], own_rate[known] * days, minlength=STATES)
    overall = orders.sum() / said.sum() if orders.sum() > 0 else 1.0
    multiple = (orders + STATE_ORDERS * overall) / (said + STATE_ORDERS)
    plain = Ordering(shape, rate, multiple, np.zeros(0), np.zeros(0))
    expected, came = _chances(customers, plain, origins, days)
    return Ordering(shape, rate, multiple, expected, came)


def expected_orders(
    customers: Customers, ordering: Ordering, *, days: int, origin_day: float = 0.0
) -> FloatArray:
    """Return (U, H): orders of each customer in each period from an origin on.

    Zero for customers who have not ordered before the origin.
    """
    state, own_rate = _standing(customers, origin_day, ordering.shape, ordering.rate)
    multiple = ordering.multiple[:, np.maximum(state, 0)].T
    return np.asarray(np.where(state >= 0, own_rate * days, 0.0)[:, None] * multiple)


def chance_of_order(ordering: Ordering, expected: FloatArray) -> FloatArray:
    """Return the chance that at least one order comes, by how many are expected; shape as given.

    As it was at earlier origins; where there was none, as if orders came at random (Poisson).
    """
    if not len(ordering.expected):
        return np.asarray(-np.expm1(-expected))
    return np.asarray(np.interp(expected, ordering.expected, ordering.came))


def fit_prior(customers: Customers, until_day: float) -> tuple[float, float]:
    """Return shape and rate (days) of the gamma prior of orders per day, by moments.

    With rate m and exposure T the variance of counts is m T + (m T)^2 / shape; discounted counts
    have less of the first part, by their squared weights.
    """
    orders, exposure, squared = _discount(customers.start, customers.visit_day, until_day)
    seen = exposure > 0
    if orders.sum() <= 0:
        return 1.0, HALF_LIFE_DAYS  # nobody came twice yet
    mean = orders.sum() / exposure[seen].sum()
    said = mean * exposure[seen]
    chance = mean * squared[seen]
    excess = float(((orders[seen] - said) ** 2).sum() - chance.sum())
    shape = float((said**2).sum()) / max(excess, 1e-9)
    shape = min(max(shape, SHAPES[0]), SHAPES[1])
    return shape, float(shape / mean)


def _standing(
    customers: Customers, origin: float, shape: float, rate: float
) -> tuple[IntArray, FloatArray]:
    """Return (U,) each customer's state, -1 if not known yet, and own orders per day."""
    known = customers.known(origin)
    orders, exposure, _ = _discount(customers.start, customers.visit_day, origin)
    own_rate = (shape + orders) / (rate + exposure)
    last = customers.visit_day[customers.start[:-1] + np.maximum(known, 1) - 1]
    skipped = np.searchsorted(SKIPPED_EDGES, (origin - last) * own_rate)
    state = np.searchsorted(ORDERS_EDGES, known) * (len(SKIPPED_EDGES) + 1) + skipped
    return np.where(known > 0, state, -1), own_rate


def _chances(
    customers: Customers, ordering: Ordering, origins: list[float], days: int
) -> tuple[FloatArray, FloatArray]:
    """Return rising numbers of expected orders and how often any came, at earlier origins."""
    said, came = [], []
    horizon_days = len(ordering.multiple) * days
    for origin in origins:
        expected = expected_orders(customers, ordering, days=days, origin_day=origin).sum(axis=1)
        before = customers.known(origin)
        any_came = customers.known(origin + horizon_days) > before
        said.append(expected[before > 0])
        came.append(any_came[before > 0])
    expected, outcome = np.concatenate(said), np.concatenate(came).astype(np.float64)
    if not len(expected):
        return np.zeros(0), np.zeros(0)
    rising = np.argsort(expected, kind="stable")
    fitted = isotonic_regression(outcome[rising])
    edge = fitted.blocks
    size = np.diff(edge)
    middle = np.add.reduceat(expected[rising], edge[:-1]) / size
    # Half a customer who came and half a one who did not: nothing is ever certain.
    chance = (fitted.x[edge[:-1]] * size + 0.5) / (size + 1.0)
    return middle, np.maximum.accumulate(chance)


@serial_kernel
def _discount(
    start: IntArray, visit_day: FloatArray, origin: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return (U,) orders after the first, discounted; days since it, by the weight and squared."""
    orders, exposure = np.zeros(len(start) - 1), np.zeros(len(start) - 1)
    squared = np.zeros(len(start) - 1)
    fade = np.log(2.0) / HALF_LIFE_DAYS
    for customer in range(len(start) - 1):
        first = start[customer]
        if visit_day[first] >= origin:
            continue
        left = np.exp(-fade * (origin - visit_day[first]))
        exposure[customer], squared[customer] = (1.0 - left) / fade, (1.0 - left**2) / (2.0 * fade)
        for visit in range(first + 1, start[customer + 1]):
            if visit_day[visit] >= origin:
                break
            orders[customer] += np.exp(-fade * (origin - visit_day[visit]))
    return orders, exposure, squared
