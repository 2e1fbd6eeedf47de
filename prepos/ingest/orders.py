"""Order lines from their typed rows to arrays.

DuckDB puts lines on the map and on the axis of SKUs, Arrow numbers the ids; from there on
everything is arrays.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from prepos.core.axes import Axis
from prepos.core.faults import Fault, Findings
from prepos.core.inputs import Inputs
from prepos.core.orders import Orders
from prepos.core.tables import ORDERS
from prepos.core.types import IntArray
from prepos.database.address import label_of
from prepos.errors import TableError
from prepos.ingest import sql
from prepos.ingest.options import DUPLICATES
from prepos.ingest.places import WAYS
from prepos.ingest.typed import open_rows

MEMORY_MB = 1024
NOBODY = np.iinfo(np.int64).max  # customer of an anonymous line: every known one is less


class _Lines(NamedTuple):
    """Placed lines, sorted by order and SKU; every array has shape (L,)."""

    order: IntArray  # by sorted order_id
    sku: IntArray
    customer: IntArray  # by sorted customer_id, or NOBODY
    region: IntArray
    at: IntArray  # seconds since 1970, local
    quantity: IntArray
    line: IntArray


def load_orders(
    inputs: Inputs,
    *,
    region_of_place: IntArray,
    regions: Axis,
    skus: Axis,
    cutoff: date,
    duplicates: str = "sum",
) -> tuple[Orders, Findings]:
    """Return the placed order lines before the cutoff, one row per order and SKU, and doubts.

    Lines of one order and SKU with several customers, regions or times count at the least of them;
    an order with several customers or regions is a notice.

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
    places = inputs.places[list(WAYS)].assign(region=region_of_place)
    with sql.connect(inputs.order_lines.parent, memory_mb=MEMORY_MB) as connection:
        connection.register("places", places)
        connection.register("skus", pd.DataFrame({"sku": skus.ids, "position": range(len(skus))}))
        found = _place_lines(
            connection, inputs.order_lines, places, cutoff=cutoff, once=duplicates == "drop"
        )
    order_ids, order = _number_ids(found["order_id"])
    customer_ids, customer = _number_ids(found["customer_id"])
    lines = _sort_lines(found, order, customer)
    label = next(label_of(one.path) for one in inputs.sources if one.table == "orders")
    orders = _sum_lines(lines, Axis("customer_id", tuple(customer_ids.to_pylist())), regions, skus)
    return orders, Findings((), tuple(_doubt_orders(lines, order_ids, label)))


def _place_lines(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    places: pd.DataFrame,
    *,
    cutoff: date,
    once: bool,
) -> pa.Table:
    """Return the lines that count, with their positions on the axes of regions and SKUs."""
    ways = [way for way in WAYS if places[way].notna().any()]
    same = " AND ".join(f"o.{way} IS NOT DISTINCT FROM p.{way}" for way in ways) or "TRUE"
    columns = ", ".join(["order_id", "customer_id", "sku", "ordered_at", "quantity", *ways])
    kept = (
        f"FROM ({open_rows(connection, ORDERS, path)}) "
        f"WHERE ordered_at < {sql.day(cutoff)} AND quantity > 0"
    )
    alike = f"SELECT {columns}, min(line) AS line {kept} GROUP BY {columns}, letters"
    each = f"SELECT {columns}, line {kept}"
    return connection.sql(
        "SELECT o.order_id, o.customer_id, s.position AS sku, p.region, "
        "epoch(o.ordered_at)::BIGINT AS placed_at, o.quantity, o.line "
        f"FROM ({alike if once else each}) o JOIN places p ON {same} JOIN skus s ON o.sku = s.sku "
        "WHERE p.region >= 0"
    ).to_arrow_table()


def _number_ids(ids: pa.ChunkedArray) -> tuple[pa.Array, IntArray]:
    """Return the distinct ids, sorted, and which of them each one is; NOBODY where it is null."""
    coded = ids.dictionary_encode().combine_chunks()
    ranked = pc.array_sort_indices(coded.dictionary)
    position = np.empty(len(ranked), np.int64)
    position[ranked.to_numpy()] = np.arange(len(ranked))
    codes = coded.indices.fill_null(-1).to_numpy()
    return coded.dictionary.take(ranked), np.append(position, NOBODY)[codes]


def _sort_lines(found: pa.Table, order: IntArray, customer: IntArray) -> _Lines:
    """Return the lines as arrays, sorted by order and SKU."""
    sku, region, at, quantity, line = (
        found[name].to_numpy().astype(np.int64)
        for name in ("sku", "region", "placed_at", "quantity", "line")
    )
    sorting = np.argsort(order * (sku.max(initial=0) + 1) + sku)
    arrays = (order, sku, customer, region, at, quantity, line)
    return _Lines(*(array[sorting] for array in arrays))


def _starts(*keys: IntArray) -> IntArray:
    """Return where a new value of the keys begins, which are sorted."""
    new = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    return np.flatnonzero(np.concatenate((np.ones(min(1, len(keys[0])), bool), new)))


def _sum_lines(lines: _Lines, customers: Axis, regions: Axis, skus: Axis) -> Orders:
    """Return one row per order and SKU, in canonical order."""
    starts = _starts(lines.order, lines.sku)
    order, sku = lines.order[starts], lines.sku[starts]
    customer, region, at = (
        np.minimum.reduceat(array, starts) if len(starts) else array
        for array in (lines.customer, lines.region, lines.at)
    )
    units = np.add.reduceat(lines.quantity, starts) if len(starts) else lines.quantity
    sorting = np.argsort(at, kind="stable")  # by order and SKU they are sorted
    return Orders(
        customers,
        regions,
        skus,
        order=order[sorting],
        customer=np.where(customer == NOBODY, -1, customer)[sorting],
        region=region[sorting],
        sku=sku[sorting],
        at=at[sorting].astype("datetime64[s]"),
        quantity=units[sorting],
    )


def _doubt_orders(lines: _Lines, order_ids: pa.Array, label: str) -> Iterator[Fault]:
    """Tell of orders whose lines name several customers, or fall in several regions."""
    starts = _starts(lines.order)
    if not len(starts):
        return
    named = np.where(lines.customer == NOBODY, -1, lines.customer)
    for column, nouns, low, high in (
        ("customer_id", "customers", lines.customer, named),
        ("region_id", "regions", lines.region, lines.region),
    ):
        torn = np.minimum.reduceat(low, starts) < np.maximum.reduceat(high, starts)
        if count := int(np.count_nonzero(torn)):
            order = int(np.argmax(torn))
            order_id = str(order_ids[order])
            message = (
                f"{count:,} orders have lines of several {nouns}, such as {order_id!r}, expected "
                f"one; each SKU of an order counts at the first of them"
            )
            line = int(lines.line[lines.order == order].min())
            yield Fault(label, line, column, order_id, "PP-KEY-TORN", message)
