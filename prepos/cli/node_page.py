"""What more room, vehicles or stock at a node is worth, on one screen for a planner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from prepos.cli.sentences import amount

if TYPE_CHECKING:
    from prepos.pipeline.node import ToldNode
    from prepos.pipeline.node_limits import ToldLimit

SHOWN = 8
LIMITS = {
    "storage_m3": "storage",
    "inbound_m3": "inbound",
    "outbound_m3": "outbound",
    "vehicle_m3": "room in vehicles",
    "vehicle_kg": "weight in vehicles",
    "vehicles": "fleet",
    "budget": "budget",
    "min_fill": "minimum fill",
}
ROOMS = ("vehicle_m3", "vehicle_kg")
MANY = (*ROOMS, "vehicles")  # of each lane: only those that are used or worth anything are shown
HOW_EXACT = (
    "Prices are those that prove the plan's bound: as exact as plan.gap asks for, and as if "
    "vehicles came in parts."
)
FREE = 0.005  # currency: a price that rounds to nothing binds nothing that is seen


def node_page(told: ToldNode) -> RenderableType:
    """Return the whole page of one node."""
    felt = [line for line in told.limits if line.limit not in MANY or is_felt(line)]
    own = [line for line in felt if line.limit not in ROOMS]
    rooms = [line for line in felt if line.limit in ROOMS]
    parts: list[RenderableType] = [_head(told)]
    if own:
        parts.append(_limits("What one more is worth", own, told.currency))
    if rooms:
        parts.append(_limits("Room on departures that touch it", rooms, told.currency))
    parts.append(_stock(told))
    if told.ways:
        parts.append(_ways(told))
    if told.values:
        parts.append(_values(told))
    parts.append(Text(HOW_EXACT, "dim"))
    parts += [Text(f"Note: {notice}", "yellow") for notice in told.notices]
    return Group(*parts)


def is_felt(line: ToldLimit) -> bool:
    """Return whether anything of a limit is used, or more of it worth anything."""
    return line.price >= FREE or bool(line.used)


def _head(told: ToldNode) -> Text:
    """Return which node it is and what comes and goes."""
    head = Text(f"\n{told.node_id}", "bold")
    head.append(f" ({told.name})" if told.name else "")
    head.append(f", {told.kind} node" if told.kind else "")
    came = sum(way.units for way in told.ways if way.destination == told.node_id)
    went = sum(way.units for way in told.ways if way.origin == told.node_id)
    return head.append(f": {came:,} units come by the plan, {went:,} leave")


def _limits(title: str, lines: Sequence[ToldLimit], currency: str) -> Table:
    """Return limits with how full each is, and the worth of one more."""
    table = _table(title, "limit", "where", "from", "used", "of", "full", f"{currency}, one more")
    for line in lines:
        unit = currency if line.unit == "currency" else line.unit
        worth = f"{line.price:,.2f} a {unit}" if line.price >= FREE else "not binding"
        table.add_row(
            LIMITS.get(line.limit, line.limit),
            Text(line.place or "the plan"),
            line.when,
            _told(line.used),
            _told(line.most),
            _full(line),
            Text(worth, "" if line.price >= FREE else "dim"),
        )
    return table


def _stock(told: ToldNode) -> RenderableType:
    """Return expected units by period."""
    if not told.stock:
        return Text("\nNothing lies there, comes or goes.")
    columns = ("opening", "receipts", "in", "out", "used", "closing")
    table = _table("Stock, expected units of all SKUs", "from", *columns)
    for row in told.stock:
        stages = (row.opening, row.receipts, row.transfers_in, row.transfers_out)
        table.add_row(
            row.period_start, *(f"{u:,.0f}" for u in (*stages, row.expected_use, row.closing))
        )
    return table


def _ways(told: ToldNode) -> Table:
    """Return what moves on the lanes that touch the node."""
    table = _table("Transfers", "lane", "from", "to", "units", "SKUs", "m3", "vehicles", "first")
    for way in told.ways:
        table.add_row(
            Text(way.lane_id),
            Text(way.origin),
            Text(way.destination),
            f"{way.units:,}",
            f"{way.skus:,}",
            f"{way.volume_m3:,.1f}",
            f"{way.vehicles:,}",
            way.first_ships,
        )
    return table


def _values(told: ToldNode) -> Table:
    """Return the SKUs of which one more unit is worth most."""
    title = "SKUs that gain most"
    table = _table(title, "SKU", "there now", f"{told.currency}, one more")
    for value in told.values[:SHOWN]:
        table.add_row(Text(value.sku), amount(value.on_hand), f"{value.value:,.2f}")
    more = told.valued_skus - min(SHOWN, len(told.values))
    if more > 0:
        table.caption = f"and {more:,} more: values.csv"
    return table


def _full(line: ToldLimit) -> str:
    """Return how full a limit is; nothing where it is not known."""
    if line.used is None or not line.most:
        return ""
    return f"{line.used / line.most:.0%}"


def _told(number: float | None) -> str:
    """Return a number, nothing where it is not known."""
    return "" if number is None else amount(number)


def _table(title: str, *columns: str) -> Table:
    """Return an empty table; columns of words stand left, numbers right."""
    table = Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        title=title,
        title_justify="left",
        title_style="bold",
        caption_justify="left",
    )
    for column in columns:
        words = column in ("limit", "where", "from", "to", "lane", "SKU", "first")
        table.add_column(column, justify="left" if words else "right")
    return table
