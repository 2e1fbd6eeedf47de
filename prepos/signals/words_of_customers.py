"""Words of customers: how many are due and how many may buy for the first time, never who.

Stands on the customers who may be used one by one. Counts above 0 and below the smallest that may
be shown are held back, and so is whatever is expected of so few. Assumes that a customer belongs to
the region of the latest order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.signals.due import SIZE_COUNT, ordering_of, repeats_of
from prepos.signals.evidence import Evidence
from prepos.signals.intents import KINDS, read_intents
from prepos.signals.new_buyers import RECENT_DAYS
from prepos.signals.ordering import chance_of_order, expected_orders
from prepos.signals.repeats import repeat_chances
from prepos.signals.standing import stand

LIKELY = 0.5  # a customer whose chance is above it is likely to buy


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """How many customers: ``number`` is None where there are some, but fewer than ``least``."""

    number: int | None
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DueWords:
    """The region's customers who bought the SKU before.

    Attributes
    ----------
    bought : Heads
    ordering : float or None
        How many of them are expected to order anything within the horizon. This and what follows is
        None where fewer bought it than may be shown.
    orders, purchases, units : float or None
        Orders expected of them within the horizon, those that hold the SKU, and units in these, all
        in ordinary periods.
    likely : Heads or None
        Those who buy it within the horizon with a chance above 1/2, if purchases come at random.
    """

    bought: Heads
    ordering: float | None
    orders: float | None
    purchases: float | None
    units: float | None
    likely: Heads | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBuyerWords:
    """The region's customers who never bought the SKU.

    Attributes
    ----------
    never : Heads
    orders, units : float or None
        Orders expected of them within the horizon, and the units taken for the first time in these,
        in ordinary periods; None where they are fewer than may be shown.
    rate : float
        Units taken for the first time per order of those, anywhere, who had not bought it yet.
    taken : float
        Units that the rate was counted from, over the last ``days``.
    days : float
    """

    never: Heads
    orders: float | None
    units: float | None
    rate: float
    taken: float
    days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIntents:
    """The region's customers with an open intent of one kind for the SKU."""

    kind: str
    customers: Heads


def count_heads(number: int, least: int) -> Heads:
    """Return a count as it may be shown."""
    return Heads(number=None if 0 < number < least else number, least=least)


def tell_due(evidence: Evidence, region: int, sku: int, least: int) -> DueWords:
    """Return how many of the region's earlier buyers are due.

    ``least`` is the smallest number of customers that may be shown.
    """
    customers, habits = evidence.customers, evidence.habits
    ordering = evidence.record.learn(ordering_of, evidence.back)
    standing = stand(customers, habits, evidence.shape[1], evidence.origin_day)
    home = customers.homes(standing.known)
    pair = np.flatnonzero((habits.sku == sku) & (standing.times > 0))
    pair = pair[home[habits.customer[pair]] == region]
    bought = count_heads(len(pair), least)
    if bought.number is None:
        return DueWords(
            bought=bought, ordering=None, orders=None, purchases=None, units=None, likely=None
        )
    expected = _orders(evidence)[habits.customer[pair]]
    chance = repeat_chances(habits, standing, evidence.record.learn(repeats_of, evidence.back))
    purchases = expected * chance[pair]
    times = standing.times[pair]
    so_far = habits.bought[habits.start[pair] + times - 1]
    size = (so_far + SIZE_COUNT * standing.units[sku]) / (times + SIZE_COUNT)
    likely = int((-np.expm1(-purchases) > LIKELY).sum())
    return DueWords(
        bought=bought,
        ordering=float(chance_of_order(ordering, expected).sum()),
        orders=float(expected.sum()),
        purchases=float(purchases.sum()),
        units=float(purchases @ size),
        likely=count_heads(likely, least),
    )


def tell_new_buyers(evidence: Evidence, region: int, sku: int, least: int) -> NewBuyerWords:
    """Return how many of the region's customers never bought the SKU, and how often some begin."""
    customers, habits = evidence.customers, evidence.habits
    known = customers.known(evidence.origin_day)
    earlier = customers.known(evidence.origin_day - RECENT_DAYS)
    pair = np.flatnonzero(habits.sku == sku)
    pair = pair[habits.rank[habits.start[pair]] < known[habits.customer[pair]]]
    owner, first = habits.customer[pair], habits.start[pair]
    taken = float(habits.units[first][habits.rank[first] >= earlier[owner]].sum())
    after = known[owner] - np.maximum(habits.rank[first] + 1, earlier[owner])
    rate = taken / max(float((known - earlier).sum() - after.sum()), 1.0)
    never = _without(known > 0, owner) & (customers.homes(known) == region)
    heads = count_heads(int(never.sum()), least)
    orders = float(_orders(evidence)[never].sum()) if heads.number is not None else None
    return NewBuyerWords(
        never=heads,
        orders=orders,
        units=None if orders is None else orders * rate,
        rate=rate,
        taken=taken,
        days=RECENT_DAYS,
    )


def tell_intents(evidence: Evidence, region: int, sku: int, least: int) -> tuple[OpenIntents, ...]:
    """Return how many of the region's customers put the SKU aside or looked at it, by kind."""
    known = read_intents(evidence.snapshot)
    origin = -evidence.back
    still_open = (known.opened < origin) & (known.closed >= origin) & (known.sku == sku)
    here = known.homes.before(origin, known.customer) == region
    kinds = known.kind[still_open & here]
    return tuple(
        OpenIntents(kind=kind, customers=count_heads(int((kinds == number).sum()), least))
        for number, kind in enumerate(KINDS)
    )


def _orders(evidence: Evidence) -> FloatArray:
    """Return (U,) orders expected of each customer within the horizon."""
    ordering = evidence.record.learn(ordering_of, evidence.back)
    orders = expected_orders(
        evidence.customers, ordering, days=evidence.days, origin_day=evidence.origin_day
    )
    return np.asarray(orders.sum(axis=1))


def _without(
    customers: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], some: IntArray
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Return the customers but for some."""
    rest = customers.copy()
    rest[some] = False
    return rest
