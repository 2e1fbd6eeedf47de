"""Which node serves an order: where service cost plus the value of a unit there is least.

A unit that serves an order is gone for the orders to come, which may need it more: the value of a
unit at a node says how much, and the nearest node is not always the one to take it from.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from prepos.core.types import IntArray
from prepos.errors import ConfigError

NOBODY = -1


def serve_from(
    service_cost: ArrayLike, value: ArrayLike, units: ArrayLike, *, wanted: ArrayLike = 1
) -> IntArray:
    """Return the node that each order line is best served from.

    Parameters
    ----------
    service_cost : (..., N) float
        Currency per unit to serve the line's region from each node; infinite where it cannot.
    value : (..., N) float
        Currency that a unit of the line's SKU is worth at each node: ``values.csv`` of a run, 0 for
        what is in no row of it.
    units : (..., N) float
        Units of the SKU that each node can spare now.
    wanted : (...) float
        Units of the line, all from one node.

    Returns
    -------
    (...) int
        Position of the node; of several that are alike the one with the least service cost, then
        the first. -1 where no node can serve the line alone.

    Raises
    ------
    ConfigError
        If a value is below 0 or no number, or a service cost is no number.

    Examples
    --------
    The near node's last unit is worth 3 more where it is than the far one's:

    >>> serve_from([4.0, 5.0], [3.0, 0.0], [1, 10])
    array(1)
    >>> serve_from([4.0, 5.0], [3.0, 0.0], [1, 0])
    array(0)

    References
    ----------
    Acimovic and Graves (2015), Making better fulfillment decisions on the fly in an online retail
    environment, Manufacturing & Service Operations Management 17(1), 34-51.
    """
    cost, worth, spare = np.broadcast_arrays(
        *(np.asarray(each, dtype=np.float64) for each in (service_cost, value, units))
    )
    if np.isnan(cost).any():
        raise ConfigError("service_cost holds a value that is no number, expected numbers")
    if not (worth >= 0).all():
        raise ConfigError(f"value is {worth.min()} at one node, expected 0 or more")
    able = (spare >= np.asarray(wanted, dtype=np.float64)[..., None]) & np.isfinite(cost)
    price = np.where(able, cost + worth, np.inf)
    alike = price == price.min(axis=-1, keepdims=True)
    best = np.argmin(np.where(alike, cost, np.inf), axis=-1)
    return np.asarray(np.where(able.any(axis=-1), best, NOBODY), dtype=np.int64)
