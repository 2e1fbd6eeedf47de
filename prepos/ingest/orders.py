"""Order lines from their Parquet to arrays, and the distinct ways in which lines are placed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from prepos.core.axes import Axis
from prepos.core.inputs import Inputs
from prepos.core.orders import Orders
from prepos.core.types import IntArray
from prepos.errors import TableError
from prepos.ingest import sql
from prepos.ingest.options import DUPLICATES

WAYS = ("region_id", "latitude", "longitude", "postal_code")
MEMORY_MB = 1024


def read_places(connection: duckdb.DuckDBPyConnection, cutoff: date | None) -> pd.DataFrame:
    """Return each distinct way that lines are placed, sorted; counts are of before the cutoff."""
    counts = "TRUE" if cutoff is None else f"ordered_at < {sql.day(cutoff)}"
    return connection.execute(
        f"SELECT {', '.join(WAYS)}, (count(*) FILTER ({counts}))::BIGINT AS lines, "
        f"coalesce(sum(quantity) FILTER ({counts}), 0)::BIGINT AS units, "
        f"min(line)::BIGINT AS first_line FROM orders GROUP BY ALL "
        f"ORDER BY {', '.join(f'{way} NULLS LAST' for way in WAYS)}"
    ).df()


def load_orders(
    inputs: Inputs,
    *,
    region_of_place: IntArray,
    regions: Axis,
    skus: Axis,
    cutoff: date,
    duplicates: str = "sum",
) -> Orders:
    """Return the placed order lines before the cutoff, one row per order and SKU.

    Lines of one order and SKU with several places or times count at the least of them.

    Parameters
    ----------
    region_of_place : (P,) int
        Position on ``regions`` of each row of ``inputs.places``, -1 where it falls nowhere.
    duplicates : str
        "drop" counts lines alike to the letter once; otherwise they add up.

    Raises
    ------
    TableError
        If no orders were read, or the places are not those of the inputs.
    """
    if inputs.order_lines is None:
        raise TableError("orders: no table is configured, expected data.orders")
    if len(region_of_place) != len(inputs.places):
        raise TableError(
            f"orders: {len(region_of_place)} places have a region, expected {len(inputs.places)}"
        )
    if duplicates not in DUPLICATES:
        raise TableError(f"orders: duplicates is {duplicates!r}, expected {', '.join(DUPLICATES)}")
    with sql.connect(inputs.order_lines.parent, memory_mb=MEMORY_MB) as connection:
        places = inputs.places[list(WAYS)].assign(region=region_of_place)
        connection.register("places", places)
        connection.register(
            "skus", pd.DataFrame({"sku": list(skus.ids), "position": np.arange(len(skus))})
        )
        _gather(connection, inputs.order_lines, places, cutoff, duplicates)
        return _arrays(connection, regions, skus)


def _gather(
    connection: duckdb.DuckDBPyConnection,
    lines: Path,
    places: pd.DataFrame,
    cutoff: date,
    duplicates: str,
) -> None:
    """Make the table ``lines``: one row per order and SKU, still with ids of order and customer."""
    ways = [way for way in WAYS if places[way].notna().any()]
    same = " AND ".join(f"o.{way} IS NOT DISTINCT FROM p.{way}" for way in ways) or "TRUE"
    columns = "order_id, customer_id, sku, ordered_at, quantity"
    chosen = f"{columns}, {', '.join([*ways, 'letters'])}"
    connection.execute(
        f"CREATE TEMP VIEW kept AS SELECT {'DISTINCT' if duplicates == 'drop' else ''} {chosen} "
        f"FROM read_parquet({sql.file(lines)}) "
        f"WHERE ordered_at < {sql.day(cutoff)} AND quantity > 0"
    )
    connection.execute(
        "CREATE TEMP TABLE lines AS SELECT o.order_id, s.position AS sku, "
        "min(o.customer_id) AS customer_id, min(p.region) AS region, "
        "min(o.ordered_at) AS placed_at, sum(o.quantity)::BIGINT AS quantity "
        f"FROM kept o JOIN places p ON {same} JOIN skus s ON o.sku = s.sku "
        "WHERE p.region >= 0 GROUP BY o.order_id, s.position"
    )
    for noun in ("order", "customer"):
        connection.execute(
            f"CREATE TEMP TABLE {noun}s AS SELECT {noun}_id, "
            f"row_number() OVER (ORDER BY {noun}_id) - 1 AS position "
            f"FROM (SELECT DISTINCT {noun}_id FROM lines WHERE {noun}_id IS NOT NULL)"
        )


def _arrays(connection: duckdb.DuckDBPyConnection, regions: Axis, skus: Axis) -> Orders:
    """Return the gathered lines as arrays in their canonical order."""
    customers = connection.execute("SELECT customer_id FROM customers ORDER BY position").fetchall()
    found = connection.execute(
        "SELECT o.position AS number, coalesce(c.position, -1) AS customer, l.region, l.sku, "
        "epoch(l.placed_at)::BIGINT AS placed_at, l.quantity FROM lines l "
        "JOIN orders o USING (order_id) LEFT JOIN customers c USING (customer_id) "
        "ORDER BY l.placed_at, number, l.sku"
    ).fetchnumpy()
    columns = {name: np.asarray(values).astype(np.int64) for name, values in found.items()}
    return Orders(
        Axis("customer_id", tuple(row[0] for row in customers)),
        regions,
        skus,
        order=columns["number"],
        customer=columns["customer"],
        region=columns["region"],
        sku=columns["sku"],
        at=columns["placed_at"].astype("datetime64[s]"),
        quantity=columns["quantity"],
    )
