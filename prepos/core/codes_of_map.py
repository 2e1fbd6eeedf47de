"""Codes of the map: layers of polygons, orders on the map, lanes, service."""

from __future__ import annotations

from prepos.core.faults import Code

LAYERS = (
    Code(
        "PP-PLACE-LAYER-UNREADABLE",
        "a file that is no layer of polygons",
        "It is missing, damaged, of another format, or holds several layers.",
        "Export one layer as GeoJSON, GeoPackage, GeoParquet or shapefile.",
    ),
    Code(
        "PP-PLACE-LAYER-COLUMN",
        "a layer without region_id",
        "Each polygon needs the id that tables call its region by.",
        "Rename the column that holds it.",
    ),
    Code(
        "PP-PLACE-LAYER-EMPTY",
        "a layer without polygons",
        "No order could fall anywhere.",
        "Look at the export's filter.",
    ),
    Code(
        "PP-PLACE-LAYER-ID",
        "a polygon without an id, or with that of another",
        "One region is one row; its parts belong in one multipolygon.",
        "Fill in the id, or dissolve the rows by it.",
    ),
    Code(
        "PP-PLACE-PROJECTION",
        "a layer that does not say its projection",
        "The same numbers lie elsewhere in another one.",
        "Keep the .prj beside a shapefile, or export with the projection set.",
    ),
    Code(
        "PP-PLACE-NO-POLYGON",
        "a region whose shape is empty, or no polygon",
        "Points and lines hold no orders.",
        "Correct the shape, or leave the row out.",
    ),
    Code(
        "PP-PLACE-BROKEN",
        "a polygon whose border crosses itself",
        "Mended where its area stays, which is told; else refused, for its inside is not known.",
        "Repair it in a map program.",
    ),
    Code(
        "PP-PLACE-OFF-GLOBE",
        "a polygon beyond latitude 90 or longitude 360",
        "Mostly the projection that the file states is not the one it is in.",
        "Set the right projection and export again.",
    ),
    Code(
        "PP-PLACE-OVERLAP",
        "a polygon that lies over another",
        "A point of both belongs to the first by id.",
        "Take one out if they are of two levels, such as states and towns.",
    ),
    Code(
        "PP-PLACE-ANTIMERIDIAN",
        "a polygon wider than half the globe",
        "One that crosses 180 degrees uncut wraps the long way round.",
        "Cut it there, or let its longitudes run past 180.",
    ),
)

PLACINGS = (
    Code(
        "PP-PLACE-NOWHERE",
        "a place of orders that falls in no region",
        "It lies in no polygon, too far from every region, or its postal code is not known.",
        "Add the region or the postal code, correct the place, or raise regions.max_km.",
    ),
    Code(
        "PP-PLACE-NOWHERE-TOTAL",
        "order lines that fall in no region, in sum",
        "Their units are not planned for.",
        "Look at the places with most units, which are listed first.",
    ),
    Code(
        "PP-PLACE-DISAGREE",
        "order lines whose region_id, point and postal code name different regions",
        "The first of the three wins.",
        "Leave out those that should not count.",
    ),
    Code(
        "PP-PLACE-ZIP4",
        "ZIP+4 codes taken by their first five digits",
        "The table places has no row for the whole code.",
        "None, if that is precise enough.",
    ),
    Code(
        "PP-PLACE-NO-POINTS",
        "cells without any order to make them from",
        "regions.cells makes a region where an order has a point or a known postal code.",
        "Give points, the table places, or regions.",
    ),
    Code(
        "PP-PLACE-UNSERVED",
        "a region that no node can serve",
        "It is in no row of service, or beyond the last of service.bands; all its demand is short.",
        "Add a row, or a band that reaches farther.",
    ),
)

LANES = (
    Code(
        "PP-LANE-FAULTY",
        "a lane that cannot be",
        "Its days, ends or lead time make no sense.",
        "Correct what the message names.",
    ),
    Code(
        "PP-LANE-TWICE",
        "two lanes of one lane_id",
        "Without a lane_id it is origin>destination, so two modes of one pair need one each.",
        "Give each lane its own lane_id.",
    ),
)
