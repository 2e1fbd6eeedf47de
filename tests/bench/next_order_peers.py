"""Peers of the next order: what others would say a customer's next order holds.

Each gives scores (U, K), the higher the likelier, from the visits before an origin alone. Items are
ranked by score; which is calibrated and which is not does not matter here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse

from prepos.core.types import FloatArray, IntArray
from prepos.signals.customers import Customers

BATCH = 500  # customers that are compared with all others at a time


@dataclass(frozen=True, eq=False)
class Past:
    """V visits before an origin, of U customers who came by then, in order of customer and time.

    Attributes
    ----------
    held : (V, K) sparse of ones
    customer : (V,) int
    since : (V,) int
        The customer's visits after this one.
    visits : (U,) int
    day : (V,) float
        Days from the origin, negative.
    """

    held: sparse.csr_array
    customer: IntArray
    since: IntArray
    visits: IntArray
    day: FloatArray

    def weigh(self, weight: FloatArray) -> sparse.csr_array:
        """Return (U, K): each customer's orders, weighed (V,) and added up."""
        shape = (len(self.visits), len(self.customer))
        place = (self.customer, np.arange(len(self.customer)))
        return sparse.csr_array(sparse.csr_array((weight, place), shape=shape) @ self.held)


def past_of(customers: Customers, skus: int, origin_day: float) -> Past:
    """Return the visits before an origin (days from the cutoff) and those who made them."""
    known = customers.known(origin_day)
    visits = np.flatnonzero(customers.visit_day < origin_day)
    number = np.cumsum(known > 0) - 1
    customer = number[customers.visit_customer[visits]]
    rank = visits - customers.start[customers.visit_customer[visits]]
    return Past(
        held=orders_held(customers, skus)[visits],
        customer=customer,
        since=known[customers.visit_customer[visits]] - 1 - rank,
        visits=known[known > 0],
        day=customers.visit_day[visits] - origin_day,
    )


def orders_held(customers: Customers, skus: int) -> sparse.csr_array:
    """Return (V, K): 1 where a visit holds a SKU."""
    place = (customers.line_visit, customers.line_sku)
    shape = (len(customers.visit_day), skus)
    held = sparse.csr_array((np.ones(len(customers.line_sku), np.float32), place), shape=shape)
    held.sum_duplicates()
    held.data[:] = 1.0
    return held


def top_frequency(past: Past, weeks: float = np.inf) -> FloatArray:
    """Return how many orders of the last weeks held a SKU, alike for all customers."""
    recent = past.day >= -7.0 * weeks
    count = np.asarray(past.held[np.flatnonzero(recent)].sum(axis=0)).ravel()
    return np.broadcast_to(count, (len(past.visits), len(count)))


def personal_top_frequency(past: Past) -> FloatArray:
    """Return how many orders of the customer held a SKU."""
    return past.weigh(np.ones(len(past.customer))).toarray()


def mixed_top_frequency(past: Past, weeks: float = np.inf) -> FloatArray:
    """Return the personal count, ties and what was never bought by the count of all."""
    of_all = top_frequency(past, weeks)
    return personal_top_frequency(past) + 0.5 * of_all / max(float(of_all.max()), 1.0)


def tifu_knn(
    past: Past,
    *,
    group_size: int = 7,
    within: float = 0.9,
    between: float = 0.7,
    neighbours: int = 300,
    own_share: float = 0.7,
) -> FloatArray:
    """Return the customer's time-decayed frequencies, mixed with those of the most alike.

    Orders are grouped from the latest backwards, so the oldest group may be short. A group's vector
    is the mean of its orders, the i-th latest weighing ``within**i``; the customer's is the mean of
    the groups', the i-th latest weighing ``between**i``. Neighbours are nearest by Euclid.

    References
    ----------
    Hu, He, Gao and Zhang (2020), Modeling personalized item frequency information for next-basket
    recommendation, SIGIR, 1071-1080.
    """
    visits = past.visits[past.customer]
    group, place = np.divmod(past.since, group_size)
    groups = -(-visits // group_size)
    size = np.where(group == groups - 1, visits - (groups - 1) * group_size, group_size)
    weight = within**place / size * between**group / groups
    own = past.weigh(weight).toarray().astype(np.float32)
    alike = np.empty_like(own)
    length = (own**2).sum(axis=1)
    nearest = min(neighbours, len(own) - 1)
    for first in range(0, len(own), BATCH):
        here = own[first : first + BATCH]
        apart = length - 2.0 * here @ own.T
        apart[np.arange(len(here)), first + np.arange(len(here))] = np.inf
        who = np.argpartition(apart, nearest - 1, axis=1)[:, :nearest]
        row = np.repeat(np.arange(len(here)), nearest)
        share = np.full(who.size, 1.0 / nearest, dtype=np.float32)
        pick = sparse.csr_array((share, (row, who.ravel())), shape=(len(here), len(own)))
        alike[first : first + BATCH] = pick @ own
    return own_share * own + (1.0 - own_share) * alike


GRIDS: dict[str, tuple[Callable[..., FloatArray], dict[str, Sequence[float]]]] = {
    "top frequency": (top_frequency, {"weeks": (4, 8, 26, np.inf)}),
    "personal top frequency": (personal_top_frequency, {}),
    "both top frequencies": (mixed_top_frequency, {"weeks": (4, 8, 26, np.inf)}),
    "TIFU-KNN": (
        tifu_knn,
        {
            "group_size": (7, 2, 3, 5, 10, 15, 25),
            "within": (0.9, 0.6, 0.7, 0.8, 1.0),
            "between": (0.7, 0.5, 0.6, 0.8, 0.9, 1.0),
            "neighbours": (300, 50, 100, 600, 900),
            "own_share": (0.7, 0.3, 0.5, 0.6, 0.8, 0.9, 0.95),
        },
    ),
}
"""Each peer, and the values of each of its parameters that are tried, the usual one first."""
