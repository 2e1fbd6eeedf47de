"""The invented map: scaling finds what there is to find."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from cutting.geography import (
    CENTRE,
    SPREAD_KM,
    classical_scaling,
    distance_km,
    distances_from_visits,
    pairwise,
    place_stores,
    rms_radius,
    smacof,
    turn_upright,
)


@pytest.fixture
def points() -> np.ndarray:
    """Thirty places in the plane."""
    return np.random.default_rng(3).normal(size=(30, 2)) * [3.0, 1.0]


def town_of_shoppers() -> pd.DataFrame:
    """Visits of 900 households on a line to twelve stores on it; nearer stores get more."""
    stores = np.arange(12.0)
    homes = np.random.default_rng(5).uniform(-0.5, 11.5, 900)
    visits = np.floor(20 * np.exp(-1.5 * np.abs(homes[:, None] - stores)))
    return pd.DataFrame(visits, columns=[f"s{i:02d}" for i in range(12)])


def test_classical_scaling_recovers_a_known_map(points: np.ndarray) -> None:
    """All distances come back: the map is right up to rotation, reflection and shift."""
    distance = pairwise(points)

    found = classical_scaling(distance)

    np.testing.assert_allclose(pairwise(found), distance, atol=1e-9)


def test_smacof_recovers_a_known_map_from_a_poor_start(points: np.ndarray) -> None:
    """Majorisation repairs a disturbed start where all distances are trusted alike."""
    distance = pairwise(points)
    start = points + np.random.default_rng(4).normal(scale=0.3, size=points.shape)

    found = smacof(distance, 1 - np.eye(len(points)), start=start)

    np.testing.assert_allclose(pairwise(found), distance, atol=1e-3)


def test_smacof_bears_two_places_that_are_one() -> None:
    """Two stores at distance nought stay finite."""
    distance = pairwise(np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))

    found = smacof(distance, 1 - np.eye(4), start=classical_scaling(distance))

    assert np.isfinite(found).all()


def test_shared_households_make_stores_near() -> None:
    """Stores on a line are ordered by distance from the first, seen directly or over others."""
    distance, weight = distances_from_visits(np.sqrt(town_of_shoppers().to_numpy()))

    assert (np.diff(distance[0]) > 0).all()
    assert (np.diff(weight[0, 1:]) <= 0).all()
    np.testing.assert_allclose(distance, distance.T)


def test_store_that_shares_nobody_gets_a_finite_place() -> None:
    """A store whose only household shops nowhere else lies at a common distance from all."""
    shared = np.zeros((4, 3))
    shared[0, :2] = shared[1, :2] = 1
    shared[2, 1] = 1
    shared[3, 2] = 1

    distance, _ = distances_from_visits(shared)

    assert np.isfinite(distance).all()
    assert distance[2, 0] == distance[2, 1] > 0


def test_turn_upright_lays_the_long_axis_from_west_to_east(points: np.ndarray) -> None:
    """Any rotation and reflection of the same places ends as the same map."""
    angle = 0.7
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])

    upright = turn_upright(points)

    np.testing.assert_allclose(turn_upright(points @ rotation * [1, -1]), upright, atol=1e-9)
    assert upright[:, 0].std() > upright[:, 1].std()


def test_stores_are_laid_over_the_chosen_area() -> None:
    """Places spread around the centre as far as said, in the stores' order, near ones near."""
    visits = town_of_shoppers()

    places = place_stores(visits)

    east = (places["longitude"] - CENTRE[1]) * 111.2 * np.cos(np.radians(CENTRE[0]))
    north = (places["latitude"] - CENTRE[0]) * 111.2
    assert list(places.index) == list(visits.columns)
    assert rms_radius(np.column_stack([east, north])) == pytest.approx(SPREAD_KM, rel=0.01)
    assert abs(np.corrcoef(east, np.arange(12))[0, 1]) > 0.95


def test_distance_km_between_columbus_and_cleveland() -> None:
    """Great circle from Columbus to Cleveland: 203 km."""
    columbus = pd.DataFrame({"latitude": [39.961], "longitude": [-82.999]})
    cleveland = pd.DataFrame({"latitude": [41.499], "longitude": [-81.694]})

    assert distance_km(columbus, cleveland)[0, 0] == pytest.approx(203, abs=1)
