"""The embedded sample cut to a few of its SKUs, so that whole commands are quick."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd

from prepos.config import bundled

SAMPLE = bundled("data", "sample")


def cut_sample(folder: Path, skus: int) -> Path:
    """Write a workspace with the SKUs that are ordered most, and return the folder."""
    for path in sorted(SAMPLE.iterdir()):
        if path.suffix in (".csv", ".toml"):
            (folder / path.name).write_bytes(path.read_bytes())
    orders = read(SAMPLE / "orders.csv.gz")
    kept = orders["sku"].value_counts(sort=True).sort_index(kind="stable")
    most = set(kept.sort_values(ascending=False, kind="stable").index[:skus])
    write(folder / "orders.csv.gz", orders[orders["sku"].isin(most)])
    for name in ("products", "stock", "receipts"):
        frame = read(folder / f"{name}.csv")
        write(folder / f"{name}.csv", frame[frame["sku"].isin(most)])
    return folder


def read(path: Path) -> pd.DataFrame:
    """Return a table as text."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def write(path: Path, frame: pd.DataFrame) -> None:
    """Write a table as it was read."""
    text = frame.to_csv(index=False, lineterminator="\n").encode()
    path.write_bytes(gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)
