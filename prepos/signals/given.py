"""Given: what a forecast of the user's own says, as one more signal.

Rows of the ``forecasts`` table are read for the periods ahead of the snapshot; absent rows are
zero. Rows of past periods, where the table has them, let the stack learn what the forecast is
worth. Assumes that such past rows were made before their periods began.
"""

from __future__ import annotations

import numpy as np

from prepos.core.snapshot import Snapshot
from prepos.core.types import FloatArray, IntArray
from prepos.signals.evidence import Evidence


def given(evidence: Evidence) -> FloatArray:
    """Return (1, H, R, K) units per period ahead."""
    snapshot = evidence.snapshot
    means = np.zeros((1, snapshot.periods.horizon, *evidence.shape))
    if "forecasts" in snapshot.tables:
        rows, period, region, sku = given_rows(snapshot)
        mean = snapshot.tables["forecasts"]["mean"].astype(np.float64).to_numpy()[rows]
        np.add.at(means[0], (period, region, sku), mean)
    return means


def given_rows(snapshot: Snapshot) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Return the table's rows within the horizon, and the period, region and SKU of each."""
    table = snapshot.tables["forecasts"]
    starts = np.array(table["period_start"].astype(str).tolist(), dtype="datetime64[D]")
    period = snapshot.periods.periods_of(starts)
    region = snapshot.orders.regions.positions(table["region_id"].tolist())
    sku = snapshot.orders.skus.positions(table["sku"].tolist())
    inside = (period >= 0) & (period < snapshot.periods.horizon) & (region >= 0) & (sku >= 0)
    rows = np.flatnonzero(inside)
    return rows, period[rows], region[rows], sku[rows]
