"""The contract of what a fit hands on beside its state: what it said at past origins."""

from __future__ import annotations

import re

from prepos.core.columns import Table, id_column, number_column

BACKCAST = Table(
    name="backcast",
    meaning="what the model said at past origins and what then came, by cell, for a later plan to "
    "fit the widths of catchments on: units in columns said_<origin>_<period> and "
    "came_<origin>_<period>, origins from the oldest on and periods ahead of them, from 0",
    label="past of {sku} in {region_id}",
    key=("region_id", "sku"),
    columns=(
        id_column("region_id", "the region", required=True),
        id_column("sku", "the item", required=True),
        number_column("weight", "cells that this one stands for", required=True, above=0),
    ),
)

_PAST = re.compile(r"(said|came)_\d+_\d+")


def past_column(kind: str, origin: int, period: int) -> str:
    """Return the name of a column: ``said`` or ``came`` at an origin, in a period ahead of it."""
    return f"{kind}_{origin}_{period}"


def is_past(column: str) -> bool:
    """Return whether a column of that name holds what was said or what came."""
    return _PAST.fullmatch(column) is not None
