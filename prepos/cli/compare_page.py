"""A plan beside another: what it costs, serves and moves otherwise, on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from prepos.cli.summary import COSTS

if TYPE_CHECKING:
    from prepos.publish.compare import Change, Comparison, LaneChange, LineChange

SHOWN = 10
SHARES = {"fill_rate": "demand served from stock", "local_share": "served by the nearest node"}


@dataclass(frozen=True, slots=True)
class Names:
    """What the two plans are called, and what is said of them first."""

    head: str
    before: str
    after: str


def compare_page(told: Comparison, names: Names) -> RenderableType:
    """Return the differences of a plan from another."""
    parts: list[RenderableType] = [_head(told, names), _figures(told, names)]
    moved = [lane for lane in told.lanes if lane.change != "same"]
    if moved:
        parts.append(_lanes(moved, names))
    if told.lines:
        parts.append(_lines(told.lines, told.currency, names))
    else:
        parts.append(Text("Both plans move the same."))
    if told.shipped:
        parts.append(_shipped(told))
    return Group(*parts, _proof(told, names))


def _head(told: Comparison, names: Names) -> Text:
    """Return what is set otherwise."""
    head = Text(f"\n{names.head}", "bold")
    for change in told.settings:
        head.append(f"\n  {change.name}: {_shown(change.before)} → {_shown(change.after)}", "none")
    return head


def _figures(told: Comparison, names: Names) -> Table:
    """Return costs by part and service of both."""
    by_name = {change.name: change for change in told.figures}
    table = _table("", names.before, names.after, "change", words=1)
    for name, words in COSTS.items():
        change = by_name.get(name)
        if change is None or not (change.before or change.after or name == "total_cost"):
            continue
        label = f"{words}, {told.currency}" if name == "total_cost" else words
        style = "bold" if name == "total_cost" else ""
        table.add_row(label, *_numbers(change), style=style)
    for name, words in SHARES.items():
        before, after = by_name[name].before, by_name[name].after
        points = f"{100 * (after - before):+.1f} points"
        table.add_row(words, f"{before:.1%}", f"{after:.1%}", points)
    for name, words in (("units", "units moved"), ("loads", "vehicles used")):
        table.add_row(words, *_numbers(by_name[name]))
    if by_name["redirected"].before or by_name["redirected"].after:
        table.add_row("units redirected in transit", *_numbers(by_name["redirected"]))
    return table


def _lanes(lanes: Sequence[LaneChange], names: Names) -> Table:
    """Return the lanes on which units differ, the largest change first."""
    table = _table("lane", "from", "to", "", names.before, names.after, "change", words=4)
    for lane in lanes[:SHOWN]:
        table.add_row(
            Text(lane.lane_id),
            Text(lane.origin),
            Text(lane.destination),
            lane.change,
            f"{lane.before:,}",
            f"{lane.after:,}",
            f"{lane.after - lane.before:+,}",
        )
    _count_rest(table, len(lanes))
    table.title = "Units by lane"
    return table


def _lines(lines: Sequence[LineChange], currency: str, names: Names) -> Table:
    """Return the transfers that differ most in what they save."""
    ends = (names.before, names.after, f"saving, {currency}")
    table = _table("SKU", "from", "to", "ships", "", *ends, words=5)
    for line in lines[:SHOWN]:
        table.add_row(
            Text(line.sku),
            Text(line.origin),
            Text(line.destination),
            line.ship_date,
            line.change,
            f"{line.before:,}",
            f"{line.after:,}",
            f"{line.saving_after - line.saving_before:+,.0f}",
        )
    _count_rest(table, len(lines))
    table.title = "Transfers that differ most"
    return table


def _shipped(told: Comparison) -> Text:
    """Return how much was to be shipped by the day on which the later plan begins."""
    units = sum(max(line.before, line.after) for line in told.shipped)
    lines = len(told.shipped)
    return Text(
        f"Shipped since, as planned: {units:,} units in {lines:,} transfers before {told.since}, "
        "the later plan's first day; none of them is a difference (--json lists them).\n"
    )


def _proof(told: Comparison, names: Names) -> Text:
    """Return what is proven of each plan."""
    found = {change.name: change for change in told.proof}

    def proven(which: str) -> str:
        gap, bound, method = (getattr(found[n], which) for n in ("gap", "bound", "method"))
        held = getattr(found["held_back"], which)
        back = f"; held back are moves that save {held['share']:.2%} together" if held else ""
        return (
            f"within {gap:.2%} of the cheapest, bound {bound:,.0f} {told.currency} ({method}){back}"
        )

    return Text(
        f"{names.before} ({told.before}) is proven {proven('before')};\n"
        f"{names.after} ({told.after}) {proven('after')}.\n"
        "A difference within the gaps may be the search's alone."
    )


def _numbers(change: Change) -> tuple[str, str, str]:
    """Return a figure of both, and the difference."""
    before, after = change.before or 0, change.after or 0
    return f"{before:,.0f}", f"{after:,.0f}", f"{after - before:+,.0f}"


def _shown(value: object) -> str:
    """Return a setting's value in words."""
    return "none" if value is None or value == "" else f"{value}"


def _count_rest(table: Table, count: int) -> None:
    """Say how many rows are not shown."""
    if count > SHOWN:
        table.caption = f"and {count - SHOWN:,} more (--json)"


def _table(*columns: str, words: int) -> Table:
    """Return an empty table; columns after the first words hold numbers."""
    table = Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        title_justify="left",
        title_style="bold",
        caption_justify="left",
    )
    for i, column in enumerate(columns):
        table.add_column(column, justify="left" if i < words else "right")
    return table
