"""Read a layer of polygons: GeoJSON, GeoPackage, GeoParquet or shapefile, in any projection."""

from __future__ import annotations

import warnings
from pathlib import Path

import geopandas
import pandas as pd
import shapely

from prepos.core.faults import Fault, Findings
from prepos.core.network import Region
from prepos.core.types import AnyArray
from prepos.regions.columns import read_numbers, read_texts
from prepos.regions.layer_ids import check_ids, read_ids
from prepos.regions.polygons import PolygonAreas, find_centres
from prepos.regions.shapes import check_shapes, mend_shapes, note_doubts

UNREADABLE = (RuntimeError, ValueError, OSError)  # of GDAL, of Arrow, of the system
WGS84 = 4326  # EPSG


def read_layer(
    path: Path, file: str, *, allow_odd_ids: bool = False
) -> tuple[PolygonAreas | None, Findings]:
    """Return the regions of a layer, None where anything in it is refused.

    Parameters
    ----------
    path : Path
        A file with one layer, whose column ``region_id`` names each polygon; ``name`` and
        ``population`` are read where given.
    file : str
        What the findings call it.
    allow_odd_ids : bool
        Whether ids may start with ``= + - @``.
    """
    try:
        frame = _open_layer(path)
    except UNREADABLE as reason:
        message = f"cannot be read as a layer of polygons: {reason}"
        return None, Findings(
            (Fault(file, 0, "", path.name, "PP-PLACE-LAYER-UNREADABLE", message),)
        )
    if refused := _check_layer(frame, file):
        return None, Findings(refused)
    shapes = shapely.force_2d(frame.geometry.to_crs(WGS84).to_numpy())
    ids, trimmed = read_ids(frame, file)
    shapes, mended = mend_shapes(shapes, ids, file)
    notices = (*trimmed, *mended)
    faults = (*check_ids(ids, file, allow_odd_ids=allow_odd_ids), *check_shapes(shapes, ids, file))
    if faults:
        return None, Findings(faults, notices)
    areas = _make_areas(frame, ids, shapes)
    return areas, Findings((), (*notices, *note_doubts(areas, file)))


def _open_layer(path: Path) -> geopandas.GeoDataFrame | pd.DataFrame:
    """Return the only layer of a file; what the reader warns of is judged by our own checks."""
    if not path.is_file():
        message = "the file is missing" if not path.exists() else "it is a folder, expected a file"
        raise OSError(message)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if path.suffix.lower() == ".parquet":
            return geopandas.read_parquet(path)
        layers = [str(name) for name in geopandas.list_layers(path)["name"]]
        if len(layers) != 1:
            raise ValueError(f"it has layers {', '.join(layers)}, expected one")
        return geopandas.read_file(path, layer=layers[0])


def _check_layer(frame: geopandas.GeoDataFrame | pd.DataFrame, file: str) -> tuple[Fault, ...]:
    """Return what is wrong with the layer as a whole."""
    faults = []
    columns = [str(name) for name in frame.columns if name != "geometry"]
    if "region_id" not in columns:
        message = f"column region_id is missing, expected it beside {', '.join(columns) or 'none'}"
        faults.append(Fault(file, 0, "region_id", "", "PP-PLACE-LAYER-COLUMN", message))
    if not isinstance(frame, geopandas.GeoDataFrame):
        faults.append(
            Fault(
                file,
                0,
                "geometry",
                "",
                "PP-PLACE-LAYER-EMPTY",
                "has no geometry, expected polygons",
            )
        )
    elif not len(frame):
        faults.append(
            Fault(file, 0, "", "", "PP-PLACE-LAYER-EMPTY", "has no polygons, expected at least one")
        )
    elif frame.crs is None:
        message = (
            "has no coordinate reference system, expected one in the file (WGS84 is EPSG:4326)"
        )
        faults.append(Fault(file, 0, "geometry", "", "PP-PLACE-PROJECTION", message))
    return tuple(faults)


def _make_areas(frame: pd.DataFrame, ids: list[str], shapes: AnyArray) -> PolygonAreas:
    """Return the regions of a checked layer, sorted by id."""
    names = read_texts(frame, "name")
    people = pd.to_numeric(frame["population"], errors="coerce") if "population" in frame else None
    population = read_numbers(pd.DataFrame({"population": people}, index=frame.index), "population")
    north, east = find_centres(shapes)
    order = sorted(range(len(ids)), key=ids.__getitem__)
    regions = tuple(
        Region(
            region_id=ids[i],
            latitude=float(north[i]),
            longitude=float(east[i]),
            name=names[i],
            population=float(population[i]),
        )
        for i in order
    )
    return PolygonAreas(regions, shapes[order])
