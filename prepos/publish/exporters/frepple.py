"""frePPLe: proposed distribution orders, as its import of CSV files takes them.

``reference`` is the primary key: importing again updates. A missing quantity would be read as 1, a
``#`` at the start as a comment.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from prepos.publish.exporters.batch import Batch
from prepos.publish.exporters.exporter import Exporter
from prepos.publish.exporters.names import name_places
from prepos.publish.exporters.options import ExportOptions
from prepos.publish.exporters.rules import Breach, sound_lines, where
from prepos.publish.exporters.sheet import Dialect, Files, Sheet

LONGEST = 300  # letters of an item's or a location's name
COMMENT = "PP-EXPORT-COMMENT"


def check_frepple(batch: Batch, options: ExportOptions) -> Iterator[Breach]:
    """Yield what frePPLe would refuse, or take for something else."""
    origin, destination = name_places(batch, options.locations, options.frepple.location)
    yield from sound_lines(batch, origin=origin, destination=destination, longest=LONGEST)
    texts = {"sku": batch.text("sku"), "origin": origin, "destination": destination}
    for column, cells in texts.items():
        hidden = where(cells, lambda text: text.startswith("#"))
        yield Breach(column, cells, hidden, COMMENT, "no # at its start: a comment to frePPLe")


def make_frepple(batch: Batch, options: ExportOptions) -> Files:
    """Return one file of distribution orders."""
    origin, destination = name_places(batch, options.locations, options.frepple.location)
    columns = {
        "reference": batch.keys,
        "item": batch.text("sku"),
        "origin": origin,
        "destination": destination,
        "quantity": batch.units(),
        "shipping date": batch.iso("ship_date"),
        "receipt date": batch.iso("arrival_date"),
        "status": np.full(len(batch.keys), "proposed", dtype=object),
        "remark": np.array([text[:LONGEST] for text in batch.text("reason")], dtype=object),
    }
    dialect = Dialect(delimiter=options.frepple.delimiter)
    return {"distributionorder.csv": (Sheet(columns=columns, dialect=dialect),)}


FREPPLE = Exporter(
    name="frepple",
    meaning="proposed distribution orders",
    check=check_frepple,
    make=make_frepple,
)
