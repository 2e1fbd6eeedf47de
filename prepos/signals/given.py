"""Given: what a forecast of the user's own says, as one more signal.

Rows of the ``forecasts`` table are read for the periods ahead of the snapshot; absent rows are
zero. Rows of past periods, where the table has them, let the stack learn what the forecast is
worth. Assumes that such past rows were made before their periods began.
"""

from __future__ import annotations

import numpy as np

from prepos.core.kernels import Float32Array
from prepos.core.snapshot import Snapshot
from prepos.core.types import IntArray
from prepos.signals.evidence import Evidence


def given(evidence: Evidence) -> Float32Array:
    """Return (1, H, R, K) units per period ahead."""
    snapshot = evidence.snapshot
    means = np.zeros((1, snapshot.periods.horizon, *evidence.shape), dtype=np.float32)
    if "forecasts" in snapshot.tables:
        rows, period, region, sku = given_rows(snapshot, evidence.back)
        mean = snapshot.tables["forecasts"]["mean"].astype(np.float64).to_numpy()[rows]
        place = evidence.find(region, sku)
        here = place >= 0
        flat = means.reshape(snapshot.periods.horizon, -1)
        np.add.at(flat, (period[here], place[here]), mean[here])
    return means


def given_rows(snapshot: Snapshot, back: int = 0) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Return the table's rows within the horizon, and the period, region and SKU of each.

    The horizon starts ``back`` periods before the cutoff.
    """
    table = snapshot.tables["forecasts"]
    starts = np.array(table["period_start"].astype(str).tolist(), dtype="datetime64[D]")
    period = snapshot.periods.periods_of(starts) + back
    region = snapshot.orders.regions.positions(table["region_id"].tolist())
    sku = snapshot.orders.skus.positions(table["sku"].tolist())
    inside = (period >= 0) & (period < snapshot.periods.horizon) & (region >= 0) & (sku >= 0)
    rows = np.flatnonzero(inside)
    return rows, period[rows], region[rows], sku[rows]
