"""Purchase sizes: how many units a customer takes of a SKU at a time.

What the customer took of it before, shrunk to what all take of the SKU, times how much more or less
than usual the customer takes of everything. Stands on the habits of customers who may be used one
by one. Assumes that a household or a wholesaler stays one; of a giant purchase as many units count
as elsewhere.
"""

from __future__ import annotations

import numpy as np

from prepos.core.types import FloatArray, IntArray
from prepos.signals.evidence import Evidence
from prepos.signals.giants import most_units
from prepos.signals.record import Record

OF_SKU = 10.0  # purchases of all SKUs that count beside those of one
OF_CUSTOMER = 3.0  # purchases of usual size that count beside the customer's own
OF_PAIR = 2.0  # purchases of the foreseen size that count beside the customer's of the SKU


def purchase_sizes(evidence: Evidence, customer: IntArray, sku: IntArray) -> FloatArray:
    """Return (M,) the units that customers take of SKUs, by what they bought before the origin.

    Parameters
    ----------
    customer : (M,) int
        Position on the orders' axis of customers.
    sku : (M,) int

    References
    ----------
    Bühlmann and Straub (1970), Glaubwürdigkeit für Schadensätze: each mean is shrunk to the wider.
    """
    customers, habits, skus = evidence.customers, evidence.habits, evidence.record.shape[1]
    people, pairs = len(customers), len(habits.sku)
    pair = np.repeat(np.arange(pairs), np.diff(habits.start))
    is_known = habits.rank < customers.known(evidence.origin_day)[habits.customer[pair]]
    units = np.minimum(habits.units, most_of(evidence)) * is_known
    times = np.bincount(pair, is_known, minlength=pairs)
    bought = np.bincount(pair, units, minlength=pairs)
    overall = bought.sum() / max(times.sum(), 1.0)
    usual = np.bincount(habits.sku, bought, minlength=skus) + OF_SKU * overall
    usual /= np.bincount(habits.sku, times, minlength=skus) + OF_SKU
    worth = times * usual[habits.sku]
    more = np.bincount(habits.customer, bought, minlength=people) + OF_CUSTOMER * overall
    more /= np.bincount(habits.customer, worth, minlength=people) + OF_CUSTOMER * overall

    place = np.searchsorted(customers.number, customer)
    is_there = np.append(customers.number, -1)[place] == customer
    foreseen = usual[sku] * np.where(is_there, np.append(more, 1.0)[place], 1.0)
    key = np.append(habits.customer * skus + habits.sku, -1)
    at = np.searchsorted(key[:-1], place * skus + sku)
    at = np.where(is_there & (key[at] == place * skus + sku), at, pairs)
    bought, times = np.append(bought, 0.0)[at], np.append(times, 0.0)[at]
    return np.asarray((bought + OF_PAIR * foreseen) / (times + OF_PAIR))


def most_of(evidence: Evidence) -> int:
    """Return how many units of a purchase count; one number for all origins, as for levels."""
    return evidence.record.learn(_most, 0)


def _most(record: Record, _: int) -> int:
    """Return how many units of a line count."""
    return most_units(record.snapshot.orders)
