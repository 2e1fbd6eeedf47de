"""Odoo 16 to 19: transfers (``stock.picking``) with their moves, for Odoo's own import of CSV.

``id`` and ``move_ids/id`` are external ids: importing again updates transfers and moves, and adds
none. Units of measure and the moves' locations are computed by Odoo; name and state are its own.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from prepos.core.types import AnyArray
from prepos.publish.exporters.batch import Batch
from prepos.publish.exporters.exporter import Exporter
from prepos.publish.exporters.names import name_places
from prepos.publish.exporters.options import ExportOptions
from prepos.publish.exporters.rules import Breach, plain_text, sound_lines
from prepos.publish.exporters.sheet import Files, Sheet

LONGEST = 255  # Odoo sets no limit; a name beyond this is a mistake
NAMELESS = 19  # from this version on a move has no name of its own
TIME = " 00:00:00"  # scheduled_date is a moment


def check_odoo(batch: Batch, options: ExportOptions) -> Iterator[Breach]:
    """Yield what Odoo would refuse, or take for something else."""
    origin, destination = _places(batch, options)
    yield from sound_lines(batch, origin=origin, destination=destination, longest=LONGEST)
    yield plain_text("origin", _picking_types(batch, options))


def make_odoo(batch: Batch, options: ExportOptions) -> Files:
    """Return one file; a transfer's head stands on its first line only."""
    origin, destination = _places(batch, options)
    plan = np.full(len(batch.keys), batch.plan_id, dtype=object)
    columns = {
        "id": batch.on_heads(batch.document_keys),
        "picking_type_id": batch.on_heads(_picking_types(batch, options)),
        "location_id": batch.on_heads(origin),
        "location_dest_id": batch.on_heads(destination),
        "scheduled_date": batch.on_heads(batch.iso("ship_date") + TIME),
        "origin": batch.on_heads(plan),
        "move_ids/id": batch.keys,
    }
    if options.odoo.version < NAMELESS:
        columns["move_ids/name"] = batch.text("sku")
    columns |= {
        "move_ids/product_id": batch.text("sku"),
        "move_ids/product_uom_qty": batch.units(),
    }
    return {"stock.picking.csv": (Sheet(columns=columns),)}


def _places(batch: Batch, options: ExportOptions) -> tuple[AnyArray, AnyArray]:
    """Return the (n,) full names of locations."""
    odoo = options.odoo
    return name_places(batch, options.locations, odoo.location, warehouse=odoo.warehouses)


def _picking_types(batch: Batch, options: ExportOptions) -> AnyArray:
    """Return the (n,) names of operation types: the warehouse's that sends."""
    odoo = options.odoo
    return name_places(batch, {}, odoo.picking_type, warehouse=odoo.warehouses)[0]


ODOO = Exporter(
    name="odoo",
    meaning="transfers (stock.picking) in draft, by external ids",
    check=check_odoo,
    make=make_odoo,
)
