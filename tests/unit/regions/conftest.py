"""Small tables and maps that the tests of the station share."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from prepos.core.network import Node
from prepos.core.texts import TEXT_TYPE

PLACE = {
    "region_id": None,
    "latitude": np.nan,
    "longitude": np.nan,
    "postal_code": None,
    "lines": 1,
    "units": 1.0,
    "first_line": 2,
}

Ring = Sequence[tuple[float, float]]


@pytest.fixture
def make_places() -> Callable[..., pd.DataFrame]:
    """Return a maker of ``Inputs.places`` from rows that name only what matters."""

    def make(*rows: Mapping[str, object]) -> pd.DataFrame:
        table = pd.DataFrame([{**PLACE, **row} for row in rows], columns=list(PLACE))
        return table.astype({"region_id": TEXT_TYPE, "postal_code": TEXT_TYPE})

    return make


@pytest.fixture
def write_layer(tmp_path: Path) -> Callable[..., Path]:
    """Return a writer of GeoJSON from (properties, geometry) pairs; a ring stands for a polygon."""

    def write(*features: tuple[dict[str, object], object], name: str = "layer.geojson") -> Path:
        path = tmp_path / name
        collection = {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": properties,
                    "geometry": {"type": "Polygon", "coordinates": [shape]}
                    if isinstance(shape, list)
                    else shape,
                }
                for properties, shape in features
            ],
        }
        path.write_text(json.dumps(collection), encoding="utf-8")
        return path

    return write


@pytest.fixture
def nodes() -> tuple[Node, ...]:
    """Return an origin in Chicago and forward nodes in Denver and Boston, unsorted."""
    return (
        Node(node_id="ORD", kind="origin", latitude=41.88, longitude=-87.63),
        Node(node_id="DEN", kind="forward", latitude=39.74, longitude=-104.99),
        Node(node_id="BOS", kind="forward", latitude=42.36, longitude=-71.06),
    )


@pytest.fixture
def region_table() -> pd.DataFrame:
    """Return three regions as points, unsorted."""
    return pd.DataFrame(
        {
            "region_id": ["MA", "CO", "IL"],
            "latitude": [42.3, 39.0, 41.5],
            "longitude": [-71.5, -105.5, -88.0],
            "name": ["Massachusetts", None, "Illinois"],
            "population": [7.0e6, np.nan, 12.8e6],
        }
    )


def square(west: float, south: float, size: float = 1.0) -> list[list[float]]:
    """Return the closed ring of a square, counter-clockwise."""
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]
