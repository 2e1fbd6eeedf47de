"""Write tables so that the same table is the same bytes."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a CSV, packed where the name ends on .gz; no time or name goes into the packing."""
    data = table.to_csv(index=False, lineterminator="\n").encode()
    if path.suffix == ".gz":
        data = gzip.compress(data, 9, mtime=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
