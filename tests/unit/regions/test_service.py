"""Service by a table and by distance."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from prepos.core.network import Node, Region
from prepos.regions.options import Band, ServiceOptions
from prepos.regions.service import make_service
from prepos.regions.sphere import EARTH_RADIUS_KM

DEGREE_KM = EARTH_RADIUS_KM * math.pi / 180
NODES = (
    Node(node_id="A", kind="forward", latitude=0.0, longitude=0.0),
    Node(node_id="B", kind="forward", latitude=0.0, longitude=2.0),
)
REGIONS = tuple(
    Region(region_id=f"r{i}", latitude=0.0, longitude=float(east))
    for i, east in enumerate((0, 1, 3))
)
DISTANCE = DEGREE_KM * np.array([[0, 1, 3], [2, 1, 1]])


def test_bands_hold_their_limit_and_end() -> None:
    """A pair just at a band's limit is in it; beyond the last one a node cannot serve."""
    options = ServiceOptions(
        bands=(Band(DEGREE_KM * (1 + 1e-9), 3.0, 1), Band(2.5 * DEGREE_KM, 5.0, 2))
    )
    service = make_service(NODES, REGIONS, None, options)
    np.testing.assert_array_equal(service.ship_cost, [[3, 3, math.inf], [5, 3, 3]])
    np.testing.assert_array_equal(service.transit_days, [[1, 1, math.inf], [2, 1, 1]])
    np.testing.assert_allclose(service.distance_km, DISTANCE)


def test_an_infinite_band_serves_everything() -> None:
    """With an infinite last limit no pair is out of reach."""
    options = ServiceOptions(bands=(Band(1.0, 3.0, 1), Band(math.inf, 9.0, 7)))
    service = make_service(NODES, REGIONS, None, options)
    np.testing.assert_array_equal(service.ship_cost, [[3, 9, 9], [9, 9, 9]])


def test_pairs_that_a_table_lacks_cannot_serve() -> None:
    """Only the pairs in the table serve; distance is known of all; unknown ids are passed over."""
    table = pd.DataFrame(
        {
            "node_id": ["B", "A", "B", "X"],
            "region_id": ["r2", "r0", "gone", "r1"],
            "ship_cost": [4.0, 2.0, 9.0, 9.0],
            "transit_days": [3.0, 1.0, 9.0, 9.0],
        }
    )
    service = make_service(NODES, REGIONS, table, ServiceOptions())
    inf = math.inf
    np.testing.assert_array_equal(service.ship_cost, [[2, inf, inf], [inf, inf, 4]])
    np.testing.assert_array_equal(service.transit_days, [[1, inf, inf], [inf, inf, 3]])
    np.testing.assert_allclose(service.distance_km, DISTANCE)
