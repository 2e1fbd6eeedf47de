"""Order lines that repeat another one to the letter.

Lines are compared by 64-bit hashes of their letters, sorted in memory some at a time.
"""

from __future__ import annotations

import duckdb
import numpy as np

from prepos.core.faults import Fault
from prepos.ingest import sql
from prepos.ingest.ledger import Ledger
from prepos.ingest.options import IngestOptions
from prepos.ingest.stage import Staged

AT_ONCE = 2_000_000  # lines whose letters are compared in memory at a time


def check_repeats(
    connection: duckdb.DuckDBPyConnection, orders: Staged, options: IngestOptions, ledger: Ledger
) -> None:
    """Count lines alike to the letter; refuse them where the options say so."""
    repeats = _count_repeats(connection, orders.rows)
    if not repeats:
        return
    if options.duplicates != "refuse":
        done = "add up" if options.duplicates == "sum" else "count once"
        message = (
            f"{repeats:,} order lines repeat another one to the letter and {done} "
            f'(ingest.duplicates = "{options.duplicates}")'
        )
        ledger.notice(orders.label, "", "PP-KEY-REPEATED", message)
        return
    again = (
        "SELECT line, order_id, first FROM (SELECT line, order_id, min(line) OVER same AS first "
        "FROM orders WINDOW same AS (PARTITION BY letters)) WHERE line > first"
    )
    for line, order_id, first in sql.rows(connection, again):
        message = f"order {order_id}: repeats line {first} to the letter, expected it once"
        ledger.fault(
            Fault(orders.label, line, "order_id", order_id or "", "PP-KEY-REPEATED", message)
        )


def _count_repeats(connection: duckdb.DuckDBPyConnection, rows: int) -> int:
    """Return how many lines repeat another."""
    parts = rows // AT_ONCE + 1
    repeats = 0
    for part in range(parts):
        some = f"WHERE letters % {parts} = {part}" if parts > 1 else ""
        letters = connection.execute(f"SELECT letters FROM orders {some}").fetchnumpy()["letters"]
        ranked = np.sort(np.asarray(letters))
        repeats += int(np.count_nonzero(ranked[1:] == ranked[:-1]))
    return repeats
