"""ERPNext: Stock Entries or Material Requests, for Frappe's Data Import; headers are field names.

``name`` (the ID) is our key: while it imports Frappe keeps a name that is given. "Insert New
Records" refuses a document that is there already, "Update Existing Records" puts the file's lines
in the place of its lines. All comes as draft. ERPNext by default accepts a transfer to the same
place; here it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from prepos.core.types import AnyArray
from prepos.errors import ConfigError
from prepos.publish.exporters.batch import Batch
from prepos.publish.exporters.exporter import Exporter
from prepos.publish.exporters.names import name_places
from prepos.publish.exporters.options import ExportOptions
from prepos.publish.exporters.rules import Breach, sound_lines
from prepos.publish.exporters.sheet import Files, Sheet

LONGEST = 140  # letters of a Data or Link field: varchar(140)
PURPOSE = "Material Transfer"


def check_erpnext(batch: Batch, options: ExportOptions) -> Iterator[Breach]:
    """Yield what ERPNext would refuse, or take for something else."""
    if not options.erpnext.company.strip():
        raise ConfigError(
            "publish.erpnext.company is empty, expected the company's name as ERPNext knows it"
        )
    origin, destination = name_places(batch, options.locations, options.erpnext.warehouse)
    yield from sound_lines(batch, origin=origin, destination=destination, longest=LONGEST)


def make_erpnext(batch: Batch, options: ExportOptions) -> Files:
    """Return one file of the documents that the options name."""
    if options.erpnext.document == "stock_entry":
        return {"stock_entry.csv": (Sheet(columns=_stock_entries(batch, options)),)}
    return {"material_request.csv": (Sheet(columns=_material_requests(batch, options)),)}


def _stock_entries(batch: Batch, options: ExportOptions) -> Mapping[str, AnyArray]:
    """Return the columns of Stock Entry; ERPNext dates a draft itself, so the days are told."""
    origin, destination = name_places(batch, options.locations, options.erpnext.warehouse)
    days = batch.iso("ship_date") + " to " + batch.iso("arrival_date")
    told = f"planned by prepos {batch.plan_id}, " + days
    return {
        "name": batch.on_heads(batch.document_keys),
        "stock_entry_type": batch.on_heads(_all(batch, PURPOSE)),
        "company": batch.on_heads(_all(batch, options.erpnext.company)),
        "remarks": batch.on_heads(told),
        **_items(batch, options),
        "items.s_warehouse": origin,
        "items.t_warehouse": destination,
    }


def _material_requests(batch: Batch, options: ExportOptions) -> Mapping[str, AnyArray]:
    """Return the columns of Material Request: asked for the day it leaves, due when it arrives."""
    origin, destination = name_places(batch, options.locations, options.erpnext.warehouse)
    return {
        "name": batch.on_heads(batch.document_keys),
        "material_request_type": batch.on_heads(_all(batch, PURPOSE)),
        "company": batch.on_heads(_all(batch, options.erpnext.company)),
        "transaction_date": batch.on_heads(batch.iso("ship_date")),
        "schedule_date": batch.on_heads(batch.iso("arrival_date")),
        **_items(batch, options),
        "items.schedule_date": batch.iso("arrival_date"),
        "items.from_warehouse": origin,
        "items.warehouse": destination,
    }


def _items(batch: Batch, options: ExportOptions) -> dict[str, AnyArray]:
    """Return what both documents' lines hold."""
    return {
        "items.item_code": batch.text("sku"),
        "items.qty": batch.units(),
        "items.uom": _all(batch, options.erpnext.unit),
        "items.conversion_factor": np.ones(len(batch.keys), dtype=np.int64),
    }


def _all(batch: Batch, text: str) -> AnyArray:
    """Return the text once a line."""
    return np.full(len(batch.keys), text, dtype=object)


ERPNEXT = Exporter(
    name="erpnext",
    meaning="Stock Entries or Material Requests (publish.erpnext.document) in draft",
    check=check_erpnext,
    make=make_erpnext,
)
