"""The prices that prove a bound, by name, for whoever works it out again.

They are tried on the problem without rules and published plan, which no plan of the problem costs
less than: it is known from network, stock and demand alone.
"""

from __future__ import annotations

import numpy as np

from prepos.core.transfer import Certificate
from prepos.core.types import FloatArray
from prepos.plan.frame import Frame
from prepos.plan.transport.batch import answer
from prepos.plan.transport.build import Transport
from prepos.plan.transport.prices import prove


def write_certificate(frame: Frame, transport: Transport, prices: FloatArray) -> Certificate:
    """Return the prices that prove a bound, by name, and what each source is worth at them."""
    arrays, prices = transport.problem, np.maximum(prices, 0.0)  # a solver's may be a hair below
    value = np.zeros(len(arrays.sources.units))
    cost, _ = answer(arrays, prices, value)
    sku = np.repeat(np.arange(len(arrays)), np.diff(arrays.sources.first))
    release = [transport.releases[number] for number in arrays.sources.release.tolist()]
    epoch = np.datetime64("0001-01-01", "D")
    days = np.array([each.day for each in release], dtype=np.int64)
    return Certificate(
        bound=prove(arrays, prices, cost),
        limits=tuple(row.name for row in frame.shared),
        places=tuple(row.place for row in frame.shared),
        prices=prices,
        sku=sku,
        node=np.array([each.node for each in release], dtype=np.int64),
        lies_from=epoch + (days - 1).astype("timedelta64[D]"),
        units=arrays.sources.units,
        value=value,
    )
