"""Where a plan stands, on one screen: by status, by lane, what was refused, what is overdue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from prepos.pipeline.reconciling import Reconciled
    from prepos.pipeline.whereabouts import Overdue, Refused, Tally

SHOWN = 12
UNITS = ("planned", "open", "taken", "refused", "shipped", "received")
HEADINGS = ("lines", "units planned", "open", "taken", "refused", "on their way", "received")


def reconcile_page(done: Reconciled) -> RenderableType:
    """Return what the file told and where the plan stands."""
    told = done.whereabouts
    head = Text(f"\nRun {done.run_id}", "bold")
    if done.file:
        verb = "would be taken in" if done.dry_run else "are taken in"
        head.append(f": {done.added:,} answers {verb}, {done.known:,} were known already", "none")
    parts: list[RenderableType] = [head, tally_table("status", [*told.by_status, told.total])]
    if len(told.by_lane) > 1:
        parts.append(tally_table("lane", told.by_lane[:SHOWN], len(told.by_lane)))
    if told.refused:
        parts += [refused_table(told.refused), Text(again(done.run_id))]
    if told.overdue:
        parts.append(overdue_table(told.overdue))
    return Group(*parts, *(Text(str(notice), "yellow") for notice in done.notices))


def again(run_id: str) -> str:
    """Return how the refused lines go out again."""
    return f"prepos export {run_id} --refused --format …  sends these again, under the same keys"


def tally_table(name: str, tallies: Sequence[Tally], count: int = 0) -> Table:
    """Return lines and units by where they stand."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(name)
    for heading in HEADINGS:
        table.add_column(heading, justify="right")
    for one in tallies:
        units = (f"{getattr(one, unit):,}" for unit in UNITS)
        table.add_row(Text(one.name), f"{one.lines:,}", *units)
    return captioned(table, count - len(tallies), "lanes")


def refused_table(refused: Sequence[Refused]) -> Table:
    """Return the lines that were refused, and why."""
    table = titled("Refused", ("transfer", "sku", "units", "document", "why"))
    for one in refused[:SHOWN]:
        cells = (one.transfer_id, one.sku, f"{one.units:,}", one.document, one.message)
        table.add_row(*(Text(cell) for cell in cells))
    return captioned(table, len(refused) - SHOWN, "lines")


def overdue_table(overdue: Sequence[Overdue]) -> Table:
    """Return the lines that should be there by now."""
    table = titled("Overdue", ("transfer", "sku", "expected on", "units missing", "on their way"))
    for one in overdue[:SHOWN]:
        cells = (one.transfer_id, one.sku, one.arrival_date, f"{one.missing:,}", f"{one.shipped:,}")
        table.add_row(*(Text(cell) for cell in cells))
    return captioned(table, len(overdue) - SHOWN, "lines")


def titled(title: str, headings: Sequence[str]) -> Table:
    """Return a table with a title and columns."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def captioned(table: Table, more: int, what: str) -> Table:
    """Return the table, how many rows are not shown below it."""
    if more > 0:
        table.caption = f"and {more:,} more {what}; --json lists all"
    return table
