"""The whole map in one call: regions, where the orders fall, lanes, service and neighbours.

Everything that is refused is told at once. Nothing here depends on the order of any table's rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from prepos.core.axes import make_axis
from prepos.core.faults import Fault, Findings, merge_findings
from prepos.core.network import Network, Node
from prepos.core.placement import Placement
from prepos.core.types import FloatArray
from prepos.errors import ConfigError, NetworkError
from prepos.regions.areas import Areas
from prepos.regions.cells import make_cells
from prepos.regions.lanes import fill_emissions, make_lanes, read_lanes
from prepos.regions.layers import read_layer
from prepos.regions.neighbours import make_neighbours, read_neighbours
from prepos.regions.options import LaneOptions, RegionOptions, ServiceOptions
from prepos.regions.placing import find_points, place_orders
from prepos.regions.points import read_points
from prepos.regions.postal_codes import read_postal_codes
from prepos.regions.references import check_references
from prepos.regions.service import make_service

UNSERVED_TOLD = 1000  # regions told one by one; the rest is in the sum


@dataclass(frozen=True, slots=True, kw_only=True)
class MapOptions:
    """How the map is drawn where tables are silent."""

    regions: RegionOptions = field(default_factory=RegionOptions)
    service: ServiceOptions = field(default_factory=ServiceOptions)
    lanes: LaneOptions = field(default_factory=LaneOptions)
    allow_odd_ids: bool = False  # whether a layer's ids may start with = + - @


def make_network(
    nodes: tuple[Node, ...],
    tables: Mapping[str, pd.DataFrame],
    places: pd.DataFrame,
    *,
    regions_path: Path | None = None,
    options: MapOptions = MapOptions(),
    files: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Network, Placement]:
    """Return the network and the region of each place of the orders.

    Parameters
    ----------
    nodes : tuple of Node
        In any order.
    tables : table name to frame
        Checked tables; ``regions``, ``lanes``, ``service``, ``neighbours`` and ``places`` are used
        where they are given.
    places : frame
        ``Inputs.places``.
    regions_path : Path or None
        A layer of polygons, instead of the table ``regions``.
    options : MapOptions
    files : table name to text
        What findings call the tables; their names unless given.

    Returns
    -------
    Network, Placement
        ``Placement.findings`` holds the notices of the whole station.

    Raises
    ------
    ConfigError
        If regions are given in more than one way, or in none.
    NetworkError
        With every fault found: in the layer, the lanes, the region ids of any table.
    """
    nodes = tuple(sorted(nodes, key=lambda node: node.node_id))
    codes = read_postal_codes(tables.get("places"))
    areas, of_areas = draw_areas(
        tables.get("regions"),
        find_points(places, codes),
        options,
        path=regions_path,
        file=files.get("regions", "regions"),
    )
    lanes, of_lanes = (
        read_lanes(tables["lanes"], files.get("lanes", "lanes"))
        if "lanes" in tables
        else (make_lanes(nodes, options.lanes), Findings())
    )
    if areas is None:
        raise _refuse((of_areas, of_lanes))
    placement = place_orders(places, areas, codes, files.get("orders", "orders"))
    axis = make_axis("region_id", (region.region_id for region in areas.regions))
    of_tables = Findings(tuple(check_references(tables, axis, files)))
    found = (of_areas, of_lanes, of_tables, placement.findings)
    if any(findings.faults for findings in found):
        raise _refuse(found)
    network = Network(
        nodes,
        areas.regions,
        fill_emissions(lanes, nodes, options.lanes),
        make_service(nodes, areas.regions, tables.get("service"), options.service),
        read_neighbours(areas.regions, tables["neighbours"])
        if "neighbours" in tables
        else make_neighbours(areas, options.regions.neighbours),
    )
    doubts = Findings((), tuple(_note_unserved(network, files.get("service", "service"))))
    return network, replace(placement, findings=merge_findings((*found, doubts)))


def draw_areas(
    table: pd.DataFrame | None,
    points: tuple[FloatArray, FloatArray],
    options: MapOptions,
    *,
    path: Path | None = None,
    file: str = "regions",
) -> tuple[Areas | None, Findings]:
    """Return the regions by the one way that is given: cells, a layer, or a table of points.

    Parameters
    ----------
    table : frame or None
        The checked ``regions`` table.
    points : two arrays (P,) of degrees
        Latitude and longitude of the orders' places, which cells are made from.
    options : MapOptions
    path : Path or None
        A layer of polygons.
    file : str
        What findings call the table or layer.
    """
    given = {
        "regions.cells": options.regions.cells is not None,
        "a polygon layer": path is not None,
        "a regions table": table is not None,
    }
    if sum(given.values()) != 1:
        ways = " and ".join(way for way, is_given in given.items() if is_given) or "nothing"
        raise ConfigError(f"regions are given by {ways}, expected one of {', '.join(given)}")
    if options.regions.resolution is not None:
        return _draw_cells(points, options.regions.resolution)
    if table is not None:
        return read_points(table, options.regions.max_km), Findings()
    return read_layer(path or Path(), file, allow_odd_ids=options.allow_odd_ids)


def _draw_cells(
    points: tuple[FloatArray, FloatArray], resolution: int
) -> tuple[Areas | None, Findings]:
    """Return the cells that hold orders; a fault where none does."""
    if len(points[0]):
        return make_cells(*points, resolution), Findings()
    message = "no place has a point or a known postal code, expected one to make regions.cells from"
    return None, Findings((Fault("orders", 0, "latitude", "", "PP-PLACE-NO-POINTS", message),))


def _refuse(found: Sequence[Findings]) -> NetworkError:
    """Return the error that carries every fault."""
    faults = merge_findings(found).faults
    return NetworkError(f"the map has {len(faults)} faults", faults)


def _note_unserved(network: Network, file: str) -> Iterator[Fault]:
    """Tell the regions that no node can serve."""
    unserved = np.isinf(network.service.ship_cost).all(axis=0)
    lost = [network.regions[i].region_id for i in np.flatnonzero(unserved).tolist()]
    for key in lost[:UNSERVED_TOLD]:
        message = f"region {key} can be served by no node; its demand counts as short"
        yield Fault(file, 0, "region_id", key, "PP-PLACE-UNSERVED", message)
    if len(lost) > UNSERVED_TOLD:
        message = f"{len(lost)} of {len(network.regions)} regions can be served by no node"
        yield Fault(file, 0, "region_id", "", "PP-PLACE-UNSERVED", message)
