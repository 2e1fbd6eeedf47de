"""Tryton: internal shipments, as ``Model.import_data`` of ``stock.shipment.internal`` takes them.

Tryton knows nothing of keys: what is imported twice is there twice. But it finds a shipment by its
reference where a column ``id`` names it, and then puts the file's lines in the place of those it
had. So there are two files: one to import once, and one with ``id`` for any time after. As long as
a shipment is a draft or waits, importing again leaves what was there; once it is assigned, Tryton
refuses the whole file and names the move. A quantity of 0 it would take without a word. The days of
moves it sets itself, by the shipment's.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from prepos.publish.exporters.batch import Batch
from prepos.publish.exporters.exporter import Exporter
from prepos.publish.exporters.names import name_places
from prepos.publish.exporters.options import ExportOptions
from prepos.publish.exporters.rules import Breach, sound_lines
from prepos.publish.exporters.sheet import Files, Sheet

MODEL = "stock.shipment.internal"
LONGEST = 255  # Tryton sets no limit; a name beyond this is a mistake


def check_tryton(batch: Batch, options: ExportOptions) -> Iterator[Breach]:
    """Yield what Tryton would refuse, or take for something else."""
    origin, destination = name_places(batch, options.locations, options.tryton.location)
    yield from sound_lines(batch, origin=origin, destination=destination, longest=LONGEST)


def make_tryton(batch: Batch, options: ExportOptions) -> Files:
    """Return the file for the first import, and the one for any after."""
    origin, destination = name_places(batch, options.locations, options.tryton.location)
    reference = batch.on_heads(batch.document_keys)
    columns = {
        "reference": reference,
        "planned_start_date": batch.on_heads(batch.iso("ship_date")),
        "planned_date": batch.on_heads(batch.iso("arrival_date")),
        "from_location": batch.on_heads(origin),
        "to_location": batch.on_heads(destination),
        "moves/product": batch.text("sku"),
        "moves/quantity": batch.units(),
        "moves/unit": np.full(len(batch.keys), options.tryton.unit, dtype=object),
        "moves/from_location": origin,
        "moves/to_location": destination,
    }
    return {
        f"{MODEL}.csv": (Sheet(columns=columns),),
        f"{MODEL}.update.csv": (Sheet(columns={"id": reference, **columns}),),
    }


TRYTON = Exporter(
    name="tryton",
    meaning="internal shipments in draft: one file to import once, one to import again",
    check=check_tryton,
    make=make_tryton,
)
