"""Announced: what is bought with an intent that was open at the start of its period.

Open intents tell much of the next period and little of later ones, whose intents are still to come.
But a sum of signals has one weight for all periods: what is usual would be too much for the next or
too little for the later ones. So what intents to come will bring is told with the open ones: of
each SKU, the share of its units that is announced by its own period and was not so early. Open and
to come make as many units in every period ahead, as a rule.
Assumes that customers announce as they did lately.
"""

from __future__ import annotations

import numpy as np

from prepos.core.kernels import Float32Array
from prepos.core.types import FloatArray
from prepos.signals.evidence import Evidence
from prepos.signals.intents import AGES, Intents, open_units, read_intents, still_open
from prepos.signals.purchase_sizes import most_of, purchase_sizes
from prepos.signals.record import Record
from prepos.signals.shrunk import WAYS, shrunk

UNITS = 50.0  # of a SKU that count as much as the share of all SKUs that is announced


def intents(evidence: Evidence) -> Float32Array:
    """Return (1, H, R, K) units per period ahead; (1, 1, R, K) zeros without the table."""
    if "intents" not in evidence.snapshot.tables:
        return np.zeros((1, 1, *evidence.shape), dtype=np.float32)
    known = evidence.record.learn(_read, 0)
    row = still_open(known, -evidence.back)
    units = open_units(
        known,
        purchase_sizes(evidence, known.customer[row], known.sku[row]),
        origin=-evidence.back,
        horizon=evidence.horizon,
        shape=evidence.record.shape,
        asked=evidence.asked,
    )
    shares = announced_shares(evidence, known)
    if shares.any():
        units += units_of_share(evidence, shares[:1] - shares)
    return units[None]


def announced_shares(evidence: Evidence, known: Intents) -> FloatArray:
    """Return (H, all SKUs) which share of a SKU's units was announced, and how early.

    In row 0 by the start of the purchase's own period, in row 1 by that of the one before, and so
    on. Counted over the latest ``AGES`` periods that intents are known for.
    """
    origin, horizon, skus = -evidence.back, evidence.horizon, evidence.record.shape[1]
    seen = int(np.searchsorted(known.opened, origin, side="left"))
    opened, closed = known.opened[:seen], known.closed[:seen]
    first = max(int(opened.min(initial=origin)) + 1, origin - AGES)
    is_bought = (known.units[:seen] > 0) & (closed >= first) & (closed < origin)
    row = np.flatnonzero(is_bought & (closed > opened))
    step = np.minimum(closed[row] - opened[row], horizon) - 1
    taken = np.minimum(known.units[row], most_of(evidence))
    units = np.bincount(step * skus + known.sku[row], taken, horizon * skus)
    announced = np.cumsum(units.reshape(horizon, skus)[::-1], axis=0)[::-1]
    periods = slice(max(evidence.length - (origin - first), 0), evidence.length)
    total = evidence.record.sku_units[:, periods].sum(axis=1)
    overall = announced.sum(axis=1, keepdims=True) / max(total.sum(), 1.0)
    return np.asarray(np.minimum((announced + UNITS * overall) / (total + UNITS), 1.0))


def units_of_share(evidence: Evidence, share: FloatArray) -> Float32Array:
    """Return (H, R, K) so large a share (H, all SKUs) of what each cell is expected to sell."""
    (level,) = shrunk(evidence, with_neighbours=False, with_shares=False, ways=WAYS[-1:])
    return np.asarray(evidence.by_sku(share).astype(np.float32)[:, None] * level.mean)


def _read(record: Record, _: int) -> Intents:
    """Return the record's intents; an origin looks at what lies before it alone."""
    return read_intents(record.snapshot)
