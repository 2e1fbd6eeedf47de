"""Distances against published geodesics, and the places where planar degrees go wrong."""

from __future__ import annotations

import numpy as np
import pytest

from prepos.regions.sphere import (
    EARTH_RADIUS_KM,
    find_nearest,
    great_circle_km,
    to_degrees,
    to_vectors,
)

# the first is the worked example of the Geocentric Datum of Australia Technical Manual
# (54 972.271 m); the rest are WGS84 geodesics after Karney (2013), Journal of Geodesy 87, 43-55
GEODESICS = [
    (
        "Flinders Peak",
        (-37.95103342, 144.42486789),
        "Buninyong",
        (-37.65282114, 143.92649553),
        54.972,
    ),
    ("New York", (40.7128, -74.0060), "Los Angeles", (34.0522, -118.2437), 3944.4),
    ("London", (51.5074, -0.1278), "Paris", (48.8566, 2.3522), 343.9),
    ("Tokyo", (35.6762, 139.6503), "San Francisco", (37.7749, -122.4194), 8293.4),
    ("Sydney", (-33.8688, 151.2093), "Santiago", (-33.4489, -70.6693), 11369.0),
]


def one(degrees: float) -> np.ndarray:
    """Return an array of one number."""
    return np.array([degrees])


@pytest.mark.parametrize(("name", "a", "other", "b", "km"), GEODESICS)
def test_distance_is_near_the_geodesic(
    name: str, a: tuple[float, float], other: str, b: tuple[float, float], km: float
) -> None:
    """A great circle is within 0.5 % of the geodesic between known places."""
    found = great_circle_km(one(a[0]), one(a[1]), one(b[0]), one(b[1]))
    assert found.item() == pytest.approx(km, rel=0.005), f"{name} to {other}"


def test_distance_crosses_the_antimeridian() -> None:
    """Two points on either side of 180 degrees are near, however the longitude is written."""
    found = great_circle_km(one(0.0), one(179.5), np.zeros(2), np.array([-179.5, 180.5]))
    degree_km = EARTH_RADIUS_KM * np.pi / 180
    np.testing.assert_allclose(found, [[degree_km, degree_km]])


def test_poles_have_no_longitude() -> None:
    """At a pole every longitude is the same point, and the poles are half a turn apart."""
    found = great_circle_km(one(90.0), one(12.0), np.array([90.0, -90.0]), np.array([-77.0, 5.0]))
    np.testing.assert_allclose(found, [[0.0, EARTH_RADIUS_KM * np.pi]], atol=1e-6)


def test_distances_have_a_row_for_each_first_point() -> None:
    """The shape is (A, B)."""
    found = great_circle_km(np.zeros(3), np.zeros(3), np.zeros(2), np.arange(2.0))
    assert found.shape == (3, 2)


def test_vectors_turn_back_into_degrees() -> None:
    """Degrees survive the way to vectors and back, whatever the vectors' length."""
    north, east = np.array([51.5, -33.4, 0.0]), np.array([-0.1, -70.7, 179.0])
    back = to_degrees(3.0 * to_vectors(north, east))
    np.testing.assert_allclose(back, (north, east))


def test_nearest_is_found_across_the_antimeridian() -> None:
    """The nearest of a point at 179.9 lies at -179.9, not at 170."""
    others = to_vectors(np.zeros(2), np.array([170.0, -179.9]))
    km, position = find_nearest(to_vectors(one(0.0), one(179.9)), others, 2)
    np.testing.assert_array_equal(position, [[1, 0]])
    np.testing.assert_allclose(
        km, great_circle_km(one(0.0), one(179.9), np.zeros(2), np.array([-179.9, 170.0]))
    )
