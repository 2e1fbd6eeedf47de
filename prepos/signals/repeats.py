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
from prepos.core.logs import take_logs
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.signals.customers import Customers
from prepos.signals.habits import FAST, SLOW, Habits
from prepos.signals.logistic import fit_logistic
from prepos.signals.standing import Standing, stand

LEARN_DAYS = (28.0, 56.0)  # days back at which the next order is learnt from
ROWS = 40_000  # habits that the regression is fitted on
SHARE_FLOOR, SLOW_FLOOR = 0.02, 0.01  # added to shares before their logarithm
WAIT_FLOOR = 0.05  # usual gaps, likewise
FEATURES = 18


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
    """Write the chance of the habits that are known, customer by customer."""
    for customer in each(len(habits.of_customer) - 1):
        first, end = habits.of_customer[customer], habits.of_customer[customer + 1]
        known, found = np.empty(end - first, dtype=np.int64), 0
        for pair in range(first, end):
            known[found] = pair
            found += standing.times[pair] > 0
        logs = np.empty((3, found))
        for number in range(found):
            logged = _logged(habits, standing, tables, known[number])
            logs[0, number], logs[1, number], logs[2, number] = logged
        take_logs(logs.ravel())
        for number in range(found):
            told = (logs[0, number], logs[1, number], logs[2, number])
            values = _features_from(habits, standing, tables, known[number], told)
            chance[known[number]] = 1.0 / (1.0 + np.exp(-_score(weights, values)))


@serial_kernel
def _score(weights: FloatArray, values: tuple[float, ...]) -> float:
    """Return the features' weighted sum, in three parts that need not wait for each other."""
    w, v = weights, values
    one = w[0] * v[0] + w[1] * v[1] + w[2] * v[2] + w[3] * v[3] + w[4] * v[4] + w[5] * v[5]
    two = w[6] * v[6] + w[7] * v[7] + w[8] * v[8] + w[9] * v[9] + w[10] * v[10] + w[11] * v[11]
    more = w[12] * v[12] + w[13] * v[13] + w[14] * v[14] + w[15] * v[15] + w[16] * v[16]
    return float(one + two + more + w[17] * v[17])


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
    fast, slow, wait = _logged(habits, standing, tables, pair)
    told = (np.log(fast), np.log(slow), np.log(wait))
    return _features_from(habits, standing, tables, pair, told)


@serial_kernel
def _logged(
    habits: Habits, standing: Standing, tables: Tables, pair: int
) -> tuple[float, float, float]:
    """Return what the features are logarithms of: shares of late and lasting, and the wait."""
    times = standing.times[pair]
    first, last = habits.start[pair], habits.start[pair] + times - 1
    fast, slow = shares(habits, tables, last, standing.known[habits.customer[pair]])
    gap = (habits.day[last] - habits.day[first] + standing.gap[habits.sku[pair]]) / times
    age = standing.day - habits.day[last]
    return fast + SHARE_FLOOR, slow + SLOW_FLOOR, age / max(gap, 0.5) + WAIT_FLOOR


@serial_kernel
def _features_from(
    habits: Habits,
    standing: Standing,
    tables: Tables,
    pair: int,
    logs: tuple[float, float, float],
) -> tuple[float, ...]:
    """Return the features of a known habit, the logarithms of its shares and its wait given."""
    customer, sku, times = habits.customer[pair], habits.sku[pair], standing.times[pair]
    visits, last = standing.known[customer], habits.start[pair] + times - 1
    since = visits - 1 - habits.rank[last]
    share = tables.log[times] - tables.log[visits + 2]
    fast, lasting, wait = logs
    returns = standing.returns[sku]
    return (
        1.0,
        fast,
        lasting,
        lasting * lasting,
        share,
        share * share,
        share * tables.log[visits],
        share * returns,
        tables.log[times],
        tables.log[visits],
        tables.log[since + 1],
        tables.log[int(standing.day - habits.day[last]) + 1],
        wait,
        max(wait, 0.0),
        standing.size[customer],
        returns,
        returns * tables.log[visits],
        standing.recent[sku],
    )
