"""Latitude and longitude that were swapped, judged by where the regions (else the nodes) are.

Degrees are taken as 111 km each; far and near are meant roughly.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from prepos.core.faults import Fault
from prepos.ingest import sql
from prepos.ingest.ledger import Ledger
from prepos.ingest.stage import Staged

FAR_KM = 2000.0  # places this far from the middle are looked at again with their axes swapped


def check_swapped(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Staged], ledger: Ledger
) -> None:
    """Refuse nodes and postal codes whose axes are swapped; count such order lines."""
    middle = next((name for name in ("regions", "nodes") if name in tables), None)
    for name in ("nodes", "places"):
        if middle and name in tables and name != middle:
            _refuse_swapped(connection, tables[name], middle, ledger)
    if middle and "orders" in tables and "latitude" in tables["orders"].given:
        _tell_swapped(connection, tables["orders"], middle, ledger)


def _swapped(table: str, middle: str) -> str:
    """Return SQL of the rows that lie far away, and swapped near; how far in km."""
    return (
        f"(WITH m AS (SELECT median(latitude) AS y, median(longitude) AS x FROM {middle}) "
        "SELECT t.*, 111 * sqrt((latitude - y) ** 2 + (longitude - x) ** 2) AS far, "
        "111 * sqrt((longitude - y) ** 2 + (latitude - x) ** 2) AS near "
        f"FROM {table} t, m WHERE far > {FAR_KM} AND near < far / 5)"
    )


def _refuse_swapped(
    connection: duckdb.DuckDBPyConnection, staged: Staged, middle: str, ledger: Ledger
) -> None:
    """Refuse each row that is swapped."""
    key = staged.table.key[0]
    rows = (
        f"SELECT line, {key}, latitude, longitude, far, near "
        f"FROM {_swapped(staged.table.name, middle)}"
    )
    noun = staged.table.label.split(" {")[0]
    for line, name, latitude, longitude, far, near in sql.rows(connection, rows):
        message = (
            f"{noun} {name}: latitude is {latitude:g} and longitude {longitude:g}, {far:,.0f} km "
            f"from the middle of the {middle}, and swapped {near:,.0f} km: swap them"
        )
        ledger.fault(
            Fault(staged.label, line, "latitude", f"{latitude:g}", "PP-PLACE-SWAPPED", message)
        )


def _tell_swapped(
    connection: duckdb.DuckDBPyConnection, orders: Staged, middle: str, ledger: Ledger
) -> None:
    """Count the order lines that are swapped: they will fall in no region, or in a wrong one."""
    count, line = connection.execute(
        f"SELECT count(*), min(line) FROM {_swapped('orders', middle)}"
    ).fetchall()[0]
    if count:
        message = (
            f"{count:,} order lines lie more than {FAR_KM:,.0f} km from the middle of the "
            f"{middle}, and near it with latitude and longitude swapped: swap them"
        )
        ledger.notice(orders.label, "latitude", "PP-PLACE-SWAPPED", message, line=line)
