"""Together: those who bought X here also buy Y.

The lift of Y beside X within orders, and of Y in a customer's next order after X, above what chance
would give and shrunk where X is rare; applied to what the region bought of X lately. Y after Y
itself is not counted: that is what ``own`` and ``due`` say.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse

from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.signals.evidence import Evidence

RARE_ORDERS = 20.0  # orders with X that count as much as chance
LARGE_ORDER = 200  # lines; a longer order is a restock, not a basket


def together(evidence: Evidence) -> FloatArray:
    """Return (2, 1, R, K) units per period: learnt within orders, and between them."""
    latest = _latest_orders(evidence)
    baskets = _within(evidence)
    before, after = _between(evidence)
    pairs = ((baskets, baskets), (before, after))
    return np.stack([(latest @ excess(left, right)).toarray()[None] for left, right in pairs])


def excess(left: sparse.csr_array, right: sparse.csr_array) -> sparse.csr_array:
    """Return (K, K): chance of Y on the right given X on the left, above chance, 0 where below.

    Parameters
    ----------
    left, right : (B, K) sparse
        1 where a pair of baskets holds the SKU.
    """
    count = np.asarray(left.sum(axis=0)).ravel()
    chance = np.asarray(right.sum(axis=0)).ravel() / max(left.shape[0], 1)
    joint = sparse.csr_array(left.T @ right)
    of_x = np.repeat(np.arange(joint.shape[0]), np.diff(joint.indptr))
    above = np.maximum(joint.data - count[of_x] * chance[joint.indices], 0.0)
    joint.data = np.where(of_x == joint.indices, 0.0, above / (count[of_x] + RARE_ORDERS))
    joint.eliminate_zeros()
    return joint


def _latest_orders(evidence: Evidence) -> sparse.csr_array:
    """Return (R, K) discounted units per period at the fastest speed."""
    history = evidence.history
    level = history.units @ evidence.discounts[0] / evidence.discounts[0].sum()
    return sparse.csr_array((level, (history.region, history.sku)), shape=evidence.shape)


def _baskets(row: IntArray, sku: IntArray, shape: tuple[int, int]) -> sparse.csr_array:
    """Return (B, K) of ones where a basket holds the SKU."""
    matrix = sparse.coo_array((np.ones(len(row)), (row, sku)), shape=shape).tocsr()
    matrix.data[:] = 1.0
    return matrix


def _affordable(sizes: FloatArray, pairs: int) -> BoolArray:
    """Return which baskets, oldest first, to learn from: the latest, so many pairs of lines."""
    usable = (sizes > 0) & (sizes <= LARGE_ORDER)
    work = np.cumsum((np.where(usable, sizes, 0.0) ** 2)[::-1])[::-1]
    return np.asarray(usable & (work <= pairs))


def _within(evidence: Evidence) -> sparse.csr_array:
    """Return the latest orders (B, K)."""
    orders, skus = evidence.snapshot.orders, evidence.shape[1]
    _, first, row = np.unique(orders.order, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))  # lines are in time order
    keep = _affordable(np.bincount(rank[row]).astype(np.float64), evidence.options.pairs)
    lines = keep[rank[row]]
    place = np.cumsum(keep) - 1
    return _baskets(place[rank[row][lines]], orders.sku[lines], (int(keep.sum()), skus))


def _between(evidence: Evidence) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Return each visit (P, K) that the same customer followed by another, and that other."""
    customers, skus = evidence.customers, evidence.shape[1]
    visits = len(customers.visit_day)
    baskets = _baskets(customers.line_visit, customers.line_sku, (visits, skus))
    follows = np.flatnonzero(np.diff(customers.visit_customer) == 0)
    sizes = np.diff(baskets.indptr).astype(np.float64)
    latest = follows[np.argsort(customers.visit_day[follows], kind="stable")]
    keep = _affordable(np.sqrt(sizes[latest] * sizes[latest + 1]), evidence.options.pairs)
    return baskets[latest[keep]], baskets[latest[keep] + 1]
