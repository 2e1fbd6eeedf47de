"""The embedded sample keeps its promises: small, whole, and consistent."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

SAMPLE = Path(__file__).parents[3] / "data" / "sample"
LIMIT_BYTES = 3_000_000


def read(name: str) -> pd.DataFrame:
    """Return a table as text."""
    return pd.read_csv(SAMPLE / name, dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def orders() -> pd.DataFrame:
    """All order lines."""
    return read("orders.csv.gz")


def test_sample_is_small() -> None:
    """Everything beside runs stays under 3 MB."""
    assert sum(f.stat().st_size for f in SAMPLE.iterdir() if f.is_file()) < LIMIT_BYTES


def test_orders_name_known_skus_and_regions(orders: pd.DataFrame) -> None:
    """40 regions, 400 SKUs, 640 customers over all of 2017."""
    assert set(orders["sku"]) == set(read("products.csv")["sku"])
    assert set(orders["region_id"]) == set(read("regions.csv")["region_id"])
    assert orders[["region_id", "sku", "customer_id"]].nunique().tolist() == [40, 400, 640]
    assert orders["ordered_at"].str[:7].nunique() == 12
    assert not orders.duplicated(["order_id", "sku"]).any()
    assert (orders["quantity"].astype(int) > 0).all()


@pytest.mark.parametrize("nodes", ["nodes.csv", "nodes_tight.csv"])
@pytest.mark.parametrize("lanes", ["lanes.csv", "lanes_slow.csv"])
def test_every_forward_node_has_lanes_stock_and_service(nodes: str, lanes: str) -> None:
    """Two origins reach all seven forward nodes, and every node every region."""
    kinds = read(nodes).set_index("node_id")["kind"]
    forward = set(kinds.index[kinds == "forward"])

    assert len(forward) == 7
    assert set(read(lanes)["destination"]) == forward
    assert set(read(lanes)["origin"]) == set(kinds.index) - forward
    assert set(read("stock.csv")["node_id"]) == set(kinds.index)
    assert len(read("service.csv")) == len(kinds) * 40


def test_tight_nodes_differ_in_room_only() -> None:
    """The tight case halves storage and inbound and moves nothing."""
    wide, tight = read("nodes.csv"), read("nodes_tight.csv")
    room = ["storage_m3", "inbound_m3"]

    pd.testing.assert_frame_equal(wide.drop(columns=room), tight.drop(columns=room))
    forward = wide["kind"] == "forward"
    ratio = tight.loc[forward, room].astype(float) / wide.loc[forward, room].astype(float)
    assert ratio.stack().between(0.45, 0.55).all()
