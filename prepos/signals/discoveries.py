"""Discoveries: the chance that a SKU a customer never bought is in the next order.

A logistic regression on how it sells of late, everywhere and in the customer's region, how much the
customer buys of its category, what goes with what the customer bought, how much the customer takes
and how many orders there were. Fitted like ``repeats`` on the next orders after earlier origins.
Nearly all pairs come to nothing: of those only some are looked at, and the intercept is moved back.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from prepos.core.kernels import Float32Array, serial_kernel
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.signals.customers import Customers
from prepos.signals.grouping import group_starts
from prepos.signals.habits import Habits
from prepos.signals.links import Links
from prepos.signals.logistic import fit_logistic
from prepos.signals.repeats import (
    LEARN_DAYS,
    Tables,
    make_tables,
    shares,
    taught_by,
)
from prepos.signals.standing import RECENT_DAYS, Standing, stand

ROWS = 200_000  # pairs that come to nothing, of those the regression is fitted on
REGION_ORDERS = 20.0  # orders of a region that count as much as those of all
LINK_FLOOR, CATEGORY_FLOOR = 0.001, 0.01  # added to shares before their logarithm
FEATURES = 7
SPREAD = 2_654_435_761  # Knuth (1998), The Art of Computer Programming 3, 6.4: multiplied, it mixes


class Surroundings(NamedTuple):
    """What is around a customer at an origin.

    Attributes
    ----------
    home : (U,) int
        Region of the latest order.
    regional : (R, K) float
        Logarithm of the share of a region's recent orders that hold a SKU, shrunk to all.
    category : (K,) int
    links : Links
        What goes with what within an order.
    """

    home: IntArray
    regional: FloatArray
    category: IntArray
    links: Links


def look_around(
    customers: Customers, standing: Standing, regions: int, category: IntArray, links: Links
) -> Surroundings:
    """Return what is around the customers at the standing's origin."""
    skus = len(category)
    day = customers.visit_day
    recent = (day < standing.day) & (day >= standing.day - RECENT_DAYS)
    lines = recent[customers.line_visit]
    cell = customers.visit_region[customers.line_visit[lines]] * skus + customers.line_sku[lines]
    taken = np.bincount(cell, minlength=regions * skus).reshape(regions, skus)
    orders = np.bincount(customers.visit_region[recent], minlength=regions)[:, None]
    share = (taken + REGION_ORDERS * np.exp(standing.recent)) / (orders + REGION_ORDERS)
    return Surroundings(customers.homes(standing.known), np.log(share), category, links)


def learn_discoveries(
    customers: Customers,
    habits: Habits,
    regions: int,
    category: IntArray,
    links: Links,
    until_day: float = 0.0,
) -> FloatArray:
    """Return the regression's weights (F,), from the orders before a day (from the cutoff).

    Parameters
    ----------
    category : (K,) int
    links : Links
        Learnt before the earliest origin that is learnt from.

    References
    ----------
    King and Zeng (2001), Political Analysis 9(2), 137-163, for the intercept where what came to
    nothing is only sampled.
    """
    line_start = group_starts(customers.line_visit, len(customers.visit_day))
    learnt, features, came = [], [], []
    pairs = 0
    for back in LEARN_DAYS:
        standing = stand(customers, habits, len(category), until_day - back)
        around = look_around(customers, standing, regions, category, links)
        taught = taught_by(customers, standing, until_day)
        learnt.append((standing, around, taught))
        pairs += int(taught.sum()) * len(category)
    every = max(1, -(-pairs // ROWS))
    for standing, around, taught in learnt:
        tables = make_tables(habits, standing)
        rows, outcome = _sample(
            habits, standing, tables, around, taught, customers.start, line_start,
            customers.line_sku, every,
        )  # fmt: skip
        features.append(rows)
        came.append(outcome)
    weights = fit_logistic(np.concatenate(features), np.concatenate(came))
    weights[0] -= np.log(every)
    return weights


@serial_kernel
def weigh_customer(
    habits: Habits, standing: Standing, tables: Tables, around: Surroundings, customer: int
) -> tuple[BoolArray, FloatArray, FloatArray]:
    """Return what the customer bought (K,), what goes with it (K,), and shares of categories."""
    skus = len(around.category)
    owned, linked = np.zeros(skus, np.bool_), np.zeros(skus)
    of_category = np.zeros(around.category.max() + 1)
    for pair in range(habits.of_customer[customer], habits.of_customer[customer + 1]):
        times = standing.times[pair]
        if times == 0:
            continue
        sku, last = habits.sku[pair], habits.start[pair] + times - 1
        owned[sku] = True
        fast, slow = shares(habits, tables, last, standing.known[customer])
        of_category[around.category[sku]] += slow
        for link in range(around.links.start[sku], around.links.start[sku + 1]):
            linked[around.links.sku[link]] += fast * around.links.excess[link]
    return owned, linked, of_category


@serial_kernel
def discovery_features(
    standing: Standing,
    tables: Tables,
    around: Surroundings,
    linked: FloatArray,
    of_category: FloatArray,
    customer: int,
    sku: int,
) -> tuple[float, ...]:
    """Return the features of one customer and one SKU; the first is 1."""
    return (
        1.0,
        standing.recent[sku],
        around.regional[around.home[customer], sku],
        np.log(linked[sku] + LINK_FLOOR),
        np.log(of_category[around.category[sku]] + CATEGORY_FLOOR),
        standing.size[customer],
        tables.log[standing.known[customer]],
    )


@serial_kernel
def _sample(
    habits: Habits,
    standing: Standing,
    tables: Tables,
    around: Surroundings,
    taught: BoolArray,
    visit_start: IntArray,
    line_start: IntArray,
    line_sku: IntArray,
    every: int,
) -> tuple[Float32Array, Float32Array]:
    """Return features (N, F) and outcomes (N,): all that came, and one in ``every`` other pair."""
    skus = len(around.category)
    most = int(taught.sum()) * skus // every + len(line_sku) + len(taught) + 1000
    features, came = np.empty((2 * most, FEATURES), np.float32), np.empty(2 * most, np.float32)
    filled = 0
    for customer in range(len(taught)):
        if not taught[customer]:
            continue
        owned, linked, of_category = weigh_customer(habits, standing, tables, around, customer)
        visit = visit_start[customer] + standing.known[customer]
        taken = np.zeros(skus, np.bool_)
        for line in range(line_start[visit], line_start[visit + 1]):
            taken[line_sku[line]] = True
        for sku in range(skus):
            drawn = (((customer * skus + sku) * SPREAD) >> 11) % every == 0
            if owned[sku] or not (taken[sku] or drawn) or filled >= len(came):
                continue
            values = discovery_features(
                standing, tables, around, linked, of_category, customer, sku
            )
            for number in range(FEATURES):
                features[filled, number] = values[number]
            came[filled] = 1.0 if taken[sku] else 0.0
            filled += 1
    return features[:filled].copy(), came[:filled].copy()
