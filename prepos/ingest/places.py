"""The distinct ways in which order lines are placed: few, where the lines are many."""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd

from prepos.core.tables import ORDERS
from prepos.ingest import sql
from prepos.ingest.stage import Staged
from prepos.ingest.typed import sql_type

WAYS = ("region_id", "latitude", "longitude", "postal_code")


def read_places(
    connection: duckdb.DuckDBPyConnection, orders: Staged | None, cutoff: date | None
) -> pd.DataFrame:
    """Return each distinct way that lines are placed, sorted; counts are of before the cutoff."""
    if orders is None:
        return pd.DataFrame({name: [] for name in (*WAYS, "lines", "units", "first_line")})
    counted = "" if cutoff is None else f"FILTER (ordered_at < {sql.day(cutoff)})"
    given = [way for way in WAYS if way in orders.given]
    ways = [
        way if way in given else f"NULL::{sql_type(ORDERS.column(way).kind)} AS {way}"
        for way in WAYS
    ]
    return connection.execute(
        f"SELECT {', '.join(ways)}, * EXCLUDE ({', '.join([*given, 'nothing'])}) FROM ("
        f"SELECT {', '.join([*given, 'NULL AS nothing'])}, "
        f"(count(*) {counted})::BIGINT AS lines, "
        f"coalesce(sum(quantity) {counted}, 0)::BIGINT AS units, "
        f"min(line)::BIGINT AS first_line FROM orders GROUP BY ALL) "
        f"ORDER BY {', '.join(f'{way} NULLS LAST' for way in WAYS)}"
    ).df()
