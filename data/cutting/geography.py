"""A map for stores that have none: who shops at both lives near both.

The source holds no coordinates. Households shared by two stores give a distance, multidimensional
scaling gives positions, and these are laid over a plausible area. The map is invented; only which
stores are neighbours is real. Assumes that shared households fall off exponentially with distance.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse.csgraph import shortest_path

Array = NDArray[np.float64]

CENTRE = (40.0, -82.9)  # degrees: the middle of Ohio
SPREAD_KM = 110.0  # root mean square distance of the stores from the centre
KM_PER_DEGREE = 111.2
ISLAND = 0.75  # stores that share no household with any other lie as far as this share of pairs


def place_stores(visits: pd.DataFrame) -> pd.DataFrame:
    """Return latitude and longitude by store (columns), from baskets by household (rows)."""
    shared = np.sqrt(visits.to_numpy(dtype=float))
    distance, weight = distances_from_visits(shared)
    points = smacof(distance, weight, start=classical_scaling(distance))
    east, north = turn_upright(points).T * SPREAD_KM / rms_radius(points)
    latitude = CENTRE[0] + north / KM_PER_DEGREE
    longitude = CENTRE[1] + east / (KM_PER_DEGREE * np.cos(np.radians(CENTRE[0])))
    return pd.DataFrame(
        {"latitude": latitude.round(3), "longitude": longitude.round(3)}, index=visits.columns
    )


def distances_from_visits(shared: Array) -> tuple[Array, Array]:
    """Return distances between the columns (M, M), and how far each is to be trusted (0 to 1).

    Distance is minus the logarithm of the cosine of two stores' visits; where no household is
    shared, the shortest way over other stores, trusted little.
    """
    length = np.linalg.norm(shared, axis=0)
    cosine = np.clip(shared.T @ shared / np.outer(length, length), 0, 1)
    seen = cosine > 0
    direct = np.where(seen, -np.log(np.where(seen, cosine, 1)), np.inf)
    np.fill_diagonal(direct, 0)
    direct = np.maximum(direct, 0)
    distance = np.asarray(shortest_path(np.where(np.isinf(direct), 0, direct), directed=False))
    known = np.isfinite(distance)
    distance = np.where(known, distance, np.quantile(distance[known], ISLAND))
    weight = np.where(seen, np.sqrt(cosine), 0) + 0.01
    np.fill_diagonal(weight, 0)
    return distance, weight


def classical_scaling(distance: Array) -> Array:
    """Return points (M, 2) whose distances are nearly those given (M, M).

    References
    ----------
    Torgerson (1952), Psychometrika 17(4), 401-419.
    """
    size = len(distance)
    centring = np.eye(size) - 1 / size
    values, vectors = np.linalg.eigh(-centring @ distance**2 @ centring / 2)
    return np.asarray(vectors[:, :-3:-1] * np.sqrt(np.maximum(values[:-3:-1], 0)))


def smacof(distance: Array, weight: Array, *, start: Array, rounds: int = 500) -> Array:
    """Return points (M, 2) of lower weighted stress, improved from a start by majorisation.

    References
    ----------
    de Leeuw (1977), in Recent Developments in Statistics, 133-145.
    """
    inverse = np.linalg.pinv(np.diag(weight.sum(axis=1)) - weight)
    points = start
    for _ in range(rounds):
        now = pairwise(points)
        ratio = np.divide(weight * distance, now, out=np.zeros_like(now), where=now > 0)
        points = inverse @ (np.diag(ratio.sum(axis=1)) - ratio) @ points
    return points


def pairwise(points: Array) -> Array:
    """Return distances between all points, (M, M)."""
    return np.asarray(np.linalg.norm(points[:, None, :] - points[None, :, :], axis=2))


def turn_upright(points: Array) -> Array:
    """Return the points centred, long axis from west to east, heavy tails east and north."""
    centred = points - points.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    turned = centred @ axes.T
    return np.asarray(turned * np.where((turned**3).sum(axis=0) < 0, -1, 1))


def rms_radius(points: Array) -> float:
    """Return the root mean square distance from the centre."""
    centred = points - points.mean(axis=0)
    return float(np.sqrt((centred**2).sum(axis=1).mean()))


def distance_km(a: pd.DataFrame, b: pd.DataFrame) -> Array:
    """Return great-circle distances (A, B) between frames with latitude and longitude."""
    lat_a, lon_a = (np.radians(a[c].to_numpy(float))[:, None] for c in ("latitude", "longitude"))
    lat_b, lon_b = (np.radians(b[c].to_numpy(float))[None, :] for c in ("latitude", "longitude"))
    half = (
        np.sin((lat_b - lat_a) / 2) ** 2
        + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    )
    return np.asarray(2 * 6371.0 * np.arcsin(np.sqrt(half)))
