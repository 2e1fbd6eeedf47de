"""What a job came to, on one screen: what is published now, and what differs from before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from prepos.pipeline import Replanned
    from prepos.publish.compare import Comparison, LaneChange

SHOWN = 8


def replan_page(done: Replanned, folder: Path) -> RenderableType:
    """Return the state of the new plan, what it changes, and what is to be known."""
    verb = "would be" if done.dry_run else "is"
    head = Text(f"\nRun {done.run_id} {verb} {done.state}.", "bold")
    head.append(f"\n  before it: {done.previous or 'none'}\n  the run: {folder}", "none")
    if done.state == "proposed" and not done.dry_run:
        head.append(f"\n  prepos publish {done.run_id}  makes it the plan that holds", "none")
    parts: list[RenderableType] = [head]
    if done.comparison is not None:
        parts += changes(done.comparison)
    if done.removed:
        parts.append(Text(f"removed beyond run.keep: {', '.join(done.removed)}"))
    return Group(*parts, *(Text(notice, "yellow") for notice in done.notices))


def changes(told: Comparison) -> list[RenderableType]:
    """Return what differs from the plan before: cost, lines, lanes."""
    cost = next(change for change in told.figures if change.name == "total_cost")
    kinds = [line.change for line in told.lines]
    words = ", ".join(f"{kinds.count(kind):,} {kind}" for kind in ("added", "removed", "changed"))
    text = Text(f"\nTransfers: {words}. Total cost: ")
    text.append(f"{cost.before:,.0f} before, {cost.after:,.0f} now, {told.currency}.")
    moved = [lane for lane in told.lanes if lane.change != "same"]
    return [text, *([lane_table(moved)] if moved else [])]


def lane_table(lanes: Sequence[LaneChange]) -> Table:
    """Return the lanes on which units differ, the largest change first."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title="Units by lane", title_justify="left")
    for heading in ("lane", ""):
        table.add_column(heading)
    for heading in ("before", "now"):
        table.add_column(heading, justify="right")
    for lane in lanes[:SHOWN]:
        table.add_row(Text(lane.lane_id), lane.change, f"{lane.before:,}", f"{lane.after:,}")
    if len(lanes) > SHOWN:
        table.caption = f"and {len(lanes) - SHOWN:,} more lanes"
    return table
