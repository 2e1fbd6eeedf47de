"""Put the orders' places on the map: by region_id, else by point, else by postal code.

The first way that finds a region wins. A region_id that is no region is refused; a point or a
postal code that finds none gives way to the next one given.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from prepos.core.axes import make_axis
from prepos.core.faults import Fault, Findings
from prepos.core.placement import Placement
from prepos.core.types import BoolArray, FloatArray, IntArray
from prepos.regions.areas import Areas
from prepos.regions.columns import read_numbers, read_texts
from prepos.regions.postal_codes import PostalCodes

WAYS = ("region_id", "point", "postal_code")
LISTED = 1000  # places that are told one by one; those with fewer units are in the sum alone


def find_points(places: pd.DataFrame, codes: PostalCodes) -> tuple[FloatArray, FloatArray]:
    """Return latitude and longitude of each place that has a point or a known postal code."""
    north, east = read_numbers(places, "latitude"), read_numbers(places, "longitude")
    rows = codes.rows(read_texts(places, "postal_code"))
    by_code = (np.isnan(north) | np.isnan(east)) & (rows >= 0)
    north[by_code] = codes.latitude[rows[by_code]]
    east[by_code] = codes.longitude[rows[by_code]]
    known = np.isfinite(north) & np.isfinite(east)
    return north[known], east[known]


def place_orders(
    places: pd.DataFrame, areas: Areas, codes: PostalCodes, file: str = "orders"
) -> Placement:
    """Return the region of each place.

    Parameters
    ----------
    places : frame of P rows
        region_id, latitude, longitude, postal_code (empty where not given), lines, units and
        first_line; each place once.
    areas : Areas
    codes : PostalCodes
    file : str
        What the findings call the orders.

    Returns
    -------
    Placement
        Its findings hold a fault for each unknown region_id.
    """
    found = _find_by_each_way(places, areas, codes)
    region = found[np.argmax(found >= 0, axis=0), np.arange(len(places))]
    torn = ((found >= 0) & (found != region)).any(axis=0)
    unknown = (found[0] < 0) & np.array(
        [key != "" for key in read_texts(places, "region_id")], bool
    )
    by_code = (found[:2] < 0).all(axis=0) & (found[2] >= 0)
    notices = (
        *_note_nowhere(places[(region < 0) & ~unknown], areas, codes, file),
        *_note_torn(places, torn, found=found, areas=areas, file=file),
        *_note_shortened(places[by_code], codes, file),
    )
    lines, units = read_numbers(places, "lines"), read_numbers(places, "units")
    return Placement(
        region_of_place=region,
        lines=int(lines.sum()),
        lines_nowhere=int(lines[region < 0].sum()),
        units_nowhere=float(units[region < 0].sum()),
        disagreements=int(lines[torn].sum()),
        findings=Findings(tuple(_refuse_unknown(places[unknown], areas, file)), notices),
    )


def _find_by_each_way(places: pd.DataFrame, areas: Areas, codes: PostalCodes) -> IntArray:
    """Return the region that each way finds (3, P), -1 where it is not given or finds none."""
    found = np.full((len(WAYS), len(places)), -1, dtype=np.int64)
    axis = make_axis("region_id", (region.region_id for region in areas.regions))
    found[0] = axis.positions(read_texts(places, "region_id"))
    north, east = read_numbers(places, "latitude"), read_numbers(places, "longitude")
    given = np.isfinite(north) & np.isfinite(east)
    found[1, given] = areas.locate(north[given], east[given])
    row = codes.rows(read_texts(places, "postal_code"))
    used, code = np.unique(row[row >= 0], return_inverse=True)
    found[2, row >= 0] = areas.locate(codes.latitude[used], codes.longitude[used])[code]
    return found


def _refuse_unknown(places: pd.DataFrame, areas: Areas, file: str) -> Iterator[Fault]:
    """Tell each region_id that is no region, once, where it stands first."""
    first = places.groupby("region_id")["first_line"].min()
    for key, line in zip(first.index.astype(str), first.to_list(), strict=True):
        message = f"region_id is {key!r}, expected one of {len(areas.regions)} regions"
        yield Fault(file, int(line), "region_id", key, "PP-KEY-UNKNOWN", message)


def _note_nowhere(
    places: pd.DataFrame, areas: Areas, codes: PostalCodes, file: str
) -> Iterator[Fault]:
    """Tell the places that no region holds, those with most units first, and their sum."""
    lost = places.sort_values(["units", "first_line"], ascending=[False, True], kind="stable")
    for place in lost.head(LISTED).to_dict("records"):
        column, value, why = _say_why(place, areas, codes)
        message = f"{why}; {place['lines']:g} lines with {place['units']:g} units fall in no region"
        yield Fault(file, int(place["first_line"]), column, value, "PP-PLACE-NOWHERE", message)
    if len(lost):
        message = (
            f"{lost['lines'].sum():g} order lines with {lost['units'].sum():g} units in "
            f"{len(lost)} places fall in no region and are not planned for"
        )
        yield Fault(file, 0, "", "", "PP-PLACE-NOWHERE-TOTAL", message)


def _say_why(place: dict[Hashable, Any], areas: Areas, codes: PostalCodes) -> tuple[str, str, str]:
    """Return column, value and reason of a place that falls nowhere, by the first way it gives."""
    north, east, code = (place.get(key) for key in ("latitude", "longitude", "postal_code"))
    if pd.notna(north) and pd.notna(east):
        return "latitude", f"{north}, {east}", f"point {north}, {east} {areas.nowhere}"
    if pd.isna(code):
        return "region_id", "", "no region_id, point or postal_code is given"
    if codes.rows([str(code)])[0] >= 0:
        return "postal_code", str(code), f"postal_code {code}: its point {areas.nowhere}"
    why = f"postal_code is {code!r}, expected one of {len(codes)} in places"
    padded = str(code).zfill(5)
    remedy = f"; {padded!r} is one: were leading zeros lost" if padded in codes.row_of else ""
    return "postal_code", str(code), why + remedy


def _note_torn(
    places: pd.DataFrame, torn: BoolArray, *, found: IntArray, areas: Areas, file: str
) -> Iterator[Fault]:
    """Tell how many lines name two regions, and show the first."""
    if not torn.any():
        return
    first = min(np.flatnonzero(torn).tolist(), key=places["first_line"].to_numpy().__getitem__)
    said = " but ".join(
        f"{way} says {areas.regions[region].region_id}"
        for way, region in zip(WAYS, found[:, first].tolist(), strict=True)
        if region >= 0
    )
    message = (
        f"{places['lines'].to_numpy()[torn].sum():g} order lines name places that disagree, the "
        f"first: {said}; taken in the order region_id, point, postal_code"
    )
    line = int(places["first_line"].to_numpy()[first])
    yield Fault(file, line, "", "", "PP-PLACE-DISAGREE", message)


def _note_shortened(places: pd.DataFrame, codes: PostalCodes, file: str) -> Iterator[Fault]:
    """Tell how many lines were placed by the first five digits of a ZIP+4."""
    cut = [codes.shortens(code) for code in read_texts(places, "postal_code")]
    lines = places["lines"].to_numpy()[cut].sum()
    if lines:
        message = (
            f"{lines:g} order lines have a ZIP+4 that is not in places; its first five digits are"
        )
        yield Fault(file, 0, "postal_code", "", "PP-PLACE-ZIP4", message)
