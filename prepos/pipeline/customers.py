"""The customers on the path: what each one's next order is likeliest to hold.

Only those who agreed to be looked at one by one are told of: the snapshot says who they are.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from prepos.config import Config
from prepos.core.run import CUSTOMERS, RUN_TABLES
from prepos.pipeline.handover import Handover
from prepos.pipeline.known import Known, make_snapshot
from prepos.publish import make_run_id
from prepos.signals.next_order import next_orders


def customers_frame(config: Config, known: Known, top: int) -> pd.DataFrame:
    """Return ``customers.parquet``: of each customer who agreed, so many SKUs."""
    snapshot = make_snapshot(known, config)
    return next_orders(snapshot, config.spec.signal_options(), top)[list(RUN_TABLES[CUSTOMERS])]


def tell_customers(run: Handover, known: Known, out: Path | None, top: int) -> Handover:
    """Return the run named anew: that customers are told of is part of what it is made from."""
    run_id = make_run_id(
        run.periods.cutoff,
        kind=run.kind,
        tables=known.tables,
        orders=known.orders,
        settings={**run.config.as_dict(), "customers": {"top": top}},
    )
    return replace(run, run_id=run_id, folder=out or run.config.runs / run_id)
