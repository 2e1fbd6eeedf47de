"""Laws of the map: distances are distances, and no order of rows changes where anything is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from prepos.core.network import Node, Region
from prepos.core.types import FloatArray
from prepos.regions.cells import make_cells
from prepos.regions.network import MapOptions, make_network
from prepos.regions.options import LaneOptions
from prepos.regions.placing import place_orders
from prepos.regions.points import PointAreas
from prepos.regions.polygons import PolygonAreas
from prepos.regions.postal_codes import read_postal_codes
from prepos.regions.sphere import EARTH_RADIUS_KM, great_circle_km, to_degrees, to_vectors

TOLERANCE_KM = 1e-3  # a haversine near the far side of the globe loses digits
Points = tuple[FloatArray, FloatArray]


@st.composite
def points(draw: st.DrawFn, *, least: int = 1, most: int = 12) -> Points:
    """Draw latitudes and longitudes of points anywhere, poles and antimeridian among them."""
    size = draw(st.integers(least, most))
    north = st.one_of(st.sampled_from([-90.0, 0.0, 90.0]), st.floats(-90, 90))
    east = st.one_of(st.sampled_from([-180.0, 179.9999, 180.0]), st.floats(-180, 180))
    return draw(arrays.arrays(float, size, elements=north)), draw(
        arrays.arrays(float, size, elements=east)
    )


def regions_at(where: Points) -> tuple[Region, ...]:
    """Return a region at each point, named by its position."""
    return tuple(
        Region(region_id=f"{i:03}", latitude=north, longitude=east)
        for i, (north, east) in enumerate(zip(*(side.tolist() for side in where), strict=True))
    )


@given(a=points(), b=points(), c=points())
def test_distance_is_a_metric(a: Points, b: Points, c: Points) -> None:
    """Distance is symmetric, never above half the globe, and no way round is shorter."""
    there, back = great_circle_km(*a, *b), great_circle_km(*b, *a)
    np.testing.assert_allclose(there, back.T, atol=TOLERANCE_KM)
    assert (there <= EARTH_RADIUS_KM * np.pi + TOLERANCE_KM).all()
    around = great_circle_km(*a, *c)[:, :, None] + great_circle_km(*c, *b)[None]
    assert (there[:, None, :] <= around + TOLERANCE_KM).all()


@given(a=points(), b=points(), turns=st.integers(-2, 2))
def test_longitude_may_be_written_any_way_round(a: Points, b: Points, turns: int) -> None:
    """Whole turns of longitude change no distance."""
    turned = great_circle_km(a[0], a[1] + 360.0 * turns, *b)
    np.testing.assert_allclose(turned, great_circle_km(*a, *b), atol=TOLERANCE_KM)


@given(where=points())
def test_vectors_and_degrees_are_one_place(where: Points) -> None:
    """Degrees turned into vectors and back are the same points."""
    back = to_degrees(to_vectors(*where))
    assert np.diag(great_circle_km(*where, *back)).max() < TOLERANCE_KM


@given(centres=points(), orders=points(), max_km=st.floats(1, 20_100))
def test_tree_finds_what_brute_force_finds(centres: Points, orders: Points, max_km: float) -> None:
    """The region found is as near as the nearest by haversine, and within reach or nowhere."""
    found = PointAreas(regions_at(centres), max_km).locate(*orders)
    distance = great_circle_km(*orders, *centres)
    nearest = distance.min(axis=1)
    assume((np.abs(nearest - max_km) > TOLERANCE_KM).all())
    np.testing.assert_array_equal(found >= 0, nearest <= max_km)
    placed = found >= 0
    chosen = distance[np.flatnonzero(placed), found[placed]]
    np.testing.assert_allclose(chosen, nearest[placed], atol=TOLERANCE_KM)


@given(
    corner=st.tuples(st.floats(-80, 70), st.floats(-180, 180)),
    size=st.floats(0.01, 10),
    share=arrays.arrays(float, (5, 2), elements=st.floats(0.01, 0.99)),
)
def test_a_point_inside_a_polygon_is_placed_in_it(
    corner: tuple[float, float], size: float, share: FloatArray
) -> None:
    """Points inside are found, those beside are not, wherever the polygon is, past 180 too."""
    south, west = corner
    box = np.array([shapely.box(west, south, west + size, south + size)])
    areas = PolygonAreas(regions_at((np.array([south]), np.array([west]))), box)
    north, east = south + size * share[:, 0], west + size * share[:, 1]
    wrapped = (east + 180.0) % 360.0 - 180.0
    assert (areas.locate(north, wrapped) == 0).all()
    assert (areas.locate(north, wrapped + 180.0) == -1).all()


@given(where=points(), resolution=st.integers(0, 8))
def test_every_order_falls_in_a_cell(where: Points, resolution: int) -> None:
    """Cells made from points hold all of them."""
    areas = make_cells(*where, resolution)
    assert (areas.locate(*where) >= 0).all()
    assert len(areas.regions) <= len(where[0])


@st.composite
def place_tables(draw: st.DrawFn) -> pd.DataFrame:
    """Draw places given in every mixture of ways, few enough regions that some are unknown."""
    maybe = st.one_of(st.none(), st.sampled_from(["000", "001", "002", "zzz"]))
    codes = st.one_of(st.none(), st.sampled_from(["00501", "00501-1234", "501", "10001"]))
    rows = draw(
        st.lists(
            st.tuples(
                maybe,
                st.one_of(st.none(), st.tuples(st.floats(-90, 90), st.floats(-180, 180))),
                codes,
                st.integers(1, 9),
                st.integers(1, 9),
            ),
            min_size=1,
            max_size=15,
        )
    )
    return pd.DataFrame(
        {
            "region_id": pd.Series([row[0] for row in rows], dtype="str"),
            "latitude": [row[1][0] if row[1] else np.nan for row in rows],
            "longitude": [row[1][1] if row[1] else np.nan for row in rows],
            "postal_code": pd.Series([row[2] for row in rows], dtype="str"),
            "lines": [row[3] for row in rows],
            "units": [float(row[4]) for row in rows],
            "first_line": range(2, len(rows) + 2),
        }
    )


CODES = pd.DataFrame(
    {"postal_code": ["00501", "10001"], "latitude": [40.8, -10.0], "longitude": [-73.0, 100.0]}
)


@given(places=place_tables(), centres=points(), data=st.data())
def test_placement_ignores_row_order(
    places: pd.DataFrame, centres: Points, data: st.DataObject
) -> None:
    """Shuffled places are placed alike, counted alike, and told in the same words."""
    areas, codes = PointAreas(regions_at(centres), 3000.0), read_postal_codes(CODES)
    order = np.array(data.draw(st.permutations(range(len(places)))))
    one = place_orders(places, areas, codes)
    two = place_orders(places.iloc[order].reset_index(drop=True), areas, codes)
    np.testing.assert_array_equal(one.region_of_place[order], two.region_of_place)
    assert one.findings == two.findings
    assert (one.lines_nowhere, one.units_nowhere, one.disagreements) == (
        two.lines_nowhere,
        two.units_nowhere,
        two.disagreements,
    )


@given(places=place_tables(), centres=points())
def test_no_unit_is_lost(places: pd.DataFrame, centres: Points) -> None:
    """Units placed and units nowhere are all units."""
    placed = place_orders(places, PointAreas(regions_at(centres), 3000.0), read_postal_codes(CODES))
    units = places["units"].to_numpy()
    assert units[placed.region_of_place >= 0].sum() + placed.units_nowhere == units.sum()


@settings(max_examples=30)
@given(where=points(least=2), at=points(least=2, most=5), data=st.data())
def test_network_ignores_row_order(where: Points, at: Points, data: st.DataObject) -> None:
    """Nodes and regions in any order make the same network."""
    table = pd.DataFrame(
        {
            "region_id": [f"{i:03}" for i in range(len(where[0]))],
            "latitude": where[0],
            "longitude": where[1],
        }
    )
    nodes = [
        Node(node_id=f"n{i}", kind=("origin", "forward")[i % 2], latitude=north, longitude=east)
        for i, (north, east) in enumerate(zip(*(side.tolist() for side in at), strict=True))
    ]
    places = table.assign(postal_code=None, lines=1, units=1.0, first_line=2).iloc[:2]
    order = data.draw(st.permutations(range(len(table))))
    shuffled = {"regions": table.iloc[order].reset_index(drop=True)}
    options = MapOptions(lanes=LaneOptions(vehicle_cost_per_km=2.0))
    one, _ = make_network(tuple(nodes), {"regions": table}, places, options=options)
    two, _ = make_network(
        tuple(data.draw(st.permutations(nodes))), shuffled, places, options=options
    )
    assert (one.nodes, one.lanes) == (two.nodes, two.lanes)
    assert one.region_axis == two.region_axis
    for a, b in zip(one.neighbours, two.neighbours, strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(one.service.ship_cost, two.service.ship_cost)
    np.testing.assert_array_equal(one.service.distance_km, two.service.distance_km)


@given(where=points(least=2))
def test_made_weights_sum_to_one(where: Points) -> None:
    """A region's neighbours never include it, and their weights sum to 1."""
    table = pd.DataFrame(
        {
            "region_id": [f"{i:03}" for i in range(len(where[0]))],
            "latitude": where[0],
            "longitude": where[1],
        }
    )
    places = table.iloc[:0].assign(postal_code=None, lines=1, units=1.0, first_line=2)
    node = Node(node_id="n", kind="origin", latitude=0.0, longitude=0.0)
    made, _ = make_network((node,), {"regions": table}, places)
    region, neighbour, weight = made.neighbours
    assert (region != neighbour).all()
    np.testing.assert_allclose(np.bincount(region, weight, minlength=len(table)), 1.0)
