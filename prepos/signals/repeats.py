"""Repeats: the chance that a SKU a customer bought before is in the next order.

A logistic regression on how often, how lately and how regularly the customer bought the SKU, how
much the customer takes, and how the SKU returns with everybody and sells of late. It is fitted on
what was in the next orders after earlier origins, so it says what it could have said then. Assumes
that the next order holds what it holds whenever it comes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepos.core.kernels import Float32Array, each, kernel, serial_kernel
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.signals.customers import Customers
from prepos.signals.habits import FAST, SLOW, Habits
from prepos.signals.logistic import fit_logistic

LEARN_DAYS = (28.0, 56.0)  # days back at which the next order is learnt from
RECENT_DAYS = 28.0  # what sells of late
ROWS = 40_000  # habits that the regression is fitted on
GAP_COUNT = 20.0  # gaps of a SKU that count as much as those of all SKUs
RETURN_ORDERS = 100.0  # orders after a first purchase that count as much as those of all SKUs
SIZE_FADE = 0.9  # what is left of a visit's weight one visit later in a customer's usual size
SHARE_FLOOR, SLOW_FLOOR = 0.02, 0.01  # added to shares before their logarithm
WAIT_FLOOR = 0.05  # usual gaps, likewise
FEATURES = 18


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


def learn_repeats(
    customers: Customers, habits: Habits, skus: int, until_day: float = 0.0, rows: int = ROWS
) -> FloatArray:
    """Return the regression's weights (F,), from the orders before a day (from the cutoff).

    ``rows`` is how many habits it is fitted on at most, evenly spaced.
    """
    standings = [stand(customers, habits, skus, until_day - back) for back in LEARN_DAYS]
    taught = [taught_by(customers, standing, until_day) for standing in standings]
    pairs = [
        np.flatnonzero(known[habits.customer] & (standing.times > 0))
        for standing, known in zip(standings, taught, strict=True)
    ]
    step = max(1, -(-sum(map(len, pairs)) // rows))
    lessons = [
        (repeat_features(habits, standing, all_pairs[::step]),
         in_next_order(habits, standing, all_pairs[::step]))
        for standing, all_pairs in zip(standings, pairs, strict=True)
    ]  # fmt: skip
    features, came = zip(*lessons, strict=True)
    return fit_logistic(np.concatenate(features), np.concatenate(came))


def taught_by(customers: Customers, standing: Standing, until_day: float) -> BoolArray:
    """Return (U,) who came before the origin, and again between it and a later day."""
    return (standing.known > 0) & (customers.known(until_day) > standing.known)


def in_next_order(habits: Habits, standing: Standing, rows: IntArray) -> Float32Array:
    """Return (N,) 1 where the habit's SKU is in the customer's first order after the origin."""
    following = habits.start[rows] + standing.times[rows]
    is_known = following < habits.start[rows + 1]
    rank = habits.rank[np.minimum(following, len(habits.rank) - 1)]
    is_next = is_known & (rank == standing.known[habits.customer[rows]])
    return np.asarray(is_next, dtype=np.float32)


def repeat_features(habits: Habits, standing: Standing, rows: IntArray) -> Float32Array:
    """Return (N, F) features of known habits; the first is 1."""
    features = np.empty((len(rows), FEATURES), dtype=np.float32)
    _fill(habits, standing, make_tables(habits, standing), rows, features)
    return features


def repeat_chances(habits: Habits, standing: Standing, weights: FloatArray) -> Float32Array:
    """Return (P,) the chance that each habit's SKU is in the next order; 0 where not known yet."""
    chance = np.zeros(len(habits.sku), dtype=np.float32)
    _chance(habits, standing, make_tables(habits, standing), weights, chance)
    return chance


class Tables(NamedTuple):
    """Functions of whole numbers from 0 on: a look-up costs less than a logarithm.

    ``log`` is 0 at 0; ``fast`` and ``slow`` are what is left of a weight after so many visits.
    """

    log: FloatArray
    fast: FloatArray
    slow: FloatArray


def make_tables(habits: Habits, standing: Standing) -> Tables:
    """Return the tables as long as the habits ask for: by visits and by days."""
    days = standing.day - habits.day.min(initial=standing.day)
    whole = np.arange(int(max(days, standing.known.max(initial=0))) + 3)
    fast, slow = np.float64(FAST) ** whole, np.float64(SLOW) ** whole
    return Tables(np.log(np.maximum(whole, 1)), np.asarray(fast, float), np.asarray(slow, float))


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
        end = first
        while end < start[pair + 1] and rank[end] < visits:
            if day[end] >= origin - RECENT_DAYS:
                counts[4, item] += 1.0
            end += 1
        times[pair] = end - first
        if end > first:
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


@serial_kernel
def _fill(
    habits: Habits, standing: Standing, tables: Tables, rows: IntArray, features: Float32Array
) -> None:
    """Write the features of the habits."""
    for row in range(len(rows)):
        values = _features_of(habits, standing, tables, rows[row])
        for number in range(FEATURES):
            features[row, number] = values[number]


@kernel
def _chance(
    habits: Habits,
    standing: Standing,
    tables: Tables,
    weights: FloatArray,
    chance: Float32Array,
) -> None:
    """Write the chance of the habits that are known."""
    for customer in each(len(habits.of_customer) - 1):
        for pair in range(habits.of_customer[customer], habits.of_customer[customer + 1]):
            if standing.times[pair] > 0:
                values = _features_of(habits, standing, tables, pair)
                score = 0.0
                for number in range(FEATURES):
                    score += weights[number] * values[number]
                chance[pair] = 1.0 / (1.0 + np.exp(-score))


@serial_kernel
def shares(habits: Habits, tables: Tables, last: int, visits: int) -> tuple[float, float]:
    """Return the share of a customer's orders that hold a SKU: of late, and lastingly.

    Parameters
    ----------
    last : int
        The latest known purchase of the pair.
    visits : int
        The customer's known visits, at least 1.
    """
    since = visits - 1 - habits.rank[last]
    fast = habits.fast[last] * tables.fast[since] * (1.0 - FAST) / (1.0 - tables.fast[visits])
    slow = habits.slow[last] * tables.slow[since] * (1.0 - SLOW) / (1.0 - tables.slow[visits])
    return fast, slow


@serial_kernel
def _features_of(
    habits: Habits, standing: Standing, tables: Tables, pair: int
) -> tuple[float, ...]:
    """Return the features of one habit that is known."""
    customer, sku, times = habits.customer[pair], habits.sku[pair], standing.times[pair]
    visits = standing.known[customer]
    first, last = habits.start[pair], habits.start[pair] + times - 1
    since = visits - 1 - habits.rank[last]
    fast, slow = shares(habits, tables, last, visits)
    age = standing.day - habits.day[last]
    gap = (habits.day[last] - habits.day[first] + standing.gap[sku]) / times
    wait = np.log(age / max(gap, 0.5) + WAIT_FLOOR)
    share = tables.log[times] - tables.log[visits + 2]
    lasting, returns = np.log(slow + SLOW_FLOOR), standing.returns[sku]
    return (
        1.0,
        np.log(fast + SHARE_FLOOR),
        lasting,
        lasting * lasting,
        share,
        share * share,
        share * tables.log[visits],
        share * returns,
        tables.log[times],
        tables.log[visits],
        tables.log[since + 1],
        tables.log[int(age) + 1],
        wait,
        max(wait, 0.0),
        standing.size[customer],
        returns,
        returns * tables.log[visits],
        standing.recent[sku],
    )
