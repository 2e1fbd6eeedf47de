"""Bytes of a written table."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
from cutting.files import write_table

TABLE = pd.DataFrame({"sku": ["007", "NA"], "quantity": [1, 2]})


def test_same_table_is_same_bytes_under_any_name(tmp_path: Path) -> None:
    """Neither the name nor the time goes into the packing."""
    write_table(TABLE, tmp_path / "a" / "x.csv.gz")
    write_table(TABLE, tmp_path / "b" / "y.csv.gz")

    packed = (tmp_path / "a" / "x.csv.gz").read_bytes()
    assert packed == (tmp_path / "b" / "y.csv.gz").read_bytes()
    assert gzip.decompress(packed) == b"sku,quantity\n007,1\nNA,2\n"
