"""A run's name: its cutoff and what it was made from, so that the same input gives the same name.

What is hashed is the content, not the files: neither the order of rows, nor a path, nor a
compression changes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from prepos.core.axes import Axis
from prepos.core.orders import Orders

RUN_SETTINGS = ("folder", "executor", "workers", "scheduler", "keep", "log", "metrics")
ELSEWHERE = {  # settings that change no result
    "data": None,
    "database": None,
    "ingest": ("shipped",),  # what it adds is among the tables
    "publish": None,
    "replan": None,
    "run": RUN_SETTINGS,
}
DIGITS = 10  # of the digest in a name: 40 bits


def make_run_id(
    cutoff: date,
    *,
    kind: str,
    tables: Mapping[str, pd.DataFrame],
    orders: Orders | None,
    settings: Mapping[str, Any],
) -> str:
    """Return ``<cutoff>-<digest>``, with the kind behind it where it is no plan.

    Parameters
    ----------
    kind : str
        ``plan``, ``forecast`` or ``check``.
    tables : table name to frame
        As checked; a ``line`` column is left out.
    settings : mapping
        The configuration as nested tables, and what else was asked for; paths and workers are left
        out.
    """
    digest = hashlib.sha256()
    for name in sorted(tables):
        digest.update(name.encode())
        digest.update(_table_digest(tables[name]))
    if orders is not None:
        digest.update(_orders_digest(orders))
    digest.update(json.dumps(deciding(settings), sort_keys=True, default=str).encode())
    ending = "" if kind == "plan" else f"-{kind}"
    return f"{cutoff.isoformat()}-{digest.hexdigest()[:DIGITS]}{ending}"


def deciding(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that can change a result: no paths, workers, logs."""
    return {name: _kept(name, part) for name, part in settings.items()}


def _kept(name: str, part: object) -> object:
    """Return the settings of one table that can change a result."""
    if name not in ELSEWHERE or not isinstance(part, Mapping):
        return part
    left_out = ELSEWHERE[name]
    return {} if left_out is None else {k: v for k, v in part.items() if k not in left_out}


def _table_digest(table: pd.DataFrame) -> bytes:
    """Return the digest of a table's rows, whatever their order."""
    names = sorted(str(name) for name in table if name != "line")
    rows = np.sort(pd.util.hash_pandas_object(table[names], index=False).to_numpy())
    return hashlib.sha256(json.dumps(names).encode() + rows.tobytes()).digest()


def _orders_digest(orders: Orders) -> bytes:
    """Return the digest of the order lines, which come sorted."""
    digest = hashlib.sha256()
    for field in fields(orders):
        value = getattr(orders, field.name)
        if isinstance(value, Axis):
            digest.update(json.dumps(value.ids).encode())
        else:
            digest.update(np.ascontiguousarray(value).tobytes())
    return digest.digest()
