"""New buyers: someone here will buy it for the first time.

The rate at which active customers who never bought a SKU do so now, times how many of them the
region has.
"""

from __future__ import annotations

import numpy as np

from prepos.core.types import FloatArray
from prepos.signals.evidence import Evidence

ACTIVE_WEEKS = 8.0  # a customer who ordered within them is active


def new_buyers(evidence: Evidence) -> FloatArray:
    """Return (1, 1, R, K) units per period."""
    customers, habits = evidence.customers, evidence.habits
    regions, skus = evidence.shape
    recent_days = ACTIVE_WEEKS * 7.0
    active = np.zeros(len(customers))
    active[customers.visit_customer[customers.visit_day >= -recent_days]] = 1.0
    home = customers.home[habits.customer]
    owners = np.bincount(
        home * skus + habits.sku, active[habits.customer], minlength=regions * skus
    ).reshape(regions, skus)
    known = np.bincount(customers.home, active, minlength=regions)
    without = np.maximum(known[:, None] - owners, 0.0)
    recent = habits.day[habits.start] >= -recent_days
    bought = habits.sku[recent]
    units = np.bincount(bought, habits.units[habits.start][recent], minlength=skus)
    span = min(recent_days / evidence.snapshot.periods.days, evidence.history.units.shape[1])
    asked = (without.sum(axis=0) + np.bincount(bought, minlength=skus) / 2.0) * span
    rate = np.divide(units, asked, out=np.zeros(skus), where=asked > 0)
    return np.asarray(without * rate)[None, None]
