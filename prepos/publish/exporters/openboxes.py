"""OpenBoxes: outbound stock movements, as its import of a workbook takes them.

The importer reads fixed letters of ``Sheet1`` from the second row on. It finds a request by its
number, and in it a line by its product, and then sets the quantity: importing again changes
nothing, and a product stands in a request once. The delivery date has to be a date cell, more than
a week from the day of the import.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from prepos.publish.exporters.batch import Batch
from prepos.publish.exporters.exporter import Exporter
from prepos.publish.exporters.names import name_places
from prepos.publish.exporters.options import ExportOptions
from prepos.publish.exporters.rules import DAY, Breach, sound_lines
from prepos.publish.exporters.sheet import Files, Sheet

LONGEST = 255  # letters of a column: varchar(255)
NOTICE = timedelta(days=7)  # a delivery has to be later than this from today


def check_openboxes(batch: Batch, options: ExportOptions) -> Iterator[Breach]:
    """Yield what OpenBoxes would refuse, or take for something else."""
    origin, destination = name_places(batch, options.locations, options.openboxes.location)
    yield from sound_lines(batch, origin=origin, destination=destination, longest=LONGEST)
    soonest = batch.today + NOTICE
    early = batch.day("arrival_date") <= np.datetime64(soonest, "D")
    told = f"later than {soonest}: OpenBoxes takes no delivery within a week from today"
    yield Breach("arrival_date", batch.iso("arrival_date"), early, DAY, told)


def make_openboxes(batch: Batch, options: ExportOptions) -> Files:
    """Return a workbook; the headers are for people, the letters count."""
    origin, destination = name_places(batch, options.locations, options.openboxes.location)
    blank = np.full(len(batch.keys), "", dtype=object)
    columns = {
        "Source": origin,  # A
        "Dest Venue Code": destination,  # B
        "Item Description": blank,  # C
        "SKU Code": batch.text("sku"),  # D
        "Requested Quantity": batch.units(),  # E
        "Pallet Quantity": blank,  # F
        "Pallet Spaces": blank,  # G
        "Delivery Date": batch.day("arrival_date"),  # H
        "Load Code": batch.document_keys,  # I
        "Special Instructions": batch.keys,  # J
    }
    return {"stock_movements.xlsx": (Sheet(columns=columns, name="Sheet1"),)}


OPENBOXES = Exporter(
    name="openboxes",
    meaning="a workbook of outbound stock movements",
    check=check_openboxes,
    make=make_openboxes,
)
