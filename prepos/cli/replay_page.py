"""A replay on one screen: what each policy cost, how well it served, and what the plan is worth."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from prepos.cli.summary import COSTS, notice_lines
from prepos.core.run import REPLAY

if TYPE_CHECKING:
    import pandas as pd

    from prepos.core.faults import Fault
    from prepos.core.run import RunFiles

FORESIGHT, NOTHING = "foresight", "nothing"
MORE_COSTS = {"backorder_cost": "  waiting customers"}
Row = Mapping[Hashable, Any]


def replay_page(files: RunFiles, folder: Path, notices: Sequence[Fault]) -> RenderableType:
    """Return the tables: what each policy cost and how it served, by swept value."""
    told, kpis = files.frames[REPLAY], files.kpis
    window, judged = kpis["window"], kpis["judged"]
    head = (
        f"\nOrders of {window['from']} to {window['to']} served anew, "
        f"{window['periods']} {'weeks' if window['period_days'] == 7 else 'days'}"
    )
    parts: list[RenderableType] = [Text(head, "bold")]
    for setting, rows in told.groupby("setting", sort=False):
        if setting:
            parts.append(Text("\n" + str(setting), "bold"))
        parts += [worth_grid(rows, kpis["currency"]), service_grid(rows)]
    if kpis["sweep"]:
        parts += [
            Text(f"\n{judged} by {kpis['sweep'].partition('=')[0]}"),
            sweep_grid(told, judged),
        ]
    else:
        parts += [Text(f"\nwhere {judged} spends it"), cost_grid(told, judged)]
    return Group(*parts, notice_lines(notices), Text(note(kpis), "dim"), Text(f"The run: {folder}"))


def worth_grid(rows: pd.DataFrame, currency: str) -> Table:
    """Return what each policy cost, and what that is beside nothing, foresight and the rest."""
    grid = _grid("policy", currency, "saved", "gap closed", "95 %", "left", "95 %")
    for row in rows.to_dict("records"):
        grid.add_row(
            _name(row),
            f"{row['total_cost']:,.0f}",
            per_cent(row["saving"]),
            per_cent(row["gap_closed"]),
            _interval(row, "gap_closed", per_cent),
            ratio(row["left_ratio"]),
            _interval(row, "left_ratio", ratio),
        )
    return grid


def service_grid(rows: pd.DataFrame) -> Table:
    """Return how each policy served, and what it moved for that."""
    spoils = ("expired",) if (rows["expired"] > 0).any() else ()
    grid = _grid(
        *("policy", "served", "nearest", "next day", "km", "split", "moved", "twice"),
        *("stranded", *spoils, "churn"),
    )
    for row in rows.to_dict("records"):
        grid.add_row(
            _name(row),
            *(per_cent(row[name]) for name in ("fill_rate", "local_share", "next_day_share")),
            count(row["mean_distance_km"]),
            per_cent(row["split_share"]),
            *(count(row[name]) for name in ("moved", "moved_twice", "stranded", *spoils)),
            per_cent(row["churn"]),
        )
    return grid


def cost_grid(rows: pd.DataFrame, judged: str) -> Table:
    """Return the parts of the cost: doing nothing, the plan, foresight."""
    by_name = {row["policy"]: row for row in rows.to_dict("records")}
    shown = [name for name in (NOTHING, judged, FORESIGHT) if name in by_name]
    grid = _grid("", *shown)
    for name, told in (COSTS | MORE_COSTS).items():
        values = [by_name[policy].get(name, math.nan) for policy in shown]
        if any(value and not math.isnan(value) for value in values):
            style = "bold" if name == "total_cost" else ""
            grid.add_row(told, *(count(value) for value in values), style=style)
    return grid


def sweep_grid(told: pd.DataFrame, judged: str) -> Table:
    """Return a row a swept value: what the plan serves and what that costs."""
    grid = _grid("", "served", "nearest", "cost", "but for shortages", "saved", "gap closed", "")
    for row in told[told["policy"] == judged].to_dict("records"):
        grid.add_row(
            Text(str(row["setting"])),
            *(per_cent(row[name]) for name in ("fill_rate", "local_share")),
            count(row["total_cost"]),
            count(row["total_cost"] - row["shortage_cost"]),
            *(per_cent(row[name]) for name in ("saving", "gap_closed")),
            Text("frontier" if row["frontier"] == "yes" else "", "green"),
        )
    return grid


def note(kpis: Mapping[str, Any]) -> str:
    """Return what the columns mean."""
    best = {each["setting"]: each["best_baseline"] for each in kpis["settings"]}
    names = ", ".join(dict.fromkeys(name for name in best.values() if name)) or "none"
    text = (
        "Gap closed: of the way from doing nothing to perfect foresight (placement and service "
        "foreseen, a bound that no policy beats). Left: what a policy leaves to that bound over "
        f"what the best fair baseline leaves ({names}); below 1 is better. 95 %: "
        "intervals over periods, drawn in blocks."
    )
    if kpis["sweep"]:
        text += " Frontier: no other value serves as much for less, shortages apart."
    return text


def per_cent(value: float) -> str:
    """Return a share; nothing of one that is not known."""
    return "" if math.isnan(value) else f"{value:.1%}"


def ratio(value: float) -> str:
    """Return a ratio; nothing of one that is not known."""
    return "" if math.isnan(value) else f"{value:.3f}"


def count(value: float) -> str:
    """Return an amount in whole numbers; nothing of one that is not known."""
    return "" if math.isnan(value) else f"{value:,.0f}"


def _interval(row: Row, name: str, shown: Any) -> Text:
    """Return an interval in brackets."""
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return Text("" if math.isnan(low) else f"{shown(low)} to {shown(high)}", "dim")


def _name(row: Row) -> Text:
    """Return a policy's name; the bound is told apart."""
    return Text(str(row["policy"]), "italic" if row["policy"] == FORESIGHT else "")


def _grid(*headings: str) -> Table:
    """Return an empty grid: names to the left, numbers to the right."""
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, heading in enumerate(headings):
        if number == 0:
            grid.add_column(heading, overflow="fold", min_width=10)
        else:
            grid.add_column(heading, justify="right", no_wrap=True)
    return grid
