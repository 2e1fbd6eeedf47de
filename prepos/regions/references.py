"""Region ids in the user's other tables, checked once the regions are known.

Where regions are drawn from a layer or made from cells, only now can a table's region_id be judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from prepos.core.axes import Axis
from prepos.core.faults import Fault
from prepos.regions.columns import read_texts

COLUMNS = (
    ("service", "region_id"),
    ("neighbours", "region_id"),
    ("neighbours", "neighbour_id"),
    ("calendar", "region_id"),
    ("stockouts", "region_id"),
    ("forecasts", "region_id"),
)


def check_references(
    tables: Mapping[str, pd.DataFrame], regions: Axis, files: Mapping[str, str]
) -> Iterator[Fault]:
    """Give a fault for each id that names no region, once a column, and each own neighbour."""
    for name, column in COLUMNS:
        if name in tables:
            said = np.unique(read_texts(tables[name], column)).tolist()
            for key in said:
                if key and key not in regions:
                    message = f"{column} is {key!r}, expected one of {len(regions)} regions"
                    yield Fault(files.get(name, name), 0, column, key, "PP-KEY-UNKNOWN", message)
    if "neighbours" in tables:
        table = tables["neighbours"]
        pairs = zip(read_texts(table, "region_id"), read_texts(table, "neighbour_id"), strict=True)
        for key in sorted({region for region, neighbour in pairs if region == neighbour}):
            message = f"neighbour_id is the region {key!r} itself, expected another region"
            file = files.get("neighbours", "neighbours")
            yield Fault(file, 0, "neighbour_id", key, "PP-KEY-SELF", message)
