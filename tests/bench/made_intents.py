"""Intents before real orders: carts, wish lists and views made up by a law that is told here.

No open data set of orders has intents that a forecast could be judged by, so they are made. A share
of the real purchases (a customer, a SKU, a day) is said to have had an intent some days before; by
kind, so many decoys are set beside these that a stated share of all intents of the kind is bought.
A decoy falls on the same days, on a customer and a SKU drawn as often as they ordered in the eight
weeks before, where the customer never again orders the SKU. Some are looked at again before they
are bought, or would have been; and some are of visitors who are not known as customers, as are all
of anonymous orders.

What might leak: an intent tells of a real purchase to come, which is what an intent is for; the
purchases that have one are drawn without looking at anything, and so are the days between.
Assumes nothing of what real shoppers do: what is learnt from it is whether the signal finds a law
that is there, and whether the gate drops a table that has none.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from prepos.core.orders import Orders
from prepos.core.types import IntArray

SHARE = 0.3  # of the purchases that had an intent
LONGEST = 14  # days from the intent to the purchase; the shortest is 1
LATE_DAYS = 56  # before an intent, within which decoys' customers and SKUs ordered
SKUS = 10**6  # more than there are, to tell pairs apart by one number
LOOKED_AGAIN = 0.3  # share of intents that a view follows, on any day until the purchase
VISITORS = 0.15  # share of the intents of visitors who are not known as customers


class Kind(NamedTuple):
    """The law of one kind: its share of the bought intents, how often it is bought, and when."""

    share: float
    bought: float
    mean_days: float  # of a geometric law, cut off at ``LONGEST``


KINDS = {"cart": Kind(0.4, 0.5, 2.0), "wishlist": Kind(0.2, 0.2, 7.0), "view": Kind(0.4, 0.1, 4.0)}


class Purchases(NamedTuple):
    """What was bought, by day, customer and SKU: positions (N,); customers -1 where anonymous."""

    day: IntArray
    customer: IntArray
    sku: IntArray

    def pairs(self) -> tuple[IntArray, IntArray]:
        """Return each pair of customer and SKU as one number, rising, and its last day."""
        order = np.argsort(self.customer * SKUS + self.sku, kind="stable")
        key = (self.customer * SKUS + self.sku)[order]
        is_last = np.append(key[1:] != key[:-1], True)
        return key[is_last], self.day[order][is_last]


class Rows(NamedTuple):
    """Intents (V,): positions of customer and SKU, day, kind, and days until the purchase."""

    customer: IntArray
    sku: IntArray
    day: IntArray
    kind: IntArray
    lead: IntArray


def make_intents(orders: Orders, generator: np.random.Generator) -> tuple[pd.DataFrame, ...]:
    """Return two tables of intents: those that were bought, and the decoys."""
    ordered = purchases(orders)
    chosen = np.flatnonzero(generator.random(len(ordered.day)) < SHARE)
    shares = [kind.share for kind in KINDS.values()]
    kind = generator.choice(len(KINDS), len(chosen), p=shares)
    lead = draw_lead(kind, generator)
    bought = Rows(
        ordered.customer[chosen], ordered.sku[chosen], ordered.day[chosen] - lead, kind, lead
    )
    decoys = draw_decoys(bought, ordered, generator)
    return write_table(orders, bought, generator), write_table(orders, decoys, generator)


def purchases(orders: Orders) -> Purchases:
    """Return one purchase for each customer, SKU and day."""
    day = orders.at.astype("datetime64[D]").astype(np.int64)
    rows = np.unique(np.column_stack([day, orders.customer, orders.sku]), axis=0)
    return Purchases(day=rows[:, 0], customer=rows[:, 1], sku=rows[:, 2])


def draw_lead(kind: IntArray, generator: np.random.Generator) -> IntArray:
    """Return days (V,) from intent to purchase, 1 to ``LONGEST``."""
    days = np.arange(1, LONGEST + 1)
    lead = np.empty(len(kind), dtype=np.int64)
    for number, law in enumerate(KINDS.values()):
        chance = (1.0 - 1.0 / law.mean_days) ** days
        of_kind = np.flatnonzero(kind == number)
        lead[of_kind] = generator.choice(days, len(of_kind), p=chance / chance.sum())
    return lead


def draw_decoys(bought: Rows, ordered: Purchases, generator: np.random.Generator) -> Rows:
    """Return intents that are not bought, as many of each kind and on such days as the law says."""
    odds = np.array([(1.0 - law.bought) / law.bought for law in KINDS.values()])
    count = np.round(odds * np.bincount(bought.kind, minlength=len(KINDS))).astype(np.int64)
    kind = np.repeat(np.arange(len(KINDS)), count)
    day = generator.choice(bought.day, len(kind))
    key, last = ordered.pairs()
    customer, sku = np.empty_like(day), np.empty_like(day)
    left = np.arange(len(kind))
    while len(left):
        customer[left], sku[left] = draw_of_late(ordered, day[left], generator)
        drawn = customer[left] * SKUS + sku[left]
        place = np.minimum(np.searchsorted(key, drawn), len(key) - 1)
        is_bought = (key[place] == drawn) & (last[place] >= day[left])
        left = left[is_bought & (customer[left] >= 0)]
    return Rows(customer, sku, day, kind, draw_lead(kind, generator))


def draw_of_late(
    ordered: Purchases, day: IntArray, generator: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Return customers and SKUs (V,) drawn apart from the purchases of the weeks before a day.

    On the first days, from those of the first week: what is drawn tells nothing that is to come.
    """
    until = np.maximum(day, ordered.day[0] + 7)
    first, end = np.searchsorted(ordered.day, [until - LATE_DAYS, until])
    return (
        ordered.customer[generator.integers(first, end)],
        ordered.sku[generator.integers(first, end)],
    )


def write_table(orders: Orders, rows: Rows, generator: np.random.Generator) -> pd.DataFrame:
    """Return the rows and the views that follow some of them as the table ``intents``."""
    again = np.flatnonzero(generator.random(len(rows.day)) < LOOKED_AGAIN)
    later = generator.integers(0, rows.lead[again])
    row = np.append(np.arange(len(rows.day)), again)
    is_known = (rows.customer >= 0) & (generator.random(len(rows.day)) >= VISITORS)
    visitors = np.char.add("visitor ", np.arange(len(rows.day)).astype(str)).astype(object)
    customers = np.array([*orders.customers, ""], dtype=object)[rows.customer]
    names = np.array([*KINDS], dtype=object)
    day = np.append(rows.day, rows.day[again] + later)
    table = pd.DataFrame(
        {
            "customer_id": np.where(is_known, customers, visitors)[row],
            "sku": np.array([*orders.skus], dtype=object)[rows.sku[row]],
            "kind": np.append(names[rows.kind], np.full(len(again), "view", dtype=object)),
            "at": day.astype("datetime64[D]").astype("datetime64[s]"),
        }
    )
    return table.sort_values(["at", "customer_id", "sku"], kind="stable", ignore_index=True)


def deal_anew(table: pd.DataFrame, orders: Orders, generator: np.random.Generator) -> pd.DataFrame:
    """Return the table with customers and SKUs drawn anew: it tells nothing that is to come."""
    day = table["at"].to_numpy().astype("datetime64[D]").astype(np.int64)
    customer, sku = draw_of_late(purchases(orders), day, generator)
    return table.assign(
        customer_id=np.array([*orders.customers, "visitor"], dtype=object)[customer],
        sku=np.array([*orders.skus], dtype=object)[sku],
    )
