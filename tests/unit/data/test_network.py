"""The invented network: rules that its numbers keep."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from cutting import network


@pytest.fixture
def regions() -> pd.DataFrame:
    """Four regions, two in the west and two in the east."""
    return pd.DataFrame(
        {
            "region_id": ["A", "B", "C", "D"],
            "latitude": [40.0, 40.2, 40.0, 40.2],
            "longitude": [-84.0, -84.0, -82.0, -82.0],
        }
    )


@pytest.fixture
def demand() -> network.Demand:
    """Ten litres in each western region a week, twenty in C; D has not ordered lately."""
    weekly = pd.DataFrame({"x": [10.0, 10.0, 20.0]}, index=["A", "B", "C"])
    return network.Demand(weekly, pd.Series({"x": 0.001}))


def test_weighted_means_find_two_heaps() -> None:
    """Centres are the weighted middles of what is near them."""
    points = np.array([[0.0, 0.0], [1.0, 0.0], [10.0, 0.0], [11.0, 0.0]])

    centres = network.weighted_means(points, np.array([3.0, 1.0, 1.0, 1.0]), count=2)

    np.testing.assert_allclose(sorted(centres[:, 0]), [0.25, 10.5])


def test_limits_follow_the_demand_nearby(regions: pd.DataFrame, demand: network.Demand) -> None:
    """A forward node has room in weeks of its own regions, the largest three quarters of that."""
    nodes = network.make_nodes(regions, demand, forward=2)
    own = network.own_nodes(nodes, regions)
    demand = network.Demand(demand.weekly * 100, demand.volume_m3)

    limited = network.limit_nodes(nodes, own, demand, storage=2.0, inbound=1.0)

    forward = limited[limited["kind"] == "forward"]
    assert own.to_dict() == {"A": "FW1", "B": "FW1", "C": "FW2", "D": "FW2"}
    assert forward["storage_m3"].tolist() == [3.0, 3.0]
    assert forward["inbound_m3"].tolist() == [1.5, 1.5]
    assert limited["outbound_m3"].tolist()[:2] == [4.8, 4.8]


def test_service_costs_more_the_farther(regions: pd.DataFrame, demand: network.Demand) -> None:
    """Every node serves every region; cost and days rise with distance."""
    service = network.make_service(network.make_nodes(regions, demand, forward=2), regions)

    west = service[service["node_id"] == "FW1"].set_index("region_id")
    assert len(service) == 16
    assert west.loc["A", "ship_cost"] < west.loc["C", "ship_cost"]
    assert west["transit_days"].to_dict() == {"A": 1, "B": 1, "C": 3, "D": 3}


def test_slow_carrier_leaves_once_a_week(regions: pd.DataFrame, demand: network.Demand) -> None:
    """All lanes take five days more and keep their first weekday."""
    lanes = network.make_lanes(network.make_nodes(regions, demand, forward=2), vans=True)

    slow = network.slow_down(lanes)

    assert set(slow["ship_weekdays"]) == {"mon", "thu"}
    assert (slow["lead_time_days"] - lanes["lead_time_days"] == 5).all()
    assert lanes["lane_id"].is_unique


def test_stock_holds_the_cover_asked_for(regions: pd.DataFrame) -> None:
    """Over many SKUs total stock is the cover times the weekly sales, within the spread."""
    skus = [f"k{i}" for i in range(500)]
    weekly = pd.DataFrame(20.0, index=["A", "B", "C", "D"], columns=skus)
    demand = network.Demand(weekly, pd.Series(0.001, index=skus))
    nodes = network.make_nodes(regions, demand, forward=2)

    stock = network.make_stock(
        nodes,
        network.own_nodes(nodes, regions),
        demand,
        cover=4.0,
        forward_weeks=0.5,
        rng=np.random.default_rng(1),
    )

    assert stock["on_hand"].sum() == pytest.approx(4 * weekly.sum().sum(), rel=0.05)
    assert not stock.duplicated(["node_id", "sku"]).any()
    assert (stock["on_hand"] > 0).all()


def test_receipts_arrive_after_the_cutoff_at_an_origin() -> None:
    """What is under way comes within 2 to 15 days, in whole units."""
    weekly = pd.DataFrame([np.ones(200)], index=["A"], columns=[f"k{i:03d}" for i in range(200)])
    demand = network.Demand(weekly, pd.Series(0.001, index=weekly.columns))

    receipts = network.make_receipts(
        demand, cutoff=pd.Timestamp("2017-11-06"), rng=np.random.default_rng(1)
    )

    assert set(receipts["node_id"]) == {"DC1", "DC2"}
    assert receipts["arrives_on"].between("2017-11-08", "2017-11-21").all()
    assert (receipts["quantity"] == 1).all()
