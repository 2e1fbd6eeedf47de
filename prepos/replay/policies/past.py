"""What the regions ordered of late: all that the simplest policies go by."""

from __future__ import annotations

from datetime import date

import numpy as np

from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray, IntArray
from prepos.replay.policies.expected import Expected, left_over_cost
from prepos.replay.policies.saving import NOWHERE, saved_at

LOOK_BACK = 8  # whole periods before the cutoff


def expect_as_before(snapshot: Snapshot, own: IntArray, window: int) -> Expected:
    """Return so many periods of past demand by node, as Poisson means, and what a unit saves.

    ``own`` (R,) is the node of each region.
    """
    network, products = snapshot.network, snapshot.products
    mean = window * past_demand(snapshot, own)
    return Expected(
        mean=mean,
        dispersion=np.zeros_like(mean),
        saving=saved_at(
            network.service.ship_cost[:, :, None],
            own,
            region_demand(snapshot)[:, None],
            ~network.is_forward,
            products.shortage_cost,
        ),
        left_over=left_over_cost(products, window),
    )


def past_demand(snapshot: Snapshot, own: IntArray) -> FloatArray:
    """Return units per period (N, K), mean of the last ``LOOK_BACK``, by the node of each region.

    Where fewer periods are known, their mean; regions of no node count nowhere.
    """
    lines = _recent(snapshot)
    orders, skus = snapshot.orders, len(snapshot.products)
    node = own[orders.region[lines]]
    placed = node != NOWHERE
    cell = (node * skus + orders.sku[lines])[placed]
    units = orders.quantity[lines][placed].astype(np.float64)
    nodes = len(snapshot.network.nodes)
    total = np.bincount(cell, units, minlength=nodes * skus).reshape(nodes, skus)
    return np.asarray(total / periods_known(snapshot))


def region_demand(snapshot: Snapshot) -> FloatArray:
    """Return (R,) units of all SKUs that each region ordered in the last periods."""
    lines = _recent(snapshot)
    quantity = snapshot.orders.quantity[lines].astype(np.float64)
    regions = len(snapshot.network.regions)
    units = np.bincount(snapshot.orders.region[lines], quantity, minlength=regions)
    return units.astype(np.float64)


def periods_known(snapshot: Snapshot) -> int:
    """Return over how many periods the mean is taken: those that hold orders, at least 1."""
    if not len(snapshot.orders):
        return 1
    first: date = snapshot.orders.at[0].astype("datetime64[D]").item()
    return min(LOOK_BACK, -snapshot.periods.period_of(first))


def _recent(snapshot: Snapshot) -> slice:
    """Return the lines of the last periods."""
    start = np.datetime64(snapshot.periods.start(-LOOK_BACK), "s")
    return slice(int(np.searchsorted(snapshot.orders.at, start, side="left")), None)
