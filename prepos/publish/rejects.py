"""``rejects.csv``: every refused cell of the input, where it stands, and what was expected."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from prepos.core.faults import Fault
from prepos.core.run import INTEGER, REJECTS, RUN_TABLES
from prepos.core.texts import TEXT_TYPE


def rejects_frame(faults: Sequence[Fault]) -> pd.DataFrame:
    """Return one row a fault, sorted by file, line and column; no rows where all was well."""
    rows = sorted(faults)
    return pd.DataFrame(
        {
            name: np.array([getattr(fault, name) for fault in rows], dtype=np.int64)
            if kind == INTEGER
            else pd.array(np.array([getattr(f, name) for f in rows], dtype=object), dtype=TEXT_TYPE)
            for name, kind in RUN_TABLES[REJECTS].items()
        }
    )
