"""The customers on the path: what each one's next order is likeliest to hold.

Only those who agreed to be looked at one by one are told of: the snapshot says who they are.
"""

from __future__ import annotations

import pandas as pd

from prepos.config import Config
from prepos.core.run import CUSTOMERS, RUN_TABLES
from prepos.pipeline.known import Known, make_snapshot
from prepos.signals.next_order import next_orders


def customers_frame(config: Config, known: Known, top: int) -> pd.DataFrame:
    """Return ``customers.parquet``: of each customer who agreed, so many SKUs."""
    snapshot = make_snapshot(known, config)
    return next_orders(snapshot, config.spec.signal_options(), top)[list(RUN_TABLES[CUSTOMERS])]
