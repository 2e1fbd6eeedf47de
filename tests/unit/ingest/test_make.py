"""Frames to nouns."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from prepos.core.axes import make_axis
from prepos.core.product_defaults import ProductDefaults
from prepos.core.stock import Receipt
from prepos.errors import ConfigError
from prepos.ingest import IngestOptions, make_nodes, make_products, make_stock
from tests.faults.small_tables import CLEAN, read


def test_products_take_defaults_and_say_how_many(tmp_path: Path) -> None:
    """Empty cells and columns that are not there take the config's value."""
    frame = read(tmp_path, {}).tables["products"]

    products, findings = make_products(frame, ProductDefaults(shortage_cost=7.0))

    assert products.skus.ids == ("A", "B")
    assert products.unit_volume_m3.tolist() == [0.01, 0.02]
    assert products.case_pack.tolist() == [6, 1]
    assert products.minimum_lot.tolist() == [1, 1]
    assert products.shortage_cost.tolist() == [7.0, 7.0]
    assert products.launched_on == ("2020-01-01", "")
    assert products.category == ("", "")
    assert products.shelf_life_days.tolist() == [math.inf, math.inf]
    assert any("shortage_cost is empty for 2 of 2" in str(n) for n in findings.notices)


def test_products_may_have_a_minimum_lot(tmp_path: Path) -> None:
    """Units; one where the cell is empty. In whole cases it may be more."""
    table = "sku,case_pack,minimum_lot\nA,6,10\nB,1,\n"
    frame = read(tmp_path, {"products": table}).tables["products"]

    products, findings = make_products(frame, ProductDefaults())

    assert products.minimum_lot.tolist() == [10, 1]
    assert products.least_sent.tolist() == [12, 1]
    assert not any("minimum_lot" in str(notice) for notice in findings.notices)


def test_nodes_are_sorted_and_unlimited_where_nothing_is_given(tmp_path: Path) -> None:
    """An empty limit is none."""
    nodes = make_nodes(read(tmp_path, {}).tables["nodes"])

    assert [node.node_id for node in nodes] == ["DC1", "HH", "SP"]
    assert nodes[0].storage_m3 == math.inf
    assert nodes[1].storage_m3 == 100
    assert nodes[0].handling_cost == 0


def test_stock_and_receipts_lie_on_their_axes(tmp_path: Path) -> None:
    """Receipts of one place, SKU and day add up."""
    receipts = CLEAN["receipts"] + "SP,A,2,2025-01-22\nHH,B,1,2025-01-21\n"
    tables = read(tmp_path, {"receipts": receipts}).tables
    nodes, skus = make_axis("node_id", ["DC1", "HH", "SP"]), make_axis("sku", ["A", "B"])

    stock = make_stock(tables["stock"], tables["receipts"], nodes=nodes, skus=skus)

    assert np.array_equal(stock.on_hand, [[100, 50], [0, 0], [0, 0]])
    assert [(r.arrives_on, r.node, r.sku, r.quantity) for r in stock.receipts] == [
        (date(2025, 1, 21), 1, 1, 1),
        (date(2025, 1, 22), 2, 0, 7),
    ]
    assert make_stock(tables["stock"], None, nodes=nodes, skus=skus).receipts == ()


def test_receipts_with_other_hubs_do_not_add_up(tmp_path: Path) -> None:
    """What comes by a hub is told from what does not; alike in both they add up."""
    receipts = (
        "node_id,sku,quantity,arrives_on,hub_node_id,at_hub_on\n"
        "SP,A,5,2025-01-24,,\nSP,A,2,2025-01-24,DC1,2025-01-22\nSP,A,3,2025-01-24,DC1,2025-01-22\n"
    )
    tables = read(tmp_path, {"receipts": receipts}).tables
    nodes, skus = make_axis("node_id", ["DC1", "HH", "SP"]), make_axis("sku", ["A", "B"])

    stock = make_stock(tables["stock"], tables["receipts"], nodes=nodes, skus=skus)

    assert stock.receipts == (
        Receipt(date(2025, 1, 24), 2, 0, 5),
        Receipt(date(2025, 1, 24), 2, 0, 5, hub=0, at_hub_on=date(2025, 1, 22)),
    )
    cutoff = date(2025, 1, 22)
    assert [r.may_stop(cutoff) for r in stock.receipts] == [False, True]
    assert not stock.receipts[1].may_stop(date(2025, 1, 23))


def test_options_that_cannot_be_are_named() -> None:
    """Every faulty value is told at once."""
    with pytest.raises(ConfigError, match=r"ingest\.duplicates is 'add'.*ingest\.dates is 'iso'"):
        IngestOptions(duplicates="add", dates="iso")
    with pytest.raises(ConfigError, match="expected two signs"):
        IngestOptions(delimiter=",", decimal=",")
    with pytest.raises(ConfigError, match=r"ingest\.memory_mb is 1"):
        IngestOptions(memory_mb=1)
    with pytest.raises(ConfigError, match=r"plan\.case_pack is 0"):
        ProductDefaults(case_pack=0)
