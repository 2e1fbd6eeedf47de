"""Layers of polygons from files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from prepos.regions.layers import read_layer

SQUARES = geopandas.GeoDataFrame(
    {
        "region_id": ["007", "003"],
        "name": ["east", "west"],
        "population": [20, 10],
        "geometry": [shapely.box(11, 48, 12, 49), shapely.box(10, 48, 11, 49)],
    },
    crs=4326,
)


def write(frame: geopandas.GeoDataFrame, path: Path) -> Path:
    """Write a layer in the format of its suffix."""
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    return path


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".shp", ".parquet"])
@pytest.mark.parametrize("epsg", [4326, 3035], ids=["degrees", "metres"])
def test_every_format_and_projection_gives_the_same_regions(
    tmp_path: Path, suffix: str, epsg: int
) -> None:
    """Ids are kept to the letter, regions sorted, centres in degrees, whatever the file."""
    path = write(SQUARES.to_crs(epsg), tmp_path / f"map{suffix}")
    areas, findings = read_layer(path, "map")
    assert areas is not None
    assert findings.faults == ()
    west, east = areas.regions
    assert (west.region_id, west.name, west.population) == ("003", "west", 10.0)
    assert (east.region_id, east.name, east.population) == ("007", "east", 20.0)
    assert (west.latitude, west.longitude) == pytest.approx((48.5, 10.5), abs=1e-2)
    np.testing.assert_array_equal(areas.locate(np.full(2, 48.5), np.array([10.5, 11.5])), [0, 1])


def test_row_order_does_not_matter(tmp_path: Path) -> None:
    """Shuffled features give the same regions and shapes."""
    one, _ = read_layer(write(SQUARES, tmp_path / "a.geojson"), "map")
    two, _ = read_layer(write(SQUARES.iloc[::-1], tmp_path / "b.geojson"), "map")
    assert one is not None
    assert two is not None
    assert one.regions == two.regions
    assert shapely.equals(one.shapes, two.shapes).all()


def test_whole_numbers_are_ids(write_layer: Callable[..., Path]) -> None:
    """Numeric ids become text without a fraction; name and population may be absent."""
    ring = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
    areas, _ = read_layer(write_layer(({"region_id": 12}, ring)), "map")
    assert areas is not None
    assert (areas.regions[0].region_id, areas.regions[0].name) == ("12", "")
    assert np.isnan(areas.regions[0].population)


def test_an_empty_id_beside_numbers_is_the_only_fault(write_layer: Callable[..., Path]) -> None:
    """All faults of a layer are told at once; ids keep no ``.0`` from an empty cell beside them."""
    ring = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
    path = write_layer(
        ({"region_id": 12}, ring),
        ({"region_id": None}, ring),
        ({"region_id": 12}, {"type": "Point", "coordinates": [0, 0]}),
    )
    areas, findings = read_layer(path, "map.geojson")
    assert areas is None
    assert [fault.message for fault in findings.faults] == [
        "region_id is '', expected an id",
        "region_id is '12', expected it once; row 1 has it",
        "polygon of region 12 is a Point, expected a polygon",
    ]


def refuse(path: Path) -> list[tuple[str, str]]:
    """Return code and message of each fault of a layer that must be refused."""
    areas, findings = read_layer(path, "map")
    assert areas is None
    return [(fault.code, fault.message) for fault in findings.faults]


def test_missing_projection_is_refused(tmp_path: Path) -> None:
    """A shapefile without its .prj says what is missing."""
    path = write(SQUARES, tmp_path / "map.shp")
    path.with_suffix(".prj").unlink()
    ((code, message),) = refuse(path)
    assert code == "PP-PLACE-PROJECTION"
    assert message.startswith("has no coordinate reference system, expected one in the file")


def test_missing_region_id_names_what_is_there(tmp_path: Path) -> None:
    """A layer without region_id lists its columns."""
    path = write(SQUARES.rename(columns={"region_id": "ID"}), tmp_path / "map.gpkg")
    assert refuse(path) == [
        (
            "PP-PLACE-LAYER-COLUMN",
            "column region_id is missing, expected it beside ID, name, population",
        )
    ]


def test_a_layer_without_features_is_refused(tmp_path: Path) -> None:
    """An empty layer is named as such."""
    path = write(SQUARES.iloc[:0], tmp_path / "map.parquet")
    assert ("PP-PLACE-LAYER-EMPTY", "has no polygons, expected at least one") in refuse(path)


def test_a_table_without_geometry_is_refused(tmp_path: Path) -> None:
    """A table under a layer's suffix has no geometry."""
    path = tmp_path / "map.json"
    path.write_text('{"type": "FeatureCollection", "features": [], "name": "x"}', encoding="utf-8")
    assert {code for code, _ in refuse(path)} == {"PP-PLACE-LAYER-COLUMN", "PP-PLACE-LAYER-EMPTY"}


def test_a_geopackage_of_rows_alone_is_refused(tmp_path: Path) -> None:
    """A GeoPackage table without shapes has no geometry."""
    path = tmp_path / "map.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"region_id": ["a"]}), path)
    assert refuse(path) == [("PP-PLACE-LAYER-EMPTY", "has no geometry, expected polygons")]


def test_several_layers_are_refused(tmp_path: Path) -> None:
    """A GeoPackage with two layers names both."""
    path = tmp_path / "map.gpkg"
    SQUARES.to_file(path, layer="states")
    SQUARES.to_file(path, layer="towns")
    ((_, message),) = refuse(path)
    assert message.endswith("it has layers states, towns, expected one")


@pytest.mark.parametrize("name", ["map.geojson", "map.gpkg", "map.shp", "map.parquet", "map.zip"])
def test_files_that_are_no_layer_are_refused(tmp_path: Path, name: str) -> None:
    """Text under a layer's name is told in one fault."""
    path = tmp_path / name
    path.write_text("order_id,sku\n1,2\n", encoding="utf-8")
    ((code, message),) = refuse(path)
    assert code == "PP-PLACE-LAYER-UNREADABLE"
    assert message.startswith("cannot be read as a layer of polygons: ")


def test_plain_parquet_is_a_table(tmp_path: Path) -> None:
    """A Parquet table without ``geo`` metadata is no layer."""
    path = tmp_path / "regions.parquet"
    pd.DataFrame({"region_id": ["a"]}).to_parquet(path)
    assert refuse(path)[0][0] == "PP-PLACE-LAYER-UNREADABLE"


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    """A file that is not there and a folder are told apart."""
    assert refuse(tmp_path / "no.gpkg")[0][1].endswith("the file is missing")
    assert refuse(tmp_path)[0][1].endswith("it is a folder, expected a file")
