"""Around: which regions are a region's neighbours, and how much each counts.

Either those of the map (polygons that touch, the nearest, or the user's table), or those that share
customers: two regions where the same people order are near, however far apart they lie. Only
customers who may be used one by one are looked at.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse

from prepos.signals.customers import Customers
from prepos.signals.record import Record


def learn_neighbours(record: Record, lesson_back: int) -> sparse.csr_array:
    """Return (R, R) float32 weights of each region's neighbours, rows summing to 1, or to 0."""
    size = record.shape[0]
    if record.options.neighbours == "customers":
        until = -float(lesson_back * record.snapshot.periods.days)
        matrix = shared_customers(record.customers, size, until)
    else:
        region, neighbour, weight = record.snapshot.network.neighbours
        matrix = sparse.csr_array((weight, (region, neighbour)), shape=(size, size))
    total = np.asarray(matrix.sum(axis=1)).ravel()
    scale = sparse.diags_array(1.0 / np.where(total > 0, total, 1.0))
    return sparse.csr_array((scale @ matrix).astype(np.float32))


def shared_customers(customers: Customers, regions: int, until_day: float) -> sparse.csr_array:
    """Return (R, R) how many customers ordered in both regions before a day; none with itself."""
    known = customers.visit_day < until_day
    key = customers.visit_customer[known] * regions + customers.visit_region[known]
    pair = np.unique(key)
    ones = np.ones(len(pair))
    shape = (max(len(customers), 1), regions)
    went = sparse.csr_array((ones, (pair // regions, pair % regions)), shape=shape)
    both = sparse.coo_array(went.T @ went)
    apart = both.row != both.col
    return sparse.csr_array(
        (both.data[apart], (both.row[apart], both.col[apart])), shape=(regions, regions)
    )
