"""Checked frames to nouns: products with their defaults, nodes, stock."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from prepos.core.axes import Axis, make_axis
from prepos.core.faults import Fault, Findings
from prepos.core.network import Node
from prepos.core.product_defaults import ProductDefaults
from prepos.core.products import Products
from prepos.core.stock import Receipt, Stock
from prepos.core.types import FloatArray

_FILLED = (
    "unit_volume_m3",
    "unit_weight_kg",
    "unit_value",
    "shortage_cost",
    "holding_cost",
    "return_cost",
    "case_pack",
)


def make_products(
    frame: pd.DataFrame, defaults: ProductDefaults, *, label: str = "products"
) -> tuple[Products, Findings]:
    """Return the products by SKU, empty cells filled with the defaults, and how many were.

    Parameters
    ----------
    frame : DataFrame
        The ``products`` table as ``Inputs.tables`` holds it.
    label : str
        How the table is called in the notices.
    """
    frame = frame.sort_values("sku", ignore_index=True)
    notices = [
        Fault(
            label,
            0,
            name,
            "",
            "PP-SENSE-DEFAULT",
            f"{name} is empty for {missing:,} of {len(frame):,} products, "
            f"{getattr(defaults, name):g} is taken (plan.{name})",
        )
        for name in _FILLED
        if (missing := int(frame[name].isna().sum()))
    ]
    filled = {name: frame[name].fillna(getattr(defaults, name)).to_numpy() for name in _FILLED}
    numbers = {name: values.astype(np.float64) for name, values in filled.items()}
    launched = frame["launched_on"]
    products = Products(
        skus=make_axis("sku", frame["sku"].astype(str)),
        unit_volume_m3=numbers["unit_volume_m3"],
        unit_weight_kg=numbers["unit_weight_kg"],
        unit_value=numbers["unit_value"],
        shortage_cost=numbers["shortage_cost"],
        holding_cost=numbers["holding_cost"],
        return_cost=numbers["return_cost"],
        case_pack=numbers["case_pack"].astype(np.int64),
        minimum_lot=frame["minimum_lot"].fillna(1).to_numpy().astype(np.int64),
        category=_texts(frame["category"]),
        shelf_life_days=_or(frame["shelf_life_days"], math.inf),
        launched_on=tuple("" if pd.isna(day) else day.isoformat() for day in launched),
    )
    return products, Findings(notices=tuple(notices))


def make_nodes(frame: pd.DataFrame) -> tuple[Node, ...]:
    """Return the nodes sorted by id; limits that are not given are infinite."""
    frame = frame.sort_values("node_id", ignore_index=True)
    columns = zip(
        frame["node_id"].astype(str),
        frame["kind"].astype(str),
        frame["latitude"].astype(float),
        frame["longitude"].astype(float),
        _texts(frame["name"]),
        _or(frame["storage_m3"], math.inf),
        _or(frame["inbound_m3"], math.inf),
        _or(frame["outbound_m3"], math.inf),
        _or(frame["handling_cost"], 0.0),
        strict=True,
    )
    return tuple(
        Node(
            node_id=node_id,
            kind=kind,
            latitude=latitude,
            longitude=longitude,
            name=name,
            storage_m3=float(storage),
            inbound_m3=float(inbound),
            outbound_m3=float(outbound),
            handling_cost=float(handling),
        )
        for (
            node_id,
            kind,
            latitude,
            longitude,
            name,
            storage,
            inbound,
            outbound,
            handling,
        ) in columns
    )


def make_stock(
    stock: pd.DataFrame,
    receipts: pd.DataFrame | None,
    *,
    nodes: Axis,
    skus: Axis,
) -> Stock:
    """Return what lies where and what arrives; rows alike in all but the quantity add up.

    Raises
    ------
    TableError
        If a node or a SKU is not on its axis.
    """
    on_hand = np.zeros((len(nodes), len(skus)), dtype=np.int64)
    node = [nodes.position(key) for key in stock["node_id"]]
    sku = [skus.position(key) for key in stock["sku"]]
    np.add.at(on_hand, (node, sku), stock["on_hand"].to_numpy(dtype=np.int64))
    return Stock(on_hand, () if receipts is None else _list_receipts(receipts, nodes, skus))


def _list_receipts(receipts: pd.DataFrame, nodes: Axis, skus: Axis) -> tuple[Receipt, ...]:
    """Return what arrives, sorted."""
    names = ["node_id", "sku", "arrives_on", "hub_node_id", "at_hub_on"]
    coming: dict[Receipt, int] = {}
    for quantity, *cells in zip(*(receipts[name] for name in ["quantity", *names]), strict=True):
        node, sku, day, hub, at_hub_on = cells
        receipt = Receipt(day, nodes.position(node), skus.position(sku), 0)
        if not pd.isna(hub):
            receipt = replace(receipt, hub=nodes.position(hub), at_hub_on=at_hub_on)
        coming[receipt] = coming.get(receipt, 0) + int(quantity)
    return tuple(replace(receipt, quantity=units) for receipt, units in sorted(coming.items()))


def _or(column: pd.Series, otherwise: float) -> FloatArray:
    """Return the column as numbers, empty cells filled."""
    numbers = np.asarray(column, dtype=np.float64)
    return np.where(np.isnan(numbers), otherwise, numbers)


def _texts(column: pd.Series) -> tuple[str, ...]:
    """Return the column as text, empty cells as ""."""
    return tuple("" if pd.isna(text) else str(text) for text in column)
