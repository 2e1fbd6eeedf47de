"""The past of a fit as a table: what it said at past origins and what then came, cell by cell.

With it a forecast that is carried on knows how wide any sum of regions scatters, as a fresh one
does. Assumes that a fit's errors tell of it for as long as it is carried on.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from prepos.core.axes import Axis
from prepos.core.demand import Backcast, ListedCells
from prepos.core.files_of_fits import is_past, past_column
from prepos.core.kernels import Float32Array
from prepos.core.texts import TEXT_TYPE
from prepos.core.types import IntArray
from prepos.errors import DemandError

SAID, CAME = "said", "came"


def backcast_frame(past: Backcast, regions: Axis, skus: Axis) -> pd.DataFrame:
    """Return a row a cell; cells that are not listed stand for themselves alone."""
    origins, periods, rows, columns = past.mean.shape
    region = np.repeat(np.arange(rows), columns) if past.listed is None else past.listed.region
    sku = np.tile(past.skus, rows)
    weight = np.ones(len(sku)) if past.listed is None else past.listed.weight
    values = {
        past_column(kind, origin, period): table[origin, period].ravel()
        for kind, table in ((SAID, past.mean), (CAME, past.units))
        for origin in range(origins)
        for period in range(periods)
    }
    ids = {"region_id": _ids(regions, region), "sku": _ids(skus, sku)}
    return pd.DataFrame({**ids, "weight": weight, **values})


def read_backcast(frame: pd.DataFrame, regions: Axis, skus: Axis) -> Backcast:
    """Return the past on these axes; cells that they do not name are left out.

    Raises
    ------
    DemandError
        If a column of an origin and period is missing.
    """
    keys = [tuple(map(int, name.split("_")[1:])) for name in map(str, frame) if is_past(name)]
    if not keys:
        raise DemandError(f"backcast has no column {past_column(SAID, 0, 0)}, expected its past")
    origins, periods = (max(numbers) + 1 for numbers in zip(*keys, strict=True))
    region = regions.positions(frame["region_id"].tolist())
    sku = skus.positions(frame["sku"].tolist())
    there = (region >= 0) & (sku >= 0)
    said, came = (_values(frame[there], kind, origins, periods) for kind in (SAID, CAME))
    cells = ListedCells(region[there], frame["weight"].to_numpy(np.float64)[there])
    return Backcast(said, came, sku[there], cells)


def _values(frame: pd.DataFrame, kind: str, origins: int, periods: int) -> Float32Array:
    """Return the columns of a kind as (O, H, 1, N)."""
    names = [past_column(kind, o, p) for o in range(origins) for p in range(periods)]
    missing = [name for name in names if name not in frame]
    if missing:
        raise DemandError(f"backcast has no column {missing[0]}")
    table = frame[names].to_numpy(np.float32).T
    return np.ascontiguousarray(table).reshape(origins, periods, 1, len(frame))


def _ids(axis: Axis, positions: IntArray) -> pd.Series[str]:
    """Return the ids at the positions as a text column."""
    return pd.Series(pd.array(np.array([*axis.ids], dtype=object)[positions], dtype=TEXT_TYPE))
