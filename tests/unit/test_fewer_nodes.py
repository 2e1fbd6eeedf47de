"""The same map with fewer forward nodes: who stays, and what is left out with the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from prepos.core.axes import make_axis
from prepos.core.network import Network
from prepos.core.orders import Orders
from prepos.core.stock import Receipt
from prepos.pipeline.fewer import busiest_nodes, keep_nodes
from tests.instances import Case, day, forward, lane, make_case, origin


def three_nodes() -> Case:
    """Return one origin and three forward nodes, each nearest to a region of its own."""
    names = ("A", "B", "C")
    return make_case(
        [origin("DC"), *map(forward, names)],
        [lane(f"DC>{name}") for name in names],
        {name: [1.0 if i == j else 5.0 for j in range(3)] for i, name in enumerate(names)}
        | {"DC": [9.0] * 3},
        {"S": [[1.0] * 3]},
        on_hand={("DC", "S"): 10, ("A", "S"): 3, ("C", "S"): 2},
    )


def orders_of(network: Network, units: list[int]) -> Orders:
    """Return an order of one SKU by each region."""
    count = len(units)
    return Orders(
        make_axis("customer_id", ()),
        network.region_axis,
        make_axis("sku", ("S",)),
        order=np.arange(count),
        customer=np.full(count, -1),
        region=np.arange(count),
        sku=np.zeros(count, dtype=np.int64),
        at=np.full(count, "2026-01-05", dtype="datetime64[s]"),
        quantity=np.array(units),
    )


def test_nodes_with_the_busiest_regions_stay() -> None:
    """Each region is nearest to one node: R3 ordered most, R1 least."""
    case = three_nodes()
    kept = busiest_nodes(case.network, orders_of(case.network, [1, 5, 9]), 2)
    assert [case.network.nodes[node].node_id for node in kept] == ["B", "C", "DC"]
    assert len(busiest_nodes(case.network, orders_of(case.network, [1, 5, 9]), 0)) == 1


def test_what_lies_at_the_others_goes_with_them() -> None:
    """Lanes, service, stock and receipts of the nodes that stay are as they were."""
    case = three_nodes()
    receipts = (Receipt(date(2026, 1, 6), 0, 0, 4), Receipt(date(2026, 1, 6), 2, 0, 5))
    stock = replace(case.stock, receipts=receipts)
    network, fewer = keep_nodes(case.network, stock, np.array([1, 2, 3]))
    assert [node.node_id for node in network.nodes] == ["B", "C", "DC"]
    assert [lane.lane_id for lane in network.lanes] == ["DC>B", "DC>C"]
    assert (network.service.ship_cost == case.network.service.ship_cost[1:]).all()
    assert (fewer.on_hand == stock.on_hand[1:]).all()
    assert fewer.receipts == (Receipt(date(2026, 1, 6), 1, 0, 5),)


def test_hubs_of_receipts_stay_where_their_nodes_do() -> None:
    """What comes by a node that is left out goes on; by one that stays it may stop there."""
    case = three_nodes().with_transit(
        ((0, "A"), (1, "B"), "S", 4), ((0, "DC"), (2, "C"), "S", 5), ((0, "DC"), (2, "A"), "S", 6)
    )
    _, fewer = keep_nodes(case.network, case.stock, np.array([1, 2, 3]))
    assert fewer.receipts == (
        Receipt(day(1), 0, 0, 4),
        Receipt(day(2), 1, 0, 5, hub=2, at_hub_on=day(0)),
    )
