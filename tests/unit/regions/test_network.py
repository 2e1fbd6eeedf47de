"""The whole map in one call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from prepos.core.network import Node
from prepos.errors import ConfigError, NetworkError
from prepos.regions import network
from prepos.regions.network import MapOptions, make_network
from prepos.regions.options import Band, RegionOptions, ServiceOptions

MakePlaces = Callable[..., pd.DataFrame]
Nodes = tuple[Node, ...]
LANES = pd.DataFrame({"origin": ["ORD"], "destination": ["DEN"], "lead_time_days": [2.0]})
UNSERVED = "region CO can be served by no node; its demand counts as short"
BOSTON = {"latitude": 42.36, "longitude": -71.06}


def test_map_is_made_from_nodes_and_points_alone(
    nodes: Nodes, region_table: pd.DataFrame, make_places: MakePlaces
) -> None:
    """With no other table, lanes, service and neighbours come from distance; all is sorted."""
    made, placed = make_network(nodes, {"regions": region_table}, make_places(BOSTON))
    assert made.node_axis.ids == tuple(node.node_id for node in made.nodes) == ("BOS", "DEN", "ORD")
    assert made.region_axis.ids == tuple(r.region_id for r in made.regions) == ("CO", "IL", "MA")
    assert [lane.lane_id for lane in made.lanes] == ["ORD>BOS", "ORD>DEN"]
    assert made.service.ship_cost.shape == (3, 3)
    assert made.service.ship_cost[0, 2] == 4.0
    np.testing.assert_array_equal(np.bincount(made.neighbours[0]), [2, 2, 2])
    np.testing.assert_array_equal(placed.region_of_place, [2])
    assert placed.findings.notices == ()


def test_given_tables_are_used(
    nodes: Nodes, region_table: pd.DataFrame, make_places: MakePlaces
) -> None:
    """Lanes, service and neighbours of tables replace what would be made."""
    tables = {
        "regions": region_table,
        "lanes": LANES,
        "service": pd.DataFrame(
            {"node_id": ["DEN"], "region_id": ["CO"], "ship_cost": [1.5], "transit_days": [1.0]}
        ),
        "neighbours": pd.DataFrame({"region_id": ["CO"], "neighbour_id": ["IL"], "weight": [2.0]}),
        "places": pd.DataFrame(
            {"postal_code": ["80014"], "latitude": [39.1], "longitude": [-105.4]}
        ),
    }
    made, placed = make_network(nodes, tables, make_places({"postal_code": "80014"}))
    assert [lane.lane_id for lane in made.lanes] == ["ORD>DEN"]
    assert made.service.ship_cost[1, 0] == 1.5
    assert np.isfinite(made.service.ship_cost).sum() == 1
    np.testing.assert_array_equal(made.neighbours, [[0], [1], [2.0]])
    np.testing.assert_array_equal(placed.region_of_place, [0])


def test_regions_out_of_reach_are_told(
    nodes: Nodes, region_table: pd.DataFrame, make_places: MakePlaces
) -> None:
    """A region that no node can serve is a notice."""
    near = ServiceOptions(bands=(Band(80.0, 3.0, 1),))
    _, placed = make_network(
        nodes, {"regions": region_table}, make_places(BOSTON), options=MapOptions(service=near)
    )
    assert [str(notice) for notice in placed.findings.notices] == [
        f"service: {UNSERVED} [PP-PLACE-UNSERVED]"
    ]


def test_many_unserved_regions_are_summed_up(
    nodes: Nodes,
    region_table: pd.DataFrame,
    make_places: MakePlaces,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Past a number of regions only their count is told."""
    monkeypatch.setattr(network, "UNSERVED_TOLD", 1)
    none = ServiceOptions(bands=(Band(1.0, 3.0, 1),))
    _, placed = make_network(
        nodes, {"regions": region_table}, make_places(), options=MapOptions(service=none)
    )
    assert [notice.message for notice in placed.findings.notices] == [
        UNSERVED,
        "3 of 3 regions can be served by no node",
    ]


def test_all_faults_are_told_at_once(
    nodes: Nodes, region_table: pd.DataFrame, make_places: MakePlaces
) -> None:
    """A twofold lane, an unknown region of an order and one of a service row come in one error."""
    tables = {
        "regions": region_table,
        "lanes": pd.concat([LANES, LANES]),
        "service": pd.DataFrame({"node_id": ["DEN"], "region_id": ["X"], "ship_cost": [1.0]}),
    }
    with pytest.raises(NetworkError, match="the map has 3 faults") as refused:
        make_network(nodes, tables, make_places({"region_id": "Y"}))
    found = [(fault.file, fault.code, fault.value) for fault in refused.value.faults]
    assert found == [
        ("lanes", "PP-LANE-TWICE", "ORD>DEN"),
        ("service", "PP-KEY-UNKNOWN", "X"),
        ("orders", "PP-KEY-UNKNOWN", "Y"),
    ]


def test_a_layer_and_its_faults(
    nodes: Nodes, make_places: MakePlaces, write_layer: Callable[..., Path]
) -> None:
    """Polygons place strictly; a broken layer is told together with the lanes' faults."""
    ring = [[-72, 42], [-70, 42], [-70, 43], [-72, 43], [-72, 42]]
    far = {"latitude": 42.5, "longitude": -69.9}
    path = write_layer(({"region_id": "MA"}, ring))
    made, placed = make_network(nodes, {}, make_places(BOSTON, far), regions_path=path)
    assert made.region_axis.ids == ("MA",)
    np.testing.assert_array_equal(placed.region_of_place, [0, -1])
    assert placed.lines_nowhere == 1
    broken = write_layer(({"region_id": None}, ring), name="broken.geojson")
    with pytest.raises(NetworkError) as refused:
        make_network(
            nodes, {"lanes": pd.concat([LANES, LANES])}, make_places(), regions_path=broken
        )
    assert [fault.code for fault in refused.value.faults] == ["PP-PLACE-LAYER-ID", "PP-LANE-TWICE"]


def test_cells_are_made_from_orders(nodes: Nodes, make_places: MakePlaces) -> None:
    """Every place with a point is in its cell; without any point there is nothing to make."""
    options = MapOptions(regions=RegionOptions(cells="h3:4"))
    places = make_places(BOSTON, {"latitude": 39.7, "longitude": -105.0})
    made, placed = make_network(nodes, {}, places, options=options)
    assert len(made.regions) == 2
    assert sorted(placed.region_of_place.tolist()) == [0, 1]
    with pytest.raises(NetworkError) as refused:
        make_network(nodes, {}, make_places(), options=options)
    assert [fault.code for fault in refused.value.faults] == ["PP-PLACE-NO-POINTS"]


def test_regions_are_given_in_one_way(
    nodes: Nodes, region_table: pd.DataFrame, make_places: MakePlaces
) -> None:
    """Two ways, or none, to give regions are refused by name."""
    options = MapOptions(regions=RegionOptions(cells="h3:4"))
    with pytest.raises(
        ConfigError, match=r"regions are given by regions\.cells and a regions table"
    ):
        make_network(nodes, {"regions": region_table}, make_places(), options=options)
    with pytest.raises(ConfigError, match="regions are given by nothing, expected one of"):
        make_network(nodes, {}, make_places())
