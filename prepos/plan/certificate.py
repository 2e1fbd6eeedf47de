"""The prices that prove a bound, by name, for whoever works it out again.

They are tried on the problem without rules and published plan, which no plan of the problem costs
less than: it is known from network, stock and demand alone.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from prepos.core.transfer import Certificate
from prepos.core.types import FloatArray, TimeArray
from prepos.plan.frame import Frame
from prepos.plan.transport.batch import answer
from prepos.plan.transport.build import Transport
from prepos.plan.transport.climb import prove
from prepos.plan.transport.routes import NOWHERE


def write_certificate(frame: Frame, transport: Transport, prices: FloatArray) -> Certificate:
    """Return the prices that prove a bound, by name, and what each source is worth at them."""
    arrays, prices = transport.problem, np.maximum(prices, 0.0)  # a solver's may be a hair below
    value = np.zeros(len(arrays.sources.units))
    cost, _ = answer(arrays, prices, value)
    sku = np.repeat(np.arange(len(arrays)), np.diff(arrays.sources.first))
    release = [transport.releases[number] for number in arrays.sources.release.tolist()]
    start = [
        (each.node, each.day) if each.hub == NOWHERE else (each.hub, each.hub_day)
        for each in release
    ]
    return Certificate(
        bound=prove(arrays, prices, cost),
        limits=tuple(row.name for row in frame.shared),
        places=tuple(row.place for row in frame.shared),
        prices=prices,
        sku=sku,
        node=np.array([each.node for each in release], dtype=np.int64),
        lies_from=as_days([each.day for each in release]),
        hub=np.array([node for node, _ in start], dtype=np.int64),
        at_hub_on=as_days([day for _, day in start]),
        units=arrays.sources.units,
        value=value,
    )


def as_days(ordinals: list[int]) -> TimeArray:
    """Return days, datetime64[D], from their ordinals."""
    return np.array([date.fromordinal(day) for day in ordinals], dtype="datetime64[D]")
