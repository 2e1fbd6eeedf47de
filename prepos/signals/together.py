"""Together: those who bought X here also buy Y.

The lift of Y beside X within orders, and of Y in a customer's next order after X, above what chance
would give and shrunk where X is rare; applied to what the region bought of X lately.
"""

from __future__ import annotations

import numpy as np

from prepos.core.kernels import Float32Array
from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray, IntArray
from prepos.signals.customers import DAY_SECONDS, Customers
from prepos.signals.evidence import Evidence
from prepos.signals.grouping import by_appearance
from prepos.signals.links import (
    Baskets,
    Links,
    Listed,
    Sold,
    affordable,
    learn_links,
    linked_cells,
    linked_units,
    make_baskets,
    take_baskets,
)
from prepos.signals.record import Record


def together(evidence: Evidence) -> Float32Array:
    """Return (2, 1 or H, R, K) units per period: learnt within orders, and between them."""
    lesson = evidence.record.learn(_lesson, evidence.back)
    if evidence.asked is None:
        return evidence.from_now(together_units(evidence.units(0) / evidence.seen[0], *lesson))
    history, latest = evidence.history, evidence.sums[:, 0] / np.float32(evidence.seen[0])
    sold = Sold(history.region, history.sku, latest)
    listed = Listed(evidence.asked.region, evidence.asked.sku)
    units = [linked_cells(sold, links, listed) for links in lesson]
    return evidence.from_now(np.stack(units)[:, None, None])


def _lesson(record: Record, lesson_back: int) -> tuple[Links, Links]:
    """Return the links within orders and between them, as learnt before an instant."""
    until_day = -float(lesson_back * record.snapshot.periods.days)
    pairs = record.options.pairs
    return (
        learn_within(record.snapshot, pairs, until_day),
        learn_between(record.customers, record.shape[1], pairs, until_day),
    )


def together_units(latest: FloatArray, within: Links, between: Links) -> Float32Array:
    """Return (2, 1, R, K) units per period, from what the regions bought per period lately.

    Parameters
    ----------
    latest : (R, K) float
    within, between : Links
        As learnt within orders, and between them.
    """
    units = np.ascontiguousarray(latest, dtype=np.float32)
    return np.stack([linked_units(units, links)[None] for links in (within, between)])


def learn_within(snapshot: Snapshot, pairs: int, until_day: float = 0.0) -> Links:
    """Return the links within the orders before a day (from the cutoff).

    Parameters
    ----------
    pairs : int
        Pairs of lines that are looked at, the latest orders first.
    """
    orders, skus = snapshot.orders, len(snapshot.orders.skus)
    end = np.datetime64(snapshot.periods.cutoff, "s") + np.timedelta64(
        round(until_day * DAY_SECONDS), "s"
    )
    known = int(np.searchsorted(orders.at, end))
    baskets = _whole_orders(orders.order[:known], orders.sku[:known])
    latest = take_baskets(baskets, np.flatnonzero(affordable(baskets.sizes, pairs)))
    return learn_links(latest, latest, skus)


def learn_between(customers: Customers, skus: int, pairs: int, until_day: float = 0.0) -> Links:
    """Return the links from each visit before a day to the customer's next before it."""
    visits = make_baskets(customers.line_visit, customers.line_sku, len(customers.visit_day))
    is_next = np.diff(customers.visit_customer) == 0
    follows = np.flatnonzero(is_next & (customers.visit_day[1:] < until_day))
    latest = follows[np.argsort(customers.visit_day[follows], kind="stable")]
    keep = affordable(np.sqrt(visits.sizes[latest] * visits.sizes[latest + 1]), pairs)
    left = take_baskets(visits, latest[keep])
    return learn_links(left, take_baskets(visits, latest[keep] + 1), skus)


def _whole_orders(order: IntArray, sku: IntArray) -> Baskets:
    """Return the orders, oldest first, from lines in time order."""
    number = by_appearance(order, int(order.max(initial=-1)) + 1)
    return make_baskets(number, sku, int(number.max(initial=-1)) + 1)
