"""What earlier plans have on its way, put beside the receipts that the user's tables tell of.

A new plan takes it from the ledger, as far as it was told of before the cutoff; whoever looks at a
plan again takes it from the plan's own run, which keeps what was added.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from prepos.config import Config
from prepos.core.faults import Fault
from prepos.core.inputs import Inputs, Source
from prepos.core.run import IN_TRANSIT, RUN_TABLES
from prepos.core.tables import RECEIPTS
from prepos.core.texts import TEXT_TYPE
from prepos.pipeline.left import Named, Row, beside, find_shipped, list_named
from prepos.pipeline.told import read_told
from prepos.publish import read_part
from prepos.publish.acknowledgements import moving_digest, that_left
from prepos.publish.ledger import LEDGER

TABLE = "in_transit"
COLUMNS = list(RUN_TABLES[IN_TRANSIT])


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OnItsWay:
    """How to know what is on its way at a cutoff.

    Attributes
    ----------
    find : cutoff and lines that the user's receipts name, to rows
        ``arrives_on`` as planned.
    source : Source or None
        For the manifest; None where nothing was ever shipped.
    """

    find: Callable[[date, Sequence[Named]], list[Row]]
    source: Source | None = None
    notices: tuple[Fault, ...] = ()


class Added(NamedTuple):
    """The inputs with what is on its way among the receipts; that itself, and what to notice."""

    inputs: Inputs
    frame: pd.DataFrame
    notices: tuple[Fault, ...]


NOTHING = OnItsWay(find=partial(find_shipped, ()))


def from_ledger(config: Config) -> OnItsWay:
    """Return what the ledger tells, unless the configuration leaves it out."""
    if config.ingest.shipped == "ignore":
        return NOTHING
    told = read_told(config.runs)
    left, digest = that_left(told.answers), moving_digest(told.answers)
    if digest is None:
        return replace(NOTHING, notices=told.notices)
    return OnItsWay(
        find=partial(find_shipped, left),
        source=Source(table=TABLE, path=LEDGER, rows=len(left), sha256=digest),
        notices=told.notices,
    )


def from_run(folder: Path) -> OnItsWay:
    """Return what a run was made with; raises RunError where that is not as it was written."""
    files = read_part(folder, (IN_TRANSIT,))
    told = (one for one in files.manifest.get("inputs", ()) if one["table"] == TABLE)
    source = next((Source(**one) for one in told), None)
    frame = files.frames.get(IN_TRANSIT, pd.DataFrame(columns=COLUMNS))
    cells = zip(*(frame[name] for name in COLUMNS), strict=True)
    rows = [
        Row(node, sku, int(units), day.date(), transfer, run, int(left))
        for node, sku, units, day, transfer, run, left in cells
    ]
    return OnItsWay(find=lambda _, named: beside(rows, named), source=source)


def add_to_receipts(inputs: Inputs, on_its_way: OnItsWay, cutoff: date) -> Added:
    """Return the inputs, what is on its way added to their receipts.

    A line that the user's own receipts name stands as they say; what is overdue arrives on the
    day of the cutoff.
    """
    tables = dict(inputs.tables)
    receipts = tables.get(RECEIPTS.name)
    found = on_its_way.find(cutoff, list_named(receipts))
    rows = [row for row in found if row.quantity]
    placed = [row for row in rows if has_place(row, tables)]
    late = [row for row in placed if row.arrives_on < cutoff]
    settled = [row._replace(arrives_on=max(row.arrives_on, cutoff)) for row in placed]
    there = [row for row in found if row.left and not row.quantity]
    if receipts is not None:
        tables[RECEIPTS.name] = receipts.drop(columns="transfer_id")  # has done its work
    if settled:
        tables[RECEIPTS.name] = with_rows(tables.get(RECEIPTS.name), settled)
    source = () if on_its_way.source is None else (on_its_way.source,)
    return Added(
        replace(inputs, tables=tables, sources=(*inputs.sources, *source)),
        frame_of([*settled, *there]),
        (*on_its_way.notices, *notices_of(rows, placed, late, cutoff)),
    )


def has_place(row: Row, tables: dict[str, pd.DataFrame]) -> bool:
    """Return whether node and SKU of a line are in the tables, as far as those could be read."""
    places = (("nodes", "node_id", row.node_id), ("products", "sku", row.sku))
    return all(name in tables and cell in set(tables[name][key]) for name, key, cell in places)


def with_rows(receipts: pd.DataFrame | None, rows: Sequence[Row]) -> pd.DataFrame:
    """Return the receipts with rows added, cells of the same types."""
    names = [name for name in RECEIPTS.names if name != "transfer_id"]
    added = pd.DataFrame([row._asdict() for row in rows]).reindex(columns=names)
    for name in ("node_id", "sku", "hub_node_id"):
        added[name] = added[name].astype(TEXT_TYPE)
    added["at_hub_on"] = added["at_hub_on"].astype(object).where(added["at_hub_on"].notna(), None)
    if receipts is None:
        return added
    both = pd.concat([receipts.astype(object), added.astype(object)], ignore_index=True)
    return both.astype(receipts.dtypes.to_dict())


def frame_of(rows: Sequence[Row]) -> pd.DataFrame:
    """Return the rows as the run keeps them, sorted by node, SKU and day."""
    frame = pd.DataFrame(sorted(rows), columns=COLUMNS)
    frame["arrives_on"] = pd.to_datetime(frame["arrives_on"]).astype("datetime64[s]")
    return frame


def notices_of(
    rows: Sequence[Row], placed: Sequence[Row], late: Sequence[Row], cutoff: date
) -> tuple[Fault, ...]:
    """Return what was added, what of it is overdue, and what has no place."""
    strange = [row for row in rows if row not in placed]
    runs = ", ".join(sorted({row.run_id for row in placed}))
    told = (
        ("PP-SHIPPED-ADDED", placed, f"shipped by {runs} are on their way and added to receipts"),
        ("PP-SHIPPED-OVERDUE", late, f"were to arrive before {cutoff}, and count as arriving then"),
        ("PP-SHIPPED-STRANGE", strange, "are on their way to a node, or of a SKU, in no table"),
    )
    return tuple(
        Fault(
            LEDGER,
            0,
            "",
            "",
            code,
            f"{sum(row.quantity for row in some):,} units of {len(some):,} lines {words}",
        )
        for code, some, words in told
        if some
    )
